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
	New         uint32  // payload octets that had not passed before
	Repeated    uint32  // payload octets that had
	Gap         uint32  // sequence numbers that its ACK was the first to cover, and that had not passed
}

// Tracker moves Conns. It holds what they share: a bounded pool for streams
// with many holes. The zero Tracker is ready; it is used by one goroutine.
type Tracker struct {
	HolesGivenUp uint64 // holes forgotten because the pool, or a stream's share of it, was full

	pool pool
}

// Observe moves c by s, whose Dir is set. Segments are given in the order they
// passed. It allocates only when the pool grows.
func (t *Tracker) Observe(c *Conn, s *tcp.Segment) Step {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	if plain(e, p, s) {
		inOrder(e, p, s)
		return Step{New: s.Len}
	}
	m := move{t: t, c: c, e: e, p: p, s: s, end: s.End()}
	m.observe()
	return m.step
}

// move is one segment on its way through the long path: who sent it to whom, and
// what was found out so far.
type move struct {
	t    *Tracker
	c    *Conn
	e, p *end // sender, addressee
	s    *tcp.Segment
	end  tcp.Seq // s.End()
	step Step

	old    bool // its ACK is of the peer's older incarnation
	older  bool // it belongs to the older incarnation
	newest bool // proven to be the sender's newest emission
	alone  bool // nothing of the peer was known before
	hole   bool // a pure ACK that is the first to show octets which did not pass
}

// because strengthens the segment's explanation.
func (m *move) because(why Explanation) {
	m.step.Explanation = max(m.step.Explanation, why)
}

// observe is the long path: the order of beliefs §4.
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
	m.joins()
	m.candidates()
	if m.lateIncarnation() {
		return
	}
	e, p, s := m.e, m.p, m.s
	m.old = e.has(hasIRS) && p.has(hasISS) && e.irs != p.iss
	why := m.place()
	if why == None || m.older || m.beyondFin() {
		m.outside(why)
		return
	}
	m.because(why)
	if e.has(rstAny) {
		m.because(Path) // its RST overtook it
	}
	m.hole = s.Len == 0 && s.Flags&tcp.FIN == 0 && s.Seq.After(e.top)
	m.step.Gap = m.gap()
	m.acknowledges()
	m.emits()
	m.grants()
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
	return data.After(e.fin) && !(s.Seq == e.fin && s.Len == 1 && s.Flags&tcp.FIN == 0) && s.Len > 0 ||
		s.Flags&tcp.FIN != 0 && data != e.fin
}

// outside ends the way of a segment that moves nothing but what a RST in reply
// is known by.
func (m *move) outside(why Explanation) {
	m.p.oddAck(m.s.Ack)
	if why != Path {
		why = None
	}
	m.because(why)
	m.step.Outside = true
	if why == None {
		m.strays()
	}
}

// oddAck remembers an ACK field towards p outside of its stream.
func (p *end) oddAck(ack tcp.Seq) {
	if p.has(odd1) {
		p.odd[1], p.bits = p.odd[0], p.bits|odd2
	}
	p.odd[0], p.bits = ack, p.bits|odd1
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
}

// newerStamp reports whether s has a TSval strictly above all earlier ones.
func (m *move) newerStamp() bool {
	return m.s.Opts&tcp.OptTimestamp != 0 && m.e.has(hasTS) && int32(m.s.TSval-m.e.tsMax) > 0
}

// gap returns how many sequence numbers of p the ACK of s is the first to cover
// although they had not passed: the capture missed them, or has them later. A
// peer that never passed here leaves no gaps: the view is one-way.
func (m *move) gap() uint32 {
	if p := m.p; p.has(seen) && !m.old && m.s.Ack.After(p.contig) {
		return uint32(m.s.Ack - p.contig)
	}
	return 0
}

// longAcked is how far, in octets, an acknowledged hole may lie back before it
// is no longer expected to be recorded late.
const longAcked = 1 << 20

// forgetHoles gives the oldest hole of the peer's stream up if it was
// acknowledged long ago.
func (m *move) forgetHoles() {
	if st := &m.p.sent; st.n > 0 && int32(m.e.rcv-st.contig) > longAcked {
		m.t.giveUp(st)
	}
}
