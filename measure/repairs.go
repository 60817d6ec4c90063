package measure

import "onpath/conn"

// Repairs counts what one end sent other than new octets in order, and what of
// it was lost where. The zero Repairs has seen none. Each segment counts in at
// most one; Retransmissions is
// what was lost before and after.
type Repairs struct {
	Spurious   uint32 // sent again although it had arrived
	KeepAlives uint32
	Probes     uint32    // of a closed window
	Reordered  uint32    // originals that came late
	Duplicates uint32    // copies made by the path or by the capture
	LostBefore uint32    // retransmissions whose original never passed here
	LostAfter  uint32    // retransmissions whose original passed here and was lost behind
	gap        [2]uint32 // GapOctets: low, high; so that the struct needs no padding
}

// GapOctets returns how many sequence numbers the peer acknowledged that never
// passed here.
func (r *Repairs) GapOctets() uint64 { return uint64(r.gap[1])<<32 | uint64(r.gap[0]) }

func (r *Repairs) setGap(n uint64) { r.gap = [2]uint32{uint32(n), uint32(n >> 32)} }

// Retransmissions returns how many segments were sent again, the original lost
// or taken to be.
func (r *Repairs) Retransmissions() uint32 { return r.LostBefore + r.LostAfter }

// counted tells where a delivery class counts.
var counted = [conn.NumDeliveries]func(*Repairs) *uint32{
	conn.Spurious:         func(r *Repairs) *uint32 { return &r.Spurious },
	conn.KeepAlive:        func(r *Repairs) *uint32 { return &r.KeepAlives },
	conn.WindowProbe:      func(r *Repairs) *uint32 { return &r.Probes },
	conn.Reordered:        func(r *Repairs) *uint32 { return &r.Reordered },
	conn.NetworkDuplicate: func(r *Repairs) *uint32 { return &r.Duplicates },
	conn.CaptureDuplicate: func(r *Repairs) *uint32 { return &r.Duplicates },
}

// Segment counts a segment of this end, and gives back of the gap what it fills.
func (r *Repairs) Segment(step *conn.Step) {
	if step.Delivery == conn.New && step.Filled == 0 {
		return
	}
	if count := counted[step.Delivery]; count != nil {
		*count(r)++
	}
	switch step.Loss {
	case conn.LostBefore:
		r.LostBefore++
	case conn.LostAfter:
		r.LostAfter++
	}
	r.fill(step.Filled)
}

// fill takes numbers out of the gap.
func (r *Repairs) fill(numbers uint32) {
	gap := r.GapOctets()
	r.setGap(gap - min(gap, uint64(numbers)))
}

// Gap counts sequence numbers of this end that its peer's ACK was the first to
// cover, and that had not passed.
func (r *Repairs) Gap(numbers uint32) { r.setGap(r.GapOctets() + uint64(numbers)) }

// Unsent gives back numbers of the gap that were never sent.
func (r *Repairs) Unsent(numbers uint32) { r.fill(numbers) }
