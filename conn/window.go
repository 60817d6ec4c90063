package conn

import "onpath/tcp"

// window returns the octets that s grants: the field, shifted where both SYNs
// offered it and s is no SYN itself (RFC 7323 §2.2). If the peer's SYN was not
// seen, the shift is taken to be on.
func (e *end) window(p *end, s *tcp.Segment) uint32 {
	w := uint32(s.Win)
	if s.Flags&tcp.SYN == 0 && e.has(hasShift) && (p.has(hasShift) || !p.has(synSeen)) {
		w <<= e.shift()
	}
	return w
}

// acks moves what the ACK and the window of s, sent by e, tell of both ends.
func (e *end) acks(p *end, s *tcp.Segment) {
	if !e.has(hasAck) {
		e.acked, e.edge, e.bits = s.Ack, s.Ack, e.bits|hasAck
	}
	e.win = e.window(p, s)
	e.wmax = max(e.wmax, e.win)
	e.acked = e.acked.Max(s.Ack)
	e.edge = e.edge.Max(s.Ack.Add(e.win))
	if p.has(known) {
		p.max = p.max.Max(s.Ack)
		p.una = p.una.Max(s.Ack)
	}
	p.updateWindow(s, e.win)
}

// updateWindow follows RFC 9293 §3.10.7.4: a newer segment, or the same one with
// a newer ACK, sets SND.WND.
func (p *end) updateWindow(s *tcp.Segment, win uint32) {
	if p.has(hasWL) && !p.wl1.Before(s.Seq) && (p.wl1 != s.Seq || s.Ack.Before(p.wl2)) {
		return
	}
	p.wl1, p.wl2, p.wnd, p.bits = s.Seq, s.Ack, win, p.bits|hasWL
}

// largest returns the largest window that p can have granted: where its SYN was
// not seen, with the largest shift there is.
func (p *end) largest() uint32 {
	if p.has(synSeen) {
		return p.wmax
	}
	return min(p.wmax, 0xffff) << 14
}

// slack is how far, in octets, a segment may lie beyond the windows that were
// seen, for the sake of those that were not (beliefs §5). Without the cap a huge
// window would go round the circle.
func slack(e, p *end) uint32 {
	n := min(4*max(e.wmax, p.wmax), 1<<26) + 300
	if e.bits&p.bits&hasISS == 0 {
		n = max(n, 1<<20)
	}
	return n
}

// outside reports whether no window that may have been granted holds s. Nothing
// moves then: it is of another incarnation, forged, or behind a long hole in the
// capture.
func (c *Conn) outside(e, p *end, s *tcp.Segment) bool {
	if s.Flags&tcp.SYN != 0 {
		return e.synOutside(p, s)
	}
	more := slack(e, p)
	return e.seqOutside(p, s, more) || s.Flags&tcp.ACK != 0 && e.ackOutside(p, s, more)
}

// synOutside: begins has let this SYN belong to c; a SYN,ACK must acknowledge
// what the peer sent, and may bring another ISN only while nobody relied on the
// first.
func (e *end) synOutside(p *end, s *tcp.Segment) bool {
	if s.Flags&tcp.ACK == 0 {
		return false
	}
	if p.has(hasISS) && !p.synAcked(s.Ack) {
		return true
	}
	return e.has(hasISS) && e.iss != s.Seq && e.state >= Established
}

// seqOutside: below the stream's first octet but one (a keep-alive), or beyond
// the right edge. The edge is the highest granted, or SND.UNA and the largest
// window: after reordering a sender lawfully uses an edge that nobody granted.
func (e *end) seqOutside(p *end, s *tcp.Segment, more uint32) bool {
	if !e.has(known) {
		return false
	}
	first := e.sent.base - 1
	if !e.has(hasISS) {
		first -= tcp.Seq(more)
	}
	right := e.una.Add(p.largest())
	if p.has(hasAck) {
		right = right.Max(p.edge)
	} else {
		right = e.max.Add(0xffff)
	}
	right = right.Max(e.max).Add(2 + more)
	return s.Seq.Before(first) || s.End().After(right)
}

// ackOutside: the ACK is older than the peer's stream, or beyond what the peer
// can have sent.
func (e *end) ackOutside(p *end, s *tcp.Segment, more uint32) bool {
	if !p.has(known) {
		return false
	}
	first := p.sent.base - 1
	if !p.has(hasISS) {
		first -= tcp.Seq(more)
	}
	right := p.max.Add(e.largest())
	if e.has(hasAck) {
		right = right.Max(e.edge)
	}
	return s.Ack.Before(first) || s.Ack.After(right.Add(more))
}

// stray remembers a segment outside of every window. If the other end's next one
// fits it, or in a one-way view its sender goes on behind it, the two have moved
// on while the capture had a hole: both are picked up again where they are now.
func (t *Tracker) stray(c *Conn, e, p *end, s *tcp.Segment) {
	answered := p.has(oddSent) && s.Flags&tcp.ACK != 0 && uint32(c.odd-s.Ack) < 1<<16
	wentOn := e.has(oddSent) && !p.has(seen) && s.Len > 0 && s.Seq == c.odd
	if answered || wentOn {
		t.pickUp(e, s.Seq, s.Flags)
		t.pickUp(p, s.Ack, tcp.ACK)
		return
	}
	c.odd = s.End()
	e.bits |= oddSent
	p.bits &^= oddSent
}

// pickUp restarts the numbers of e in mid-stream, and keeps its state.
func (t *Tracker) pickUp(e *end, at tcp.Seq, flags tcp.Flags) {
	if flags&tcp.ACK == 0 {
		return
	}
	t.pool.take(e.sent.more)
	e.sent = stream{base: at, contig: at}
	e.una, e.nxt, e.max = at, at, at
	e.bits &^= hasISS | hasAck | hasWL | finSent | finGot | oddSent
}
