package conn

import "onpath/tcp"

// reset moves both ends by a RST of e. It closes its sender if it lies inside
// what the sender can have sent, and its addressee if that must take it:
// exactly at RCV.NXT (RFC 5961 §3.2), or in SYN-SENT with the ACK of its SYN
// (RFC 9293 §3.10.7.3). One inside the window but not exact draws a challenge ACK,
// and closes nothing there.
func (t *Tracker) reset(c *Conn, e, p *end, s *tcp.Segment) Step {
	if !e.has(known) && !p.has(known) {
		e.firstSegment(s)
		c.rst, e.bits = s.Seq, e.bits|seen|rstSent
		e.state = Closed
		e.setWas(Established)
		return Step{}
	}
	taken := e.resets(p, s)
	if !taken && !e.inside(s) {
		return Step{Outside: true}
	}
	e.bits |= seen
	if e.ended() && p.ended() {
		return Step{} // it answers something late
	}
	c.remember(e, p, s)
	e.closeBy(sndRst, rstSent)
	if taken {
		p.closeBy(gotRst, rstGot)
	}
	if !e.has(known) && s.Seq != 0 {
		e.firstSegment(s)
		e.state = Closed
	}
	return Step{}
}

// ended reports whether p was there and is no more.
func (p *end) ended() bool { return over(p.state) && p.has(known) }

// remember keeps what could contradict the RST s of e. Only the last one is
// kept.
func (c *Conn) remember(e, p *end, s *tcp.Segment) {
	c.rst = s.Seq
	e.bits &^= rstGot | rstLine
	p.bits &^= rstSent | rstLine
	if p.has(known) {
		c.line, e.bits = p.max, e.bits|rstLine
	}
}

// closeBy closes p for a RST, and remembers what it was.
func (p *end) closeBy(how event, as bits) {
	if !p.ended() {
		p.setWas(p.state)
		p.bits |= as
	}
	p.on(how)
}

// inside reports whether a RST of e has a position in its stream.
func (e *end) inside(s *tcp.Segment) bool {
	if s.Seq == 0 && s.Flags&tcp.ACK != 0 {
		return false
	}
	return e.has(known) && e.state != SynSent && !s.Seq.Before(e.sent.base) && !s.Seq.After(e.max)
}

// resets reports whether p must take the RST of e.
func (e *end) resets(p *end, s *tcp.Segment) bool {
	switch {
	case p.state == SynSent:
		return s.Flags&tcp.ACK != 0 && p.synAcked(s.Ack)
	case !e.has(known):
		return p.has(known)
	case s.Seq == 0 && s.Flags&tcp.ACK != 0:
		return false
	}
	first := e.sent.base
	if p.has(hasAck) {
		first = p.acked
	}
	return !s.Seq.Before(first) && !s.Seq.After(e.contig(p))
}

// goesOn takes a RST back that somebody contradicts: its addressee acknowledges
// what lies behind it, so it did not end there; or its sender acknowledges what
// only passed afterwards, so it was not its own.
func (c *Conn) goesOn(e, p *end, s *tcp.Segment) {
	if s.Flags&tcp.ACK == 0 {
		return
	}
	if e.has(rstGot) && s.Ack.After(c.rst) || e.has(rstSent|rstLine) && s.Ack.After(c.line) {
		e.revive()
		p.revive()
	}
}

// revive gives p the state back that it had before a RST.
func (p *end) revive() {
	if p.bits&(rstGot|rstSent) != 0 {
		p.state = p.was()
		p.bits &^= rstGot | rstSent | rstLine
	}
}
