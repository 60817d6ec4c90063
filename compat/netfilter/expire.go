package netfilter

import "math"

// refresh lets an entry live for the timeout from now on.
func (t *Tracker) refresh(e *entry, timeout int64) {
	e.expires, e.timeout = t.now+timeout, uint32(timeout/second)
	if e.status&Confirmed != 0 {
		t.wait(e)
	}
}

// nap is how long an entry that may go early waits at first, in ns: handshakes and
// closes lead from state to state, and this is as short as most of their timeouts.
const nap = 30 * second

// wait lets a confirmed entry wait for its end, or for an earlier tick. One that
// may not go early any more can stay among those that may.
func (t *Tracker) wait(e *entry) {
	w, tick, rank := &t.wheel, tickOf(e.expires), e.rank()
	if e.place != 0 && tick >= w.first(e.place) && rank >= rankOf(e.place) {
		return
	}
	if rank == rankEarly {
		tick = min(tick, tickOf(t.now+nap))
	}
	t.leave(e)
	t.join(e, rank, max(tick, w.at+1)) // the queue of the present tick is sorted
}

// expire deletes the entries whose time is over, in the order of their ends. When
// there is something to do next is remembered, so that most packets look at one number.
func (t *Tracker) expire() {
	if t.now < t.back {
		t.rewind()
	}
	for t.now >= t.nextEnd {
		t.nextEnd = t.advance()
	}
}

// advance deletes the entry that ends first, if it is time, or goes to the next tick for which
// any wait, and returns when there is more to do.
func (t *Tracker) advance() int64 {
	if e := t.ending(); e != nil {
		if e.expires > t.now {
			return e.expires
		}
		t.stats.Expired++
		t.delete(e, e.expires)
		return t.now
	}
	place := t.wheel.next(rankEarly, rankKept)
	if place == 0 {
		return never
	}
	tick := t.wheel.first(place)
	if start := startOf(tick); start > t.now {
		return start
	}
	t.wheel.at, t.back = tick, startOf(max(tick, leastBack)-leastBack)
	t.spread(place)
	return t.now
}

// ending returns the entry that ends first in the present tick; nil if there is none.
func (t *Tracker) ending() (first *entry) {
	w := &t.wheel
	for rank := range numRanks {
		q := &w.queues[w.place(rank, w.at)-1]
		for q.oldest != 0 {
			e := t.table.at(q.oldest)
			if tick := tickOf(e.expires); tick > w.at { // refreshed since
				t.leave(e)
				t.join(e, e.rank(), tick)
				continue
			}
			if first == nil || e.expires < first.expires {
				first = e
			}
			break
		}
	}
	return first
}

// leastBack is how many ticks time must step back before the wheel follows.
const leastBack = 64

// rewind lets the wheel follow a time that stepped back, or nobody would end until it
// is made up for. As each entry is moved, there must have been a packet for each before.
func (t *Tracker) rewind() {
	if t.behind++; t.behind <= t.table.count {
		return
	}
	due := t.wheel.due
	t.wheel = wheel{at: tickOf(t.now), due: due}
	t.behind, t.back, t.nextEnd = 0, math.MinInt64, never
	for i := uint32(1); i < t.table.next; i++ {
		if e := t.table.at(i); e.place != 0 {
			t.join(e, e.rank(), max(tickOf(e.expires), t.wheel.at+1))
		}
	}
}

// makeRoom deletes one of those that may go early, which ends first (within what one
// queue holds, about a minute), and reports whether there was one. The kernel takes the first it
// meets near the new one's place in its hash.
func (t *Tracker) makeRoom() bool {
	w := &t.wheel
	for {
		place := w.next(rankEarly)
		if place == 0 {
			return false
		}
		e := t.table.at(w.queues[place-1].oldest)
		tick := tickOf(e.expires)
		if e.rank() == rankEarly && (tick <= w.at || w.place(rankEarly, tick) == place) {
			t.stats.Early++
			t.delete(e, t.now)
			return true
		}
		t.leave(e) // refreshed since
		t.join(e, e.rank(), max(tick, w.at+1))
	}
}
