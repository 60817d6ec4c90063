package flow

import (
	"cmp"
	"slices"

	"onpath/fingerprint"
	"onpath/measure"
	"onpath/packet"
	"onpath/record"
)

// Restorer fills an empty Table with the parts of a checkpoint.
type Restorer struct {
	// Ended reports whether the record of that number was written since it was
	// checkpointed. nil: none was.
	Ended func(num uint64) bool

	t     *Table
	main  uint32 // the last entry that is no ghost; 0: none
	ghost uint64 // number of the entry that is a ghost of main; 0: none
	at    uint32 // the last connection, to which belongs what was lent; 0: it was not taken
}

// Restorer returns one for t, which must be empty.
func (t *Table) Restorer() *Restorer { return &Restorer{t: t} }

// Take takes a part, in the order in which parts were given, and keeps nothing of it. It
// reports false for what is none of a Table's.
func (r *Restorer) Take(part any) bool {
	t := r.t
	switch p := part.(type) {
	case *keptTable:
		t.now, t.ticked, t.clock, t.stats.Begun = p.now, p.ticked, p.clock, p.begun
		return true
	case *keptGhost:
		r.ghost = p.older
		return true
	case *entry:
		r.entry(p)
		return true
	case *embryo:
		r.embryo(p)
		return true
	}
	return t.tracker.RestoreAll(part) || t.rules.RestoreAll(part) || t.who.clocks.Restore(part) ||
		r.at == 0 || t.lend(r.at, part)
}

// ended reports whether the record of that number was written later.
func (r *Restorer) ended(num uint64) bool { return r.Ended != nil && r.Ended(num) }

// room forgets what was taken before with that key: it was checkpointed again, later.
func (r *Restorer) room(key *packet.Key) {
	t := r.t
	if i := t.index.find(&t.slab, t.hash(key), key); i != 0 {
		t.unload(i)
	}
}

// entry takes an entry: a ghost stands behind the one before it.
func (r *Restorer) entry(p *entry) {
	t := r.t
	isGhost := p.num == r.ghost
	r.at, r.ghost = 0, 0
	if isGhost {
		if r.main == 0 || t.slab.at(r.main).older != 0 || t.slab.at(r.main).key != p.key {
			return
		}
	} else {
		r.room(&p.key)
	}
	r.at = t.slab.take()
	e := t.slab.at(r.at)
	*e = *p
	t.adopt(e)
	e.written = e.written || r.ended(e.num)
	if isGhost {
		e.class, e.older, t.slab.at(r.main).older = ghost, r.main, r.at
		return
	}
	e.class, r.main = e.stands(), r.at
	t.index.add(t.hash(&e.key), r.at)
}

// embryo takes an embryo.
func (r *Restorer) embryo(p *embryo) {
	t := r.t
	r.room(&p.key)
	r.main, r.at = 0, t.slab.embryos.take()
	t.slab.live++
	m := t.slab.embryos.at(r.at)
	*m = *p
	m.identity, m.class = fingerprint.Note{}, halfOpen
	if r.ended(m.num) {
		m.marks |= ended
	}
	if m.has(ended) {
		m.class = strayIdle
	}
	t.index.add(t.hash(&m.key), r.at)
}

// adopt makes e, a copy out of a checkpoint, an entry that was lent nothing yet.
func (t *Table) adopt(e *entry) {
	e.repairs, e.identity, e.older, e.conn.Calm = 0, [2]fingerprint.ID{}, 0, 0
	if e.loan() != refused {
		e.setLoan(0)
	}
	e.opening = min(e.opening, record.OpenMidstream)
	e.states.Adopt()
	t.tracker.Adopt(&e.conn)
	t.rules.Adopt(&e.inquiry)
}

// stands returns the class of an entry that is no ghost.
func (e *entry) stands() class {
	c, stray := other, e.side[0].Empty() || e.side[1].Empty()
	if e.key.Proto == packet.ProtoTCP {
		c, stray = classOf[e.conn.Phase()], !e.conn.Assured()
	}
	switch {
	case e.written && (c == closed || c == reset):
		c = tomb
	case e.written:
		c = idle
	}
	if stray {
		return strayOf[c]
	}
	return c
}

// lend lends connection i what it had been lent; it reports false for what is none of
// that.
func (t *Table) lend(i uint32, part any) bool {
	if p, ok := part.(*keptSignature); ok {
		t.restoreSignature(i, p)
		return true
	}
	if i&lone != 0 {
		return false
	}
	e := t.slab.at(i)
	switch p := part.(type) {
	case *pair:
		*t.repairs.lent(e) = *p
	case *measure.Times:
		t.times.restore(e, p)
	case *keptTotal:
		if sum := t.great.begin(e.num); sum != nil {
			*sum = p.total
		}
	default:
		return t.tracker.Restore(&e.conn, part) || t.rules.Restore(&e.inquiry, part)
	}
	return true
}

