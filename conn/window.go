package conn

import "onpath/tcp"

// maxShift is the largest window shift (RFC 7323 §2.3), taken where it is not
// known.
const maxShift = 14

// scale returns the shift that applies to the windows of e, at most: 0 where one
// SYN passed without the option (RFC 7323 §2.2).
func (e *end) scale(p *end) uint8 {
	switch {
	case e.bits&(synSeen|hasShift) == synSeen, p.bits&(synSeen|hasShift) == synSeen:
		return 0
	case e.has(hasShift):
		return e.shift
	}
	return maxShift
}

// window returns the octets that s, sent by e, grants at most. The window of a
// SYN is never scaled.
func (e *end) window(p *end, s *tcp.Segment) uint32 {
	if s.Flags&tcp.SYN != 0 {
		return uint32(s.Win)
	}
	return uint32(s.Win) << e.scale(p)
}

// grants notes the window of s, and with ACK the edge that it grants.
func (m *move) grants() {
	e, s := m.e, m.s
	win := e.window(m.p, s)
	e.wmax = max(e.wmax, win)
	shown := win
	if e.learns(m.p) {
		shown = uint32(s.Win) << e.shift
	}
	e.win = shown
	if s.Flags&tcp.ACK == 0 {
		return
	}
	edge := s.Ack.Add(win)
	if !e.has(hasRcv) {
		e.rcv, e.edge, e.bits = s.Ack, edge, e.bits|hasRcv
	}
	m.step.Advances = s.Ack.After(e.rcv)
	if edge.Before(e.edge) && s.Flags&tcp.SYN == 0 {
		m.step.Shrunk = uint32(e.edge - edge)
	}
	e.moves(s.Ack, win)
	e.edge = e.edge.Max(edge)
	m.p.updateWindow(s, shown)
}

// learns reports whether the shift of e's windows is not known: it was joined
// late. Its field shift then holds the lowest one that makes the flight of its
// peer legal. It is for showing windows only: a flight with ACKs that we missed
// looks larger than it was, so nothing may be judged by it.
func (e *end) learns(p *end) bool { return e.scale(p) == maxShift && !e.has(hasShift) }

// learn raises the shift of p's windows until it allows what e has under way.
func (p *end) learn(e *end) {
	if !p.learns(e) || !e.has(hasUna) {
		return
	}
	raw := p.wmax >> maxShift
	for p.shift < maxShift && raw > 0 && int32(e.nxt-e.una) > int32(raw<<p.shift)+2 {
		p.shift++
	}
}

// moves moves RCV.NXT to an ACK, and notes whether it closed the window there.
func (e *end) moves(ack tcp.Seq, win uint32) {
	if ack.After(e.rcv) {
		e.rcv = ack
		e.bits &^= shut
	}
	if ack == e.rcv && win == 0 {
		e.bits |= shut
	}
}

// updateWindow follows RFC 9293 §3.10.7.4: a newer segment, or the same one with
// a newer ACK, sets SND.WND.
func (p *end) updateWindow(s *tcp.Segment, win uint32) {
	if p.has(hasWL) && !p.wl1.Before(s.Seq) && (p.wl1 != s.Seq || s.Ack.Before(p.wl2)) {
		return
	}
	p.wl1, p.wl2, p.wnd, p.bits = s.Seq, s.Ack, win, p.bits|hasWL
}

// slack is how far, in octets, a segment may lie beyond the windows that were
// seen, for the sake of those that were not. Without the cap a huge window would
// go round the circle; while an ISN is unknown the windows seen so far may all
// have been closed.
func slack(e, p *end) uint32 {
	n := min(4*max(min(e.wmax, 1<<26), min(p.wmax, 1<<26)), 1<<26) + 300
	if e.bits&p.bits&hasISS == 0 {
		n = max(n, 1<<20)
	}
	return n
}

