package check

import (
	"fmt"
	"maps"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// elsewhere are rules that conversations cannot tell of: addresses, ports, frames
// that cannot be read. TestFrames and its neighbours ask for them.
var elsewhere = map[anomaly.ID]bool{
	anomaly.PortZero: true, anomaly.LandSegment: true, anomaly.TcpToMulticastOrBroadcast: true,
	anomaly.TcpHeaderTruncated: true, anomaly.TcpDataOffsetTooSmall: true, anomaly.TcpDataOffsetBeyondPacket: true,
	anomaly.CaptureDropped: true, anomaly.TrackerEvicted: true,
	anomaly.IsnReused: true, anomaly.IsnPredictable: true, // TestISNs
}

// Where things stand in a frame of segtext.
const (
	atSource      = 14 + 12
	atDestination = 14 + 16
	atPorts       = 14 + 20
	atOffset      = 14 + 20 + 12
)

// raisedBy returns the names of what a frame raises that is the first of all: that
// of the line, changed.
func raisedBy(t *testing.T, line string, change func(frame []byte)) (names []string) {
	t.Helper()
	lines, err := segtext.ParseLines(line)
	if err != nil {
		t.Fatal(err)
	}
	frame := lines[0].Frame()
	change(frame)
	p := player{t: t, in: New(Config{}), decoder: packet.NewDecoder(packet.Config{})}
	p.decoder.Decode(&packet.Frame{Number: 1, Link: packet.LinkEthernet, Data: frame, WireLen: uint32(len(frame))}, &p.v)
	if p.v.Why == packet.Decoded {
		p.watch()
	} else {
		p.in.Undecoded(&p.v)
	}
	for _, r := range p.in.Raised() {
		names = append(names, r.ID.String())
	}
	return names
}

// TestFrames: what a frame raises that no line can describe, and what one raises
// that is nearly the same.
func TestFrames(t *testing.T) {
	copyTo := func(at int, octets ...byte) func([]byte) {
		return func(f []byte) { copy(f[at:], octets) }
	}
	for _, tt := range []struct {
		id     string
		raises bool
		change func([]byte)
	}{
		{"port-zero", true, copyTo(atPorts, 0, 0)},
		{"port-zero", true, copyTo(atPorts+2, 0, 0)},
		{"port-zero", false, copyTo(atPorts, 0, 1)},
		{"land-segment", true, copyTo(atSource, 192, 0, 2, 1, 192, 0, 2, 1, 0, 80, 0, 80)},
		{"land-segment", true, func(f []byte) {
			copy(f[atDestination:], f[atSource:atSource+4])
			copy(f[atPorts+2:], f[atPorts:atPorts+2])
		}},
		{"land-segment", false, func(f []byte) { copy(f[atDestination:], f[atSource:atSource+4]) }},
		{"land-segment", false, func(f []byte) {
			copyTo(atSource, 127, 0, 0, 1, 127, 0, 0, 1)(f)
			copy(f[atPorts+2:], f[atPorts:atPorts+2])
		}},
		{"tcp-to-multicast-or-broadcast", true, copyTo(atDestination, 224, 0, 0, 5)},
		{"tcp-to-multicast-or-broadcast", true, copyTo(atDestination, 255, 255, 255, 255)},
		{"tcp-to-multicast-or-broadcast", true, copyTo(atSource, 239, 1, 2, 3)},
		{"tcp-to-multicast-or-broadcast", false, copyTo(atDestination, 223, 255, 255, 255)},
		{"tcp-header-truncated", true, copyTo(16, 0, 20+19)},
		{"tcp-header-truncated", false, copyTo(16, 0, 20+20)},
		{"tcp-data-offset-too-small", true, copyTo(atOffset, 0x40)},
		{"tcp-data-offset-too-small", false, copyTo(atOffset, 0x50)},
		{"tcp-data-offset-beyond-packet", true, copyTo(atOffset, 0xb0)},
		{"tcp-data-offset-beyond-packet", false, copyTo(atOffset, 0xa0)},
	} {
		got := raisedBy(t, "0.0 > S 100:120(20) win 1000", tt.change)
		found := false
		for _, name := range got {
			found = found || name == tt.id
		}
		if found != tt.raises {
			t.Errorf("%s: want it %v, got %v", tt.id, tt.raises, got)
		}
	}
}

// TestStraysAreCounted: one for each host and row, and no more than there is room for.
func TestStraysAreCounted(t *testing.T) {
	in := New(Config{})
	v := packet.View{Why: packet.TCPOffset, Depth: 1, Key: packet.Key{Proto: packet.ProtoTCP}, L4: make([]byte, tcp.MinHeader)}
	for i := range maxStrays + 10 {
		v.Key.A[14], v.Key.A[15] = byte(i>>8), byte(i)
		in.Undecoded(&v)
		in.Undecoded(&v)
	}
	all := in.Strays()
	if len(all) != maxStrays || all[0].Count != 2 || all[0].ID != anomaly.TcpDataOffsetTooSmall {
		t.Errorf("%d strays, the first %d times", len(all), all[0].Count)
	}
	if in.Stats().Findings != 20 {
		t.Errorf("%d given up, want 20", in.Stats().Findings)
	}
}

// TestStraysEnd: what is not found again for ten minutes, or lasts an hour, is told and
// begins anew; what is found again meanwhile is not.
func TestStraysEnd(t *testing.T) {
	const minute = 60e9
	in := New(Config{})
	seen := map[string]int{}
	at := func(now int64, hosts ...byte) {
		for _, f := range in.Over(now) {
			seen[fmt.Sprintf("%d: host %d, %d times", now/minute, f.From[15], f.Count)]++
		}
		for _, host := range hosts {
			v := packet.View{At: now, Why: packet.TCPOffset, Depth: 1, Key: packet.Key{Proto: packet.ProtoTCP}, L4: make([]byte, tcp.MinHeader)}
			v.Key.A[15] = host
			in.Undecoded(&v)
		}
	}
	at(0, 1, 2)
	for now := int64(minute); now <= 65*minute; now += minute {
		at(now, 2)
	}
	want := map[string]int{"11: host 1, 1 times": 1, "61: host 2, 61 times": 1}
	if !maps.Equal(seen, want) || len(in.Strays()) != 1 || in.Strays()[0].Count != 5 {
		t.Errorf("over: %v; left: %+v", seen, in.Strays())
	}
}

// TestDropped: what the capture says itself is added up.
func TestDropped(t *testing.T) {
	in := New(Config{})
	in.Dropped(3, Moment{Frame: 7})
	in.Dropped(4, Moment{Frame: 9})
	if s := in.Strays(); len(s) != 1 || s[0].Numbers[0] != 7 || s[0].First.Frame != 7 || s[0].Last.Frame != 9 {
		t.Errorf("strays %+v", s)
	}
}

// TestEvicted: a record that was pushed out says so.
func TestEvicted(t *testing.T) {
	for _, evicted := range []bool{false, true} {
		in, c, now := New(Config{}), Case{}, conn.Conn{}
		found := in.Finish(&c, &End{Evicted: evicted, Packets: [2]uint64{3, 4}}, &now)
		if (len(found) == 1 && found[0].ID == anomaly.TrackerEvicted) != evicted {
			t.Errorf("evicted %v: found %v", evicted, found)
		}
	}
}

// TestSwitchedOff: a row that is off is not counted either.
func TestSwitchedOff(t *testing.T) {
	off := anomaly.Set{}
	off.Add(anomaly.TcpDataOffsetTooSmall)
	in := New(Config{Off: off})
	in.Undecoded(&packet.View{Why: packet.TCPOffset, Depth: 1, Key: packet.Key{Proto: packet.ProtoTCP}, L4: make([]byte, tcp.MinHeader)})
	if len(in.Strays())+len(in.Raised()) != 0 {
		t.Error("it is counted")
	}
}
