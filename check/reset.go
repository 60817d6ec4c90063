package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// resetRules are about RSTs (RFC 5961 §3.2, RFC 9293 §3.5.2, §3.5.3).
var resetRules = []rule{
	{anomaly.RstWithoutSession, onRst, rstOfNone,
		"a RST, SEQ {seq}, between ports of which nothing was known"},
	{anomaly.RstExact, onRst, rstExact,
		"RST, SEQ {seq}, between {acked}, the receiver's highest ACK, and {passed}, all that passed towards it"},
	{anomaly.RstInWindowNotExact, onRst, rstInside,
		"RST, SEQ {seq}, is {beyond} beyond {top}, all that its sender has sent, and inside the window, up to {edge}"},
	{anomaly.RstOutOfWindow, onRst, rstOutside,
		"RST, SEQ {seq}, outside of {acked} to {limit}"},
	{anomaly.RstBadAck, onRst, rstBadAck,
		"the RST has ACK {ack} (flag {flag}), and its addressee's numbers go from {from} to {top}"},
	{anomaly.RstTtlDiffers, onRst, rstTTL,
		"the RST comes with TTL {ttl}, its sender's other segments with {usual}"},
	{anomaly.RstIpidDiffers, onRst, rstID,
		"the RST's identification {id} is {apart} from {last}, its sender's last, and that end counts them"},
	{anomaly.RstAfterFin, onRst, rstAfterFin,
		"a RST, SEQ {seq}, of an end that has sent {own} FIN and got {got}"},
	{anomaly.RstBothSides, onRst, rstBoth,
		"a RST, SEQ {seq}, of an end whose peer has sent one too"},
	{anomaly.RstAnswering, onRst, rstAnswers,
		"a RST without ACK has SEQ {seq}, the ACK of the segment that it answers"},
}

func rstOfNone(s *Scene) (Evidence, bool) {
	if firstOfAll(s) {
		return because(s.causeOfStart(), num(s.Seg.Seq)), true
	}
	return no()
}

// placed reports whether the RST has a position in the stream that its addressee
// lives with, and the addressee's own is known.
func placed(s *Scene) bool {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	return me.On && p.HasRcv && (!p.HasIRS || !me.HasISS || p.IRS == me.ISS) && !s.answersBare() &&
		s.Step.Begin == conn.Same && !s.Case.has(candidate, seg.Dir) && !s.Case.has(candidate, seg.Dir^1)
}

// answersBare reports whether the RST answers a segment without ACK, so that its SEQ
// is 0, which is seldom one of the stream's numbers (RFC 9293 §3.5.2).
func (s *Scene) answersBare() bool {
	seq := s.Seg.Seq
	return seq == 0 && s.Seg.Flags&tcp.ACK != 0 && (seq.Before(s.Peer().Rcv) || seq.After(s.Me().Top))
}

func rstExact(s *Scene) (Evidence, bool) {
	me, p, seq := s.Me(), s.Peer(), s.Seg.Seq
	if placed(s) && !seq.Before(p.Rcv) && !seq.After(me.Contig) {
		return because(anomaly.CauseNone, num(seq), num(p.Rcv), num(me.Contig)), true
	}
	return no()
}

// rstInside: an abort has SND.NXT of its sender, and what was sent before it may
// have been lost before us. Only when two of them differ there, no abort explains
// both.
func rstInside(s *Scene) (Evidence, bool) {
	me, p, seq, d := s.Me(), s.Peer(), s.Seg.Seq, s.Seg.Dir
	if !placed(s) || !seq.After(me.Top) || seq.After(p.Edge) || answersOdd(s) {
		return no()
	}
	e := because(anomaly.CausePath, num(seq), int64(seq.Sub(me.Top)), num(me.Top), num(p.Edge))
	if s.Case.has(rstBeyond, d) && s.closing(d).seq != seq {
		e.Cause = anomaly.CauseNone
	}
	return e, true
}

// rstOutside: behind what the receiver has acknowledged lies only the answer to a
// late segment of it, or what is late itself.
func rstOutside(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	below := seg.Seq.Before(p.Rcv) && (seg.Flags&tcp.ACK != 0 || seg.Seq.Before(me.First))
	if !placed(s) || !below && !seg.Seq.After(me.Limit) || answersOdd(s) {
		return no()
	}
	e := because(anomaly.CausePath, num(seg.Seq), num(p.Rcv), num(me.Limit))
	if seg.Seq.After(me.Limit) || seg.Seq.Before(me.First) {
		e.Cause = causeOutside(s)
	}
	return e, true
}

// answersOdd reports whether the RST may answer a segment whose ACK was no number of
// its sender's stream: conn knows those, and explains the RST by them.
func answersOdd(s *Scene) bool {
	me := s.Me()
	far := me.On && (s.Seg.Seq.Before(me.First) || s.Seg.Seq.After(me.Limit.Add(me.Slack)))
	return s.Seg.Flags&tcp.ACK == 0 && far && s.Step.Explanation == conn.Path
}

