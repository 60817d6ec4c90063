package run

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"onpath/packet"
)

// made is a ring that no kernel fills: blocks of frames, which have only times.
type made struct {
	reading, open []int64
	closed        [][]int64
	most          int   // blocks
	began         int64 // when the kernel began the one that is open
}

func (r *made) Next(f *packet.Frame) bool {
	if len(r.reading) == 0 {
		if len(r.closed) == 0 {
			return false
		}
		r.reading, r.closed = r.closed[0], r.closed[1:]
	}
	f.At, r.reading = r.reading[0], r.reading[1:]
	return true
}

func (r *made) Buffered() bool { return len(r.reading) > 0 }
func (r *made) Idle() bool     { return len(r.reading)+len(r.closed)+len(r.open) == 0 }
func (r *made) HalfFull() bool { return len(r.closed) > r.most/2 }

func (r *made) close() {
	if len(r.open) > 0 {
		r.closed, r.open = append(r.closed, r.open), nil
	}
}

// closes are the times at which the kernel closes blocks that are not full, at the latest,
// and how many frames make a full one.
const (
	closes    = 2 * int64(20*time.Millisecond)
	fullBlock = 30
)

// act is rings, and who fills and reads them, at random.
type act struct {
	*testing.T
	*merge
	dice  *rand.Rand
	rings []*made
	delay []int64 // of each ring, from a packet's stamp until it is there
	rate  []int64 // of each ring, ns from packet to packet
	at    int64   // the time
	set   int64   // what the clock was set by
	born  map[int64]int64
	last  int64
	out   int

	ordered bool // they must come in the order of time
}

func newAct(t *testing.T, seed uint64) *act {
	a := &act{T: t, dice: rand.New(rand.NewPCG(seed, 1)), at: 1e18, born: map[int64]int64{}}
	var rings []ring
	for range 1 + a.dice.IntN(9) {
		r := &made{most: 4 + a.dice.IntN(20)}
		a.rings, rings = append(a.rings, r), append(rings, r)
		a.delay = append(a.delay, a.dice.Int64N(slack))
		a.rate = append(a.rate, int64(1)<<(10+a.dice.IntN(22)))
	}
	a.merge = newMerge(rings, func() int64 { return a.at + a.set })
	return a
}

// pass lets time pass, in which packets come; a full ring loses them.
func (a *act) pass(ns int64) {
	for end := a.at + ns; a.at < end; {
		a.at += 1 + a.dice.Int64N(int64(200*time.Microsecond))
		for i, r := range a.rings {
			if a.at-r.began > closes {
				r.close()
			}
			if a.dice.Int64N(a.rate[i]) < int64(100*time.Microsecond) && len(r.closed) < r.most {
				a.put(i, r)
			}
		}
	}
}

// put puts a packet into a ring.
func (a *act) put(i int, r *made) {
	if len(r.open) == 0 {
		r.began = a.at
	}
	at := a.at + a.set - a.delay[i]
	for a.born[at] != 0 {
		at++
	}
	a.born[at] = a.at
	if r.open = append(r.open, at); len(r.open) == fullBlock {
		r.close()
	}
}

// read takes what next has, up to n frames, as a job does: as far as it is buffered, then with
// other blocks.
func (a *act) read(n int) {
	for ; n > 0; n-- {
		l := a.next(false)
		if l == nil {
			l = a.next(true)
		}
		if l == nil {
			a.held()
			return
		}
		l.here = false
		at := l.head.At
		if a.born[at] == 0 {
			a.Fatal("a frame twice, or of nobody")
		}
		if late := a.at - a.born[at]; late > int64(300*time.Millisecond) {
			a.Fatalf("a frame is %v late", time.Duration(late))
		}
		if a.ordered && at < a.last {
			a.Fatalf("frame %d lies %v before the last one", a.out, time.Duration(a.last-at))
		}
		delete(a.born, at)
		a.last, a.out = at, a.out+1
	}
}

// held fails if what is held back is held back by nobody, or too long.
func (a *act) held() {
	now, waits := a.clock(), false
	for i := range a.lanes {
		waits = waits || !a.lanes[i].here && len(a.rings[i].open) > 0
	}
	for i := range a.lanes {
		l := &a.lanes[i]
		switch {
		case !l.here:
		case l.HalfFull():
			a.Fatal("a ring gets full meanwhile")
		case !waits && l.from <= now-slack:
			a.Fatalf("a frame that is %v old waits for silent rings", time.Duration(now-l.from))
		case l.from <= now-int64(patience):
			a.Fatalf("a frame that is %v old waits", time.Duration(now-l.from))
		}
	}
}

// TestMergeLaw: frames come in the order of time, all of them, once; a ring that is silent
// holds nobody back, and one that is not does so no longer than the kernel keeps a block.
func TestMergeLaw(t *testing.T) {
	for seed := range uint64(300) {
		a := newAct(t, seed)
		a.ordered = true
		for _, r := range a.rings {
			r.most = 1 << 20 // none gets full
		}
		for range 200 {
			a.pass(a.dice.Int64N(int64(5 * time.Millisecond)))
			a.read(1 << 20)
		}
		a.drain()
	}
}

// drain reads the rest.
func (a *act) drain() {
	for i := range a.rate {
		a.rate[i] = 1 << 62
	}
	for range 30 {
		a.pass(int64(10 * time.Millisecond))
		a.read(1 << 20)
	}
	if len(a.born) != 0 {
		a.Fatalf("%d frames did not come, %d did", len(a.born), a.out)
	}
}

// TestMergeOfSetClocks: whoever sets the clock, and however small the rings, what has come
// is handed over soon, once.
func TestMergeOfSetClocks(t *testing.T) {
	for seed := range uint64(300) {
		a := newAct(t, seed)
		for i := range 200 {
			a.pass(a.dice.Int64N(int64(5 * time.Millisecond)))
			if a.dice.IntN(20) == 0 {
				a.set += int64(i%3-1)*int64(time.Hour) + 1
			}
			a.read(1 << 20)
		}
		a.set++
		a.drain()
	}
}

// TestMergeAllocs: a frame costs no memory.
func TestMergeAllocs(t *testing.T) {
	a := newAct(t, 1)
	a.pass(int64(time.Second))
	if n := testing.AllocsPerRun(100, func() {
		if l := a.next(true); l != nil {
			l.here = false
		}
	}); n != 0 {
		t.Errorf("%v allocations for a frame", n)
	}
}

// endless is a ring that is never empty: each frame is step ns later than the one before.
type endless struct{ at, step int64 }

func (r *endless) Next(f *packet.Frame) bool {
	r.at += r.step
	f.At = r.at
	return true
}

func (r *endless) Buffered() bool { return true }
func (r *endless) Idle() bool     { return false }
func (r *endless) HalfFull() bool { return false }

// BenchmarkMerge takes frames of rings that have theirs in turn, which is the worst for a
// heap.
func BenchmarkMerge(b *testing.B) {
	for _, n := range []int{1, 2, 8, 64} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var rings []ring
			for i := range n {
				rings = append(rings, &endless{at: int64(i), step: int64(n)})
			}
			m := newMerge(rings, func() int64 { return 1 })
			m.look(true)
			for i := 0; b.Loop(); i++ {
				l := m.next(false)
				l.here = false
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
		})
	}
}
