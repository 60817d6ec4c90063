package flow

import (
	"slices"

	"onpath/check"
	"onpath/conn"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/packet"
	"onpath/tcp"
)

// A checkpoint holds what a Table remembers, in parts of plain memory: first what belongs
// to no connection; then each embryo; then each entry, what it was lent, and its ghost and
// what that was lent behind it. No part says where another one stands in memory.

// keptTable is what counts in a Table.
type keptTable struct {
	now, ticked int64
	clock       Clock
	begun       uint64
}

// keptGhost says that the entry behind it is a ghost. (A class is a number that means
// something in one version only.)
type keptGhost struct {
	older uint64 // number of its record
}

// keptTotal is what a record sent that is too great for a Volume.
type keptTotal struct{ total [2]measure.Total }

// keptSignature is that of an end's SYN.
type keptSignature struct {
	end       tcp.Dir
	signature fingerprint.Signature
}

// Parts returns a pointer to a zero value of each type of which a checkpoint gives
// pointers.
func Parts() []any {
	own := []any{
		new(keptTable), new(entry), new(keptGhost), new(embryo), new(pair), new(keptTotal), new(measure.Times), new(keptSignature),
	}
	return slices.Concat(own, conn.Parts(), check.Parts(), fingerprint.Parts())
}

// Begun returns how many records have begun: the number of the last one.
func (t *Table) Begun() uint64 { return t.stats.Begun }

// CheckpointAll gives put what belongs to no connection, each valid during the call.
func (t *Table) CheckpointAll(put func(part any)) {
	put(&keptTable{t.now, t.ticked, t.clock, t.stats.Begun})
	t.tracker.CheckpointAll(t.now, put)
	t.rules.CheckpointAll(put)
	t.who.clocks.Checkpoint(put)
}

// Checkpoint gives put the connections of at most n slots, from slot from on, and what
// they were lent, each valid during the call. It returns the slot to go on from: 0 behind
// the last one. Between two calls packets may come: each connection is whole, and one that
// is given twice is as it was later.
func (t *Table) Checkpoint(from uint32, n int, put func(part any)) (next uint32) {
	if from == 0 {
		from = t.slab.first()
	}
	for i := from; i != 0; i = t.slab.after(i) {
		if n == 0 {
			return i
		}
		n--
		t.checkpoint(i, put)
	}
	return 0
}

// first returns the slot to begin with: that of the last embryo, as the embryos come first,
// which may become entries meanwhile, and the last ones of them, which may move. 0: there
// is none.
func (s *slab) first() uint32 { return s.after(lone | max(s.embryos.used, 1)) }

// after returns the slot that comes next after slot i, that of an entry or embryo; 0 behind
// the last one.
func (s *slab) after(i uint32) uint32 {
	if i&lone != 0 {
		if i = min(i&^lone, s.embryos.used); i > 1 {
			return lone | (i - 1)
		}
		i = 0
	}
	if i++; i < s.used {
		return i
	}
	return 0
}

// checkpoint gives put what is in slot i. A ghost comes with who superseded it.
func (t *Table) checkpoint(i uint32, put func(part any)) {
	if i&lone != 0 {
		t.checkpointEmbryo(i, put)
		return
	}
	if i >= t.slab.used {
		return
	}
	e := t.slab.at(i)
	if e.class == vacant || e.class == ghost {
		return
	}
	t.checkpointEntry(e, put)
	if e.older != 0 {
		old := t.slab.at(e.older)
		put(&keptGhost{t.outside.of(old.num)})
		t.checkpointEntry(old, put)
	}
}

// checkpointEmbryo gives put embryo i.
func (t *Table) checkpointEmbryo(i uint32, put func(part any)) {
	m := t.slab.embryos.at(i)
	if m.class == vacant {
		return
	}
	put(t.outside.embryoOf(m))
	t.checkpointSignature(tcp.Client, t.noted(m), put)
}

// checkpointSignature gives put what an identity stands for.
func (t *Table) checkpointSignature(end tcp.Dir, id fingerprint.ID, put func(part any)) {
	if id != 0 {
		put(&keptSignature{end, *t.who.signatures.Signature(id)})
	}
}

// checkpointEntry gives put an entry, and what it was lent.
func (t *Table) checkpointEntry(e *entry, put func(part any)) {
	put(t.outside.entryOf(e))
	if e.repairs != 0 {
		put(t.outside.pairOf(e, t.repairs.at(e.repairs)))
	}
	if m := t.times.of(e); m != nil {
		put(m)
	}
	if total := t.great.totals[e.num]; total != nil {
		put(&keptTotal{*total})
	}
	for end, id := range e.identity {
		t.checkpointSignature(tcp.Dir(end), id, put)
	}
	if e.key.Proto == packet.ProtoTCP {
		t.tracker.Checkpoint(&e.conn, put)
		t.rules.Checkpoint(&e.inquiry, put)
	}
}
