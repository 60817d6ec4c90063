package conn

import "onpath/tcp"

// Begin says whether a segment begins another incarnation of the connection
// (DESIGN §1.4).
type Begin uint8

const (
	Same      Begin = iota // the incarnation that is being followed
	Candidate              // a SYN that may begin another; the receiver's ACK will choose
	Begun                  // another incarnation has begun
)

// Step is what one segment did to a Conn.
type Step struct {
	Begin       Begin
	Explanation Explanation
	Opener      tcp.Dir // with Begun: who opened the new incarnation
	SynSeen     bool    // with Begun: its SYN passed, now or as a candidate
	Older       bool    // it belongs to the incarnation before
	Outside     bool    // its numbers lie outside of every window: nothing moved
	Refutes     bool    // it shows that a FIN which passed in its sender's name was not its own
	Advances    bool    // its ACK is higher than any before it, of an end whose ACKs passed
	Plain       bool    // the next segment of an open connection: nothing can be surprising
	Course      Course  // where it stands in the usual course of a connection; of a Plain one it is not asked: Astray
	Leads       bool    // its end is higher than any of its sender's before it
	New         uint32  // payload octets that had not passed before
	Repeated    uint32  // payload octets that had
	Delivery    Delivery
	Loss        Loss   // with Retransmission: where the original was lost
	DSACK       bool   // its SACK tells of octets that arrived twice (RFC 2883)
	Filled      uint32 // of New, the octets that had been counted in a Gap, or were acknowledged before this end was joined
	Shrunk      uint32 // octets that the edge of its window lies left of the furthest one it granted
	Gap         uint32 // sequence numbers that its ACK was the first to cover, and that had not passed
	Unsent      uint32 // of earlier Gaps, the numbers that nobody sent: its lower, newer ACK shows that theirs was not its sender's

	Sacked [2][2][2]tcp.Seq // octets of its sender, and of its addressee, that SACK told to have arrived, before it: see Facts.NumSacked
}

// Tracker moves Conns. It holds what they share: a bounded pool for streams
// with many holes. The zero Tracker is ready; it is used by one goroutine.
type Tracker struct {
	Salt uint32 // tells equal segments of different connections apart: who keeps many sets it before each Move, Opens and Expect
	Keep bool   // Before is wanted of the next segment even if its Step is Plain

	SACKGivenUp  uint64 // SACK blocks that were not kept: only two of a direction are
	HolesGivenUp uint64 // holes forgotten because the pool, or a stream's share of it, was full

	pool       pool
	recent     recent
	foreigners foreigners
	before     Conn
	attic      attic
	beside     asides // what stood aside of before
	empty      asides // at the hand of a move whose Conn was lent nothing; empty again behind it
}

// Before returns the Conn as it was before the last segment whose Step is not
// Plain, or for which Keep was set; it is valid until the next one.
func (t *Tracker) Before() *Conn { return &t.before }

// Observe moves c by s, whose Dir is set. Segments are given in the order they
// passed. It allocates only when the pool grows.
func (t *Tracker) Observe(c *Conn, s *tcp.Segment) (step Step) {
	t.Move(c, s, &step)
	return step
}

// Move is Observe, but sets *step where it stands: a Step that was just written
// field by field is slow to copy.
func (t *Tracker) Move(c *Conn, s *tcp.Segment, step *Step) {
	*step = Step{}
	e, p, ev := &c.side[0], &c.side[1], &c.seen[0]
	if s.Dir != tcp.Client {
		e, p, ev = p, e, &c.seen[1]
	}
	if ev.dups&ready != 0 && t.straight(c, e, p, ev, s, step) {
		return
	}
	if e.nSacked|p.nSacked != 0 {
		step.Sacked = [2][2][2]tcp.Seq{t.Sacked(c, s.Dir), t.Sacked(c, s.Dir^1)}
	}
	if win, ok := plain(e, p, s); ok {
		if t.Keep {
			t.before = *c
		}
		t.passesInOrder(c, e, ev, s, step)
		if ev.dups &^= ready; e.inOrder(p, ev, s, step, win) {
			ev.straightOn(e, p, s)
		} else {
			t.noteInOrder(c, s, step)
		}
		return
	}
	c.halts()
	var m move // filled field by field: a literal would be copied
	m.t, m.c, m.e, m.p, m.s, m.ev, m.end, m.step = t, c, e, p, s, ev, s.End(), step
	step.Leads = !e.has(hasReal) || m.end.After(e.real)
	t.before = *c
	if (s.Flags&tcp.SYN != 0 || whole(e, p, s)) && m.turn() {
		t.setAside(c)
		return
	}
	m.a = t.hand(c)
	m.ea, m.pa = &m.a.side[s.Dir], &m.a.side[s.Dir^1]
	if !m.behind() {
		m.long()
	}
	t.keep(c)
	step.Course = t.before.course(s, step)
}

