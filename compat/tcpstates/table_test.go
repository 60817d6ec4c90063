package tcpstates_test

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/packet"
	"onpath/tcp"
)

// between returns a segment's frame between two ports of the same two hosts.
func between(src, dst uint16, f tcp.Flags) packet.Frame {
	frame := craft(tcp.Segment{Flags: f}, 0)
	binary.BigEndian.PutUint16(frame.Data[34:], src)
	binary.BigEndian.PutUint16(frame.Data[36:], dst)
	return frame
}

// reversed turns the addresses of a frame.
func reversed(f packet.Frame) packet.Frame {
	b := append([]byte{}, f.Data...)
	copy(b[26:], f.Data[30:34])
	copy(b[30:], f.Data[26:30])
	f.Data = b
	return f
}

// TestDirection: which end the first packet is taken to come from, that the
// other one is the other, that A ends first, and that a flow alone is A.
func TestDirection(t *testing.T) {
	for _, tt := range []struct {
		src, dst uint16
		flags    tcp.Flags
		b        bool
	}{
		{40000, 80, tcp.SYN, false},
		{80, 40000, tcp.ACK, true},
		{80, 79, tcp.ACK, false},
		{1024, 40000, tcp.ACK, false},
		{1023, 40000, tcp.ACK, true},
		{8080, 80, tcp.ACK, true},
		{8089, 40000, tcp.ACK, true},
		{8082, 40000, tcp.ACK, false},
		{40000, 80, tcp.SYN | tcp.ACK, true},
		{40000, 80, 0xff, true},
	} {
		var dirs []bool
		table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) { dirs = append(dirs, f.B) })
		var p, q tcpstates.Packet
		first, second := between(tt.src, tt.dst, tt.flags), reversed(between(tt.dst, tt.src, tcp.ACK))
		table.Observe(&first, &p)
		table.Observe(&second, &q)
		table.Flush()
		if p.B != tt.b || q.B != !tt.b || q.Flow != 1 {
			t.Errorf("%+v: B %v, then %v of flow %d", tt, p.B, q.B, q.Flow)
		}
		if !reflect.DeepEqual(dirs, []bool{false, true}) {
			t.Errorf("%+v: the flows that ended were B: %v", tt, dirs)
		}
		table.Observe(&first, &p)
		table.Flush()
		if p.B != tt.b || dirs[2] {
			t.Errorf("%+v: alone: B %v, at its end %v", tt, p.B, dirs[2])
		}
	}
}

// TestLand: what a host sends to itself has one direction.
func TestLand(t *testing.T) {
	frame := between(80, 80, tcp.SYN)
	copy(frame.Data[30:34], frame.Data[26:30])
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	for range 2 {
		table.Observe(&frame, &p)
	}
	if table.Live() != 1 || p.Flow != 1 {
		t.Errorf("%d flows, number %d", table.Live(), p.Flow)
	}
}

// TestLengths: the ports are read only in datagrams of 40 octets, by a total
// length that may be 0.
func TestLengths(t *testing.T) {
	for total, want := range map[uint16]string{
		40: "40000\t10.0.0.2\t80\t6\t0x00", 39: "0\t10.0.0.2\t0\t6\t0x00", 34: "0\t10.0.0.2\t0\t6\t0x00",
		0: "40000\t10.0.0.2\t80\t6\t0x00", 4000: "40000\t10.0.0.2\t80\t6\t0x00",
		33: "0\t10.0.0.2\t0\t6\t0x00", 20: "0\t10.0.0.2\t0\t6\t0x00",
	} {
		frame := between(40000, 80, tcp.SYN)
		binary.BigEndian.PutUint16(frame.Data[16:], total)
		table := tcpstates.New(tcpstates.Config{}, nil)
		var p tcpstates.Packet
		table.Observe(&frame, &p)
		line := strings.TrimSpace(string(tcpstates.AppendPacket(nil, &p)))
		if !strings.HasSuffix(line, "10.0.0.1\t"+want) || p.TCP != (total == 0 || total >= 34) {
			t.Errorf("total length %d: TCP %v, %q", total, p.TCP, line)
		}
	}
}

// TestRows: what is not IP, or has no ports, has empty columns.
func TestRows(t *testing.T) {
	var flows []string
	table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) {
		flows = append(flows, string(tcpstates.AppendFlow(nil, f)))
	})
	icmp := ether("\x88\xa8\x20\x07\x81\x00\xe0\x08\x08\x00", ip4(1, []byte("\x08\x00\x00\x00\x00\x00\x00\x00")))
	arp := ether("\x08\x06", "\x00\x01\x08\x00")
	var rows []string
	for i, data := range [][]byte{icmp, arp, {}} {
		var p tcpstates.Packet
		if table.Observe(&packet.Frame{Data: data, Number: uint64(i + 1), At: 1e9, Link: packet.LinkEthernet}, &p) {
			rows = append(rows, string(tcpstates.AppendPacket(nil, &p)))
		}
	}
	table.Flush()
	if want := []string{
		"1\t1\t1.000000000\t192.0.2.1\t\t192.0.2.2\t\t1\t0x00\n",
		"2\t2\t1.000000000\t\t\t\t\t\t0x00\n",
	}; !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
	if want := []string{
		"A\t1\t1.000000000\t1.000000000\t0.000000000\t8199;57352\t192.0.2.1\t0\t192.0.2.2\t0\t1\t0x00\n",
		"A\t2\t1.000000000\t1.000000000\t0.000000000\t\t-\t0\t-\t0\t0\t0x00\n",
	}; !reflect.DeepEqual(flows, want) {
		t.Errorf("flows %q, want %q", flows, want)
	}
}

