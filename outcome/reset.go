package outcome

import (
	"onpath/conn"
	"onpath/tcp"
)

// reset notes a RST.
func (m *moment) reset() {
	t, d := m.t, m.s.Dir
	t.put(rstAny, d)
	if m.step.Outside || !m.accepted() || t.has(rst, d) {
		return
	}
	if d == tcp.Client && !t.is(established) && m.me.HasISS && m.s.Seq == m.me.ISS+1 {
		t.shown |= atSynAck
	}
	first := !t.is(either(rst))
	t.put(rst, d)
	if !first {
		return
	}
	if finAcked(&m.me) || finAcked(&m.peer) || t.both(fin) {
		t.shown |= closedBefore
	}
	if !t.is(either(closer)) {
		m.closes()
	}
	if m.s.Flags&tcp.ACK != 0 || !m.answers() {
		t.shown |= abort
	}
	if d == tcp.Server {
		t.shown |= resetByServer
	}
	if m.peer.Seen { // else nobody will acknowledge anything, and line tells what its peer has
		t.shown |= lineOfReset
		t.line = m.s.Seq
		if m.me.On {
			t.line = m.me.Top.Max(t.line)
		}
	}
}

// finAcked reports whether the FIN of an end was acknowledged.
func finAcked(f *conn.Standing) bool { return f.HasFin && f.HasUna && f.Una.After(f.Fin) }

// accepted reports whether the addressee may take the RST: one at its SYN
// acknowledges the SYN (RFC 9293 §3.10.7.3), any other has RCV.NXT as its SEQ (RFC
// 5961 §3.2), which lies between what is proven and what is presumed of it. Where
// that is not known, it is no further back than what has passed.
func (m *moment) accepted() bool {
	me, p, s := &m.me, &m.peer, m.s
	refuses := s.Flags&tcp.ACK != 0 && p.HasISS && s.Ack.After(p.ISS) && !s.Ack.After(p.Top)
	switch {
	case refuses && !m.t.has(synAck, s.Dir):
		return true
	case m.t.has(bareSyn, s.Dir^1) && !p.HasRcv: // in SYN-SENT
		return refuses
	case !p.HasRcv || !me.On:
		return !me.HasReal || !s.Seq.Before(me.Nxt-1)
	}
	return !s.Seq.Before(p.Rcv) && !s.Seq.After(me.Top.Max(me.Contig))
}

// answers reports whether the RST may be the answer to a segment: such a one has no
// ACK and the acknowledgment of what it answers as its SEQ (RFC 9293 §3.5.2).
func (m *moment) answers() bool {
	return m.s.Flags&tcp.ACK == 0 && m.peer.HasRcv && m.s.Seq == m.peer.Rcv
}

// afterReset notes a segment that passes although a RST has closed. If the addressee
// of the RST acknowledges what its sender sent after it, it did not take it: then
// the RST did not close.
func (m *moment) afterReset() {
	t, d := m.t, m.s.Dir
	if m.s.Len > 0 {
		t.shown |= dataAfterRst
	}
	if !t.is(lineOfReset) || t.is(resetByServer) != (d == tcp.Client) || m.s.Flags&tcp.ACK == 0 || !m.s.Ack.After(t.line) {
		return
	}
	t.shown |= goesOn
	t.shown &^= either(rst) | dataAfterRst | closedBefore | atSynAck | abort | resetByServer | lineOfReset
	if !t.is(either(fin)) {
		t.shown &^= either(closer)
		t.delay = 0
	}
}
