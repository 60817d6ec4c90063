package tcpchain_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// Where flows begin and end: the packets of each, forward and reverse, in the
// order of their first ones.
func TestSplit(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"closed, and its ports used again within five seconds", open + `
	0.03 > F. 101:101(0) ack 301
	0.04 < F. 301:301(0) ack 102
	4.90 > S  900:900(0)`, "4/2"},
		{"and after them", open + `
	0.03 > F. 101:101(0) ack 301
	0.04 < F. 301:301(0) ack 102
	5.01 > S  900:900(0)`, "3/2 1/0"},
		{"five seconds of the clock's, not of the flow's", open + `
	0.90 < R. 301:301(0) ack 101
	5.00 > S  900:900(0)`, "2/2 1/0"},
		{"refused, and tried again each second: one flow until five seconds are over", `
	0.0 > S  100:100(0)
	0.1 < R. 0:0(0) ack 101
	1.0 > S  100:100(0)
	1.1 < R. 0:0(0) ack 101
	5.0 > S  100:100(0)`, "2/2 1/0"},
		{"silent for so long that its own next packet finds it", open + `
	28 > . 101:101(0) ack 301
	60 > . 101:101(0) ack 301
	999 > . 101:101(0) ack 301`, "5/1"},
		{"once lost, a RST does not end it", open + `
	60 > R. 101:101(0) ack 301
	99 > S  900:900(0)`, "4/1"},
	} {
		var frames []*packet.Frame
		for _, s := range parse(t, tt.text) {
			frames = append(frames, raw(s.At, between(s.Dir, s.Flags)))
		}
		if got := counts(flows(tcpchain.Config{}, frames...)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func counts(all []tcpchain.Flow) string {
	var words []string
	for _, f := range all {
		words = append(words, fmt.Sprintf("%d/%d", f.Packets[0], f.Packets[1]))
	}
	return strings.Join(words, " ")
}

// A packet of another flow, or of none, lets time pass.
func TestIdle(t *testing.T) {
	for _, tt := range []struct{ name, times, want string }{ // f: of the flow, o: of another
		{"nothing else", "f0 f100", "2/0"},
		{"24 seconds later", "f0 o24 f100", "2/0"},
		{"25 seconds later", "f0 o25 f31", "1/0 1/0"},
		{"29 seconds later", "f0 o29 f35", "1/0 1/0"},
		{"30 seconds later: too late to be noticed", "f0 o30 o31 o99 f100", "2/0"},
		{"idle, and not quite gone", "f0 o26 f31", "2/0"},
		{"idle, and too late to come back", "f0 o28 f30 f35", "2/0 1/0"},
		{"idle, but back before 30 seconds have passed", "f0 o25 f29 o40 f45", "3/0"},
		{"and idle again", "f0 o25 f29 o57 f63", "2/0 1/0"},
	} {
		var frames []*packet.Frame
		for _, word := range strings.Fields(tt.times) {
			ip := between(tcp.Client, tcp.SYN)
			if word[0] == 'o' {
				ip = ip4(8, 9, packet.ProtoUDP, 0, nil)
			}
			s, err := strconv.Atoi(word[1:])
			if err != nil {
				t.Fatal(err)
			}
			frames = append(frames, raw(int64(s)*1e9, ip))
		}
		if got := counts(flows(tcpchain.Config{}, frames...)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Which frames belong to a flow.
func TestFrames(t *testing.T) {
	syn := segment(1000, 80, tcp.SYN)
	v4, v6 := ip4(1, 2, packet.ProtoTCP, 0, syn), ip6(1, 2, packet.ProtoTCP, syn)
	macs := make([]byte, 12)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	padding := make([]byte, 6)
	for _, tt := range []struct {
		name string
		link packet.LinkType
		data []byte
		want string // proto, octets; "" for no flow
	}{
		{"Ethernet", packet.LinkEthernet, join(macs, []byte("\x08\x00"), v4, padding), "6 46"},
		{"Ethernet, IPv6", packet.LinkEthernet, join(macs, []byte("\x86\xdd"), v6), "6 60"},
		{"version against the type", packet.LinkEthernet, join(macs, []byte("\x08\x00"), v6), ""},
		{"two VLAN tags", packet.LinkEthernet, join(macs, []byte("\x88\xa8\x00\x01\x81\x00\x00\x02\x08\x00"), v4), "6 40"},
		{"SNAP", packet.LinkEthernet, join(macs, []byte("\x00\x30\xaa\xaa\x03\x00\x00\x00\x08\x00"), v4), "6 40"},
		{"LLC without SNAP", packet.LinkEthernet, join(macs, []byte("\x00\x30\x06\x06\x03"), v4), ""},
		{"MPLS", packet.LinkEthernet, join(macs, []byte("\x88\x47\x00\x01\x00\x40\x00\x02\x01\x40"), v4), "6 40"},
		{"Ethernet inside MPLS", packet.LinkEthernet, join(macs, []byte("\x88\x47\x00\x01\x01\x40"), macs, []byte("\x08\x00"), v4), ""},
		{"PPPoE", packet.LinkEthernet, join(macs, []byte("\x88\x64\x11\x00\x00\x01\x00\x2a\x00\x21"), v4), "6 40"},
		{"FDDI", packet.LinkFDDI, join(macs, []byte("\x50\xaa\xaa\x03\x00\x00\x00\x08\x00"), v4), "6 40"},
		{"cooked", packet.LinkLinuxSLL, join(macs, []byte("\x00\x00\x08\x00"), v4), "6 40"},
		{"cooked, second version", packet.LinkLinuxSLL2, join([]byte("\x86\xdd\x00\x00\x00\x00"), macs, []byte("\x00\x00"), v6), "6 60"},
		{"loopback", packet.LinkNull, join([]byte("\x02\x00\x00\x00"), v4), "6 40"},
		{"PPP", packet.LinkPPP, join([]byte("\xff\x03\x00\x57"), v6), "6 60"},
		{"Cisco HDLC", packet.LinkCHDLC, join([]byte("\x0f\x00\x08\x00"), v4), "6 40"},
		{"802.11", packet.LinkWiFi, v4, ""},
		{"first fragment", packet.LinkRaw, ip4(1, 2, packet.ProtoTCP, 0x2000, syn), "6 40"},
		{"later fragment", packet.LinkRaw, ip4(1, 2, packet.ProtoTCP, 0x2003, syn), ""},
		{"destination options", packet.LinkRaw, ip6(1, 2, 60, join([]byte("\x06\x00\x01\x04\x00\x00\x00\x00"), syn)), "60 68"},
		{"fragment header", packet.LinkRaw, ip6(1, 2, 44, join([]byte("\x06\x00\x00\x01\x00\x00\x00\x00"), syn)), "44 68"},
		{"fragment header, later", packet.LinkRaw, ip6(1, 2, 44, join([]byte("\x06\x00\x00\x09\x00\x00\x00\x00"), syn)), ""},
		{"UDP", packet.LinkRaw, ip4(1, 2, packet.ProtoUDP, 0, syn), ""},
		{"IP in IP", packet.LinkRaw, ip4(1, 2, packet.ProtoIPv4, 0, v4), ""},
		{"cut behind the ports", packet.LinkRaw, v4[:24], ""},
	} {
		got := ""
		for _, f := range flows(tcpchain.Config{}, &packet.Frame{Data: tt.data, Link: tt.link}) {
			got += fmt.Sprint(f.Proto(), f.Octets[0])
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// An ICMP error belongs to the flow of the segment that it quotes.
func TestICMP(t *testing.T) {
	syn := between(tcp.Client, tcp.SYN)
	unreachable := ip4(7, 1, packet.ProtoICMP, 0, append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, syn[:28]...))
	echo := ip4(7, 1, packet.ProtoICMP, 0, append([]byte{8, 0, 0, 0, 0, 0, 0, 0}, syn...))
	all := flows(tcpchain.Config{}, raw(0, syn), raw(1, unreachable), raw(2, echo))
	if len(all) != 1 || all[0].Packets != [2]uint64{1, 1} || all[0].Octets != [2]uint64{40, 56} || all[0].Segments != 1 {
		t.Errorf("%+v", all)
	}
	for kind, want := range map[byte]uint64{0: 0, 3: 1, 4: 1, 5: 1, 8: 0, 11: 1, 12: 1, 13: 0} {
		unreachable[20] = kind
		if all := flows(tcpchain.Config{}, raw(0, syn), raw(1, unreachable)); all[0].Packets[1] != want {
			t.Errorf("ICMP type %d: %d packets, want %d", kind, all[0].Packets[1], want)
		}
	}
	unreachable[20] = 3
	if all := flows(tcpchain.Config{}, raw(0, unreachable)); len(all) != 0 {
		t.Errorf("a flow without a segment: %+v", all)
	}
	all = flows(tcpchain.Config{}, raw(0, unreachable), raw(1, syn))
	if len(all) != 1 || all[0].Packets != [2]uint64{1, 1} || all[0].Src().Port() != 80 {
		t.Errorf("the error came first: %+v", all)
	}
}

// Both ends are one: the original takes all packets for reverse ones.
func TestSelf(t *testing.T) {
	all := flows(tcpchain.Config{}, raw(0, ip4(1, 1, packet.ProtoTCP, 0, segment(7, 7, tcp.SYN))))
	if len(all) != 1 || all[0].Packets != [2]uint64{0, 1} {
		t.Errorf("%+v", all)
	}
}

// A full table lets flows go that are complete before those that are not.
func TestEviction(t *testing.T) {
	var order []uint16
	table := tcpchain.New(tcpchain.Config{MaxFlows: 3}, tcpchain.Chain{Done: func(f *tcpchain.Flow) {
		order = append(order, f.Src().Port())
		if f.Slot >= 3 {
			t.Errorf("slot %d", f.Slot)
		}
	}})
	for _, s := range []struct {
		port  uint16
		flags tcp.Flags
	}{{1, tcp.SYN}, {2, tcp.SYN}, {3, tcp.SYN}, {2, tcp.RST}, {4, tcp.SYN}, {5, tcp.SYN}} {
		table.Observe(raw(0, ip4(1, 2, packet.ProtoTCP, 0, segment(s.port, 80, s.flags))))
	}
	table.Flush()
	if fmt.Sprint(order) != "[2 1 3 4 5]" || table.Stats() != (tcpchain.Stats{Flows: 5, Evicted: 2}) {
		t.Errorf("done in order %v, %+v", order, table.Stats())
	}
}

// A Chain can refuse a flow, and end it.
func TestChain(t *testing.T) {
	var log []string
	chain := tcpchain.Chain{
		NewFlow: func(f *tcpchain.Flow, ip []byte) bool {
			log = append(log, fmt.Sprint("new ", f.Src().Port(), " ", len(ip)))
			return f.Src().Port() != 2
		},
		TCP: func(f *tcpchain.Flow, h tcp.Header, rev bool) bool {
			log = append(log, fmt.Sprint("tcp ", h.SrcPort()))
			return f.Segments < 2
		},
		Done: func(f *tcpchain.Flow) { log = append(log, fmt.Sprint("done ", f.Src().Port())) },
	}
	table := tcpchain.New(tcpchain.Config{}, chain, tcpchain.Chain{})
	for i, port := range []uint16{1, 2, 1, 2, 3} {
		table.Observe(raw(int64(i)*1e9, ip4(1, 2, packet.ProtoTCP, 0, segment(port, 80, tcp.SYN))))
	}
	table.Observe(raw(8e9, nil))
	log = append(log, "flush")
	table.Flush()
	table.Flush()
	want := "new 1 40, tcp 1, new 2 40, tcp 1, new 3 40, tcp 3, done 1, flush, done 3"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	all := flows(tcpchain.Config{},
		raw(1641550600480073000, ip6(1, 2, packet.ProtoTCP, segment(1000, 80, tcpchain.SEC))),
		raw(1641550601000000000, ip6(2, 1, packet.ProtoTCP, segment(80, 1000, tcp.RST|tcp.ACK))))
	const want = `{"pkt_first":1641550600.480073,"sip":"fd00::1","dip":"fd00::2","proto":6,"sp":1000,"dp":80,"pkt_fwd":1,"pkt_rev":1,"oct_fwd":60,"oct_rev":60,` +
		`"tcp_synflags_fwd":194,"tcp_synflags_rev":null,"tcp_fin_fwd":false,"tcp_fin_rev":false,"tcp_rst_fwd":false,"tcp_rst_rev":true,"tcp_connected":false,` +
		`"pkt_last":1641550601.0,"n_tcp":2}` + "\n"
	if got := string(all[0].AppendJSON(nil)); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf = all[0].AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
	if got := string(flows(tcpchain.Config{}, raw(-1500000000, between(tcp.Client, tcp.SYN)))[0].AppendJSON(nil)); !strings.HasPrefix(got, `{"pkt_first":-1.5,`) {
		t.Errorf("before 1970: %s", got)
	}
}
