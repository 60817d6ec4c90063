package tcpdump_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"onpath/compat/tcpdump"
	"onpath/packet"
)

// view decodes a frame in hex, captured whole.
func view(t testing.TB, link packet.LinkType, frame string) *packet.View {
	octets, err := hex.DecodeString(strings.ReplaceAll(frame, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	v := &packet.View{}
	packet.NewDecoder(packet.Config{}).Decode(&packet.Frame{
		Data: octets, WireLen: uint32(len(octets)), Link: link, Number: 1, At: 1246809553509078123,
	}, v)
	return v
}

// Datagrams of one conversation.
const (
	syn    = "4500 0030 0001 4000 4006 66c1 0a000001 0a000002 c269 0050 000003e8 00000000 7002 4000 0000 0000 020405b4 01010402"
	synAck = "4500 0030 0001 4000 4006 66c1 0a000002 0a000001 0050 c269 00001388 000003e9 7012 4000 0000 0000 020405b4 01010402"
	ack    = "4500 0028 0001 4000 4006 66c9 0a000001 0a000002 c269 0050 000003e9 00001389 5010 4000 0000 0000"
	data   = "4500 002b 0001 4000 4006 66c6 0a000001 0a000002 c269 0050 000003e9 00001389 5018 4000 0000 0000 616263"
)

// TestRelative: numbers are relative to the first that had ACK, whoever sent it.
func TestRelative(t *testing.T) {
	lines := func(c tcpdump.Config, frames ...string) (text string) {
		p := tcpdump.New(c)
		for _, f := range frames {
			line, _ := p.AppendPacket(nil, view(t, packet.LinkRaw, f))
			_, numbers, _ := strings.Cut(string(line), "Flags [")
			text += strings.Split(numbers, ", win")[0] + "\n"
		}
		return text
	}
	for name, c := range map[string]struct {
		config tcpdump.Config
		frames []string
		want   string
	}{
		"handshake": {tcpdump.Config{}, []string{syn, synAck, ack, data}, "S], seq 1000\nS.], seq 5000, ack 1001\n.], ack 1\nP.], seq 1:4, ack 1\n"},
		"absolute":  {tcpdump.Config{Absolute: true}, []string{syn, synAck, data}, "S], seq 1000\nS.], seq 5000, ack 1001\nP.], seq 1001:1004, ack 5001\n"},
		"midstream": {tcpdump.Config{}, []string{data, data}, "P.], seq 1001:1004, ack 5001\nP.], seq 0:3, ack 1\n"},
		"forgotten": {tcpdump.Config{MaxConns: 1}, []string{synAck, ack, strings.Replace(ack, "c269", "c26a", 1), ack}, "S.], seq 5000, ack 1001\n.], ack 1\n.], ack 5001\n.], ack 5001\n"},
	} {
		if got := lines(c.config, c.frames...); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

// TestClassic reads the lines of the seed article and of tcpad's documentation.
func TestClassic(t *testing.T) {
	const options = "020405b4 01 030303 0101 080a 217e369f 00000000 0402 0000"
	for frame, want := range map[string]string{
		syn:    "10.0.0.1.49769 > 10.0.0.2.80: S 1000:1000(0) win 16384 <mss 1460,nop,nop,sackOK> (DF)",
		synAck: "10.0.0.2.80 > 10.0.0.1.49769: S 5000:5000(0) ack 1001 win 16384 <mss 1460,nop,nop,sackOK> (DF)",
		data:   "10.0.0.1.49769 > 10.0.0.2.80: P 1001:1004(3) ack 5001 win 16384 (DF)",
		ack:    "10.0.0.1.49769 > 10.0.0.2.80: . ack 5001 win 16384 (DF)",
		"4500 0040 0007 2000 4006 0000 0a000001 0a000002 c269 0050 6f0a1520 00000000 b0c2 ffff 0000 0000" + options: "10.0.0.1.49769 > 10.0.0.2.80: SWE 1862931744:1862931744(0) win 65535 " +
			"<mss 1460,nop,wscale 3,nop,nop,timestamp 561919647 0,sackOK,eol> (frag 7:44@0+)",
		"4500 0028 0007 0000 4006 0000 0a000001 0a000002 c269 0050 6f0a1520 00000000 3004 ffff 0000 0000": "10.0.0.1.49769 > 10.0.0.2.80: R [bad hdr length 12]",
		"4500 0028 0007 0000 4006 0000 0a000001 0a000002 c269 0050 6f0a1520 00000000 5020 ffff 0000 0005": "10.0.0.1.49769 > 10.0.0.2.80: . win 65535 urg 5",
		"4500 001c 0007 0000 4006 0000 0a000001 0a000002 c269 0050 6f0a1520":                              "10.0.0.1.49769 > 10.0.0.2.80: [|tcp]",
	} {
		line, _ := tcpdump.New(tcpdump.Config{Classic: true}).AppendPacket(nil, view(t, packet.LinkRaw, frame))
		if got := string(line); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// TestSegment: the segment alone, of the innermost datagram.
func TestSegment(t *testing.T) {
	p := tcpdump.New(tcpdump.Config{})
	for frame, want := range map[string]string{
		"4500 0044 0001 0000 4004 0000 0a000009 0a000008" + syn:                        "Flags [S], seq 1000, win 16384, options [mss 1460,nop,nop,sackOK], length 0",
		"4500 0020 1a2b 4000 4011 0000 0a000102 d822b530 d539 0035 000c 0000 01020304": "",
	} {
		if got := string(p.AppendSegment(nil, view(t, packet.LinkRaw, frame))); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestInner: behind what tcpdump does not look into stands what packet found in it,
// and nothing where TCP was shown.
func TestInner(t *testing.T) {
	for frame, want := range map[string]string{
		syn:                                     "",
		strings.Replace(syn, "0030", "0000", 1): ": IP 10.0.0.1.49769 > 10.0.0.2.80: Flags [S], seq 1000, win 16384, options [mss 1460,nop,nop,sackOK], length 0",
		"4500 0054 0001 0000 4011 0000 0a000009 0a000008 0868 0868 0040 0000 30ff 0030 00000001" + syn: ": IP 10.0.0.1.49769 > 10.0.0.2.80: Flags [S], seq 1000, win 16384, options [mss 1460,nop,nop,sackOK], length 0",
	} {
		p, v := tcpdump.New(tcpdump.Config{}), view(t, packet.LinkRaw, frame)
		line, _ := p.AppendPacket(nil, v)
		if got := string(p.AppendInner(line, v))[len(line):]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestForgotten(t *testing.T) {
	p := tcpdump.New(tcpdump.Config{MaxConns: 2})
	for port := range 5 {
		frame := strings.Replace(ack, "c269", fmt.Sprintf("c26%x", port), 1)
		p.AppendPacket(nil, view(t, packet.LinkRaw, frame))
	}
	if n := p.Forgotten(); n != 3 {
		t.Errorf("%d of 5 connections were forgotten where there is room for 2", n)
	}
}

// TestHead reads what stands before packets 0.5 s and a day apart.
func TestHead(t *testing.T) {
	for want, c := range map[string]tcpdump.Config{
		"15:59:13.509078 /15:59:14.009078 /15:59:14.009078 ": {},
		"//": {Time: tcpdump.NoTime},
		"1246809553.509078 /1246809554.009078 /1246895954.009078 ":                            {Time: tcpdump.Epoch},
		" 00:00:00.000000 / 00:00:00.500000 / 00:00:00.000000 ":                               {Time: tcpdump.SincePrevious},
		"2009-07-05 15:59:13.509078 /2009-07-05 15:59:14.009078 /2009-07-06 15:59:14.009078 ": {Time: tcpdump.DateTime},
		" 00:00:00.000000 / 00:00:00.500000 / 00:00:00.500000 ":                               {Time: tcpdump.SinceFirst},
		"    1  15:59:13.509078123 /    1  15:59:14.009078123 /    1  15:59:14.009078123 ":    {Number: true, Nano: true},
	} {
		p, v := tcpdump.New(c), view(t, packet.LinkRaw, syn)
		got := string(p.AppendHead(nil, v))
		for _, later := range []int64{5e8, 86400e9} {
			v.At += later
			got += "/" + string(p.AppendHead(nil, v))
		}
		if got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	for _, c := range []tcpdump.Config{{}, {Verbose: 1, Link: true, Time: tcpdump.DateTime, Number: true}, {Classic: true}} {
		p, v, line := tcpdump.New(c), view(t, packet.LinkRaw, synAck), make([]byte, 0, 1000)
		if n := testing.AllocsPerRun(100, func() {
			line, _ = p.AppendPacket(p.AppendHead(line[:0], v), v)
		}); n != 0 {
			t.Errorf("%+v: %v allocations", c, n)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	p, v, line := tcpdump.New(tcpdump.Config{}), view(b, packet.LinkRaw, synAck), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		line, _ = p.AppendPacket(p.AppendHead(line[:0], v), v)
	}
}

func Example() {
	p := tcpdump.New(tcpdump.Config{})
	for _, datagram := range []string{syn, synAck, data} {
		v := view(nil, packet.LinkRaw, datagram)
		line, _ := p.AppendPacket(p.AppendHead(nil, v), v)
		fmt.Println(string(line))
	}
	// Output:
	// 15:59:13.509078 IP 10.0.0.1.49769 > 10.0.0.2.80: Flags [S], seq 1000, win 16384, options [mss 1460,nop,nop,sackOK], length 0
	// 15:59:13.509078 IP 10.0.0.2.80 > 10.0.0.1.49769: Flags [S.], seq 5000, ack 1001, win 16384, options [mss 1460,nop,nop,sackOK], length 0
	// 15:59:13.509078 IP 10.0.0.1.49769 > 10.0.0.2.80: Flags [P.], seq 1:4, ack 1, win 16384, length 3
}
