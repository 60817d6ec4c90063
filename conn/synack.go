package conn

// newSynAck: another ISN, with an ACK. It reports whether anything moved.
func (m *move) newSynAck() bool {
	e, p, s := m.e, m.p, m.s
	missed := m.answersMissed()
	known := p.has(hasISS) && !missed
	other := known && !p.synAcked(s.Ack)
	if other && !(p.has(hasAlt) && s.Ack == m.pa.alt+1) {
		m.ofNoSyn()
		return false
	}
	if other { // of two SYNs the other was answered
		m.exchange(p, inSS)
	}
	m.because(m.whyNewSynAck(known))
	if !missed && m.besides() {
		return true
	}
	to := inSR
	if e.has(rstAny) || other && p.has(rstAny) { // that RST may have been the answer to this
		to |= gone
	}
	if e.has(on) && e.set&alive != 0 {
		to |= e.set // this may be the older of two
	}
	m.answersAnew(to, known)
	m.joinsOpener(known)
	return true
}

// answersMissed reports whether the SYN,ACK answers a SYN that the capture has missed:
// both ends may have left the incarnation that is known, whose numbers it does not fit.
func (m *move) answersMissed() bool {
	const left = gone | inTW
	e, p, s := m.e, m.p, m.s
	return e.set&left != 0 && p.set&left != 0 && p.set&inSS == 0 && p.has(hasRcv) && !p.synAcked(s.Ack) &&
		!(p.has(hasAlt) && s.Ack == m.pa.alt+1)
}

// ofNoSyn explains a SYN,ACK that acknowledges no SYN that is known.
func (m *move) ofNoSyn() {
	why := None
	if (m.e.bits|m.p.bits)&lossy != 0 {
		why = Capture
	}
	m.because(why)
	m.oddAck(m.s.Ack)
}

// answersAnew gives the sender of a SYN,ACK a new TCB, in which it may be in the
// states of to. known: so is the SYN that it answers.
func (m *move) answersAnew(to Set, known bool) {
	e, p, s := m.e, m.p, m.s
	keep := e.pend &^ e.before & (evRst | evFin)
	begin, two := m.step.Begin, to&^inSR != 0
	dup := e.bits & synDup
	m.fresh(e, s.Seq)
	e.pend, e.set, e.bits = keep, to, e.bits|dup
	if keep&evRst == 0 {
		e.bits &^= rstPend
	}
	m.sends()
	e.irs, e.bits = s.Ack-1, e.bits|hasIRS
	if known {
		e.irs = p.iss
		m.step.Begin = begin // the client's ISN is the same, or begun above: the same attempt
	}
	if two {
		e.lead, e.before = inSR, keep
	}
}

// besides takes a SYN,ACK of an end whose peer already lives with another of its
// ISNs, and so will not take this one: it is late, or a listener began anew with a
// copy of the old SYN. Both are kept until the end goes on.
func (m *move) besides() bool {
	e, p := m.e, m.p
	if !p.has(hasIRS) || p.irs != e.iss || p.set&inSS != 0 || e.set&alive == 0 || e.finished(p) {
		return false
	}
	m.ea.alt, e.bits = m.s.Seq, e.bits&^altNew|hasAlt
	m.ea.rstLine = p.top
	e.pend |= evOther
	return true
}

// whyNewSynAck explains a SYN,ACK with a new ISN.
func (m *move) whyNewSynAck(known bool) Explanation {
	e := m.e
	switch {
	case !known:
		return Capture
	case e.set&inSR != 0:
		return Unsurprising
	case e.set&(gone|inTW) != 0:
		return Path
	case e.set&inSS != 0 || e.has(lossy):
		return Capture
	}
	return Endpoint
}

// joinsOpener: what a SYN,ACK tells of a peer whose SYN was not seen.
func (m *move) joinsOpener(known bool) {
	p, s := m.p, m.s
	if p.set&inSS != 0 {
		p.bits &^= hasRcv | hasIRS
	}
	if known {
		return
	}
	if p.has(hasISS) { // that of an incarnation which it has left
		m.fresh(p, s.Ack-1)
		p.bits = p.bits&^(synSeen|hasShift) | maybe | lossy
		m.e.bits |= lossy
		p.pend &^= evOther // of the incarnation that it has left
		p.set = everything(inSS, false)
		return
	}
	if p.has(on) && uint32(p.base-s.Ack) < spread {
		p.iss, p.base, p.bits = s.Ack-1, s.Ack-1, p.bits|hasISS
		return
	}
	if p.has(on) {
		m.step.Begin, m.step.Opener = Begun, s.Dir^1
	}
	m.t.pool.take(p.sent.more)
	p.sent = stream{}
	p.start(s.Ack)
	p.iss, p.base, p.bits = s.Ack-1, s.Ack-1, p.bits|hasISS|maybe|lossy
	m.e.bits |= lossy
	p.set = everything(inSS, false)
}
