package conn

import "onpath/tcp"

// reset moves both ends by a RST: beliefs §2, §3 and rows 3, 5, 6, 12, 13 and 16
// of §6. RFC 5961 §3.2: only one exactly at RCV.NXT closes; in the window it draws
// a challenge ACK.
func (m *move) reset() {
	e, p, s := m.e, m.p, m.s
	answer := s.Flags&tcp.ACK != 0
	if !e.has(on) && !p.has(on) {
		e.set, p.set = inSS|inSR, all
		p.pend |= evRstSyn // the SYN that it refuses may be recorded after it
		m.refuses(answer)
		if s.Seq != 0 || !answer { // exact, for all that is known; but what follows is more to the point
			m.pendRst(s.Seq)
		}
		e.bits |= lossy
		p.bits |= lossy
		m.because(Capture)
		m.rstSent(false)
		return
	}
	inside := m.rstInside()
	why := m.whyReset(inside)
	if why == None {
		if p.set&inSS != 0 { // it asks for the ACK, not for SEQ (RFC 9293 §3.10.7.3)
			pending := p.pend
			m.refuses(answer)
			p.before |= p.pend &^ pending // possible, but not presumed
			p.widen()
		}
		m.step.Outside = true
		m.because(None)
		m.strays()
		return
	}
	if e.has(altNew) && !near(s.Seq, m.ea.alt) {
		why = Endpoint
	}
	m.because(why)
	m.older = answer && s.Seq == 0 && m.refusesOlder()
	if ticksOf(s.At)-m.c.opened <= copyLags {
		e.mayEnd()
		p.mayEnd()
	}
	m.towards(answer)
	m.rstSent(inside)
	if e.has(altNew) && !near(s.Seq, m.ea.alt) { // the candidate is left; its next segment begins it
		e.set, e.lead = inSS|gone, inSS
	}
	e.widen()
	p.widen()
}

// mayEnd lets a copy of the SYN be under way to x if this RST is the first thing
// that may have ended it. Behind a close in order TIME-WAIT outlives the copies
// (RFC 9293 §3.6.1).
func (x *end) mayEnd() {
	s := x.set
	if x.lead != 0 {
		s = x.lead
	}
	if s&gone == 0 {
		x.pend |= evCopy
	}
}

// rstInside reports whether the RST has a position in its sender's stream. SEQ 0
// with ACK is none: it answers a SYN (RFC 9293 §3.10.7.1).
func (m *move) rstInside() bool {
	e, s := m.e, m.s
	if s.Flags&tcp.ACK != 0 && s.Seq == 0 {
		return false
	}
	return e.set&inSS == 0 && s.Seq.After(e.base) && !s.Seq.After(e.top)
}

// whyReset explains a RST.
func (m *move) whyReset(inside bool) Explanation {
	e, p, s := m.e, m.p, m.s
	answer := s.Flags&tcp.ACK != 0
	switch {
	case s.Seq == 0 && answer, m.atOdd(), e.has(hasAlt) && near(s.Seq, m.ea.alt):
		return Path
	case inside && e.set&(inTW|inSR|gone) != 0:
		return Path
	case m.ofCookie():
		return Path
	case inside && !answer && e.set.Has(LastAck):
		return Capture
	case inside:
		return Endpoint
	case e.set&gone != 0, e.set == inSR:
		return Path
	}
	low := e.base
	if !e.has(hasISS) {
		low -= tcp.Seq(slack(e, p))
	}
	if s.Seq.InWindow(low, uint32(e.top-low)+slack(e, p)+1) {
		return Path
	}
	return None
}

// atOdd reports whether the RST answers an ACK outside of its sender's stream.
func (m *move) atOdd() bool {
	e, s := m.e, m.s
	return e.has(odd1) && s.Seq == m.ea.odd[0] || e.has(odd2) && s.Seq == m.ea.odd[1]
}

// ofCookie reports whether the RST may be the answer of a listener that keeps no
// state, only a cookie in its SYN,ACK (RFC 4987 §3.6): to a segment that is not
// the ACK of the cookie, which may come yet.
func (m *move) ofCookie() bool {
	e, s := m.e, m.s
	return s.Flags&tcp.ACK == 0 && e.has(answered) && s.Seq == e.iss+1
}

