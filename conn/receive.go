package conn

import "onpath/tcp"

// receives adds to the belief about the addressee what s may do if it arrives:
// step 11 of beliefs §4. RSTs and candidates have their own.
func (m *move) receives() {
	e, p, s := m.e, m.p, m.s
	ack, fin := m.ackEvents(), m.finEvents()
	if fin == evFinAck {
		ack &^= evAckFin // both or neither
	}
	p.add(m.synEvents() | ack | fin)
	if s.Flags&tcp.ACK != 0 && !m.old && !s.Ack.After(p.top) && !s.Ack.Before(p.first(e)) {
		p.presumes(s.Ack)
	}
	if p.has(rstPend) && !m.pa.rstMin.Before(e.base) && !e.contig.Before(m.pa.rstMin) {
		p.add(evRst)
	}
	p.widen()
}

// presumes moves SND.UNA by an ACK that passed towards p.
func (p *end) presumes(ack tcp.Seq) {
	if !p.has(hasUna) {
		p.una, p.bits = ack, p.bits|hasUna
	}
	p.una = p.una.Max(ack)
}

// add lets events be pending towards p.
func (p *end) add(q event) {
	p.pend |= q
	p.before &^= q
}

// widen adds to the belief what is pending.
func (p *end) widen() {
	p.set = follow(p.set, p.pend)
	p.lead = follow(p.lead, p.pend&^p.before)
}

// synEvents are those of a SYN or SYN,ACK.
func (m *move) synEvents() event {
	e, p, s := m.e, m.p, m.s
	switch {
	case s.Flags&tcp.SYN == 0:
		return 0
	case s.Flags&tcp.ACK != 0:
		if p.synAcked(s.Ack) {
			return evSynAck
		}
		return 0
	case p.has(hasIRS) && p.irs == s.Seq && p.set&gone == 0 && !p.has(altNew):
		p.bits |= synDup
		return 0
	case e.has(hasAlt):
		return evSyn | evSyn2
	}
	if p.pend&evSyn != 0 {
		p.bits |= synDup // two of the same are under way: one may reach a new listener
	}
	if p.has(rstAny) { // it refused an earlier one
		p.lead = inSR
	}
	return evSyn
}

// synAcked reports whether ack covers the SYN of p, and no more than the data
// that went with it (RFC 7413).
func (p *end) synAcked(ack tcp.Seq) bool {
	return p.has(hasISS) && (ack == p.iss+1 || p.has(synData) && ack.After(p.iss) && !ack.After(p.top))
}

// ackEvents are those of an ACK: of the addressee's SYN, of its FIN.
func (m *move) ackEvents() (q event) {
	e, p, s := m.e, m.p, m.s
	if s.Flags&tcp.ACK == 0 || !p.has(on) || s.Ack.After(p.top) {
		return 0
	}
	if p.fromISS() && s.Ack.After(p.iss) || !p.fromISS() && !s.Ack.Before(p.base) {
		if s.Flags&tcp.SYN == 0 || p.set&(inSS|inSR) != 0 {
			q |= evAckSyn
		}
	}
	if p.acksFin(s.Ack) && p.livesWith(e) {
		q |= evAckFin
	}
	return q
}

// acksFin reports whether an ACK towards p may be of its FIN.
func (p *end) acksFin(ack tcp.Seq) bool {
	if p.has(hasFin) {
		return ack.After(p.fin)
	}
	return ack == p.top && (p.bits&(maybe|lossy) != 0 || p.nxt.Before(p.top))
}

// livesWith reports whether the peer that p lives with is the incarnation of e
// that is followed, as far as is known.
func (p *end) livesWith(e *end) bool { return !p.has(hasIRS) || p.irs == e.iss }

// finEvents are those of a FIN, and of a FIN with an ACK of the addressee's FIN:
// both arrived, or neither. The FIN alone is refused only if octets before it are
// missing, or the window is closed (RFC 9293 §3.10.7.4).
func (m *move) finEvents() event {
	e, p, s := m.e, m.p, m.s
	if s.Flags&tcp.FIN == 0 || !p.livesWith(e) || m.old && p.set.in(inSS|gone) {
		return 0 // SYN-SENT answers an ACK of the incarnation before with a RST
	}
	acks := s.Flags&tcp.ACK != 0 && !s.Ack.After(p.top) && p.has(hasFin) && s.Ack.After(p.fin)
	if acks && s.Len == 0 && s.Seq == p.rcv && p.pend&evAckFin == 0 && !p.has(shut) {
		return evFinAck
	}
	return evFin
}
