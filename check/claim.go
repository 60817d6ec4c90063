package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// claim is an ACK of more than its peer was seen to send: of what the capture
// missed, or of what was never sent. What comes after tells.
type claim struct {
	frame uint64 // 0: none
	at    int64  // ns
	ack   tcp.Seq
	top   tcp.Seq // all that its peer was seen to send
	by    tcp.Dir
}

// misordered is how much later than its answer a segment may be recorded, ns: a
// capture of two directions is not always in order.
const misordered = 200e6

// noteClaim remembers an ACK of what was not seen.
func (c *Case) noteClaim(s *Scene) {
	p := s.Peer()
	if !s.judged() || s.Step.Outside || !p.HasReal || !s.Seg.Ack.After(p.Top) {
		return
	}
	if t := c.borrow(s.inspector); t != nil {
		t.claim = claim{s.View.Number, s.Seg.At, s.Seg.Ack, p.Real, s.Seg.Dir}
	}
}

// ackOfUnsent: an ACK that no window which was missed could explain, or one that
// what followed has refuted.
func ackOfUnsent(s *Scene) (Evidence, bool) {
	me, p, ack := s.Me(), s.Peer(), s.Seg.Ack
	if !s.judged() {
		return no()
	}
	if p.HasReal && me.HasRcv && !me.Lossy && !p.Lossy && ack.After(p.Top) && ack.After(me.Edge.Add(me.Slack)) {
		return because(anomaly.CauseNone, num(ack), int64(ack.Sub(p.Top)), num(p.Top)), true
	}
	if t := s.Case.lent(s.inspector); t != nil && t.claim.frame != 0 {
		return t.claim.refuted(s)
	}
	return no()
}

// refuted reports whether the segment shows that a claim was not true: its own
// sender acknowledges less in a later segment, or its peer sends on where it was
// without having sent anything in between. So nothing was missed, although the
// claim made it seem so.
func (c *claim) refuted(s *Scene) (e Evidence, holds bool) {
	me, seg := s.Me(), s.Seg
	e = because(anomaly.CauseNone, num(c.ack), int64(c.ack.Sub(c.top)), num(c.top))
	e.Accused, e.Settles = c.frame, anomaly.GateNoGap
	if seg.Dir == c.by {
		later := seg.Opts&tcp.OptTimestamp != 0 && me.HasTS && int32(seg.TSval-me.TSMax) > 0
		return e, later && seg.Ack.Before(c.ack) && me.HasRcv && me.Rcv == c.ack
	}
	e.ByPeer = true
	if seg.At-c.at < misordered {
		e.Cause = anomaly.CauseCapture
	}
	next := me.IPIDCount && seg.IPID != 0 && seg.IPID-me.IPID == 1
	return e, next && s.Step.Delivery == conn.New && seg.Seq == c.top && me.Real == c.top && c.ack.After(c.top)
}
