package conn

import "onpath/tcp"

// emits moves e by the segment it sent: what its ACK proves to have arrived,
// then what it did.
func (e *end) emits(p *end, s *tcp.Segment) {
	if !e.has(known) {
		e.firstSegment(s)
	}
	if s.Flags&tcp.SYN != 0 {
		e.sendsSyn(p, s)
	}
	e.bits |= seen
	if s.Flags&tcp.ACK != 0 {
		e.proves(p, s)
		e.acks(p, s)
	}
	if s.Flags&tcp.FIN != 0 {
		e.sendsFin(p, s)
	}
	if s.Flags&tcp.URG != 0 {
		e.up = e.up.Max(s.Seq.Add(uint32(s.Urg)))
	}
}

// firstSegment starts the stream of e: at its SYN, or in the middle.
func (e *end) firstSegment(s *tcp.Segment) {
	e.una, e.nxt, e.max, e.up = s.Seq, s.Seq, s.Seq, s.Seq
	e.sent.begin(s.Data())
	e.bits |= known
	if s.Flags&tcp.SYN == 0 && e.state == Closed {
		e.state = Established // joined late: the least that can send this
	}
}

// sendsSyn takes what only a SYN tells: ISS and window shift. A SYN again opens
// what a RST had closed: an attempt that is retried.
func (e *end) sendsSyn(p *end, s *tcp.Segment) {
	switch {
	case e.has(hasISS) && e.iss != s.Seq: // a second SYN,ACK, and nobody relied on the first
		e.una, e.nxt, e.max, e.up = s.Seq, s.Seq, s.Seq, s.Seq
		e.sent = stream{base: s.Data(), contig: s.Data(), more: e.sent.more}
	case !e.has(hasISS) && e.sent.base.After(s.Data()): // it had overtaken us, or we joined late
		e.sent.base = s.Data()
	}
	e.iss, e.bits = s.Seq, e.bits|hasISS|synSeen
	if s.Opts&(tcp.OptWScale|tcp.OptLength) == tcp.OptWScale {
		e.setShift(min(s.WScale, 14))
		e.bits |= hasShift
	}
	e.bits &^= rstGot
	p.bits &^= rstSent | rstLine
	if s.Flags&tcp.ACK != 0 {
		e.on(sndSynAck)
		return
	}
	e.on(sndSyn)
}

// sendsFin: a FIN that does not acknowledge the peer's left before that one
// arrived, so CLOSE-WAIT was presumed too early: both are closing at once
// (RFC 9293 figure 13).
func (e *end) sendsFin(p *end, s *tcp.Segment) {
	e.fin, e.bits = s.Data().Add(s.Len), e.bits|finSent
	if e.state == CloseWait && s.Flags&tcp.ACK != 0 && !s.Ack.After(p.fin) {
		e.state = Established
		e.on(sndFin)
		e.on(gotFin)
		return
	}
	e.on(sndFin)
}

// proves moves e by what its segment shows it has got: the peer's SYN,ACK, the
// ACK of its own SYN, the peer's FIN.
func (e *end) proves(p *end, s *tcp.Segment) {
	if s.Flags&tcp.SYN == 0 {
		switch {
		case e.state == SynSent:
			e.on(gotSynAck)
		case e.state == SynReceived && s.Len > 0 && p.nxt == p.iss+1:
			e.on(gotAckOfSyn) // no data leave SYN-RECEIVED but with Fast Open
		}
	}
	if p.has(finSent) && s.Ack.After(p.fin) {
		e.gotFin()
	}
}

func (e *end) gotFin() {
	if !e.has(finGot) {
		e.bits |= finGot
		e.on(gotFin)
	}
}

// stretch moves SND.NXT and SND.MAX to the end of s.
func (e *end) stretch(s *tcp.Segment) {
	e.nxt = e.nxt.Max(s.End())
	e.max = e.max.Max(s.End())
}

// receives moves p by what it will know if s, now on its way from e, arrives.
func (p *end) receives(e *end, s *tcp.Segment) {
	if s.Flags&tcp.ACK != 0 && !p.has(known) {
		p.acknowledgedUnseen(s)
	}
	switch s.Flags & (tcp.SYN | tcp.ACK) {
	case tcp.SYN:
		p.on(gotSyn)
	case tcp.SYN | tcp.ACK:
		p.on(gotSynAck)
	case tcp.ACK:
		p.on(gotAckOfSyn)
	}
	if s.Flags&tcp.ACK != 0 && p.has(finSent) && s.Ack.After(p.fin) {
		p.on(gotAckOfFin)
	}
	if e.has(finSent) && e.contig(p).After(e.fin) {
		p.gotFin()
	}
}

// acknowledgedUnseen sets what e's ACK tells of a peer that was never seen.
func (p *end) acknowledgedUnseen(s *tcp.Segment) {
	p.una, p.nxt, p.max, p.up = s.Ack, s.Ack, s.Ack, s.Ack
	p.sent.begin(s.Ack)
	p.bits |= known
	switch {
	case s.Flags&tcp.SYN != 0:
		p.iss, p.bits = s.Ack-1, p.bits|hasISS
		p.on(sndSyn)
	case p.state == Closed:
		p.state = Established
	}
}
