package run

import (
	"slices"
	"time"

	"onpath/packet"
)

// merge hands over the frames of several rings in the order of time. It is a heap of
// lanes: the one on top has the next frame, or keeps the others from theirs, as no frame is
// handed over while a ring that has none may still bring an earlier one.
//
// Frames of one ring keep the order in which the kernel put them in.
type merge struct {
	lanes []lane
	heap  []*lane
	clock func() int64 // what time it is, ns since 1970
	now   int64        // what it said last
}

// lane is a ring and what is known of its next frame.
type lane struct {
	ring
	head  packet.Frame
	here  bool  // head is the next frame
	from  int64 // its time, ns since 1970; if it is not here, none from before will come
	taken int64 // when the block of head was taken, ns since 1970
}

// ring is an afpacket.Ring.
type ring interface {
	Next(*packet.Frame) bool
	Buffered() bool
	Idle() bool
	HalfFull() bool
}

// slack is more than a packet takes from its stamp into its ring, in ns. The kernel stamps it
// when it has found its place there; or, if any program of the machine asked for stamps,
// when it came from the driver, and a queue (netdev_max_backlog) may lie between. Over veth,
// on two processors under a load of 28, none of 2 million was in its ring later than it was
// stamped, and with such a program 19 µs were the most.
const slack = int64(time.Millisecond)

// patience is more than a packet takes from its stamp until it can be read: the kernel has
// closed its block by then, full or not.
const patience = 50 * time.Millisecond

// newMerge merges rings.
func newMerge(rings []ring, clock func() int64) *merge {
	m := &merge{lanes: make([]lane, len(rings)), clock: clock}
	for i, r := range rings {
		m.lanes[i].ring = r
		m.heap = append(m.heap, &m.lanes[i])
	}
	return m
}

// next returns the lane whose head is the next frame; nil if there is none, or another ring
// may still bring an earlier one. Without turn, no ring gives back for it what it has handed
// over. Who takes the head says so by here.
func (m *merge) next(turn bool) *lane {
	for looked := false; ; m.down(0) {
		l := m.heap[0]
		switch {
		case l.here:
			return l
		case l.Buffered():
			l.fetch(l.taken)
		case !looked:
			m.look(turn)
			looked = true
		case !turn || !m.force():
			return nil
		}
	}
}

// fetch takes the next frame of a ring, if it has one, of a block that was taken then.
//
// It counts for its own time, unless that was still to come when its block was taken. Then
// somebody has set the clock back, and the frame is as old as others of that moment.
func (l *lane) fetch(taken int64) bool {
	if l.here = l.Next(&l.head); !l.here {
		return false
	}
	l.from, l.taken = l.head.At, taken
	if l.from > taken+slack {
		l.from = taken
	}
	return true
}

// look looks at the clock, and then at the rings without a head. One that is idle has
// nothing from before, but for slack; one in which the kernel fills a block nothing that is
// older than patience.
func (m *merge) look(turn bool) {
	before := m.now
	if m.now = m.clock(); m.now < before {
		m.back()
	}
	for i := range m.lanes {
		l := &m.lanes[i]
		switch {
		case l.here || turn && l.fetch(m.now):
		case l.Idle():
			l.from = max(l.from, m.now-slack)
		case turn:
			l.from = max(l.from, m.now-int64(patience))
		}
	}
	m.order()
}

// back is for a clock that was set back: nothing that is known lies in the future.
func (m *merge) back() {
	for i := range m.lanes {
		l := &m.lanes[i]
		l.from, l.taken = min(l.from, m.now), min(l.taken, m.now)
	}
}

// force has no ring keep others back that would be full before long: the order of what is
// in their blocks is worth less than the packets that would be lost. It reports whether it
// did.
func (m *merge) force() bool {
	var until int64
	for i := range m.lanes {
		if l := &m.lanes[i]; l.here && l.HalfFull() {
			until = max(until, l.from, l.taken)
		}
	}
	if until == 0 {
		return false
	}
	for i := range m.lanes {
		if l := &m.lanes[i]; !l.here {
			l.from = max(l.from, until)
		}
	}
	m.order()
	return true
}

// waits reports whether there is a frame, which others may keep back.
func (m *merge) waits() bool {
	return slices.ContainsFunc(m.heap, func(l *lane) bool { return l.here })
}

// order makes a heap of all lanes.
func (m *merge) order() {
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.down(i)
	}
}

// down moves a lane down the heap to where it belongs.
func (m *merge) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m.heap); child++ {
			if m.heap[child].before(m.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// before reports whether a lane stands above another one.
func (l *lane) before(k *lane) bool {
	return l.from < k.from || l.from == k.from && l.here && !k.here
}
