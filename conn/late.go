package conn

import "onpath/tcp"

// near reports whether seq is one of the first octets behind isn.
func near(seq, isn tcp.Seq) bool { return uint32(seq-isn-1) < 1<<16 }

// far reports whether seq lies outside of all that e can have sent.
func (m *move) far() bool {
	e, p := m.e, m.p
	more := slack(e, p)
	low := e.base
	if !e.fromISS() {
		low -= tcp.Seq(more)
	}
	return !m.s.Seq.InWindow(low, uint32(e.top-low)+more+p.wmax+1)
}

// candidates: step 4 of beliefs §4. A SYN that was only a candidate is what its
// sender goes on from; or of two SYN,ACKs the other was taken.
func (m *move) candidates() {
	e, p, s := m.e, m.p, m.s
	if e.has(altNew) && near(s.Seq, m.ea.alt) && !s.Seq.InWindow(e.base, uint32(e.top-e.base)+1) {
		m.choose(e)
		e.set = inSS
		e.pend &= evSynAck | evSyn
		switch {
		case s.Ack.After(p.base) && !s.Ack.After(p.top):
			e.set |= inSR | inES
		case m.placeAck() == None:
			m.missedAnswer()
		}
	}
	if p.has(altNew) && s.Ack == m.pa.alt+1 && !s.Ack.InWindow(p.base, uint32(p.top-p.base)+1) {
		m.choose(p)
		p.set = inSS
	}
	if p.has(hasAlt) && near(s.Ack, m.pa.alt) && !s.Ack.InWindow(p.base, uint32(p.top-p.base)+1) && m.mayTakeOther() {
		m.exchange(p, inSR)
	}
}

// mayTakeOther reports whether the sender may live with the other of its peer's
// two SYN,ACKs: nobody has acknowledged the later, and it had not taken the earlier
// before that came.
func (m *move) mayTakeOther() bool {
	e, p := m.e, m.p
	waits := p.set&inSR != 0 && p.pend&evAckSyn == 0 || p.pend&evOther != 0
	return waits && p.set&inSS == 0 && !(e.has(hasIRS) && e.irs == m.pa.alt)
}

// missedAnswer: a candidate goes on from an incarnation of its peer whose SYN,ACK
// the capture has missed.
func (m *move) missedAnswer() {
	e, p := m.e, m.p
	m.because(Capture)
	m.pickUp(p, m.s.Ack)
	e.set = everything(inSS, false)
	e.bits |= lossy
}

// exchange lets the older ISN of x be its TCB: its peer took the other of its two
// SYNs, or of its two SYN,ACKs.
func (m *move) exchange(x *end, also Set) {
	begin := m.step.Begin
	set, pend := x.set, x.pend
	irs, rcv, edge, bits := x.irs, x.rcv, x.edge, x.bits
	m.fresh(x, m.of(x).alt)
	m.step.Begin = begin
	x.set, x.pend = set|also, pend&^evOther
	if also == inSR { // what lives is a server that has yet to be acknowledged
		x.lead, x.before = inSR, x.pend
	}
	x.irs, x.rcv, x.edge = irs, rcv, edge
	x.bits |= swapped | bits&(hasIRS|hasRcv|rstAny)
}

// reachesOlder lets a late segment of the incarnation before arrive, if the peer
// still lives with that one.
func (m *move) reachesOlder() {
	e, p, s := m.e, m.p, m.s
	if !e.has(hasAlt) || !p.has(hasIRS) || p.irs != m.ea.alt || s.Ack.After(p.top) {
		return
	}
	q := m.ackEvents()
	if p.acksFin(s.Ack) {
		q |= evAckFin
	}
	if s.Flags&tcp.FIN != 0 {
		q |= evFin
	}
	p.before |= q &^ p.pend
	p.pend |= q
	p.presumes(s.Ack)
	p.widen()
}

// lateIncarnation: a pure ACK far from the stream, but of the peer's newest SYN (with
// Fast Open a FIN, too): its SYN,ACK comes later, or was lost before us. It
// reports whether the segment is done with.
func (m *move) lateIncarnation() bool {
	e, p, s := m.e, m.p, m.s
	if s.Len > 0 || s.Flags&tcp.FIN != 0 && !p.has(synData) || !m.far() || !p.synAcked(s.Ack) {
		return false
	}
	if p.set&inSS == 0 && !(e.pend&evSyn != 0 && e.set.in(inSR|gone)) {
		if again := e.relistens(p); again || e.has(synDup) {
			if !again { // an end that nothing has ended yet
				m.because(Endpoint)
			}
			m.because(Path)
			e.set |= inSR
			m.oddAck(s.Ack)
			return true
		}
		return false
	}
	to := inSR | e.set&gone
	if e.set&(inSR|gone) == 0 {
		m.because(Endpoint)
	}
	m.because(Path)
	pend, begin := e.pend&^evOther, m.step.Begin
	m.fresh(e, s.Seq-1)
	e.set, e.pend = to, pend
	e.lead, e.before = inSR, pend
	m.step.Begin = begin // the peer's SYN began it, or is its candidate
	return false
}

// swap lets the two ends change places.
func (c *Conn) swap() {
	c.side[0], c.side[1] = c.side[1], c.side[0]
	c.seen[0], c.seen[1] = c.seen[1], c.seen[0]
}

// stray is a segment that no window holds, kept to see whether the other end's
// next one fits it: then the capture has missed much, and both are picked up
// again.
type stray struct{ end, ack tcp.Seq }

// longSilent is for how long, in millis, an end must not have passed to be left
// out of the question where its peer is now: 2 s.
const longSilent = 2000

// strays remembers s, or picks both ends up in mid-stream where s and the stray
// before it acknowledge each other.
func (m *move) strays() {
	c, e, p, s := m.c, m.e, m.p, m.s
	a := m.a
	last, by := a.lost, a.lostBy
	a.lost, a.lostBy = stray{m.end, s.Ack}, 0
	if s.Flags&tcp.ACK != 0 {
		a.lostBy = 1 + uint8(s.Dir)
	}
	if a.lostBy == 0 || by == 0 {
		return
	}
	answered := by != a.lostBy && s.Seq == last.ack && s.Ack == last.end
	silent := !p.has(seen) || m.since(c.seen[s.Dir^1].at) >= longSilent
	wentOn := by == a.lostBy && silent && s.Len > 0 && s.Seq == last.end
	if !answered && !wentOn {
		return
	}
	m.pickUp(e, s.Seq)
	m.pickUp(p, s.Ack)
	a.lostBy, c.seen = 0, [2]evidence{}
	m.step.Explanation, m.step.Outside = Capture, false
	m.observe()
}

// pickUp forgets the numbers of x and joins it in mid-stream.
func (m *move) pickUp(x *end, at tcp.Seq) {
	m.t.pool.take(x.sent.more)
	*m.of(x) = aside{}
	*x = end{
		set: all &^ inSS, wmax: x.wmax, shift: x.shift, iss: x.iss,
		bits: lossy | maybe | x.bits&(seen|hasShift|synSeen|mptcp),
	}
	x.start(at)
}
