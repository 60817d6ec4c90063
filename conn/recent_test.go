package conn

import (
	"math/rand/v2"
	"testing"

	"onpath/tcp"
)

// TestRecent: of 8,000 segments of other connections hardly any makes one forgotten that
// passed before them, and what was asked for ahead changes nothing.
func TestRecent(t *testing.T) {
	const each, between = 1000, 8000
	var tracker Tracker
	n := uint32(0)
	pass := func() {
		n++
		tracker.Salt = n
		s := tcp.Segment{Seq: tcp.Seq(n * 977), Digest: n * 0x85ebca6b, Len: 100, TTL: 64, At: int64(n)}
		tracker.Expect(&s, 0)
		slot, mark := tracker.slot(&s, 0)
		*slot = passage{mark, s.At}
	}
	for range each + between {
		pass()
	}
	forgotten := 0
	for i := range uint32(each) {
		tracker.Salt = i + 1
		s := tcp.Segment{Digest: (i + 1) * 0x85ebca6b, Len: 100, TTL: 63}
		if slot, mark := tracker.slot(&s, 0); (slot.mark^mark)>>8 != 0 {
			forgotten++
		}
	}
	if forgotten > 10 { // of a table with one place for each, 114
		t.Errorf("%d of %d segments are forgotten", forgotten, each)
	}
}

// TestRemember: to remember says the same as place, and leaves the lines in the same order.
func TestRemember(t *testing.T) {
	var straight, plain recent
	r := rand.New(rand.NewPCG(1, 2))
	for at := range int64(20000) {
		mark := r.Uint64N(3)<<40 | r.Uint64N(9)<<8 | r.Uint64N(2) | 1<<30 // three lines, nine segments, two TTLs
		last := straight.remember(mark, at)
		slot := plain.place(mark)
		if last != *slot {
			t.Fatalf("mark %x: %v, want %v", mark, last, *slot)
		}
		*slot = passage{mark, at}
		if *straight.line(mark) != *plain.line(mark) {
			t.Fatalf("behind mark %x: %v, want %v", mark, *straight.line(mark), *plain.line(mark))
		}
	}
}
