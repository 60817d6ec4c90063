package flow

import (
	"cmp"
	"math"
	"slices"

	"onpath/check"
	"onpath/packet"
	"onpath/record"
)

// parts says when rows of records are written that have not ended. They are due at the
// multiples of every from a record's start on, if a packet has come since the last one,
// and have what was known before the first packet at or behind that moment. So they do
// not depend on when this is noticed: at that packet, at the end of the record, or at a tick
// soon behind that moment. (Of datagrams: at that packet alone.)
//
// An entry is looked at once in every, when the bucket is over in which its next multiple
// lies: they are a wheel. So which rows a tick has depends on no other entries.
type parts struct {
	every  int64            // ns; 0: there are none
	shift  uint8            // a bucket is 2^shift ns
	heads  []uint32         // first of each bucket
	chunks []*[chunk]uint32 // who comes next in the bucket, of each entry; 0: it is in none
	at     int64            // bucket, not reckoned round: all before it were looked at
	due    []uint32         // with this tick
}

// lastInBucket stands for who comes behind the last one.
const lastInBucket = 1<<32 - 1

// Bounds of the wheel.
const (
	mostBuckets  = 1 << 12
	partsPerTick = 1 << 13 // rows, but for those of one bucket; the others come with the next tick
)

// newParts returns a wheel that holds nobody.
func newParts(every int64) (p parts) {
	if p.every = every; every == 0 {
		return p
	}
	for p.shift = tickBits; every>>p.shift > mostBuckets-3; {
		p.shift++
	}
	p.heads = make([]uint32, every>>p.shift+3)
	return p
}

// next returns where it stands who comes behind entry i.
func (p *parts) next(i uint32) *uint32 {
	for int(i/chunk) >= len(p.chunks) {
		p.chunks = append(p.chunks, new([chunk]uint32))
	}
	return &p.chunks[i/chunk][i%chunk]
}

// serial is how far a record came with its parts.
type serial struct {
	part uint32 // number of the last one; 0: there was none
	next uint32 // how many times parts.every behind the start the next one is due; 0: no packet has come since the last one
}

// hasParts are the classes whose records are open for long.
var hasParts = [numClasses]bool{
	other: true, closing: true, open: true, strayOther: true, strayClosing: true, strayOpen: true,
}

// partsOfSilent are those of them that are alive though nothing comes: of a connection that
// has not closed. Whether a conversation of datagrams is, the next one tells; if there is
// none its last row comes soon and tells the same.
var partsOfSilent = [numClasses]bool{closing: true, open: true, strayClosing: true, strayOpen: true}

// partOfSilent is part where no packet of e came.
func (t *Table) partOfSilent(e *entry, now int64) (due bool) {
	return !e.written && partsOfSilent[e.class] && t.part(e, now)
}

// partBefore writes a part that is due before a packet of e that comes at a time.
func (t *Table) partBefore(e *entry, at int64) {
	passed := at - e.start
	if passed < t.parts.every {
		return
	}
	t.part(e, at)
	if s := t.serial(e); s.part > 0 && (s.next == 0 || passed < (int64(s.next)-2)*t.parts.every) { // or time was set back
		t.repairs.lent(e).next = uint32(min(passed/t.parts.every+1, math.MaxUint32))
	}
}

// serial returns how far e came with its parts.
func (t *Table) serial(e *entry) (s serial) {
	if e.repairs != 0 {
		s = t.repairs.at(e.repairs).serial
	}
	if s.part == 0 {
		s.next = 1
	}
	return s
}

// part writes the row of e that is due by now, if one is.
func (t *Table) part(e *entry, now int64) (due bool) {
	if t.parts.every == 0 || e.written || !hasParts[e.class] {
		return false
	}
	moment := t.momentOf(e)
	if moment > now || moment > t.deadline(e) {
		return false
	}
	p := t.repairs.lent(e)
	p.part, p.next = p.part+1, 0
	t.stats.Parts++
	if at := max(moment, e.last); t.report != nil {
		t.tellPart(e, at)
	} else {
		t.standing(e, at)
		t.emitPart(p.part)
	}
	return true
}

// momentOf returns when the next row of e is due that is written before its record ends;
// forever: none is.
func (t *Table) momentOf(e *entry) int64 {
	if next := t.serial(e).next; next != 0 {
		return later(e.start, int64(next)*t.parts.every)
	}
	return forever
}

// emitPart writes the row as one that is not the last.
func (t *Table) emitPart(part uint32) {
	t.row.Interim, t.row.Part = true, part
	t.emit(&t.row)
}

// standing sets the row to the record of e as it stands at a time.
func (t *Table) standing(e *entry, now int64) {
	t.fill(e, record.EndOpen)
	t.stood(e, now)
}

// stood adds to the row of e, which is filled, what was found by a time, and what became of it.
func (t *Table) stood(e *entry, now int64) {
	if !t.row.IsTCP() {
		return
	}
	t.ended = check.End{
		Packets: [2]uint64{t.row.Side[0].Packets, t.row.Side[1].Packets},
		Octets:  [2]uint64{t.row.Side[0].Octets, t.row.Side[1].Octets},
	}
	t.row.Findings = slices.Clone(t.rules.Found(&e.inquiry))
	t.row.Outcome = t.outcome(e, t.learn(e), record.EndOpen, now)
}

// await has entry i looked at behind the next multiple of every from its start on.
func (t *Table) await(i uint32) {
	p := &t.parts
	if p.every == 0 {
		return
	}
	next := p.next(i)
	if *next != 0 { // it is in a bucket, of what stood there before or its own: not a later one
		return
	}
	e := t.slab.at(i)
	passed := max(t.ticked-e.start, 0)
	moment := min(later(e.start, (passed/p.every+1)*p.every), later(t.ticked, p.every))
	head := &p.heads[max(moment>>p.shift, p.at)%int64(len(p.heads))]
	if *next = *head; *head == 0 {
		*next = lastInBucket
	}
	*head = i
}

// passParts writes the rows that are due by the tick, as far as their buckets are over, in
// the order of their numbers.
func (t *Table) passParts() {
	p := &t.parts
	if p.every == 0 {
		return
	}
	now := t.ticked >> p.shift
	p.at = min(max(p.at, now-int64(len(p.heads))), now) // time may have been set
	for p.due = p.due[:0]; p.at < now && len(p.due) < partsPerTick; p.at++ {
		t.passBucket(&p.heads[p.at%int64(len(p.heads))])
	}
	slices.SortFunc(p.due, func(a, b uint32) int { return cmp.Compare(t.slab.at(a).num, t.slab.at(b).num) })
	for _, i := range p.due {
		t.order = t.slab.at(i).num
		t.partOfSilent(t.slab.at(i), t.ticked)
	}
}

// passBucket notes who of a bucket has a row that is due, and puts all into those in which
// they are looked at again.
func (t *Table) passBucket(head *uint32) {
	p, i := &t.parts, *head
	for *head = 0; i != 0 && i != lastInBucket; {
		at := p.next(i)
		before := i
		i, *at = *at, 0
		e := t.slab.at(before)
		if e.class == vacant || e.class == ghost || e.key.Proto != packet.ProtoTCP {
			continue
		}
		if partsOfSilent[e.class] && t.momentOf(e) <= t.ticked {
			p.due = append(p.due, before)
		}
		t.await(before)
	}
}
