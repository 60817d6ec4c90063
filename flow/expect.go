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
	var hashes, likely [Batch]uint32
	var refused [Batch]bool
	t.askAll(views, &refused)
	t.expect(views, &hashes, &likely)
	for i := range views {
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

// crowd is from how many connections on it pays to read ahead: all that fewer need stays
// in the processor's second cache, of 1 MiB or more.
const crowd = 1 << 10

// expect sets the hashes of the keys of views, and of a crowd the entries that they will
// likely be counted to. It reads what take will need for them: slots of the index, then
// entries, then what depends on them, and at last what the cap will push out for new ones.
// Each loop is short, so that the processor is on its way to many of them at the same time.
func (t *Table) expect(views []packet.View, hashes, likely *[Batch]uint32) {
	hash, at := hashes[:len(views)], likely[:len(views)]
	for i := range views {
		hash[i] = t.hash(&views[i].Key)
	}
	if t.slab.live < t.crowd {
		return
	}
	x, fresh := &t.index, 0
	for _, h := range hash {
		t.read += uint64(x.slots[h&x.mask()].hash)
	}
	for i, h := range hash {
		if at[i] = x.likely(h); at[i] == 0 {
			fresh++
		}
	}
	t.expectEntries(views, at)
	switch {
	case t.lists[halfOpen].n+fresh > t.maxHalfOpen:
		t.expectEvicted(halfOpen, fresh)
	case t.slab.live+fresh > t.max:
		t.expectEvicted(t.givesWay(), fresh)
	}
}

// expectEntries reads the entries and embryos at which views will stand, and what depends on
// them: of what goesOn will count nothing else.
func (t *Table) expectEntries(views []packet.View, at []uint32) {
	var entries [Batch]*entry
	var turns [Batch]uint8
	of, read, n := entries[:len(views)], t.read, 0
	for i, at := range at[:len(views)] {
		switch {
		case at == 0:
		case at&lone != 0:
			read += t.slab.embryos.at(at).touch()
		case !views[i].IsTCP():
			read += t.slab.at(at).touchOther()
		default:
			of[i] = t.slab.at(at)
			read += of[i].touch()
		}
	}
	for i := range views {
		v, e := &views[i], of[i]
		if e != nil {
			d := e.dir(v.FromB)
			t.tracker.Salt = salt(&v.Key, e.conn.Turn)
			read += t.times.touch(e, &v.Seg, d) + t.tracker.Touch(&v.Seg, d) + t.rules.Expect(&e.inquiry, v, d)
			if e.conn.Calm&calm != 0 && e.conn.Calm&kindOf(&v.Seg, d) != 0 {
				continue
			}
			read += e.touchRest()
		}
		turns[n%Batch] = uint8(i)
		n++
	}
	for _, i := range turns[:n] {
		read += t.expectTurn(of[i%Batch], &views[i])
	}
	t.read = read
}

// expectTurn reads what depends on a segment that does more than to go on, of e, or of a
// connection that has no entry yet.
func (t *Table) expectTurn(e *entry, v *packet.View) (read uint64) {
	if !v.IsTCP() {
		return 0
	}
	turns := v.Seg.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0
	switch {
	case e != nil:
		read += t.rules.ExpectTurn(&e.inquiry, v)
		if turns {
			read += t.slab.around(&e.place)
		}
	case turns:
		t.tracker.Salt = salt(&v.Key, 0)
		read += t.tracker.Touch(&v.Seg, tcp.Client) + t.rules.ExpectFirst(v)
	}
	if v.Seg.Flags&tcp.SYN != 0 && v.Seg.Opts&tcp.OptTimestamp != 0 {
		host, _ := hosts(&v.Key, v.FromB)
		read += t.who.clocks.Touch(host)
	}
	return read
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
	slots := x.slots
	for i := int(hash) & (len(slots) - 1); i < len(slots); i = (i + 1) & (len(slots) - 1) {
		if sl := &slots[i]; sl.hash == hash || sl.entry == 0 {
			return sl.entry
		}
	}
	return 0 // there is no slot yet
}

// touch reads from each cache line of i, entry or embryo, that its end needs.
func (s *slab) touch(i uint32) uint64 {
	if i&lone != 0 {
		return s.embryos.at(i).touch()
	}
	return s.at(i).touch() + s.at(i).touchRest()
}

// touch reads from both lines of m.
func (m *embryo) touch() uint64 { return uint64(m.key.A[15]) + uint64(m.marks) }

// around reads from the neighbours of a place.
func (s *slab) around(p *place) (sum uint64) {
	for _, i := range [...]uint32{p.prev, p.next} {
		if i != 0 {
			sum += uint64(s.place(i).since)
		}
	}
	return sum
}

// touch reads from each cache line of e that a segment of an open connection needs: what it
// reads is nowhere further apart than a line is long.
func (e *entry) touch() uint64 {
	return e.conn.Touch() + uint64(e.key.A[15]) + uint64(e.class) + uint64(e.side[1].Octets()) + e.inquiry.Touch()
}

// touchRest reads from the lines that others need too.
func (e *entry) touchRest() uint64 {
	return e.trail.Touch() + e.history.Touch() + e.inquiry.TouchRest() + uint64(e.place.since)
}

// touchOther reads from those that a packet needs which is not TCP.
func (e *entry) touchOther() uint64 {
	return e.history.Touch() + uint64(e.key.A[15]) + uint64(e.class) + uint64(e.side[1].Octets())
}
