package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// ack is the fifth check of RFC 9293 §3.10.7.4. drop tells that nothing else of
// s counts.
func (t *TCB) ack(s *tcp.Segment) (r Reply, drop bool) {
	if t.State == conn.SynReceived {
		if !s.Ack.After(t.SndUna) || s.Ack.After(t.SndNxt) {
			return Reset, true
		}
		t.State, t.SndWnd, t.WL1, t.WL2 = conn.Established, t.wnd(s), s.Seq, s.Ack
	}
	old := t.SndUna.Sub(s.Ack)
	if old < 0 && s.Ack.After(t.SndNxt) || t.Host.ChecksAck && old > 0 && uint32(old) > t.maxWnd {
		return AckNow, true
	}
	if old <= 0 {
		t.SndUna = s.Ack
		t.windowUpdate(s)
	}
	return Silence, t.finAcked()
}

// windowUpdate takes SEG.WND unless s is older than what last set SND.WND.
func (t *TCB) windowUpdate(s *tcp.Segment) {
	if t.WL1.Before(s.Seq) || t.WL1 == s.Seq && !t.WL2.After(s.Ack) {
		t.SndWnd, t.WL1, t.WL2 = t.wnd(s), s.Seq, s.Ack
		t.maxWnd = max(t.maxWnd, t.SndWnd)
	}
}

// finAcked moves by the ACK of its FIN, if that has come. It reports true when
// the rest of the segment must not be read: the TCB is gone.
func (t *TCB) finAcked() bool {
	if !t.FinSent || t.SndUna != t.Fin+1 {
		return false
	}
	switch t.State {
	case conn.FinWait1:
		t.State = conn.FinWait2
	case conn.Closing:
		t.State = conn.TimeWait
	case conn.LastAck:
		t.remove()
		return true
	}
	return false
}
