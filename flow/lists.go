package flow

import (
	"cmp"
	"slices"
)

// place is that of a connection in its class's list, or among what is free.
type place struct {
	next, prev uint32
	since      tick // when it went to the end of the list
}

// list is a queue of entries and embryos of one class, the longest waiting first. An entry
// is not moved when a packet touches it: it is looked at when its time would
// have come had it not been touched, and then goes to the end. So a packet costs
// no list work, and a record is written at most one timeout late (it tells the
// right time all the same). When that is depends on its own packets and on the
// ticks of the Clock alone, not on what else is in the list.
type list struct {
	head, tail uint32
	n          int
}

// tick is a time in ticks, modulo 2³² (nine years).
type tick uint32

func tickOf(ns int64) tick { return tick(ns >> tickBits) }

// after returns the ns from u to t, negative if u is later.
func (t tick) after(u tick) int64 { return int64(int32(t-u)) << tickBits }

// enlist puts entry i at the end of a class's list.
func (t *Table) enlist(i uint32, c class) {
	p, in := t.slab.listed(i)
	*in = c
	t.queue(i, p, c)
}

// queue puts i, entry or embryo, whose place is p, at the end of a class's list.
func (t *Table) queue(i uint32, p *place, c class) {
	l := &t.lists[c]
	*p = place{prev: l.tail, since: tickOf(t.ticked)}
	if l.tail == 0 {
		l.head = i
	} else {
		t.slab.place(l.tail).next = i
	}
	l.tail = i
	l.n++
	t.due = min(t.due, t.dueAt(t.ticked, c))
}

// dueAt returns when an entry must be looked at that waits in a class since a time.
func (t *Table) dueAt(since int64, c class) int64 {
	return later(since>>tickBits<<tickBits, t.limits[c])
}

// delist takes entry i out of its list.
func (t *Table) delist(i uint32) {
	p, in := t.slab.listed(i)
	t.lists[*in].n--
	t.link(*in, p.prev, p.next)
}

// link makes two neighbours of a class's list; 0 for one of its ends.
func (t *Table) link(c class, prev, next uint32) {
	l := &t.lists[c]
	if prev == 0 {
		l.head = next
	} else {
		t.slab.place(prev).next = next
	}
	if next == 0 {
		l.tail = prev
	} else {
		t.slab.place(next).prev = prev
	}
}

// replace lets entry n stand in its list for i, which is in none then.
func (t *Table) replace(i, n uint32) {
	was, in := t.slab.listed(i)
	p, c := t.slab.listed(n)
	*p, *c = *was, *in
	t.link(*in, was.prev, n)
	t.link(*in, n, was.next)
}

// reclass moves entry i to another list, if it is another.
func (t *Table) reclass(i uint32, c class) {
	if _, in := t.slab.listed(i); *in != c {
		t.delist(i)
		t.enlist(i, c)
	}
}

// deadline returns the last moment at which e is remembered as it is. A ghost
// counts from when it was superseded.
func (t *Table) deadline(e *entry) int64 {
	switch e.class {
	case ghost:
		return later(max(e.last, t.slab.at(e.older).start), t.limits[ghost])
	case tomb:
		return later(e.last, lateFor(e))
	}
	return later(e.last, t.limits[e.class])
}

// overdue reports whether more than ns have passed from last to at: whether at is behind
// later(last, ns).
func overdue(at, last, ns int64) bool { return at > last && uint64(at)-uint64(last) > uint64(ns) }

// until is deadline of i, entry or embryo.
func (t *Table) until(i uint32) int64 {
	if i&lone != 0 {
		m := t.slab.embryos.at(i)
		return later(m.at, t.limits[m.class])
	}
	return t.deadline(t.slab.at(i))
}

// later returns at + ns, or the end of time.
func later(at, ns int64) int64 {
	if at > forever-ns {
		return forever
	}
	return at + ns
}

const forever = 1<<63 - 1

// pass lets time go on to now, the time of a packet.
func (t *Table) pass(now int64) {
	if t.clock.Pass(now) {
		t.Tick(now)
	}
	t.now = now
}

// Pass lets time go on to now, ns since the Unix epoch, without a packet: none has come
// since, and none will that is older. A time before the latest is none.
func (t *Table) Pass(now int64) {
	if now < t.now {
		return
	}
	t.pass(now)
}

// Tick is for who has a Clock for several Tables: a tick began at now, the time of a
// packet, ns since the Unix epoch. Rows on the way are written, then what was silent for too
// long, of each the record that began first before the others.
func (t *Table) Tick(now int64) {
	before := t.ticked >> tickBits
	t.now, t.ticked, t.asked = now, now, Place{}
	if now>>tickBits < before {
		t.turnBack(before)
	}
	t.passParts()
	if now < t.due {
		return
	}
	t.due = forever
	for c := range numClasses {
		t.passList(c, before)
	}
	slices.SortFunc(t.over, func(i, j uint32) int { return cmp.Compare(t.slab.num(i), t.slab.num(j)) })
	t.endAll(len(t.over), func(k int) uint32 { return t.over[k] }, t.expireOver)
	t.over = t.over[:0]
}

// expireOver is expire of i, unless it went with the one that superseded it.
func (t *Table) expireOver(k int) {
	i := t.over[k]
	if _, in := t.slab.listed(i); *in != vacant {
		t.order = t.slab.num(i) | atTickEnd
		t.expire(i)
	}
}

// since returns in which tick, reckoned as before, the latest one but this, connection i
// went to the end of its list: not long before that.
func (t *Table) since(i uint32, before int64) int64 {
	return before - tick(before).after(t.slab.place(i).since)>>tickBits
}

// turnBack has all wait from now on that seem to wait from a time to come: time was set
// back, and they would wait until it is there again.
func (t *Table) turnBack(before int64) {
	for c := range numClasses {
		for i := t.lists[c].head; i != 0; {
			if t.since(i, before) > t.now>>tickBits {
				t.slab.place(i).since = tickOf(t.now)
			}
			i = t.slab.place(i).next
		}
	}
	t.due = t.now
}

// passList notes who of a list is over, and puts him and who was touched at its end.
func (t *Table) passList(c class, before int64) {
	for n := t.lists[c].n; n > 0; n-- {
		i := t.lists[c].head
		if due := t.dueAt(t.since(i, before)<<tickBits, c); t.now>>tickBits<<tickBits <= due {
			t.due = min(t.due, due)
			return
		}
		if t.now > t.until(i) {
			t.over = append(t.over, i)
		}
		t.delist(i)
		t.enlist(i, c)
	}
}

// held counts the entries by list.
func (t *Table) held() Held {
	l := &t.lists
	return Held{
		Idle:       l[idle].n + l[tomb].n + l[strayIdle].n + l[strayTomb].n,
		Superseded: l[ghost].n,
		Reset:      l[reset].n + l[strayReset].n,
		Closed:     l[closed].n + l[strayClosed].n,
		HalfOpen:   l[halfOpen].n,
		Other:      l[other].n + l[strayOther].n,
		Closing:    l[closing].n + l[strayClosing].n,
		Open:       l[open].n + l[strayOpen].n,
	}
}
