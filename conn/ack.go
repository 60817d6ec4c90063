package conn

import "onpath/tcp"

// acknowledges takes what the ACK of s proves: step 6 of beliefs §4.
func (m *move) acknowledges() {
	e, p, s := m.e, m.p, m.s
	if !e.has(hasIRS) && p.has(hasISS) && !s.Ack.After(p.top) {
		e.irs, e.bits = p.iss, e.bits|hasIRS
	}
	if e.has(altNew) && !m.old && s.Ack.After(m.ea.rstLine) {
		e.forgetCandidate()
	}
	if !e.has(rstIn) && !m.old && s.Ack.After(m.ea.rstLine) {
		e.pend &^= evOther
	}
	m.newest = !e.has(rstAny) && (!e.has(hasRcv) || s.Ack.After(e.rcv) || m.newerStamp())
	if !m.old {
		m.takeBack()
		m.coversUnseen()
	}
	if e.has(rstPend) && m.ea.rstMax.Before(s.Ack) {
		e.pend &^= evRst
		e.bits &^= rstPend
	}
	if !m.old {
		m.clearSyn()
	}
}

// forgetCandidate: this ACK is of what passed after the candidate SYN; whoever
// sent that, it was not this end starting anew.
func (e *end) forgetCandidate() {
	e.bits &^= altNew | hasAlt
}

// clearSyn: E acknowledges in this incarnation, and no candidate for another
// waits, so the SYN that began it is proven; pending for ever it would let every closed connection grow back.
func (m *move) clearSyn() {
	if e := m.e; m.s.Flags&tcp.ACK != 0 && e.set&gone == 0 && !m.p.has(altNew) {
		e.pend &^= evSyn | evSyn2 | evSynAck
	}
}

// coversUnseen: the ACK covers what did not pass. Beyond all that anyone showed
// it is tentative: a wrong or forged ACK looks the same until the end's newer
// timestamp carries a lower one.
func (m *move) coversUnseen() {
	e, p, s := m.e, m.p, m.s
	if !p.contig.Before(s.Ack) {
		return
	}
	before := e.bits & lossy
	e.bits |= lossy
	if e.top == e.base {
		e.bits |= maybe
	}
	if s.Ack.After(p.top) {
		p.bits |= tentative
		if before != 0 {
			p.bits |= preLossy
		}
		p.top = s.Ack
		p.rebase()
	}
	if s.Ack.After(p.nxt) {
		p.nxt = s.Ack
		if !p.has(hasFin) {
			p.bits |= maybe
			p.set = follow(closes(p.set, p.has(cw)), p.pend)
		}
	}
	p.contig = s.Ack
	m.t.extend(p)
}

// takeBack: RCV.NXT never goes back; a newer segment with a lower ACK shows that
// the tentative one was not this end's.
func (m *move) takeBack() {
	e, p, s := m.e, m.p, m.s
	if !m.newerStamp() || !e.has(hasRcv) || !s.Ack.Before(e.rcv) || !p.has(tentative|hasReal) {
		return
	}
	p.top, p.nxt = p.real, p.real
	if p.contig.After(p.real) {
		m.step.Unsent = uint32(p.contig - p.real)
		p.contig = p.real
	}
	p.bits &^= maybe | tentative
	if !p.has(hasFin) {
		p.set &^= finOut
	}
	e.rcv, e.edge = s.Ack, s.Ack.Add(e.window(p, s))
	if !p.has(preLossy) {
		e.bits &^= lossy
	}
}