// TestBackwards: an entry whose time lies ahead hides the older ones behind it
// from the sentinels, and one that was looked at is not looked at again.
func TestBackwards(t *testing.T) {
	for _, tt := range []struct {
		name string
		play []tcp.Segment // of connections 0, 1, 2 … in this order
		want string        // numbers of the flows that ended before Flush
	}{
		{"in order", []tcp.Segment{{At: 0, Flags: tcp.RST}, {At: 1e9, Flags: tcp.RST}}, "1"},
		{"the first is ahead", []tcp.Segment{{At: 9e9, Flags: tcp.RST}, {At: 1e9, Flags: tcp.RST}, {At: 5e9, Flags: tcp.RST}}, ""},
		{"time comes", []tcp.Segment{{At: 9e9, Flags: tcp.RST}, {At: 1e9, Flags: tcp.RST}, {At: 10e9, Flags: tcp.RST}}, "1 2"},
		{"looked at too early", []tcp.Segment{{At: 0, Flags: tcp.SYN}, {At: 50e9, Flags: tcp.RST}, {At: 51e9, Flags: tcp.RST}, {At: 120e9, Flags: tcp.RST}}, "2 1 3"},
	} {
		var ended []string
		table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) { ended = append(ended, fmt.Sprint(f.Number)) })
		var p tcpstates.Packet
		for i, s := range tt.play {
			f := craft(s, byte(i))
			table.Observe(&f, &p)
		}
		if got := strings.Join(ended, " "); got != tt.want {
			t.Errorf("%s: ended %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestLookedAtOnce: the sentinel of 0.1 s goes past a pair of which one side is
// too young, because of a fragment that did not touch it, and does not come back:
// the pair lives until that of 10 s.
func TestLookedAtOnce(t *testing.T) {
	ended := 0
	table := tcpstates.New(tcpstates.Config{}, func(*tcpstates.Flow) { ended++ })
	var p tcpstates.Packet
	for _, s := range []struct {
		conn  byte
		ms    int64
		dir   tcp.Dir
		flags tcp.Flags
		field uint16 // of fragments
		ended int
	}{
		{0, 0, tcp.Client, tcp.ACK, 0, 0},
		{0, 1000, tcp.Server, tcp.ACK, 0x2000, 0},
		{0, 2000, tcp.Client, tcp.RST, 0, 0},
		{0, 2050, tcp.Server, 0, 5, 0},
		{1, 2120, tcp.Client, tcp.SYN, 0, 0},  // the client's time is over, the server's is not
		{1, 2300, tcp.Client, tcp.SYN, 0, 0},  // both are
		{1, 12049, tcp.Client, tcp.SYN, 0, 0}, // ten seconds since the client, not since the fragment
		{1, 12050, tcp.Client, tcp.SYN, 0, 2},
	} {
		f := craft(tcp.Segment{At: s.ms * 1e6, Dir: s.dir, Flags: s.flags}, s.conn)
		binary.BigEndian.PutUint16(f.Data[20:], s.field)
		if table.Observe(&f, &p); ended != s.ended {
			t.Errorf("at %d ms %d flows have ended, want %d", s.ms, ended, s.ended)
		}
	}
}

// TestAckNeedsFlag: an acknowledgment number without ACK completes no close.
func TestAckNeedsFlag(t *testing.T) {
	var pair tcpstates.Pair
	for i, s := range []tcp.Segment{
		{Flags: tcp.SYN, Seq: 100},
		{Flags: tcp.SYN | tcp.ACK, Seq: 500, Ack: 101, Dir: tcp.Server},
		{Flags: tcp.ACK, Seq: 101, Ack: 501},
		{Flags: tcp.FIN | tcp.ACK, Seq: 101, Ack: 501},
		{Flags: tcp.FIN | tcp.ACK, Seq: 501, Ack: 102, Dir: tcp.Server},
		{Flags: tcp.PSH, Seq: 102, Ack: 502},
	} {
		s.At = int64(i)
		pair.Observe(&s, &tcpstates.DefaultLimits)
	}
	if c, s := pair.Final(); c != tcpstates.Teardown || s != tcpstates.Teardown {
		t.Errorf("ends with %v %v, want 0x02 0x02", c, s)
	}
}

// TestChains: flows whose neighbours in the chains have ended are still
// found, and so are the fragments that they wait for.
func TestChains(t *testing.T) {
	const n = 4000
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	send := func(i int, at int64, f tcp.Flags, field uint16) {
		frame := between(uint16(20000+i), 80, f)
		frame.At = at
		binary.BigEndian.PutUint16(frame.Data[18:], uint16(i))
		binary.BigEndian.PutUint16(frame.Data[20:], field)
		table.Observe(&frame, &p)
	}
	for i := range n {
		f := tcp.SYN
		if i%3 == 0 {
			f = tcp.RST
		}
		send(i, 0, f, 0x2000)
	}
	for i := range n {
		if send(i, 1e9, tcp.PSH, 5); i%3 != 0 && p.Flow != uint64(i+1) || i%3 == 0 && p.Flow != n+1 {
			t.Fatalf("a later fragment of %d is of flow %d", i+1, p.Flow)
		}
		if send(i, 1e9, tcp.ACK, 0); i%3 != 0 && p.Flow != uint64(i+1) || i%3 == 0 && p.Flow <= n {
			t.Fatalf("a segment of %d is of flow %d", i+1, p.Flow)
		}
	}
}
