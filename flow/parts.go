package flow

import (
	"math"
	"slices"

	"onpath/check"
	"onpath/record"
)

// parts says when rows of records are written that have not ended. They are due at the
// multiples of every from a record's start on, if a packet has come since the last one,
// and have what was known before the first packet at or behind that moment. So they do
// not depend on when this is noticed: at that packet, at the end of the record, or as a
// walk over all slots comes by. (Of datagrams: at that packet alone.)
type parts struct {
	every int64  // ns; 0: there are none
	slot  uint32 // where the walk goes on
	owed  uint32 // slots that it has to look at
	at    int64  // time until which owed is reckoned
	due   int64  // before it the walk has nothing to look at
}

// serial is how far a record came with its parts.
type serial struct {
	part uint32 // number of the last one; 0: there was none
	next uint32 // how many times parts.every behind the start the next one is due; 0: no packet has come since the last one
}

// Bounds of the walk.
const (
	rounds   = 4   // times that it comes by within parts.every
	perStep  = 128 // slots at a packet
	partsPer = 32  // rows at a packet
)

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
	next := t.serial(e).next
	moment := later(e.start, int64(next)*t.parts.every)
	if next == 0 || moment > now || moment > t.deadline(e) {
		return false
	}
	p := t.repairs.lent(e)
	p.part, p.next = p.part+1, 0
	t.stats.Parts++
	t.standing(e, max(moment, e.last))
	t.row.Interim, t.row.Part = true, p.part
	t.emit(&t.row)
	return true
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

// passParts goes on with the walk, as far as time has by the ticks: one wrong stamp shows
// nothing.
func (t *Table) passParts() {
	p, now := &t.parts, t.ticked
	if p.every == 0 || now >= p.at && now < p.due {
		return
	}
	pace := max(p.every/rounds/int64(max(t.slab.used, 1)), 1) // ns for a slot
	p.owe(now, pace, t.slab.used)
	for slots, rows := 0, 0; p.owed > 0 && slots < perStep && rows < partsPer; slots++ {
		p.owed--
		if p.slot++; p.slot >= t.slab.used {
			p.slot = 1
		}
		if p.slot < t.slab.used && t.partOfSilent(t.slab.at(p.slot), now) {
			rows++
		}
	}
	p.due = now
	if p.owed == 0 {
		p.due = later(p.at, pace*int64(min(t.slab.used, perStep)))
	}
}

// owe reckons how many slots the walk has to look at by now: all at most. When time steps
// back, nothing is added.
func (p *parts) owe(now, pace int64, slots uint32) {
	passed := now - p.at
	switch {
	case passed < 0:
		p.at = now
	case passed/pace >= int64(slots):
		p.at, p.owed = now, slots
	default:
		n := passed / pace
		p.at += n * pace
		p.owed = min(p.owed+uint32(n), slots)
	}
}
