package flow

// list is a queue of entries of one class, the longest waiting first. An entry
// is not moved when a packet touches it: it is looked at when its time would
// have come had it not been touched, and then goes to the end. So a packet costs
// no list work, and a record is written at most one timeout late (it tells the
// right time all the same).
type list struct {
	head, tail uint32
	n          int
}

// tick is a time in units of 2²⁶ ns (67 ms), modulo 2³² (nine years).
type tick uint32

func tickOf(ns int64) tick { return tick(ns >> 26) }

// after returns the ns from u to t, negative if u is later.
func (t tick) after(u tick) int64 { return int64(int32(t-u)) << 26 }

// enlist puts entry i at the end of a class's list.
func (t *Table) enlist(i uint32, c class) {
	e, l := t.slab.at(i), &t.lists[c]
	e.class, e.since, e.prev, e.next = c, tickOf(t.now), l.tail, 0
	if l.tail == 0 {
		l.head = i
	} else {
		t.slab.at(l.tail).next = i
	}
	l.tail = i
	l.n++
	t.due = min(t.due, later(t.now, t.limits[c]))
}

// delist takes entry i out of its list.
func (t *Table) delist(i uint32) {
	e := t.slab.at(i)
	l := &t.lists[e.class]
	l.n--
	if e.prev == 0 {
		l.head = e.next
	} else {
		t.slab.at(e.prev).next = e.next
	}
	if e.next == 0 {
		l.tail = e.prev
	} else {
		t.slab.at(e.next).prev = e.prev
	}
}

// reclass moves entry i to another list, if it is another.
func (t *Table) reclass(i uint32, c class) {
	if t.slab.at(i).class != c {
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

// later returns at + ns, or the end of time.
func later(at, ns int64) int64 {
	if at > forever-ns {
		return forever
	}
	return at + ns
}

const forever = 1<<63 - 1

// perPacket bounds how many entries of a class one packet's time may look at:
// the cost of a jump is spread over the packets that follow.
const perPacket = 32

// pass lets time go on to now, the time of a packet: what was silent for too
// long is written. When time steps back nothing expires, and entries from the
// future go to the end, so that none stands before the others for ever.
func (t *Table) pass(now int64) {
	if now >= t.now && now < t.due {
		t.now = now
		return
	}
	t.now, t.due = now, forever
	for c := idle + 1; c < numClasses; c++ {
		t.passList(c)
	}
	t.passParts()
}

// manyPasses bounds what a moment of silence may cost.
const manyPasses = 1000

// Pass lets time go on to now, ns since the Unix epoch, without a packet: none has come
// since, and none will that is older. A time before the latest is none.
func (t *Table) Pass(now int64) {
	if now < t.now {
		return
	}
	for n := 0; n == 0 || t.due <= now && n < manyPasses; n++ {
		t.pass(now)
	}
}

// passList looks at the front of one list.
func (t *Table) passList(c class) {
	for n := 0; t.lists[c].head != 0; n++ {
		i := t.lists[c].head
		e := t.slab.at(i)
		waited := tickOf(t.now).after(e.since)
		switch {
		case waited >= 0 && waited <= t.limits[c]:
			t.due = min(t.due, later(t.now, t.limits[c]-waited))
			return
		case n == perPacket:
			t.due = t.now
			return
		case waited >= 0 && t.now > t.deadline(e):
			t.expire(i)
		default:
			t.delist(i)
			t.enlist(i, c)
		}
	}
}

// held counts the entries by list.
func (t *Table) held() Held {
	l := &t.lists
	return Held{
		Idle: l[idle].n + l[tomb].n, Superseded: l[ghost].n, Reset: l[reset].n, Closed: l[closed].n,
		HalfOpen: l[halfOpen].n, Other: l[other].n, Closing: l[closing].n, Open: l[open].n,
	}
}