// move is one segment on its way through the long path: who sent it to whom, and
// what was found out so far.
type move struct {
	t    *Tracker
	c    *Conn
	e, p *end // sender, addressee
	s    *tcp.Segment
	ev   *evidence // of the sender
	end  tcp.Seq   // s.End()
	step *Step

	a      *asides
	ea, pa *aside // of sender, addressee

	old    bool // its ACK is of the peer's older incarnation
	older  bool // it belongs to the older incarnation
	newest bool // proven to be the sender's newest emission
	alone  bool // nothing of the peer was known before
	hole   bool // it is the first to show octets which did not pass, and lies behind them
	like   bool // with turn: what follows says
}

// because strengthens the segment's explanation.
func (m *move) because(why Explanation) {
	m.step.Explanation = max(m.step.Explanation, why)
}

// long is the long path: what the segment is to its octets, then what it says of
// both ends.
func (m *move) long() {
	m.step.Delivery, m.step.Loss = m.deliver()
	m.takes()
}

// takes is the rest of the long path, behind what the segment is to its octets.
func (m *move) takes() {
	before, known := m.e.rcv, m.e.has(hasRcv)
	m.observe()
	if m.step.Outside {
		m.step.Delivery, m.step.Loss = Unknown, LossNone
		return
	}
	m.note(m.step.Leads || m.step.Begin == Begun)
	m.noteAsking()
	if m.s.Flags&(tcp.ACK|tcp.RST) == tcp.ACK {
		m.noteAck(before, known)
	}
}

// observe moves both ends: the order of beliefs §4.
func (m *move) observe() {
	m.begin()
	switch f := m.s.Flags; {
	case f&tcp.RST != 0:
		m.reset()
	case f&tcp.SYN != 0:
		m.syn()
	case f&tcp.ACK != 0:
		m.ordinary()
	default:
		m.because(None)
		m.step.Outside = true
	}
	m.step.Older = m.older
	if m.step.Begin != Begun {
		m.step.Opener = 0
	}
	m.e.lead &= m.e.set
	m.p.lead &= m.p.set
}

// begin gives ends that nothing was seen of their first belief.
func (m *move) begin() {
	for _, x := range [...]*end{m.e, m.p} {
		if x.set == 0 {
			x.set = gone
		}
	}
}

// ordinary moves both ends by a segment with ACK, and neither SYN nor RST.
func (m *move) ordinary() {
	if m.e.bits&m.p.bits&on == 0 {
		m.ordinaryJoin()
		return
	}
	m.candidates()
	if m.lateIncarnation() {
		return
	}
	if why := m.placed(); why == None || m.older {
		m.outside(why)
		return
	}
	m.goes()
}

// ordinaryJoin is ordinary for a segment that may give an end its first
// position. One that nothing explains gives none.
func (m *move) ordinaryJoin() {
	e, p, a := *m.e, *m.p, *m.a
	m.joins()
	why := m.placed()
	if why == None || m.older {
		*m.e, *m.p, *m.a = e, p, a
		m.outside(why)
		return
	}
	m.goes()
}

// placed explains where s lies: None if no window holds it, or if it lies behind
// its sender's FIN.
func (m *move) placed() Explanation {
	e, p := m.e, m.p
	m.old = !e.livesWith(p)
	why := m.place()
	if why != None && !m.old && !m.older {
		m.takesBackFin()
	}
	if m.beyondFin() && !m.older {
		return None
	}
	m.because(why)
	return why
}

