package flow

import (
	"onpath/packet"
	"onpath/tcp"
)

// Batch is how many packets ObserveAll looks ahead.
const Batch = 32

// ObserveAll gives the table decoded packets in their order. It does what Observe
// does for each of them, sooner: what they will need of the table is read first,
// so that the waits for memory overlap, which are most of the time of a packet
// once a table is larger than the processor's caches.
func (t *Table) ObserveAll(views []packet.View) { t.ObserveEach(views, nil) }

// ObserveEach is ObserveAll, and calls each, unless it is nil, behind every packet with
// its index, for who wants its Owner.
func (t *Table) ObserveEach(views []packet.View, each func(i int)) {
	for at := 0; at < len(views); at += Batch {
		t.observeBatch(views[at:min(at+Batch, len(views))], at, each)
	}
}

func (t *Table) observeBatch(views []packet.View, at int, each func(i int)) {
	var hash [Batch]uint32
	var refused [Batch]bool
	t.askAll(views, &refused)
	for i := range views {
		hash[i] = t.hash(&views[i].Key)
	}
	if len(t.index.slots) > 0 {
		t.expect(views, &hash)
	}
	for i := range views {
		t.refused = refused[i]
		v, entry := &views[i], uint32(0)
		t.pass(v.At)
		if v.Why == packet.Decoded {
			entry = t.take(v, hash[i])
		} else {
			t.rules.Undecoded(v)
		}
		if each != nil {
			t.own(v, entry)
			each(at + i)
		}
	}
}

// expect reads what take will need for the packets of views: slots of the index,
// then entries, then their neighbours in a list that they may leave, and at last
// what the cap will push out for new ones.
func (t *Table) expect(views []packet.View, hash *[Batch]uint32) {
	var at [Batch]uint32
	for i := range views {
		t.read += uint64(t.index.slots[hash[i]&t.index.mask()].hash)
	}
	fresh := 0
	for i := range views {
		if at[i] = t.index.likely(hash[i]); at[i] == 0 {
			fresh++
		}
	}
	for i := range views {
		if at[i] != 0 {
			t.read += t.slab.touch(at[i])
		}
	}
	t.expectSegments(views, &at)
	switch {
	case t.lists[halfOpen].n+fresh > t.maxHalfOpen:
		t.expectEvicted(halfOpen, fresh)
	case t.slab.live+fresh > t.max:
		t.expectEvicted(t.givesWay(), fresh)
	}
}

// expectSegments reads what depends on the connections at which segments stand. Each
// loop is short, so that the processor is on its way to many of them at the same time.
func (t *Table) expectSegments(views []packet.View, at *[Batch]uint32) {
	var entries [Batch]*entry
	for i := range views {
		if n := at[i]; n != 0 && n&lone == 0 && views[i].IsTCP() {
			entries[i] = t.slab.at(n)
		}
	}
	for i, e := range entries[:len(views)] {
		if e != nil {
			t.read += t.times.touch(e, e.dir(views[i].FromB))
		}
	}
	for i, e := range entries[:len(views)] {
		if e != nil {
			v := &views[i]
			t.tracker.Salt = salt(&v.Key, e.conn.Turn)
			t.read += t.tracker.Touch(&v.Seg, e.dir(v.FromB))
		}
	}
	for i, e := range entries[:len(views)] {
		if e != nil {
			t.read += t.rules.Expect(&e.inquiry, &views[i], e.dir(views[i].FromB))
		}
	}
	for i := range views {
		if v := &views[i]; v.IsTCP() && v.Seg.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
			t.expectTurn(entries[i], v)
		}
	}
}

// expectTurn reads what depends on a segment that opens or closes: of e, or of a
// connection that has no entry yet.
func (t *Table) expectTurn(e *entry, v *packet.View) {
	if e != nil {
		t.read += t.slab.around(&e.place)
	} else {
		t.tracker.Salt = salt(&v.Key, 0)
		t.read += t.tracker.Touch(&v.Seg, tcp.Client) + t.rules.ExpectFirst(v)
	}
	if v.Seg.Flags&tcp.SYN != 0 && v.Seg.Opts&tcp.OptTimestamp != 0 {
		host, _ := hosts(&v.Key, v.FromB)
		t.read += t.who.clocks.Touch(host)
	}
}

// expectEvicted reads the n entries that evict will look at first in a class, and their
// slots.
func (t *Table) expectEvicted(c class, n int) {
	if c == none { // nothing yet
		return
	}
	for i := t.lists[c].head; i != 0 && n > 0; n-- {
		t.read += uint64(t.index.slots[t.hash(t.slab.key(i))&t.index.mask()].hash) + t.slab.touch(i)
		if i&lone != 0 {
			t.read += t.expectEnd(t.slab.embryos.at(i))
		}
		i = t.slab.place(i).next
	}
}

// expectEnd reads what the record of m will tell of its client's clock.
func (t *Table) expectEnd(m *embryo) uint64 {
	if !m.has(toldTimestamp) {
		return 0
	}
	host, _ := hosts(&m.key, m.has(fromB))
	return t.who.clocks.Touch(host)
}

// likely returns the first entry with that hash, which is nearly always the one
// that find would return, or 0.
func (x *index) likely(hash uint32) uint32 {
	for i := hash & x.mask(); x.slots[i].entry != 0; i = (i + 1) & x.mask() {
		if x.slots[i].hash == hash {
			return x.slots[i].entry
		}
	}
	return 0
}

// touch reads from each cache line of i, entry or embryo, that a packet needs.
func (s *slab) touch(i uint32) uint64 {
	if i&lone != 0 {
		m := s.embryos.at(i)
		return uint64(m.key.A[15]) + uint64(m.marks)
	}
	return s.at(i).touch()
}

// around reads from the neighbours of a place.
func (s *slab) around(p *place) (sum uint64) {
	for _, i := range [...]uint32{p.prev, p.next} {
		if i != 0 {
			sum += uint64(s.place(i).since)
		}
	}
	return sum
}

// touch reads from each cache line of e that a packet needs: what it reads is
// nowhere further apart than a line is long.
func (e *entry) touch() uint64 {
	return uint64(e.key.A[15]) + uint64(e.class) + uint64(e.side[0].Octets()) + e.conn.Touch() +
		e.inquiry.Touch() + e.history.Touch() + uint64(e.handshake.Loan[0])
}
