package netfilter

import (
	"encoding/binary"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/tcp"
)

// Every cause that a packet can have is told what it means.
func TestEveryCauseHasAMeaning(t *testing.T) {
	for c := CauseNone + 1; c < numCauses; c++ {
		v := Verdict{Why: Reason{Cause: c}}
		if v.Meaning() == "" || c.String() == "" {
			t.Errorf("cause %d (%s) has no meaning", c, c)
		}
	}
	for s := range NumStates {
		if (&Verdict{State: State(s)}).Meaning() == "" {
			t.Errorf("state %d has no meaning", s)
		}
	}
}

// segmentView is a View of a segment between 10.0.0.1:1000 and 10.0.0.2:80.
func segmentView(at int64, answer bool, seq, ack uint32, flags tcp.Flags, win uint16) *packet.View {
	b := make([]byte, 40)
	b[0], b[3], b[8], b[9] = 0x45, 40, 64, 6
	ends := [2][4]byte{{10, 0, 0, 1}, {10, 0, 0, 2}}
	ports := [2]uint16{1000, 80}
	from := 0
	if answer {
		from = 1
	}
	copy(b[12:], ends[from][:])
	copy(b[16:], ends[1-from][:])
	binary.BigEndian.PutUint16(b[20:], ports[from])
	binary.BigEndian.PutUint16(b[22:], ports[1-from])
	binary.BigEndian.PutUint32(b[24:], seq)
	binary.BigEndian.PutUint32(b[28:], ack)
	b[32], b[33] = 0x50, byte(flags)
	binary.BigEndian.PutUint16(b[34:], win)
	v := &packet.View{}
	d := packet.NewDecoder(packet.Config{NoChecksums: true})
	d.Decode(&packet.Frame{Data: b, WireLen: 40, Link: packet.LinkRaw, At: at}, v)
	return v
}

// shaken returns a Tracker that saw a handshake at time 0: ISS 1000 and 5000,
// windows of 1000.
func shaken(c Config) *Tracker {
	c.NoChecksums = true
	t, v := New(c), Verdict{}
	t.Observe(segmentView(0, false, 1000, 0, tcp.SYN, 1000), &v)
	t.Observe(segmentView(1, true, 5000, 1001, tcp.SYN|tcp.ACK, 1000), &v)
	t.Observe(segmentView(2, false, 1001, 5001, tcp.ACK, 1000), &v)
	return t
}

// TestAccountsOfBounds breaks each bound by one octet, and keeps it by none.
func TestAccountsOfBounds(t *testing.T) {
	for _, c := range []struct {
		name     string
		seq, ack uint32
		broken   int // of Bounds; -1 for none
	}{
		{"upper data", 2002, 5001, 0},
		{"upper data kept", 2001, 5001, -1},
		{"upper ack", 1001, 5002, 1},
		{"lower data", 0, 5001, 2},
		{"lower data kept", 1, 5001, -1},
		{"lower ack", 1001, (5000 - 66000) & (1<<32 - 1), 3},
		{"lower ack kept", 1001, (5001 - 66000) & (1<<32 - 1), -1},
	} {
		a := shaken(Config{}).Explain(segmentView(3, false, c.seq, c.ack, tcp.ACK, 1000))
		if !a.Segment || !a.Asked || a.Before == nil {
			t.Fatalf("%s: bounds not asked", c.name)
		}
		for i, b := range a.Bounds {
			if b.Holds() == (i == c.broken) {
				t.Errorf("%s: bound %d: %d, %d, holds %v", c.name, i, b.Got, b.Bound, b.Holds())
			}
		}
		if refused := a.Verdict.Why.Cause != CauseNone; refused != (c.broken >= 0) {
			t.Errorf("%s: the verdict is %v, %v", c.name, a.Verdict.State, a.Verdict.Why.Cause)
		}
	}
}

// TestExplainingChangesNothing holds verdicts after Explain to those after Observe.
func TestExplainingChangesNothing(t *testing.T) {
	one, other := shaken(Config{}), shaken(Config{})
	for at, s := range []struct {
		seq, ack uint32
		flags    tcp.Flags
	}{
		{1001, 5002, tcp.ACK}, {900000, 5001, tcp.ACK}, {2002, 5001, tcp.ACK}, {700000, 0, tcp.SYN},
		{1001, 5001, tcp.FIN | tcp.ACK}, {1001, 0, tcp.RST}, {9, 9, tcp.FIN}, {1002, 5001, tcp.ACK},
	} {
		v := segmentView(int64(10+at), false, s.seq, s.ack, s.flags, 500)
		var want Verdict
		one.Observe(v, &want)
		got := other.Explain(v).Verdict
		if got.State != want.State || got.Why != want.Why || got.Deleted != want.Deleted || (got.Entry == nil) != (want.Entry == nil) {
			t.Fatalf("segment %d: explained %+v, observed %+v", at, got, want)
		}
		if got.Entry != nil && *got.Entry != *want.Entry {
			t.Fatalf("segment %d: explained %+v, observed %+v", at, *got.Entry, *want.Entry)
		}
	}
}

// TestStories reads the lines that differ from the example of the command's scripts.
func TestStories(t *testing.T) {
	ack := segmentView(3, false, 1001, 5002, tcp.ACK, 1000)
	late := segmentView(500_000*second, false, 1001, 5001, tcp.ACK, 1000)
	for name, c := range map[string]struct {
		gateway *Tracker
		view    *packet.View
		want    string
	}{
		"refused":  {shaken(Config{}), ack, "III     ACK       5002 <= 5001        BROKEN by 1: acknowledges what was not seen\n"},
		"forgiven": {shaken(Config{Liberal: true}), ack, "asked in this order, and a broken one is forgiven (liberal):\n"},
		"expired":  {shaken(Config{}), late, "before    no entry: its time was over "},
		"ignored":  {shaken(Config{}), segmentView(3, false, 7, 0, tcp.SYN, 9), "not asked, as it was decided before them"},
		"unseen":   {shaken(Config{}), &packet.View{}, "verdict   none: connection tracking does not see it\n"},
	} {
		if got := c.gateway.Explain(c.view).Story(c.view.At); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", name, c.want, got)
		}
	}
}

// TestExpectChangesNothing lets one of two Trackers read ahead, and finds the
// same entries.
func TestExpectChangesNothing(t *testing.T) {
	one, other := shaken(Config{}), shaken(Config{})
	views := []packet.View{*segmentView(3, false, 1001, 5001, tcp.ACK, 9), *segmentView(4, true, 5001, 1001, tcp.FIN|tcp.ACK, 9), {}}
	views = append(views, make([]packet.View, Ahead)...)
	one.Expect(views)
	if h := one.hashKey(views[0].Outer()); one.touched == 0 || h != one.found(one.table.at(1)).hash {
		t.Errorf("nothing was read, or the wrong thing: hash %x, the entry's %x", h, one.found(one.table.at(1)).hash)
	}
	for i := range views {
		var a, b Verdict
		one.Observe(&views[i], &a)
		other.Observe(&views[i], &b)
		if a.State != b.State || a.Why != b.Why {
			t.Errorf("packet %d: %+v, %+v", i, a, b)
		}
	}
	New(Config{}).Expect(views)
}