// restoreSignature has connection i hold a signature.
func (t *Table) restoreSignature(i uint32, p *keptSignature) {
	if !p.signature.Whole() {
		return
	}
	if i&lone != 0 {
		t.slab.embryos.at(i).identity = t.who.signatures.Note(&p.signature)
		return
	}
	if id := &t.slab.at(i).identity[p.end&1]; *id == 0 {
		*id = t.who.signatures.Hold(&p.signature)
	}
}

// restore lends e what measured it.
func (l *times) restore(e *entry, p *measure.Times) {
	if l.of(e) != nil {
		return
	}
	i := l.lend()
	if i == 0 {
		e.setLoan(refused)
		l.givenUp++
		return
	}
	e.setLoan(i)
	*l.at(i) = *p
}

// unload forgets connection i, which is in no list yet, and its ghost.
func (t *Table) unload(i uint32) {
	if i&lone != 0 {
		m := t.slab.embryos.at(i)
		t.index.remove(t.hash(&m.key), i)
		t.slab.embryos.give(i)
		t.slab.live--
		return
	}
	e := t.slab.at(i)
	if e.class != ghost {
		if e.older != 0 {
			t.unload(e.older)
		}
		t.index.remove(t.hash(&e.key), i)
	}
	t.forgetRecord(e)
	t.tracker.Forget(&e.conn)
	t.repairs.giveBack(e)
	t.who.giveBack(e)
	e.written = true
	t.slab.give(i)
}

// forgetRecord gives back what is of the record of e, and not of its connection.
func (t *Table) forgetRecord(e *entry) {
	t.times.giveBack(e)
	t.great.forget(e)
	t.rules.Forget(&e.inquiry)
}

// End makes the Table ready for packets. resumed is since when somebody watches again, ns
// since the Unix epoch: nothing is told of what passed before, behind the checkpoint. 0:
// nothing can have passed. begun is the number of the last record that is known to have
// begun, if it is greater than the one that was kept. What the cap on connections has no
// room for is evicted.
func (r *Restorer) End(resumed int64, begun uint64) {
	t := r.t
	t.stats.Begun = max(t.stats.Begun, begun)
	t.lap()
	if resumed != 0 {
		t.resumed = resumed
		t.rules.Resumed(resumed)
	}
	var all []uint32
	for i := t.slab.first(); i != 0; i = t.slab.after(i) {
		if t.ready(i) {
			all = append(all, i)
		}
	}
	t.queueAll(all)
	t.fit()
	t.stats.Peak = t.slab.live
}

// fit evicts what the caps have no room for.
func (t *Table) fit() {
	for t.lists[halfOpen].n > t.maxHalfOpen {
		t.evict(halfOpen, &t.stats.Evicted.HalfOpenBeyond)
	}
	for t.slab.live > t.max {
		c := t.givesWay()
		t.evict(c, t.evictedFrom(c))
	}
}

// ready has connection i go on, and reports false where there is none that does.
func (t *Table) ready(i uint32) bool {
	if _, in := t.slab.listed(i); *in == vacant {
		return false
	}
	t.stats.Begun = max(t.stats.Begun, t.slab.num(i))
	if i&lone != 0 {
		return true
	}
	e := t.slab.at(i)
	switch {
	case e.written && e.class == ghost:
		t.slab.at(e.older).older = 0
		t.tellGone(e.num)
		t.unload(i)
		return false
	case e.written:
		t.forgetRecord(e)
	case t.resumed != 0:
		t.lapse(e)
	}
	if e.key.Proto == packet.ProtoTCP {
		t.await(i)
	}
	return true
}

// lapse says of an entry that nobody watched for a while.
func (t *Table) lapse(e *entry) {
	e.handshake.Lapse()
	if m := t.times.of(e); m != nil {
		m.Lapse()
	}
}

// queueAll puts connections into the lists of their classes, who waits longest first.
func (t *Table) queueAll(all []uint32) {
	now := tickOf(t.ticked)
	slices.SortStableFunc(all, func(a, b uint32) int {
		return -cmp.Compare(now.after(t.slab.place(a).since), now.after(t.slab.place(b).since))
	})
	for _, i := range all {
		p, in := t.slab.listed(i)
		since := p.since
		t.queue(i, p, *in)
		p.since = since
	}
	t.due = t.ticked
}
