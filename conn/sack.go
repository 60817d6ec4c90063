package conn

import "onpath/tcp"

// sackedAbove reports whether the peer has told that octets of the sender above at
// arrived.
func (m *move) sackedAbove(at tcp.Seq) bool {
	for _, b := range m.told() {
		if b.to.After(at) {
			return true
		}
	}
	return false
}

// told returns what the peer has told to have of the sender's octets. On the short path
// nothing that stands aside has been handed out.
func (m *move) told() []span {
	if m.ea != nil {
		return m.ea.sacked[:m.e.nSacked]
	}
	if a := m.t.asideOf(m.c); a != nil {
		return a.side[m.s.Dir].sacked[:m.e.nSacked]
	}
	return nil
}

// sacks reports whether the peer has told that [from, to) of the sender arrived.
func (m *move) sacks(from, to tcp.Seq) bool {
	for _, b := range m.told() {
		if !from.Before(b.from) && !to.After(b.to) {
			return true
		}
	}
	return false
}

// takeSACK keeps the newest blocks that the segment reports of its addressee (RFC 2018 §4). A
// first block below the ACK, or inside the second, tells of a duplicate (RFC 2883
// §4). What there is no room for is counted.
func (m *move) takeSACK() (dsack bool) {
	e, s := m.p, m.s
	m.dropSACK()
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
		if !m.addSACK(b) {
			m.t.SACKGivenUp++
		}
	}
	return dsack
}

func within(a, b span) bool { return !a.from.Before(b.from) && !a.to.After(b.to) }

// dropSACK forgets blocks that the segment's ACK covers.
func (m *move) dropSACK() {
	n := uint8(0)
	e, a := m.p, m.pa
	for _, b := range a.sacked[:e.nSacked] {
		if b.to.After(m.s.Ack) {
			a.sacked[n] = b
			n++
		}
	}
	e.nSacked = n
}

// addSACK puts a block among those held, and reports whether there was room.
func (m *move) addSACK(b span) bool {
	e, a := m.p, m.pa
	for i := range a.sacked[:e.nSacked] {
		if h := &a.sacked[i]; !b.from.After(h.to) && !h.from.After(b.to) {
			if b.from.Before(h.from) {
				h.from = b.from
			}
			h.to = h.to.Max(b.to)
			return true
		}
	}
	if int(e.nSacked) < len(a.sacked) {
		a.sacked[e.nSacked] = b
		e.nSacked++
		return true
	}
	if b.to.After(a.sacked[1].to) { // the highest tells most
		a.sacked[1] = b
	}
	return false
}
