package conn

import "onpath/tcp"

// spread is how far apart the ISNs of successive incarnations must be: closer
// ones are ambiguous to the ends too (quiet time, RFC 9293 §3.4.3).
const spread = 1 << 20

// syn moves both ends by a SYN or SYN,ACK: step 3 of beliefs §4.
func (m *move) syn() {
	e, p, s := m.e, m.p, m.s
	m.c.opened = secondsOf(s.At)
	answer := s.Flags&tcp.ACK != 0
	if answer && p.has(altNew) && s.Ack == p.alt+1 {
		m.choose(p)
		p.set = inSS
	}
	if answer && e.has(altNew) && s.Seq == e.alt { // its candidate answers, so that is what lives
		m.choose(e)
		e.set = follow(inSS, e.pend&evSyn)
	}
	moved, again := true, e.has(hasISS) && s.Seq == e.iss
	switch {
	case again:
		m.synAgain(answer)
	case e.has(hasAlt) && s.Seq == e.alt && !(e.has(altNew) && e.set&gone != 0):
		m.because(Path)
		if !answer {
			e.set |= inSS
		}
		m.older = !e.has(altNew)
		if e.has(altNew) {
			m.step.Begin = Candidate
		}
	case e.has(on) && !e.has(hasISS) && uint32(e.base-s.Seq) < spread:
		m.lateSyn(answer)
	case answer:
		moved = m.newSynAck()
	default:
		m.newSyn()
	}
	if !moved {
		m.step.Outside = true
		return
	}
	if s.Seq == e.iss && e.has(hasISS) {
		m.options(again)
		if !answer || !p.has(hasISS) || p.synAcked(s.Ack) { // else an ACK of what nobody sent
			m.grants()
		}
		m.clearSyn()
	}
	m.receives()
	e.widen()
}

// choose lets the candidate of x be its TCB.
func (m *move) choose(x *end) {
	m.fresh(x, x.alt)
	m.opened(x)
}

// Choose lets the candidate of the end that sends in direction d be its TCB,
// without an ACK that says so: after a long silence.
func (t *Tracker) Choose(c *Conn, d tcp.Dir) {
	e := &c.side[d]
	if !e.has(altNew) {
		return
	}
	m := move{t: t, c: c, e: e, p: &c.side[d^1], s: &tcp.Segment{Dir: d}, step: &Step{}}
	set := e.set
	m.choose(e)
	e.set, e.lead = set|inSS, inSS
}

// opened notes that x opens the incarnation that begins.
func (m *move) opened(x *end) {
	if m.step.Begin != Begun {
		return
	}
	m.step.Opener = m.s.Dir
	if x == m.p {
		m.step.Opener ^= 1
	}
	m.step.SynSeen = true
}

// synAgain: the same ISN. A late copy says nothing of what followed.
func (m *move) synAgain(answer bool) {
	e := m.e
	m.because(Path)
	m.sends()
	if !answer {
		if e.pend&evRstSyn != 0 && e.set&inSS != 0 { // refused, and tried again
			e.lead, e.before = inSS, e.before|evRstSyn
		}
		return
	}
	if p := m.p; !e.has(hasIRS) && p.synAcked(m.s.Ack) {
		e.irs, e.bits = p.iss, e.bits|hasIRS
	}
	to := e.set & after(inSR)
	if e.has(altNew) {
		to |= inSS
	}
	if e.set&(inSS|inSR) == inSS && !e.has(altNew) { // the SYN that it answers did not pass here
		to |= inSR
		m.because(Capture)
		e.bits |= lossy
		m.joinsOpener(m.p.has(hasISS))
	}
	e.set = to
}

// sends marks the SYN, and data that go with it.
func (m *move) sends() {
	e, s := m.e, m.s
	e.bits |= seen
	if s.Len > 0 || s.Opts&(tcp.OptTFO|tcp.OptTFOExp) != 0 {
		e.bits |= synData
	}
	m.mark()
}

// lateSyn: the beginning of what was joined late, or a pure ACK of SYN-RECEIVED
// had overtaken its SYN,ACK. Nothing is reset.
func (m *move) lateSyn(answer bool) {
	e, s := m.e, m.s
	e.iss, e.base, e.bits = s.Seq, s.Seq, e.bits|hasISS
	if e.top == s.Seq+1 { // nothing but the SYN before it
		e.bits &^= maybe
		e.set &^= finOut
	}
	m.because(Path)
	m.sends()
	if !answer {
		e.set |= inSS
		return
	}
	e.set |= inSR
}