// first returns the lowest SEQ that e may still send: its ISS, where a
// keep-alive may be, or what is known of a stream that was joined late.
func (e *end) first(p *end) tcp.Seq {
	if e.fromISS() {
		return e.iss
	}
	return e.base - tcp.Seq(slack(e, p))
}

// right returns the right limit of a segment's end that some window which passed
// allows. RFC 9293 §3.10.7.4 moves SND.UNA with every new ACK, but takes SND.WND
// only if WL1 and WL2 allow; so after reordering a sender lawfully uses SND.UNA
// and the largest window, an edge that nobody granted. Two more: a probe's octet,
// and a FIN.
//
// The octets of a SYN left before any window was known (RFC 7413 §2): that far it may
// lawfully have sent.
func (e *end) right(p *end) tcp.Seq {
	if e.has(synData | hasReal) {
		return e.granted(p).Max(e.real)
	}
	return e.granted(p)
}

// granted is right for an end whose SYN carried no octets.
func (e *end) granted(p *end) tcp.Seq {
	una := e.base
	if e.fromISS() {
		una = e.iss + 1
	}
	if e.has(hasUna) {
		una = e.una
	}
	if !p.has(seen) { // a one-way view: what it has sent was acknowledged elsewhere
		una = e.top
	}
	switch {
	case e.bits&p.bits&mptcp != 0: // the window is that of all subflows together (RFC 8684 §3.3.1)
		return una.Add(1 << 30)
	case p.has(hasRcv) && p.livesWith(e): // else its edge is one of the older incarnation
		return una.Add(p.wmax).Max(p.edge) + 2
	case p.has(on):
		return una.Add(p.wmax) + 2
	}
	return una.Add(0xffff) + 2
}

// place explains where SEQ and ACK of s lie; None means: outside for every value
// that the windows can have.
func (m *move) place() Explanation {
	why := m.placeSeq()
	if !m.old {
		why = max(why, m.placeAck())
	}
	if why == None && m.ofOlder() {
		m.older = true
		return Path
	}
	return why
}

// placeSeq: rows 1, 2, 9 and 16 of the ladder (beliefs §6).
func (m *move) placeSeq() Explanation {
	e, p, s := m.e, m.p, m.s
	if s.Seq.Before(e.first(p)) {
		return None
	}
	right, more := e.right(p), slack(e, p)
	switch {
	case !m.end.After(right):
		return m.again()
	case !m.end.After(right.Add(more)), e.has(lossy) && !m.end.After(right.Add(1<<28)):
		e.bits |= lossy
		return Capture
	}
	return None
}

// again: what is late, repeated, or ahead of octets that are late.
func (m *move) again() Explanation {
	if m.s.Seq != m.e.top || m.e.has(hasRcv) && m.s.Ack.Before(m.e.rcv) {
		return Path
	}
	return Unsurprising
}

// placeAck: rows 7, 8 and 16.
func (m *move) placeAck() Explanation {
	e, p, s := m.e, m.p, m.s
	low := p.first(e)
	if p.fromISS() {
		low++
	}
	switch {
	case s.Ack.Before(low):
		return None
	case !s.Ack.After(p.contig):
		return Unsurprising
	case !s.Ack.After(p.top), e.has(lossy):
		return Capture
	}
	edge := p.base.Add(1 + e.wmax)
	if e.has(hasRcv) {
		edge = e.edge
	}
	if s.Ack.After(edge.Add(slack(e, p))) {
		return None
	}
	return Capture
}

// olderSpan is how far behind the ISN of the incarnation before a number may lie
// to be taken for one of its own.
const olderSpan = 1 << 20

// ofOlder reports whether SEQ or ACK is one of the incarnation before.
func (m *move) ofOlder() bool {
	e, p, s := m.e, m.p, m.s
	return e.bits&(hasAlt|altNew) == hasAlt && uint32(s.Seq-m.ea.alt) < olderSpan ||
		p.bits&(hasAlt|altNew) == hasAlt && uint32(s.Ack-m.pa.alt) < olderSpan
}