// rstSent moves the sender of a RST.
func (m *move) rstSent(inside bool) {
	e, p := m.e, m.p
	e.bits |= rstAny | seen
	if !inside || m.ofCookie() {
		e.lead = 0
		if m.atOdd() { // in the handshake it refuses an ACK, and goes on (RFC 9293 §3.10.7.3 first, .4 fifth)
			e.lead = e.set & (inSS | inSR)
		}
		e.set |= gone
		return
	}
	if e.livesWith(p) { // else its ACKs are of another stream
		m.ea.rstLine, e.bits = p.top, e.bits|rstIn
	}
	if e.has(swapped) {
		e.set |= gone | inSR
	} else {
		e.set, e.lead = gone, 0
	}
	if e.has(synDup) {
		e.pend |= evSyn // the copy may reach a new listener
	}
}

// towards adds what the RST may do to its addressee.
func (m *move) towards(answer bool) {
	e, p, s := m.e, m.p, m.s
	m.refuses(answer)
	if !e.has(on) {
		if !(s.Seq == 0 && answer) {
			p.add(evRst)
		} else if !p.has(rstPend) { // no position, unless its stream comes round to 0
			m.pa.rstMin, m.pa.rstMax, p.bits = 0, 0, p.bits|rstPend
		}
		return
	}
	if m.ofOtherSynAck() {
		m.pendRst(s.Seq)
		return
	}
	if !m.exact() {
		return
	}
	if !p.livesWith(e) {
		p.add(evRst) // of the peer's older incarnation, and exactly what p waits for
		return
	}
	if !p.has(rstPend) {
		m.pa.rstMin, m.pa.rstMax, p.bits = s.Seq, s.Seq, p.bits|rstPend
	}
	if s.Seq.Before(m.pa.rstMin) {
		m.pa.rstMin = s.Seq
	}
	m.pa.rstMax = m.pa.rstMax.Max(s.Seq)
	if !e.contig.Before(m.pa.rstMin) {
		p.add(evRst)
	}
}

// refuses notes a RST that may refuse the SYN of its addressee.
func (m *move) refuses(answer bool) {
	p, s := m.p, m.s
	if !answer {
		return
	}
	m.pa.rssAck = s.Ack
	if p.synAcked(s.Ack) || p.has(altNew) && s.Ack == m.pa.alt+1 {
		p.add(evRstSyn)
	}
}

// refusesOlder reports whether the RST refuses the SYN of the incarnation before.
func (m *move) refusesOlder() bool {
	p := m.p
	return p.bits&(hasAlt|altNew) == hasAlt && m.s.Ack == m.pa.alt+1 && !p.synAcked(m.s.Ack)
}

// pendRst lets a RST be pending towards the addressee that is possible, but not
// presumed.
func (m *move) pendRst(seq tcp.Seq) {
	p := m.p
	m.pa.rstMin, m.pa.rstMax, p.bits = seq, seq, p.bits|rstPend
	p.pend, p.before = p.pend|evRst, p.before|evRst
}

// ofOtherSynAck reports whether the RST is of the first of two SYN,ACKs, which its
// addressee may take yet.
func (m *move) ofOtherSynAck() bool {
	e, p := m.e, m.p
	return e.bits&(hasAlt|altNew) == hasAlt && m.s.Seq == m.ea.alt+1 && p.set&inSS != 0 && !p.has(rstPend)
}

// exact reports whether the RST is, or may become once the octets before it have
// passed, exactly at the RCV.NXT of its addressee.
func (m *move) exact() bool {
	e, p, s := m.e, m.p, m.s
	if !p.livesWith(e) {
		return s.Seq == p.rcv
	}
	low := e.base
	if e.fromISS() {
		low = e.iss + 1
	}
	if p.has(hasRcv) {
		low = p.rcv
	}
	return !s.Seq.Before(low) && !s.Seq.After(e.top.Add(slack(e, p)))
}
