package flow

import (
	"onpath/internal/prefetch"
	"onpath/packet"
	"onpath/tcp"
)

// Batch is how many packets ObserveAll looks ahead.
const Batch = 32

// ObserveAll gives the table decoded packets in their order. It does what Observe
// does for each of them, sooner: what they will need of the table is asked for before,
// so that it comes while others are observed. To wait for it would be most of the time of a
// packet once a table is larger than the processor's caches.
func (t *Table) ObserveAll(views []packet.View) { t.ObserveEach(views, nil) }

// ObserveEach is ObserveAll, and calls each, unless it is nil, behind every packet with
// its index, for who wants its Owner.
func (t *Table) ObserveEach(views []packet.View, each func(i int)) {
	for at := 0; at < len(views); at += Batch {
		t.observeBatch(views[at:min(at+Batch, len(views))], at, each)
	}
}

func (t *Table) observeBatch(views []packet.View, at int, each func(i int)) {
	var hashes, likely [Batch]uint32
	var refused [Batch]bool
	t.askAll(views, &refused)
	crowded := t.expect(views, &hashes, &likely)
	for i := range views {
		if crowded {
			t.expectNext(views, i, &likely)
		}
		t.refused = refused[i]
		v, entry := &views[i], uint32(0)
		t.pass(v.At)
		if v.Why == packet.Decoded {
			entry = t.take(v, hashes[i], likely[i])
		} else {
			t.rules.Undecoded(v)
		}
		if each != nil {
			t.own(v, entry)
			each(at + i)
		}
	}
}

// crowd is from how many connections on it pays to ask ahead: all that fewer need stays
// in the processor's second cache, of 1 MiB or more.
const crowd = 1 << 10

// expect sets the hashes of the keys of views, and of a crowd, which it reports, the entries
// that they will likely be counted to. It asks for what take will need for them: slots of
// the index, then entries, and what the cap will push out for new ones.
func (t *Table) expect(views []packet.View, hashes, likely *[Batch]uint32) (crowded bool) {
	hash, at := hashes[:len(views)], likely[:len(views)]
	crowded = t.slab.live >= t.crowd
	x, fresh := &t.index, 0
	for i := range views {
		hash[i] = t.hash(&views[i].Key)
		if crowded {
			prefetch.Lines(&x.slots[hash[i]&x.mask()], 0, 1)
		}
	}
	if !crowded {
		return false
	}
	for i, h := range hash {
		if at[i] = x.likely(h); at[i] == 0 {
			fresh++
		} else {
			t.slab.expect(at[i], views[i].IsTCP())
		}
	}
	switch {
	case t.lists[halfOpen].n+fresh > t.maxHalfOpen:
		t.expectEvicted(halfOpen, fresh)
	case t.slab.live+fresh > t.max:
		t.expectEvicted(t.givesWay(), fresh)
	}
	return true
}

// How many packets before its own what depends on an entry is asked for, and what depends
// on that.
const (
	aheadMost = 8
	aheadLess = 4
)

// expectNext asks, before packet i of views is observed, for what those behind it will need.
func (t *Table) expectNext(views []packet.View, i int, likely *[Batch]uint32) {
	if i == 0 {
		for j := range min(aheadMost, len(views)) {
			t.expectMore(&views[j], likely[j])
		}
		for j := range min(aheadLess, len(views)) {
			t.expectTurn(&views[j], likely[j])
		}
	}
	if j := i + aheadMost; j < len(views) {
		t.expectMore(&views[j], likely[j])
	}
	if j := i + aheadLess; j < len(views) {
		t.expectTurn(&views[j], likely[j])
	}
}

// expectMore asks for what depends on the entry n of a segment, which is likely that of v: of
// the entry itself for what only segments need that goesOn does not count.
func (t *Table) expectMore(v *packet.View, n uint32) {
	if n == 0 || n&lone != 0 || !v.IsTCP() {
		return
	}
	e := t.slab.at(n)
	d := e.dir(v.FromB)
	t.tracker.Salt = salt(&v.Key, e.conn.Turn)
	t.tracker.Expect(&v.Seg, d)
	t.times.expect(e, &v.Seg, d)
	t.rules.Expect(&e.inquiry, v, d)
	if !e.goesOnWith(v, d) {
		e.expectRest()
	}
}

