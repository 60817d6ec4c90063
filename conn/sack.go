package conn

import "onpath/tcp"

// sackedAbove reports whether the peer has told that octets above at arrived.
func (e *end) sackedAbove(at tcp.Seq) bool {
	for _, b := range e.sacked[:e.nSacked] {
		if b.to.After(at) {
			return true
		}
	}
	return false
}

// sacks reports whether the peer has told that [from, to) arrived.
func (e *end) sacks(from, to tcp.Seq) bool {
	for _, b := range e.sacked[:e.nSacked] {
		if !from.Before(b.from) && !to.After(b.to) {
			return true
		}
	}
	return false
}

// takeSACK keeps the newest blocks that the peer of e reports (RFC 2018 §4). A
// first block below the ACK, or inside the second, tells of a duplicate (RFC 2883
// §4). What there is no room for is counted.
func (t *Tracker) takeSACK(e *end, s *tcp.Segment) (dsack bool) {
	e.dropSACK(s.Ack)
	for i := range s.NumSACK {
		b := span{s.SACK[i][0], s.SACK[i][1]}
		if !b.from.Before(b.to) || b.to.After(e.top) || uint32(b.to-b.from) > 1<<30 {
			continue
		}
		if !b.to.After(s.Ack) {
			dsack = dsack || i == 0
			continue
		}
		if i == 0 && s.NumSACK > 1 && within(b, span{s.SACK[1][0], s.SACK[1][1]}) {
			dsack = true
			continue
		}
		if !e.addSACK(b) {
			t.SACKGivenUp++
		}
	}
	return dsack
}

func within(a, b span) bool { return !a.from.Before(b.from) && !a.to.After(b.to) }

// dropSACK forgets blocks that a cumulative ACK covers.
func (e *end) dropSACK(ack tcp.Seq) {
	n := uint8(0)
	for _, b := range e.sacked[:e.nSacked] {
		if b.to.After(ack) {
			e.sacked[n] = b
			n++
		}
	}
	e.nSacked = n
}

// addSACK puts a block among those held, and reports whether there was room.
func (e *end) addSACK(b span) bool {
	for i := range e.sacked[:e.nSacked] {
		if h := &e.sacked[i]; !b.from.After(h.to) && !h.from.After(b.to) {
			if b.from.Before(h.from) {
				h.from = b.from
			}
			h.to = h.to.Max(b.to)
			return true
		}
	}
	if int(e.nSacked) < len(e.sacked) {
		e.sacked[e.nSacked] = b
		e.nSacked++
		return true
	}
	if b.to.After(e.sacked[1].to) { // the highest tells most
		e.sacked[1] = b
	}
	return false
}
