package flow

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Most segments are the next ones of an open connection, and show nothing that segments
// of their kind have not shown before: then letters, marks and the other systems' machines
// stay as they are, and are not even read. Of 25,000 segments with full frames, 96 of 100
// are so, and count takes 250 instructions for one of them instead of 700.

// kindOf returns the bit that stands for the kind of a segment in Trail.Calm: whose it is,
// and whether it has payload. 0: it may show more than that.
func kindOf(s *tcp.Segment) uint8 {
	if s.Flags&^tcp.PSH != tcp.ACK || s.Win == 0 || s.Sum == tcp.SumBad || s.ECN == 3 {
		return 0
	}
	kind := uint8(1) << (2 * (s.Dir & 1))
	if s.Len > 0 {
		kind <<= 1
	}
	return kind
}

// calms notes, behind a segment that was counted, whether another one of its kind would
// change nothing that goesOn leaves out.
func (e *entry) calms(s *tcp.Segment, step *conn.Step) {
	if !step.Plain || !e.states.Goes() {
		e.trail.Calm = 0
		return
	}
	payload := s.Len > 0
	if e.class == open && e.handshake.Over() && e.history.Goes(s.Dir, payload) && e.trail.Goes(payload) && e.chain.Goes(s.Dir) {
		e.trail.Calm |= kindOf(s)
	}
}

// goesOn is count and look for a segment whose Step is Plain, if others of its kind have
// shown all that it shows; else it does nothing and reports false. TestCalm compares.
func (t *Table) goesOn(e *entry, v *packet.View, step *conn.Step) bool {
	s, d := &v.Seg, v.Seg.Dir&1
	if e.trail.Calm&kindOf(s) == 0 || e.class != open || step.Delivery != conn.New || t.each {
		return false
	}
	flags, ok := e.states.GoOn(d, s.At, &t.states)
	if !ok {
		return false
	}
	last := e.last
	t.flags, e.last = flags, max(last, v.At)
	if !e.side[d].Add(v.IPLen, step.New) {
		t.great.add(e, d, v.IPLen, step.New)
	}
	if i := e.loan(); i != 0 && i != refused {
		t.times.at(i).Next(s, step, &e.conn)
	} else if m := t.times.lent(e, d, step, last); m != nil {
		m.Next(s, step, &e.conn)
	}
	return true
}
