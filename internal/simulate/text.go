package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// text is the seventh check and the eighth (RFC 9293 §3.10.7.4): octets inside the
// window are taken, early ones are held, and a FIN counts when all before it is there.
func (t *TCB) text(s *tcp.Segment) Reply {
	if s.Len == 0 && !s.Flags.Has(tcp.FIN) {
		return Silence
	}
	switch t.State {
	case conn.Established, conn.FinWait1, conn.FinWait2:
		before, edge := t.RcvNxt, t.RcvNxt.Add(t.rcvWnd())
		fin := s.Data().Add(s.Len)
		t.receive(t.inWindow(span{s.Data(), fin}, edge))
		if s.Flags.Has(tcp.FIN) && fin.Before(edge) {
			t.earlyFin, t.peerFin = true, fin
		}
		if t.earlyFin && t.peerFin == t.RcvNxt {
			t.fin()
			return AckLater
		}
		if t.RcvNxt == before || t.nearly > 0 {
			return AckNow // out of order, or old: at once (§3.8.6.3)
		}
		return AckLater
	}
	return AckNow // nothing but the FIN again is expected
}

// inWindow trims a span to what lies between RCV.NXT and edge.
func (t *TCB) inWindow(p span, edge tcp.Seq) span {
	if p.from.Before(t.RcvNxt) {
		p.from = t.RcvNxt
	}
	if p.to.After(edge) {
		p.to = edge
	}
	return p
}

// receive takes octets that lie in the window, and those held that they reach.
func (t *TCB) receive(p span) {
	if !p.from.Before(p.to) {
		return
	}
	if p.from != t.RcvNxt {
		t.hold(p)
		return
	}
	t.advance(p.to)
	for i := int8(0); i < t.nearly; {
		q := t.early[i]
		if q.from.After(t.RcvNxt) {
			i++
			continue
		}
		t.nearly--
		t.early[i] = t.early[t.nearly]
		if q.to.After(t.RcvNxt) {
			t.advance(q.to)
			i = 0
		}
	}
}

// advance moves RCV.NXT; what lies behind it takes room in the buffer.
func (t *TCB) advance(to tcp.Seq) {
	n := uint32(to - t.RcvNxt)
	t.RcvNxt = to
	t.Unread += n
	t.RcvWnd -= min(n, t.RcvWnd)
}

// hold keeps early octets, if there is a place for them.
func (t *TCB) hold(p span) {
	if int(t.nearly) < len(t.early) {
		t.early[t.nearly] = p
		t.nearly++
	}
}

// fin is the eighth check: the peer's FIN is next.
func (t *TCB) fin() {
	t.RcvNxt++
	t.earlyFin = false
	switch t.State {
	case conn.Established:
		t.State = conn.CloseWait
	case conn.FinWait1:
		t.State = conn.Closing // if its FIN is acknowledged it is in FIN-WAIT-2 by now
	case conn.FinWait2:
		t.State = conn.TimeWait
	}
}
