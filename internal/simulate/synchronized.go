package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// otherwise is OTHER STATES (RFC 9293 §3.10.7.4): SYN-RECEIVED and all later
// ones. The checks stand in the RFC's order; where one ends the processing, its
// reply is returned. (The third, security, is obsolete.)
func (t *TCB) otherwise(s *tcp.Segment) Reply {
	if s.Flags.Has(tcp.RST) {
		return t.reset(s) // first and second: unacceptable RSTs are dropped
	}
	if t.aged(s) {
		return AckNow // RFC 7323 §5.3 R1
	}
	if !t.acceptable(s) && !t.crossing(s) { // first
		t.acksAtClosedWindow(s)
		return AckNow
	}
	t.stamp(s)
	if s.Flags.Has(tcp.SYN) && s.Seq != t.IRS { // fourth; an old SYN lies outside the window and is trimmed
		return t.synInWindow()
	}
	if !s.Flags.Has(tcp.ACK) { // fifth
		return Silence
	}
	reply, drop := t.ack(s)
	if drop {
		return reply
	}
	if s.Flags.Has(tcp.URG) { // sixth
		t.RcvUp = t.RcvUp.Max(s.Seq.Add(uint32(s.Urg)))
	}
	return max(reply, t.text(s)) // seventh and eighth
}

// aged reports whether PAWS refuses s (RFC 7323 §5).
func (t *TCB) aged(s *tcp.Segment) bool {
	return t.Host.Paws && t.stamps && s.Opts&tcp.OptTimestamp != 0 && int32(s.TSval-t.tsRecent) < 0
}

// stamp keeps the timestamp that the next ACK echoes (RFC 7323 §4.3).
func (t *TCB) stamp(s *tcp.Segment) {
	if t.stamps && s.Opts&tcp.OptTimestamp != 0 && int32(s.TSval-t.tsRecent) >= 0 && !s.Seq.After(t.lastAck) {
		t.tsRecent = s.TSval
	}
}

// acceptable is the table of four cases in §3.10.7.4 first.
func (t *TCB) acceptable(s *tcp.Segment) bool {
	wnd, n := t.rcvWnd(), s.SeqLen()
	switch {
	case n == 0 && wnd == 0:
		return s.Seq == t.RcvNxt
	case n == 0:
		return s.Seq.InWindow(t.RcvNxt, wnd)
	case wnd == 0:
		return false
	}
	return s.Seq.InWindow(t.RcvNxt, wnd) || (s.End()-1).InWindow(t.RcvNxt, wnd)
}

// crossing reports a SYN,ACK that answers this end's own SYN although the peer's SYN came
// before it: figure 7 takes its ACK, though SEG.SEQ lies below the window.
// An exacting host answers it with an ACK instead, as §3.10.7.4 first says.
func (t *TCB) crossing(s *tcp.Segment) bool {
	return t.State == conn.SynReceived && !t.Host.Exacting && s.Flags.Has(tcp.SYN|tcp.ACK) && s.Seq == t.IRS
}

// acksAtClosedWindow takes the ACK of a segment that only the closed window
// keeps out ("special allowance should be made", §3.10.7.4 first).
func (t *TCB) acksAtClosedWindow(s *tcp.Segment) {
	if t.rcvWnd() == 0 && s.Seq == t.RcvNxt && s.Flags&(tcp.SYN|tcp.ACK) == tcp.ACK {
		t.ack(s)
	}
}

// reset is the second check, with RFC 5961 §3: only an exact RST closes.
func (t *TCB) reset(s *tcp.Segment) Reply {
	switch {
	case s.Seq != t.RcvNxt && !s.Seq.InWindow(t.RcvNxt, t.rcvWnd()):
		return Silence
	case t.State == conn.TimeWait && t.Host.Lingers:
		return Silence
	case s.Seq != t.RcvNxt:
		return AckNow
	case t.State == conn.SynReceived && t.Passive:
		t.State = conn.Listen
	default:
		t.remove()
	}
	return Silence
}

// synInWindow is the fourth check: back to LISTEN after a passive OPEN, else a
// challenge ACK (RFC 5961 §4).
func (t *TCB) synInWindow() Reply {
	if t.State == conn.SynReceived && t.Passive {
		t.State = conn.Listen
		return Silence
	}
	return AckNow
}
