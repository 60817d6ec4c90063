package netfilter

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyPacket calls f with the packets of all dialogues.
func everyPacket(t testing.TB, f func(helper string, p packetLine)) {
	files, err := filepath.Glob("testdata/helpers/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, path := range files {
		for _, d := range dialogues(t, path) {
			for _, p := range d.packets {
				f(strings.Fields(d.begin)[3], p)
			}
		}
	}
}

// FuzzHelpers shows each helper octets in any order and direction, cut anywhere. It
// must not panic; no more than its policy allows is open; and what is expected obeys
// the rules of addresses that its doc comment tells.
func FuzzHelpers(f *testing.F) {
	everyPacket(f, func(helper string, p packetLine) {
		i := slices.IndexFunc(known, func(k row) bool { return k.helper.name == helper })
		f.Add(uint8(i), uint8(p.dir), p.data, p.data[:len(p.data)/2])
	})
	f.Fuzz(func(t *testing.T, which, order uint8, first, second []byte) {
		k := known[int(which)%len(known)]
		line := map[uint8]string{protoTCP: "tcp", protoUDP: "udp"}[k.proto]
		for _, ends := range []string{" 10.1.0.2:40000 10.1.0.255:21 ", " [fd00:1::2]:40000 [fd00:2::2]:21 "} {
			s := start(t, line+ends+k.helper.name)
			for i, data := range [][]byte{first, second, []byte("\r\n"), first, append(slices.Clone(second), first...)} {
				dir := Dir(order >> i & 1)
				seq := s.ends[dir]
				s.ends[dir] += uint32(len(data))
				s.read(dir, seq, data)
				s.hold(t)
			}
		}
	})
}

// hold fails if more is open than may be, or to or from where it may not.
func (s *expecting) hold(t *testing.T) {
	open := map[uint8]int{}
	client, server := s.payload.Tuples[0].Src, s.payload.Tuples[0].Dst
	for _, e := range s.open {
		if open[e.Class]++; open[e.Class] > s.helper.Policy(e.Class).Max {
			t.Fatalf("%s: %d expectations of class %d", s.helper.Name(), open[e.Class], e.Class)
		}
		from, to := e.Tuple.Src, e.Tuple.Dst
		ends := from == client && to == server || from == server && to == client
		switch s.helper.Name() {
		case "irc":
			ends = e.AnySrc && e.SrcBits == 0 && to == client
		case "netbios-ns", "snmp":
			ends = e.AnySrc && e.SrcBits >= 96 && e.SrcBits <= 120 && to == client && from == server
		case "RAS", "Q.931": // a gatekeeper, or a forwarded call, may tell any address
			ends = from == client || from == server
		}
		if !ends {
			t.Fatalf("%s: expects %s", s.helper.Name(), text(e))
		}
	}
}

// TestHelpersDoNotAllocate holds each helper to that for the dialogues' packets,
// whether they announce anything or not.
func TestHelpersDoNotAllocate(t *testing.T) {
	take := func(Expectation) bool { return true }
	everyPacket(t, func(name string, line packetLine) {
		for _, k := range known {
			if k.helper.name != name {
				continue
			}
			s := start(t, map[uint8]string{protoTCP: "tcp", protoUDP: "udp"}[k.proto]+" 10.1.0.2:40000 10.2.0.2:21 "+name)
			p, m := s.payload, s.memory
			p.Dir, p.Data, p.Whole = line.dir, line.data, true
			if n := testing.AllocsPerRun(10, func() { s.helper.Read(&p, &m, take) }); n > 0 {
				t.Fatalf("%s: %v allocations on %q", name, n, line.data)
			}
		}
	})
}

// TestCutPackets: what the capture cut is never taken for what its sender cut.
func TestCutPackets(t *testing.T) {
	take := func(Expectation) bool { return true }
	everyPacket(t, func(name string, line packetLine) {
		for _, k := range known {
			if k.helper.name != name || bytes.Contains(line.data, []byte("xxx")) {
				continue
			}
			s := start(t, map[uint8]string{protoTCP: "tcp", protoUDP: "udp"}[k.proto]+" 10.1.0.2:40000 10.2.0.2:21 "+name)
			for n := range line.data {
				p, m := s.payload, s.memory
				p.Dir, p.Data = line.dir, line.data[:n]
				m[0], m[2], m[4] = 1, 1, 1|1<<8 // FTP: lines begin
				p.Seq = 1
				drop := s.helper.Read(&p, &m, take)
				if strings.Contains(drop, "partial") || strings.Contains(drop, "parse") {
					t.Fatalf("%s: %q of %q: %s", name, p.Data, line.data, drop)
				}
			}
		}
	})
}