// rstBadAck: broken stacks leave the field 0.
func rstBadAck(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	acks := seg.Flags&tcp.ACK != 0
	e := because(anomaly.CauseNone, num(seg.Ack), count(acks), num(p.ISS+1), num(p.Top))
	if seg.Ack == 0 {
		e.Cause = anomaly.CauseEndpoint
	}
	if !p.HasISS || !p.SynSeen || s.Case.shown&several != 0 || s.Case.has(candidate, seg.Dir^1) || s.Step.Begin != conn.Same || s.Step.Older {
		return no()
	}
	switch {
	case !acks:
		e.Cause = s.causeOfBare()
		return e, opener(p) && !p.HasRcv && !me.SynSeen && !me.HasRcv
	case !me.SynSeen:
		if me.Resets { // and was tried again, by a SYN that was missed
			e.Cause = max(e.Cause, anomaly.CauseCapture)
		}
		return e, opener(p) && !p.HasRcv && !ofSyn(p, seg.Ack)
	}
	if seg.Ack.After(p.Top) && me.HasRcv && !seg.Ack.After(me.Edge.Add(me.Slack)) {
		e.Cause = anomaly.CauseCapture
	}
	return e, p.HasIRS && p.IRS == me.ISS && (seg.Ack.After(p.Top) || seg.Ack.Before(p.First))
}

// rstTTL: a host may give its RSTs another initial TTL, but the way is the same.
func rstTTL(s *Scene) (Evidence, bool) {
	me, ttl := s.Me(), s.Seg.TTL
	if me.TTLRun >= 4 && max(ttl, me.TTL)-min(ttl, me.TTL) > 3 && hops(ttl) != hops(me.TTL) {
		return because(anomaly.CauseNone, int64(ttl), int64(me.TTL)), true
	}
	return no()
}

// rstID: 0 is what a datagram has that needs none (RFC 6864 §4.1). The answer of a
// host that has no socket any more may have the number of another counter.
func rstID(s *Scene) (Evidence, bool) {
	me, id := s.Me(), s.Seg.IPID
	if me.IPIDCount && id != 0 && apart(id, me.IPID) > 100 && !(s.Seg.Flags&tcp.ACK == 0 && (me.HasFin || s.Peer().Resets)) {
		return because(anomaly.CauseNone, int64(id), int64(apart(id, me.IPID)), int64(me.IPID)), true
	}
	return no()
}

// causeOfBare explains a RST without ACK towards SYN-SENT, which nobody takes there
// (RFC 9293 §3.10.7.3): what answers a SYN has an ACK (§3.5.2). It may answer a
// segment of the connection before, whose ACK is its SEQ. With 0, which goes with
// an ACK, it is a stack that leaves the ACK out.
func (s *Scene) causeOfBare() anomaly.Cause {
	if s.Seg.Seq == 0 {
		return anomaly.CauseEndpoint
	}
	return anomaly.CausePath
}

func rstAfterFin(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if (me.HasFin || p.HasFin) && s.Step.Begin == conn.Same && !s.Step.Outside {
		return because(anomaly.CauseNone, num(s.Seg.Seq), count(me.HasFin), count(p.HasFin)), true
	}
	return no()
}

func count(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func rstBoth(s *Scene) (Evidence, bool) {
	if s.Peer().Resets && s.Step.Begin == conn.Same && !s.Step.Outside {
		return because(anomaly.CauseNone, num(s.Seg.Seq)), true
	}
	return no()
}

func rstAnswers(s *Scene) (Evidence, bool) {
	p, seg := s.Peer(), s.Seg
	if seg.Flags&tcp.ACK == 0 && (p.HasRcv && seg.Seq == p.Rcv || answersOdd(s)) && s.Step.Begin == conn.Same {
		return because(anomaly.CauseNone, num(seg.Seq)), true
	}
	return no()
}

// noteReset remembers a RST that lies inside its sender's stream, or beyond it. One
// of an end that may be in the handshake may answer something else, and its sender
// may go on.
func (c *Case) noteReset(s *Scene) {
	d, me, seg := s.Seg.Dir, s.Me(), s.Seg
	early := me.Possible&conn.Of(conn.SynSent, conn.SynReceived) != 0
	inside := placed(s) && !early && seg.Seq.After(me.First) && !seg.Seq.After(me.Top)
	beyond := placed(s) && seg.Seq.After(me.Top) && !s.Step.Outside
	if c.has(bareSyn, d^1) && !c.has(bareSyn, d) {
		c.tried = 0 // refused; what follows is another attempt
	}
	if !inside && !beyond || c.has(rstValid, d) || !s.keepClosing() {
		return
	}
	c.put(rstValid, d, inside)
	c.put(rstLast, d, inside && seg.Flags&tcp.ACK != 0 && seg.Seq == me.Top)
	c.put(rstBeyond, d, beyond)
}
