package check

import (
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// odds is a segment that breaks many rules at once.
func odds(n uint32) packet.View {
	v := packet.View{Key: packet.Key{APort: 40000, BPort: 80, Proto: packet.ProtoTCP}, Number: uint64(n)}
	v.Seg = tcp.Segment{
		At: int64(n) * 1e6, Dir: tcp.Dir(n & 1), Seq: tcp.Seq(n * 0x0101_0101), Ack: tcp.Seq(n * 0x1111_0101), Len: n & 1023,
		Flags: tcp.Flags(n) & 0x1ff, Win: uint16(n), Urg: 9, Opts: tcp.OptBad | tcp.OptMSS | tcp.OptTimestamp, TSval: n << 20,
	}
	v.At = v.Seg.At
	return v
}

// TestAnomaliesOfOneConnection: a flood of them costs a finding for each kind and
// direction, and the first occurrences of each.
func TestAnomaliesOfOneConnection(t *testing.T) {
	in := New(Config{Overlap: -1})
	tracker := conn.Tracker{Keep: true}
	var cn conn.Conn
	var c Case
	for n := range uint32(100_000) {
		v := odds(n + 1)
		shown := c.Shows(&v)
		step := tracker.Observe(&cn, &v.Seg)
		in.Judge(&c, shown, &v, &step, tracker.Before(), &cn)
	}
	found := in.Finish(&c, &End{}, &cn)
	if len(found) < 20 || len(found) > maxKinds {
		t.Errorf("%d findings", len(found))
	}
	for i := range found {
		if len(found[i].Kept) > in.keep {
			t.Errorf("%v: %d occurrences are kept", found[i].ID, len(found[i].Kept))
		}
	}
	v, step := odds(77), conn.Step{}
	if n := testing.AllocsPerRun(1000, func() {
		in.Judge(&c, c.Shows(&v), &v, &step, &cn, &cn)
	}); n > 0 {
		t.Errorf("%v allocations for a segment that raises what was raised before", n)
	}
}

// TestStrongFindings: whatever mild ones a connection has, there is room for stronger ones.
func TestStrongFindings(t *testing.T) {
	in, c := New(Config{Overlap: -1}), Case{}
	for _, r := range anomaly.Rows() {
		if r.Severity <= anomaly.Informational {
			in.books.begin(&c, r.ID, tcp.Client)
			in.books.begin(&c, r.ID, tcp.Server)
		}
	}
	if n := len(in.books.of(&c)); n != maxKinds/2 {
		t.Errorf("%d mild ones", n)
	}
	if in.books.begin(&c, anomaly.SynFinSegment, tcp.Client) == nil {
		t.Error("there is no room for a violation")
	}
}

// TestAnomaliesOfManyConnections: what all open connections keep is bounded, what
// is not kept is counted, and half of the room is for what is not mild, a quarter for what
// is stronger than performance.
func TestAnomaliesOfManyConnections(t *testing.T) {
	const room = 1000
	in := New(Config{Overlap: -1, Max: room})
	cases := make([]Case, 5*room)
	for i := range cases {
		if f := in.books.begin(&cases[i], anomaly.RstExact, tcp.Client); f != nil {
			f.Kept = roomFor(f.Kept, in.keep)
		}
	}
	if in.books.total != room/2 || in.Stats().Findings == 0 {
		t.Errorf("%d mild findings are kept, %d given up", in.books.total, in.Stats().Findings)
	}
	for i := range cases {
		in.books.begin(&cases[i], anomaly.RetransmissionRto, tcp.Client)
	}
	if in.books.total != room*3/4 {
		t.Errorf("%d findings of performance and mild ones are kept", in.books.total)
	}
	for i := range cases {
		in.books.begin(&cases[i], anomaly.SynFinSegment, tcp.Client)
	}
	if in.books.total != room {
		t.Errorf("%d findings are kept", in.books.total)
	}
	for i := range cases {
		in.Forget(&cases[i])
	}
	if in.books.total != 0 {
		t.Errorf("%d findings are kept of nothing", in.books.total)
	}
}

// TestManyMasks: whatever segments show, in however many ways at once, who is asked about
// them is no list of its own in the end.
func TestManyMasks(t *testing.T) {
	in, n := New(Config{Overlap: -1}), uint32(0)
	ask := func() {
		n++
		if len(in.askedOf(trigger(n*0x9e3779b1)&(1<<numTriggers-1), sound(n&7))) == 0 {
			t.Fatalf("nobody is asked about mask %d", n)
		}
	}
	for range 1 << 14 {
		ask()
	}
	if n := testing.AllocsPerRun(4096, ask); n > 0 {
		t.Errorf("%v allocations for a segment that shows what none before did", n)
	}
}
