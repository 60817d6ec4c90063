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
	own   tcp.Seq // all that its sender was seen to send
	iss   tcp.Seq // of its peer; 0 if that is not known
	by    tcp.Dir
}

// misordered is how much later than its answer a segment may be recorded, ns: a
// capture of two directions is not always in order.
const misordered = 200e6

// noteClaim remembers an ACK of what was not seen, until it is settled. Of an end
// that may live in another connection it says nothing.
func (c *Case) noteClaim(s *Scene) {
	me, p := s.Me(), s.Peer()
	if t := c.lent(s.inspector); t != nil && t.claim.frame != 0 && t.claim.settled(s) {
		t.claim = claim{}
	}
	here := me.SynSeen || me.HasRcv
	if !here || !s.judged() || s.Step.Outside || !p.HasReal || !s.Seg.Ack.After(p.Top) {
		return
	}
	if t := c.borrow(s.inspector); t != nil {
		t.claim = claim{s.View.Number, s.Seg.At, s.Seg.Ack, p.Real, me.Real.Max(s.Seg.End()), p.ISS, s.Seg.Dir}
	}
}

// ackOfUnsent: an ACK that no window which was missed could explain, or one that
// what followed has refuted.
func ackOfUnsent(s *Scene) (Evidence, bool) {
	me, p, ack := s.Me(), s.Peer(), s.Seg.Ack
	if !s.judged() {
		return no()
	}
	if p.HasReal && me.HasRcv && !me.Lossy && !p.Lossy && ack.After(p.Top) && ack.After(me.Edge.Add(me.Slack)) && s.misplaced() {
		return because(anomaly.CauseNone, num(ack), int64(ack.Sub(p.Top)), num(p.Top)), true
	}
	if t := s.Case.lent(s.inspector); t != nil && t.claim.frame != 0 {
		return t.claim.refuted(s)
	}
	return no()
}

// settled reports whether the segment shows that a claim was not true, or that it
// was: its peer itself sends from there on.
func (c *claim) settled(s *Scene) bool {
	_, refuted := c.refuted(s)
	return refuted || c.outlived(s) || s.Seg.Dir != c.by && s.judged() && !s.Seg.Seq.Before(c.ack)
}

// refuted reports whether the segment shows that a claim was not true, so that
// nothing was missed although the claim made it seem so.
func (c *claim) refuted(s *Scene) (e Evidence, holds bool) {
	if !s.judged() || s.Step.Outside || c.outlived(s) || s.copied() && !c.ended(s) {
		return no()
	}
	e = because(anomaly.CauseNone, num(c.ack), int64(c.ack.Sub(c.top)), num(c.top))
	e.Accused, e.Settles = c.frame, anomaly.GateNoGap
	if s.Seg.Dir == c.by {
		return e, c.takenBack(s)
	}
	e.ByPeer = true
	if c.unmoved(s) || c.ended(s) {
		return e, true
	}
	if s.Seg.At-c.at < misordered {
		e.Cause = anomaly.CauseCapture
	}
	return e, c.goesOn(s)
}

// outlived reports whether the claim's peer lives in another stream now, of which the
// claim says nothing.
func (c *claim) outlived(s *Scene) bool {
	return s.Step.Begin == conn.Begun || s.facts(c.by^1).ISS != c.iss
}

// takenBack: the claim's own sender acknowledges less in a later segment.
func (c *claim) takenBack(s *Scene) bool {
	me, seg := s.Me(), s.Seg
	later := seg.Opts&tcp.OptTimestamp != 0 && me.HasTS && int32(seg.TSval-me.TSMax) > 0
	return later && seg.Ack.Before(c.ack) && me.HasRcv && me.Rcv == c.ack
}

// unmoved: its peer tells by a pure ACK of octets which passed after the claim that
// its SND.NXT is where it was before. What the claim acknowledged must have been
// sent before the claim, so before those octets arrived. One number less than
// SND.NXT may be a keep-alive's.
func (c *claim) unmoved(s *Scene) bool {
	return s.pure() && c.ack.After(c.top+1) && s.Seg.Seq == c.top && s.Seg.Ack.After(c.own) && s.Step.Delivery == conn.New && s.Step.Gap == 0
}

// ended: its peer's FIN stands where its stream ends, however late it comes, and the
// claim lies beyond.
func (c *claim) ended(s *Scene) bool {
	return s.Seg.Dir != c.by && s.Seg.Flags&tcp.FIN != 0 && c.ack.After(s.Seg.End()) && !s.Me().HasFin
}

// goesOn: its peer sends on where it was, without having sent anything in between.
func (c *claim) goesOn(s *Scene) bool {
	me, seg := s.Me(), s.Seg
	next := me.IPIDCount && seg.IPID != 0 && seg.IPID-me.IPID == 1
	return next && s.Step.Delivery == conn.New && seg.Seq == c.top && me.Real == c.top && c.ack.After(c.top)
}
