package flow

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Most segments are the next ones of an open connection, and what they show segments of
// their kind have shown before: then letters, marks and the other systems' machines stay as
// they are, and are not even read. Of full frames in order 98 of 100 are so, and are
// counted with 360 instructions instead of 750.

// The bits of Conn.Calm.
const (
	seen        = 1<<4 - 1 // those of kindOf: a segment of that kind was counted
	calm        = 1 << 4   // goesOn may count a segment whose Step is Plain
	calmOrdered = 1 << 5   // with calm: and one that is otherwise new and in order
)

// kindOf returns the bit that stands for the kind of a segment sent in direction d: whose it
// is, and whether it has payload. 0: it may show more than that.
func kindOf(s *tcp.Segment, d tcp.Dir) uint8 {
	if s.Flags&^tcp.PSH != tcp.ACK || s.Win == 0 || s.Sum == tcp.SumBad || s.ECN == 3 {
		return 0
	}
	kind := uint8(1) << (2 * (d & 1))
	if s.Len > 0 {
		kind <<= 1
	}
	return kind
}

// calms notes, behind a segment that was counted, whether goesOn may count the next one.
func (t *Table) calms(e *entry) {
	e.conn.Calm &= seen
	if t.each || e.class != open || !e.handshake.Over() || !e.states.Goes() || !e.chain.Goes() || !e.history.Goes() {
		return
	}
	if plain, ordered := e.trail.Goes(); ordered {
		e.conn.Calm |= calm | calmOrdered
	} else if plain {
		e.conn.Calm |= calm
	}
}

// ordered reports whether a segment that is not Plain is new octets, or an ACK, in order.
func ordered(s *tcp.Segment, step *conn.Step) bool {
	return step.Begin == conn.Same && (step.Leads || s.Len == 0) && !step.Outside && !step.Older &&
		step.Gap|step.Unsent|step.Filled|step.Repeated == 0
}

// goesOn is count and look for a segment that shows little: it reports false, and does
// nothing, of any other. Tables with each set tell the same (TestCalm, TestTwins…).
func (t *Table) goesOn(i uint32, e *entry, v *packet.View, step *conn.Step) bool {
	s, d, may := &v.Seg, v.Seg.Dir&1, e.conn.Calm
	if may&calm == 0 || e.class != open || step.Delivery != conn.New {
		return false
	}
	if !step.Plain && (may&calmOrdered == 0 || !ordered(s, step)) {
		return false
	}
	kind := kindOf(s, d)
	if kind == 0 {
		return false
	}
	flags, ok := e.states.GoOn(d, s.At, &t.states)
	if !ok {
		return false
	}
	if may&kind == 0 || !step.Plain {
		t.goesOnFirst(e, s, kind, step.Plain)
	}
	last := e.last
	t.flags, e.last = flags, max(last, v.At)
	if !e.side[d].Add(v.IPLen, step.New) {
		t.great.add(e, d, v.IPLen, step.New)
	}
	if n := e.loan(); step.Plain && n != 0 && n != refused {
		t.times.at(n).Next(s, step, &e.conn)
		return true
	}
	t.time(e, s, step, last)
	if !step.Plain {
		t.settle(i, e)
	}
	return true
}

// goesOnFirst notes what the first segment of a kind shows, and those that are not Plain.
func (t *Table) goesOnFirst(e *entry, s *tcp.Segment, kind uint8, plain bool) {
	e.history.GoOn(s.Dir, s.Len > 0)
	e.trail.GoOn(s.Dir, s.Len > 0, plain)
	e.conn.Calm |= kind
}
