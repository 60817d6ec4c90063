package netfilter

import (
	"cmp"
	"math/bits"
	"slices"
)

// Entries wait for their end in hierarchical timing wheels (Varghese and Lauck 1987): a
// tick is a number of six digits to the base of 64, and an entry waits in the queue of
// the highest digit in which its tick differs from the present one. When that digit
// comes, the entries of the queue are spread over the lower ones.
//
// A packet that refreshes an entry writes only when it ends. The entry stays where
// it waits, as long as that is not behind its end, and joins again when its queue is
// due: a connection with a packet a second is moved once in 300 s, not with
// each packet.
const (
	tickBits  = 30 // a tick is 2³⁰ ns
	digitBits = 6
	numDigits = 6 // of a tick, which has 34 bits
)

// Ranks: which entries may go before their time when the table is full.
const (
	rankEarly = iota
	rankKept
	numRanks
)

// wheel is who waits. Each place, a level, a rank and a digit, has a queue; place 0 is
// none.
type wheel struct {
	at     uint64                      // the present tick: no entry waits for an earlier one
	some   [numDigits][numRanks]uint64 // bits: which queues are not empty
	queues [numDigits * numRanks << digitBits]queue
	due    []end // of the present tick, while they are sorted
}

// queue is the oldest and the newest slot of those that wait in one place.
type queue struct{ oldest, newest uint32 }

// end is when the entry in a slot ends.
type end struct {
	at       int64
	id, slot uint32
}

// tickOf returns the tick of a time in ns; later times have higher ones, before 1970, too.
func tickOf(at int64) uint64 { return (uint64(at) ^ 1<<63) >> tickBits }

// startOf returns the time at which a tick begins.
func startOf(tick uint64) int64 { return int64(tick<<tickBits ^ 1<<63) }

// place returns where those wait that end in a tick.
func (w *wheel) place(rank int, tick uint64) uint16 {
	level := (bits.Len64((tick^w.at)|1) - 1) / digitBits
	digit := tick >> (level * digitBits) & (1<<digitBits - 1)
	return uint16(1 + (level*numRanks+rank)<<digitBits + int(digit))
}

// first returns the first tick of those that wait in a place.
func (w *wheel) first(place uint16) uint64 {
	level := (place - 1) / (numRanks << digitBits)
	digit := uint64(place-1) & (1<<digitBits - 1)
	shift := level * digitBits
	return (w.at>>(shift+digitBits)<<digitBits | digit) << shift
}

// rankOf returns the rank of those that wait in a place.
func rankOf(place uint16) int { return int(place-1) >> digitBits % numRanks }

// mark notes whether anybody waits in a place.
func (w *wheel) mark(place uint16, some bool) {
	level, rank := (place-1)/(numRanks<<digitBits), rankOf(place)
	bit := uint64(1) << ((place - 1) % (1 << digitBits))
	if w.some[level][rank] &^= bit; some {
		w.some[level][rank] |= bit
	}
}

// next returns the place of the tick that comes first, in one of the ranks or both; 0
// if nobody waits. The rank in the place says nothing.
func (w *wheel) next(ranks ...int) uint16 {
	for level := range w.some {
		some := uint64(0)
		for _, rank := range ranks {
			some |= w.some[level][rank]
		}
		if some != 0 {
			return uint16(1 + (level*numRanks+ranks[0])<<digitBits + bits.TrailingZeros64(some))
		}
	}
	return 0
}

// rank returns which entries e is of.
func (e *entry) rank() int {
	if e.status&Assured == 0 || e.proto == protoTCP && e.tcp.closing() {
		return rankEarly
	}
	return rankKept
}

// join puts an entry at the end of the queue of a rank for a tick, which is not before
// the present one.
func (t *Tracker) join(e *entry, rank int, tick uint64) {
	place, slot := t.wheel.place(rank, tick), e.slot
	q := &t.wheel.queues[place-1]
	e.place = place
	rest := t.table.rest(slot)
	rest.older, rest.newer = q.newest, 0
	if q.newest != 0 {
		t.table.rest(q.newest).newer = slot
	} else {
		q.oldest = slot
		t.wheel.mark(place, true)
	}
	q.newest = slot
	t.nextEnd = min(t.nextEnd, startOf(t.wheel.first(place)))
}

// leave takes an entry out of its queue.
func (t *Tracker) leave(e *entry) {
	if e.place == 0 {
		return
	}
	q, rest := &t.wheel.queues[e.place-1], t.table.rest(e.slot)
	if rest.older != 0 {
		t.table.rest(rest.older).newer = rest.newer
	} else {
		q.oldest = rest.newer
	}
	if rest.newer != 0 {
		t.table.rest(rest.newer).older = rest.older
	} else {
		q.newest = rest.older
	}
	if q.oldest == 0 {
		t.wheel.mark(e.place, false)
	}
	e.place = 0
}

// spread empties the queues of the place that comes first, of both ranks: whoever ends
// in the present tick joins its queue in the order of the ends, all others that of a
// later one.
func (t *Tracker) spread(place uint16) {
	w := &t.wheel
	w.due = w.due[:0]
	for range numRanks {
		for q := &w.queues[place-1]; q.oldest != 0; {
			e := t.table.at(q.oldest)
			t.leave(e)
			if tick := tickOf(e.expires); tick > w.at {
				t.join(e, e.rank(), tick)
			} else {
				w.due = append(w.due, end{e.expires, e.id, e.slot})
			}
		}
		place += 1 << digitBits
	}
	slices.SortFunc(w.due, func(a, b end) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	for _, d := range w.due {
		e := t.table.at(d.slot)
		t.join(e, e.rank(), w.at)
	}
}
