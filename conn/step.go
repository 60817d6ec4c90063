package conn

import "onpath/tcp"

// Begin says whether a segment begins another incarnation of the connection
// (DESIGN §1.4).
type Begin uint8

const (
	Same      Begin = iota // the incarnation that is being followed
	Candidate              // a SYN that may begin another; the receiver's ACK will choose
	Begun                  // another incarnation has begun: the Conn was reset to it
)

// Step is what one segment did to a Conn.
type Step struct {
	Begin    Begin
	Opening  bool   // with Begun: the SYN of the new incarnation passed (now, or as a candidate)
	Outside  bool   // its numbers lie outside of every window: nothing moved
	New      uint32 // payload octets that had not passed before
	Repeated uint32 // payload octets that had
	Gap      uint32 // sequence numbers that its ACK was the first to cover, and that had not passed
}

// Tracker moves Conns. It holds what they share: a bounded pool for streams
// with many holes. The zero Tracker is ready; it is used by one goroutine.
type Tracker struct {
	HolesGivenUp uint64 // holes forgotten because the pool, or a stream's share of it, was full

	pool pool
}

// Observe moves c by s, whose Dir is set. Segments are given in the order they
// passed. It allocates only when the pool grows.
//
// A Step with Begun tells that c held another incarnation before, which is gone:
// whoever wants to keep it asks Begins first.
func (t *Tracker) Observe(c *Conn, s *tcp.Segment) Step {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	if plain(e, p, s) {
		return inOrder(e, p, s)
	}
	return t.observe(c, e, p, s)
}

// usual are the bits of an end in an established connection that was seen from
// its SYN on, but for hasShift.
const usual = known | seen | hasISS | synSeen | hasAck | hasWL

// plain reports whether s is the next segment of an open connection: the short
// path, on which no state can change. As SEQ is both the highest number shown
// and the end of what passed, no span lies beyond it.
func plain(e, p *end, s *tcp.Segment) bool {
	return s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) == tcp.ACK &&
		e.state == Established && p.state == Established &&
		e.bits&^hasShift == usual && p.bits&^hasShift == usual &&
		s.Seq == e.max && s.Seq == e.sent.contig && !s.Seq.Add(s.Len).After(p.edge) &&
		!s.Ack.Before(e.acked) && !s.Ack.After(p.max) && p.sent.n == 0
}

// inOrder moves both ends by a segment that plain accepted.
func inOrder(e, p *end, s *tcp.Segment) Step {
	to := s.Seq.Add(s.Len)
	e.sent.contig, e.nxt, e.max = to, to, to
	e.acks(p, s)
	return Step{New: s.Len}
}

// observe is the long path.
func (t *Tracker) observe(c *Conn, e, p *end, s *tcp.Segment) Step {
	if s.Flags&tcp.RST != 0 {
		return t.reset(c, e, p, s)
	}
	begin := e.begins(p, s)
	step := Step{Begin: begin}
	switch begin {
	case Candidate:
		e.alt, e.bits = s.Seq, e.bits|hasAlt
		return step
	case Begun:
		step.Opening = s.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN || (e.bits|p.bits)&hasAlt != 0
		t.restart(c, e, p, s)
	}
	if c.outside(e, p, s) {
		step.Outside = true
		t.stray(c, e, p, s)
		return step
	}
	c.goesOn(e, p, s)
	step.Gap = e.gap(p, s)
	e.emits(p, s)
	step.New = t.mark(&e.sent, s.Data(), s.Data().Add(s.Len))
	step.Repeated = s.Len - step.New
	e.stretch(s)
	p.receives(e, s)
	if e.has(hasAck) && int32(e.acked-p.sent.contig) > longAcked && p.sent.n > 0 {
		t.giveUp(&p.sent)
	}
	return step
}

// gap returns how many sequence numbers of p the ACK of s is the first to cover
// although they had not passed: the capture missed them, or has them later. A
// peer that never passed here leaves no gaps: the view is one-way.
func (e *end) gap(p *end, s *tcp.Segment) uint32 {
	if s.Flags&tcp.ACK == 0 || !p.has(seen) {
		return 0
	}
	if to := p.contig(e); s.Ack.After(to) {
		return uint32(s.Ack - to)
	}
	return 0
}

// longAcked is how far, in octets, an acknowledged hole may lie back before it
// is no longer expected to be recorded late.
const longAcked = 1 << 20