// goes moves both ends by a segment that belongs to them.
func (m *move) goes() {
	e, p, s := m.e, m.p, m.s
	if e.has(rstAny) {
		m.because(Path) // its RST overtook it
	}
	if m.old {
		m.oddAck(s.Ack) // the newer incarnation answers it with a RST
	}
	m.hole = s.Seq.After(e.top)
	m.step.Gap = m.gap()
	m.acknowledges()
	m.step.DSACK = m.takeSACK()
	m.emits()
	m.grants()
	p.learn(e)
	e.bits |= seen
	m.stamps()
	m.receives()
	m.forgetHoles()
}

// beyondFin: row 18 of the ladder: octets, or another FIN, behind its FIN, where
// only a keep-alive's octet may stand.
func (m *move) beyondFin() bool {
	e, s := m.e, m.s
	if !e.has(hasFin) || e.has(lossy) {
		return false
	}
	data := s.Seq.Add(s.Len)
	return data.After(e.fin) && !(s.Seq == e.fin && s.Len == 1) && s.Len > 0 ||
		s.Flags&tcp.FIN != 0 && data != e.fin
}

// outside ends the way of a segment that moves nothing but what a RST in reply
// is known by.
func (m *move) outside(why Explanation) {
	m.oddAck(m.s.Ack)
	if why == Path {
		m.reachesOlder()
	}
	m.because(why)
	m.step.Outside = true
	if why == None {
		m.strays()
	}
}

// oddAck remembers an ACK field towards the addressee outside of its stream.
func (m *move) oddAck(ack tcp.Seq) {
	p, a := m.p, m.pa
	if p.has(odd1) {
		a.odd[1], p.bits = a.odd[0], p.bits|odd2
	}
	a.odd[0], p.bits = ack, p.bits|odd1
}

// stamps keeps the highest TSval.
func (m *move) stamps() {
	e, s := m.e, m.s
	if s.Opts&tcp.OptTimestamp == 0 {
		return
	}
	if !e.has(hasTS) || int32(s.TSval-e.tsMax) > 0 {
		e.tsMax, e.bits = s.TSval, e.bits|hasTS
	}
	if !s.Seq.After(e.contig) {
		m.p.takesTS(s)
	}
}

// takesTS moves TS.Recent of p to the TSval of a segment towards it that begins no
// later than what it waits for (RFC 7323 §4.3), as far as is presumed.
func (p *end) takesTS(s *tcp.Segment) {
	if !p.has(knowsTS) || int32(s.TSval-p.tsRecent) >= 0 {
		p.tsRecent, p.bits = s.TSval, p.bits|knowsTS
	}
}

// newerStamp reports whether s has a TSval strictly above all earlier ones.
func (m *move) newerStamp() bool {
	return m.s.Opts&tcp.OptTimestamp != 0 && m.e.has(hasTS) && int32(m.s.TSval-m.e.tsMax) > 0
}

// gap returns how many sequence numbers of p the ACK of s is the first to cover
// although they had not passed: the capture missed them, or has them later. A
// peer that never passed here leaves no gaps: the view is one-way. What passed behind a
// hole is none of it.
func (m *move) gap() uint32 {
	p := m.p
	if !p.has(seen) || m.old || !m.s.Ack.After(p.contig) {
		return 0
	}
	n := m.t.missing(&p.sent, span{p.contig, m.s.Ack})
	if n > 0 && p.has(hasFin) && !p.fin.Before(p.contig) && p.fin.Before(m.s.Ack) {
		n-- // it passed, and is no octet of the stream
	}
	return n
}

// longAcked is how far, in octets, an acknowledged hole may lie back before it
// is no longer expected to be recorded late.
const longAcked = 1 << 20

// forgetHoles gives the oldest hole of the peer's stream up if it was
// acknowledged long ago. What acknowledges another incarnation says nothing of it.
func (m *move) forgetHoles() {
	st := &m.p.sent
	switch lag := int32(m.e.rcv - st.contig); {
	case m.old, lag <= longAcked:
	case st.n > 0:
		m.t.giveUp(st)
	default:
		st.contig = m.e.rcv
	}
}
