package tcpstates

import "time"

// sentinels are the timeouts that walk the list, in the order of a pass. Each
// has a node, which stands behind all that it has looked at.
var sentinels = [...]uint64{
	limit(610*time.Second, 0),
	limit(182*time.Second, 0),
	limit(120*time.Second, 0),
	limit(10*time.Second, 0),
	limit(100*time.Millisecond, 0),
}

// startList puts the sentinels into the empty list.
func (t *Table) startList() {
	for t.slab.used < firstPair {
		t.slab.take()
	}
	for i := range sentinels {
		t.link(firstSentinel+ref(i), t.slab.at(anchor).newer)
	}
}

// link puts node r just behind node newer: it was touched before it. Behind the
// anchor it is the newest.
func (t *Table) link(r, newer ref) {
	e, n := t.slab.at(r), t.slab.at(newer)
	e.newer, e.older = newer, n.older
	t.slab.at(n.older).newer = r
	n.older = r
}

func (t *Table) unlink(r ref) {
	e := t.slab.at(r)
	t.slab.at(e.newer).older, t.slab.at(e.older).newer = e.older, e.newer
}

// touch makes r the newest.
func (t *Table) touch(r ref) {
	if t.slab.at(anchor).older != r {
		t.unlink(r)
		t.link(r, anchor)
	}
}

// pass ends what is too old at now, the time of a packet. Each sentinel walks
// towards the newest until it meets an entry younger than its timeout, so it
// looks at each entry once a touch, and one entry from the future hides those
// behind it.
func (t *Table) pass(now int64) {
	for i, timeout := range sentinels {
		s := firstSentinel + ref(i)
		if next := t.nextEntry(s); next != anchor && over(now, t.slab.at(next).last, timeout) {
			t.advance(s, next, now, timeout)
		}
	}
}

// nextEntry returns the first entry that is newer than node r, or the anchor.
func (t *Table) nextEntry(r ref) ref {
	for r = t.slab.at(r).newer; !r.isEntry() && r != anchor; {
		r = t.slab.at(r).newer
	}
	return r
}

// advance moves sentinel s from entry r on.
func (t *Table) advance(s, r ref, now int64, timeout uint64) {
	for r != anchor && over(now, t.slab.at(r).last, timeout) {
		newer := t.nextEntry(r)
		if t.dead(r, now) {
			if newer == r.opposite() {
				newer = t.nextEntry(newer)
			}
			t.remove(r.pair())
		}
		r = newer
	}
	t.unlink(s)
	t.link(s, r)
}

// dead reports whether the timeouts of both directions of r's pair are over.
func (t *Table) dead(r ref, now int64) bool {
	e, o := t.slab.at(r), t.slab.at(r.opposite())
	return over(now, e.last, DefaultLimits[e.side.state]) &&
		(!o.side.has(present) || over(now, o.last, DefaultLimits[o.side.state]))
}