// goesOnWith reports whether goesOn will likely count v, a segment sent in direction d.
func (e *entry) goesOnWith(v *packet.View, d tcp.Dir) bool {
	return e.conn.Calm&calm != 0 && e.conn.Calm&kindOf(&v.Seg, d) != 0
}

// expectTurn asks for what a segment needs that does more than to go on, of hosts and of
// those that stand beside its entry n in a list. The entry may have been given back meanwhile.
func (t *Table) expectTurn(v *packet.View, n uint32) {
	if n&lone != 0 || !v.IsTCP() {
		return
	}
	turns := v.Seg.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0
	if n == 0 && turns {
		t.tracker.Salt = salt(&v.Key, 0)
		t.tracker.Expect(&v.Seg, tcp.Client)
		t.rules.ExpectFirst(v)
	} else if n != 0 { // there may be no entries yet, but embryos
		if e := t.slab.at(n); e.class != vacant && !e.goesOnWith(v, e.dir(v.FromB)) {
			t.rules.ExpectTurn(&e.inquiry, v)
			if turns {
				t.slab.expectBeside(&e.place)
			}
		}
	}
	if v.Seg.Flags&tcp.SYN != 0 && v.Seg.Opts&tcp.OptTimestamp != 0 {
		host, _ := hosts(&v.Key, v.FromB)
		t.who.clocks.Expect(host)
	}
}

// expectEvicted asks for the n entries that evict will look at first in a class, and their
// slots.
func (t *Table) expectEvicted(c class, n int) {
	if c == none { // nothing yet
		return
	}
	for i := t.lists[c].head; i != 0 && n > 0; n-- {
		prefetch.Lines(&t.index.slots[t.hash(t.slab.key(i))&t.index.mask()], 0, 1)
		if i&lone != 0 {
			t.expectEnd(t.slab.embryos.at(i))
		} else {
			t.slab.expect(i, true)
			t.slab.at(i).expectRest()
		}
		i = t.slab.place(i).next
	}
}

// expectEnd asks for what the record of m will tell of its client's clock, and for what the
// rules will ask of it.
func (t *Table) expectEnd(m *embryo) {
	t.rules.ExpectLone(&m.key, m.has(fromB))
	if m.has(toldTimestamp) {
		host, _ := hosts(&m.key, m.has(fromB))
		t.who.clocks.Expect(host)
	}
}

// likely returns the first entry with that hash, which is nearly always the one
// that find would return, or 0.
func (x *index) likely(hash uint32) uint32 {
	slots := x.slots
	for i := int(hash) & (len(slots) - 1); i < len(slots); i = (i + 1) & (len(slots) - 1) {
		if sl := &slots[i]; sl.hash == hash || sl.entry == 0 {
			return sl.entry
		}
	}
	return 0 // there is no slot yet
}

// expect asks for what a packet needs of i, entry or embryo: of an entry, for what a segment
// of an open connection needs of it, or what is no segment.
func (s *slab) expect(i uint32, segment bool) {
	switch {
	case i&lone != 0:
		prefetch.Lines(s.embryos.at(i), 0, embryoOctets)
	case segment:
		prefetch.Lines(&s.at(i).conn, needsFrom, needsTo)
	default:
		e := s.at(i)
		prefetch.Lines(&e.history, 0, shownTo)
		prefetch.Lines(&e.key, 0, countedTo)
	}
}

// Where in an entry what each segment needs lies, and behind it the rest.
const (
	needsFrom = 24  // behind the beginning of conn
	needsTo   = 440 // likewise
	restFrom  = 24  // behind the beginning of inquiry: what lies before it, needsTo has
	restTo    = 104 // likewise
	firstRest = 72  // what lies before conn
	shownTo   = 36  // the history
	countedTo = 104 // behind the beginning of key: what counts a datagram
)

// expectRest asks for what segments need of e that open, close, or show more than those before
// them.
func (e *entry) expectRest() {
	prefetch.Lines(e, 0, firstRest)
	prefetch.Lines(&e.inquiry, restFrom, restTo)
}

// expectBeside asks for the neighbours of a place.
func (s *slab) expectBeside(p *place) {
	for _, i := range [...]uint32{p.prev, p.next} {
		if i != 0 {
			prefetch.Lines(s.place(i), 0, 1)
		}
	}
}
