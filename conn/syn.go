package conn

import "onpath/tcp"

// spread is how far apart the ISNs of successive incarnations must be: closer
// ones are ambiguous to the ends too (quiet time, RFC 9293 §3.4.3).
const spread = 1 << 20

// syn moves both ends by a SYN or SYN,ACK: step 3 of beliefs §4.
func (m *move) syn() {
	e, p, s := m.e, m.p, m.s
	m.c.opened = ticksOf(s.At)
	answer := s.Flags&tcp.ACK != 0
	if answer {
		m.synAckChooses()
	}
	moved, again := true, e.has(hasISS) && s.Seq == e.iss
	switch {
	case again:
		m.synAgain(answer)
	case e.has(hasAlt) && s.Seq == m.ea.alt && !(e.has(altNew) && e.set&gone != 0):
		m.synOfOther(answer)
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

// synAckChooses: a SYN,ACK chooses the candidate whose SYN it acknowledges; and if
// a candidate sends it, that is what lives.
func (m *move) synAckChooses() {
	e, p, s := m.e, m.p, m.s
	if p.has(altNew) && s.Ack == m.pa.alt+1 {
		m.choose(p)
		p.set = inSS
	}
	if e.has(altNew) && s.Seq == m.ea.alt {
		m.choose(e)
		e.set = follow(inSS, e.pend&evSyn)
	}
}

// synOfOther: a copy of the SYN with the other ISN.
func (m *move) synOfOther(answer bool) {
	e := m.e
	m.because(Path)
	if !answer {
		e.set |= inSS
	}
	m.older = !e.has(altNew)
	if e.has(altNew) {
		m.step.Begin = Candidate
	}
}

// choose lets the candidate of x be its TCB.
func (m *move) choose(x *end) {
	m.fresh(x, m.of(x).alt)
	m.opened(x)
}

// Choose lets the candidate of the end that sends in direction d be its TCB,
// without an ACK that says so: after a long silence.
func (t *Tracker) Choose(c *Conn, d tcp.Dir) {
	e := &c.side[d]
	if !e.has(altNew) {
		return
	}
	c.halts()
	a := t.hand(c)
	m := move{t: t, c: c, e: e, p: &c.side[d^1], a: a, ea: &a.side[d], pa: &a.side[d^1], s: &tcp.Segment{Dir: d}, step: &Step{}}
	set := e.set
	m.choose(e)
	t.keep(c)
	e.set, e.lead = set, inSS
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
	if e.set&(inSS|inSR) == inSS && !e.has(altNew) {
		to |= inSR
		m.answersUnseen()
	}
	e.set = to
}

// answersUnseen: the SYN that this SYN,ACK answers did not pass here, unless both
// SYNs are older than what was seen of their ends since.
func (m *move) answersUnseen() {
	if p := m.p; p.has(synSeen) && p.synAcked(m.s.Ack) {
		return
	}
	m.because(Capture)
	m.e.bits |= lossy
	m.joinsOpener(m.p.has(hasISS))
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
	if e.set&(gone|inTW|inSS) == 0 || e.set.in(inSS|inES) && m.answeredBefore() {
		m.candidate()
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
	if m.ea.rssAck == s.Seq+1 && e.pend&evRstSyn != 0 {
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

// answeredBefore reports whether the SYN,ACK that answers the sender's last SYN has
// passed: it may have gone on from there.
func (m *move) answeredBefore() bool {
	e, p := m.e, m.p
	return e.set&inES != 0 && p.irs == e.iss
}

// candidate notes a SYN that may begin another incarnation.
func (m *move) candidate() {
	e := m.e
	m.ea.alt, e.bits = m.s.Seq, e.bits|hasAlt|altNew
	m.ea.rstLine = m.p.top
	e.set |= inSS
	m.step.Begin = Candidate
	m.because(Endpoint)
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
	e.offers(s)
	m.stamps()
}

// offers takes the window shift of its SYN.
func (e *end) offers(s *tcp.Segment) {
	if s.Opts&(tcp.OptWScale|tcp.OptLength) == tcp.OptWScale {
		e.shift, e.bits = min(s.WScale, maxShift), e.bits|hasShift
	}
}
