package flow

import (
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// What was never assured goes first if it has more than its share of a full table, so
// that no flood pushes out what is; and a flood of one kind pushes out its own kind. It
// has a share, as else no new connection could be assured once all others are
// tombstones. What is not TCP, and was answered, has another one as large.
const sharePart = 8 // one of so many of Config.MaxConnections

// givesWay returns the class one of which must go from a full table.
func (t *Table) givesWay() class {
	stray, n := t.strays()
	room := (t.max + sharePart - 1) / sharePart
	switch {
	case t.lists[strayIdle].n > 0:
		return strayIdle
	case t.lists[strayTomb].n > 0:
		return strayTomb
	case n > room:
		return stray
	case t.lists[other].n > room:
		return other
	}
	if c := t.first(ghost, idle, tomb, reset, closed); c != none {
		return c
	}
	if n > 0 {
		return stray
	}
	return t.first(other, closing, open)
}

// none is no class.
const none = numClasses

// first returns the first class that has any; none if there is none.
func (t *Table) first(classes ...class) class {
	for _, c := range classes {
		if t.lists[c].n > 0 {
			return c
		}
	}
	return none
}

// strays returns how many were never assured whose record is open, and the class that
// most of them stand in.
func (t *Table) strays() (most class, n int) {
	most = strayReset
	for c := strayReset; c.stray(); c++ {
		n += t.lists[c].n
		if t.lists[c].n > t.lists[most].n {
			most = c
		}
	}
	return most, n
}

// makeRoom pushes out what the caps ask for before v begins a connection.
func (t *Table) makeRoom(v *packet.View) {
	if v.Key.Proto == packet.ProtoTCP {
		t.makeHalfOpenRoom(v.Seg.Flags&tcp.SYN != 0)
	}
	if t.slab.live >= t.max {
		c := t.givesWay()
		t.evict(c, t.evictedFrom(c))
	}
}

// makeHalfOpenRoom pushes out half-open connections beyond their cap, or from it on if one
// more begins. Segments without SYN may leave one behind as well, which goes then.
func (t *Table) makeHalfOpenRoom(begins bool) {
	most := t.maxHalfOpen
	if begins {
		most--
	}
	for n := 0; t.lists[halfOpen].n > most && n < 2; n++ {
		t.evict(halfOpen, &t.stats.Evicted.HalfOpenBeyond)
	}
}

// evict pushes out of a class the longest waiting one that no packet touched meanwhile (or
// after some tries any), and counts it.
func (t *Table) evict(c class, counter *uint64) {
	for range 8 {
		i := t.lists[c].head
		if c == ghost || !t.touched(i) {
			break
		}
		t.delist(i)
		t.enlist(i, c)
	}
	*counter++
	t.drop(t.lists[c].head, record.EndEvicted)
}

// touched reports whether a packet of i, entry or embryo, passed since it went to the end
// of its list. A second one of an embryo would have made an entry of it.
func (t *Table) touched(i uint32) bool {
	if i&lone != 0 {
		return false
	}
	e := t.slab.at(i)
	return tickOf(e.last).after(e.place.since) > 0
}

// evictedFrom returns where what the cap on connections pushes out of a class is counted.
func (t *Table) evictedFrom(c class) *uint64 {
	ev := &t.stats.Evicted
	return [numClasses]*uint64{
		strayIdle: &ev.Idle, strayTomb: &ev.Closed, strayReset: &ev.Closed, strayClosed: &ev.Closed,
		strayOther: &ev.Unconfirmed, strayClosing: &ev.Unconfirmed, strayOpen: &ev.Unconfirmed, halfOpen: &ev.HalfOpen,
		idle: &ev.Idle, tomb: &ev.Closed, ghost: &ev.Closed, reset: &ev.Closed, closed: &ev.Closed,
		other: &ev.Other, closing: &ev.Open, open: &ev.Open,
	}[c]
}