// newSyn: another ISN. While the end may be alive it is only a candidate for a
// new incarnation, and both are kept until an ACK chooses.
func (m *move) newSyn() {
	e, s := m.e, m.s
	taken := e.set&inES != 0 && e.has(hasISS) && m.p.has(hasIRS) && m.p.irs == e.iss // its last SYN was answered
	if e.set&(gone|inTW|inSS) == 0 || taken && e.set.in(inSS|inES) {
		e.alt, e.bits = s.Seq, e.bits|hasAlt|altNew
		if !e.has(rstIn) {
			e.rstLine = m.p.top
		}
		e.set |= inSS
		m.step.Begin = Candidate
		m.because(Endpoint)
		return
	}
	to := inSS
	if e.has(rstAny) && !e.has(hasISS) {
		to |= gone
	}
	if e.has(on) && e.set&inSS != 0 {
		to |= e.set // this may be the older one
	}
	if e.set&(gone|inTW) == 0 {
		m.because(Endpoint)
	}
	keep := e.pend & evSyn
	if e.rssAck == s.Seq+1 && e.pend&evRstSyn != 0 {
		keep |= evRstSyn
	}
	two := to != inSS
	m.fresh(e, s.Seq)
	m.p.before |= m.p.pend // what passed before is not of the peer's next incarnation
	if p := m.p; p.has(seen) && p.set&(gone|inTW) != 0 {
		p.lead = inSR // as which it is presumed to answer
	}
	e.pend, e.set = keep, to
	if two {
		e.lead, e.before = inSS, keep&evRstSyn
	}
	m.sends()
	m.opened(e)
}

// newSynAck: another ISN, with an ACK. It reports whether anything moved.
func (m *move) newSynAck() bool {
	e, p, s := m.e, m.p, m.s
	known, refused := p.has(hasISS), false
	if known && !p.synAcked(s.Ack) && !(p.has(hasAlt) && s.Ack == p.alt+1) {
		if m.e.has(lossy) || m.p.has(lossy) {
			m.because(Capture)
		} else {
			m.because(None)
		}
		p.oddAck(s.Ack)
		return false
	}
	if known && !p.synAcked(s.Ack) { // of two SYNs the other was answered
		m.exchange(p, inSS)
		refused = p.has(rstAny) // by a RST that may have been of this one
	}
	m.because(m.whyNewSynAck(known))
	if m.besides() {
		return true
	}
	to := inSR
	if e.has(rstAny) || refused {
		to |= gone
	}
	if e.has(on) && e.set&alive != 0 {
		to |= e.set // this may be the older of two
	}
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
	}
	if known {
		m.step.Begin = begin // the client's ISN is the same, or begun above: the same attempt
	}
	if two {
		e.lead, e.before = inSR, keep
	}
	m.joinsOpener(known)
	return true
}

// besides takes a SYN,ACK of an end whose peer already lives with another of its
// ISNs, and so will not take this one: it is late, or a listener began anew with a
// copy of the old SYN. Both are kept until the end goes on.
func (m *move) besides() bool {
	e, p := m.e, m.p
	if !e.has(hasISS) || !p.has(hasIRS) || p.irs != e.iss || p.set&inSS != 0 || e.set&alive == 0 || e.finished(p) {
		return false
	}
	e.alt, e.bits = m.s.Seq, e.bits&^altNew|hasAlt
	if !e.has(rstIn) {
		e.rstLine = p.top
	}
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

// options takes what only a SYN tells. A SYN that comes again may have left
// options out; the answer to the first has decided.
func (m *move) options(again bool) {
	e, s := m.e, m.s
	if !again {
		e.bits &^= hasShift
	}
	e.bits |= synSeen
	if s.Flags&tcp.ACK != 0 {
		e.bits |= answered
	}
	if s.Opts&tcp.OptMPTCP != 0 {
		e.bits |= mptcp
	}
	if s.Opts&(tcp.OptWScale|tcp.OptLength) == tcp.OptWScale {
		e.shift, e.bits = min(s.WScale, maxShift), e.bits|hasShift
	}
	m.stamps()
}