// TestParseHelpers reads rules as the flag has them.
func TestParseHelpers(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []Attach
		err  string
	}{
		{"default", []Attach{{"ftp", []uint16{21}}, {"irc", []uint16{6667}}}, ""},
		{"ftp=21+2121", []Attach{{"ftp", []uint16{21, 2121}}}, ""},
		{"ftp, q.931,sip=5070", []Attach{{"ftp", nil}, {"Q.931", nil}, {"sip", []uint16{5070}}}, ""},
		{"default,tftp", []Attach{{"ftp", []uint16{21}}, {"irc", []uint16{6667}}, {"tftp", nil}}, ""},
		{"fpt", nil, `"fpt": no such helper`},
		{"", nil, `"": no such helper`},
		{"ftp=", nil, `"" is not a port`},
		{"ftp=0", nil, `"0" is not a port`},
		{"ftp=21+65536", nil, `"65536" is not a port`},
		{"H.245", nil, "no port of its own"},
	} {
		got, err := ParseHelpers(c.in)
		same := func(a, b Attach) bool { return a.Helper == b.Helper && slices.Equal(a.Ports, b.Ports) }
		if c.err == "" && (err != nil || !slices.EqualFunc(got, c.want, same)) {
			t.Errorf("%q: %v, %v, not %v", c.in, got, err, c.want)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%q: %v, not %s", c.in, err, c.err)
		}
	}
}

// TestHostileLength: the largest datagram of what takes a helper longest is read in
// little time (2 ms here): the best of some tries, as other work may come between.
func TestHostileLength(t *testing.T) {
	head := "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: "
	for name, octets := range map[string]string{
		"sip":    head + strings.Repeat("sip:1.2.3.4,", 5400) + "\r\n",
		"irc":    "PRIVMSG x" + strings.Repeat(" :\x01DCC FOO", 5400),
		"amanda": "CONNECT " + strings.Repeat("DATA", 16000) + "\n",
	} {
		k := known[slices.IndexFunc(known, func(k row) bool { return k.helper.name == name && (name != "sip" || k.proto == protoUDP) })]
		s := start(t, map[uint8]string{protoTCP: "tcp", protoUDP: "udp"}[k.proto]+" 10.1.0.2:40000 10.2.0.2:21 "+name)
		s.read(Original, 0, []byte("REGISTER sip:x SIP/2.0\r\nCSeq: 1 REGISTER\r\nContact: sip:10.1.0.2\r\nExpires: 9\r\n"))
		for _, d := range []Dir{Original, Reply} {
			best := time.Hour
			for range 5 {
				from := time.Now()
				s.read(d, 0, []byte(octets))
				best = min(best, time.Since(from))
			}
			if best > 100*time.Millisecond {
				t.Errorf("%s: %v", name, best)
			}
		}
	}
}

// BenchmarkHelpers reads the packets of all dialogues. The one allocation is of the
// benchmark itself.
func BenchmarkHelpers(b *testing.B) {
	take := func(Expectation) bool { return true }
	for _, k := range known {
		s := start(b, map[uint8]string{protoTCP: "tcp", protoUDP: "udp"}[k.proto]+" 10.1.0.2:40000 10.2.0.2:21 "+k.helper.name)
		var packets []Payload
		everyPacket(b, func(name string, line packetLine) {
			if name == k.helper.name {
				p := s.payload
				p.Dir, p.Data, p.Whole = line.dir, line.data, true
				packets = append(packets, p)
			}
		})
		if len(packets) == 0 {
			continue
		}
		b.Run(k.helper.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var m Memory
				for i := range packets {
					k.helper.Read(&packets[i], &m, take)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/packet")
		})
	}
}
