package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// validityRules look at where SEQ and ACK lie.
var validityRules = []rule{
	{anomaly.SeqOutOfWindowRight, onAck | onLong | onFin | onOutside, seqRight, "SEQ+LEN {end} is {over} octet{s} beyond {limit}, the furthest that the windows granted allow"},
	{anomaly.SeqOutOfWindowLeft, onAck | onLong | onFin | onOutside, seqLeft, "SEQ+LEN {end} is a whole window of {window} octet{s} or more below {una}, which is acknowledged"},
	{anomaly.AckOfUnsentData, onAck | onLong | onFin | onOutside | onDelivery, ackOfUnsent, "ACK {ack} is {over} octet{s} beyond {top}, all that its peer had sent"},
	{anomaly.AckBeyondOfferedWindow, onAck | onLong | onFin | onOutside, ackBeyondEdge, "ACK {ack} is {over} octet{s} beyond {edge}, the furthest edge that its sender itself offered"},
	{anomaly.AckTooOld, onAck | onLong | onFin | onOutside, ackTooOld, "ACK {ack} is {under} octet{s} below {una}, and no window of its sender was larger than {window}"},
	{anomaly.AckRegression, onAck | onLong | onFin, ackRegression, "ACK {ack} is {under} octet{s} below {rcv}, which its sender has acknowledged"},
	{anomaly.PartialAck, onSACK | onAck | onLong | onCalm, partialAck, "ACK {ack} covers a part: when it began to send again, its peer had sent up to {recover}"},
	{anomaly.DuplicateAck, onAck, duplicateAck, "ACK {ack} again, though {flight} octet{s} beyond it had been sent"},
	{anomaly.TripleDuplicateAck, onAck, tripleDuplicateAck, "ACK {ack} for the third time more, or {sacked} octet{s} above it have arrived"},
	{anomaly.KeepaliveProbe, onDelivery, keepaliveProbe, "SEQ {seq} of {len} octet{s} lies one below {nxt}, all of which is sent"},
	{anomaly.KeepaliveAck, onAck, keepaliveAck, "ACK {ack} answers a keep-alive probe"},
	{anomaly.KeepaliveUnanswered, onDelivery, keepaliveUnanswered, "keep-alive probe {probes} in a row without an answer"},
	{anomaly.ChallengeAck, onAck, challengeAck, "ACK {ack} again, in answer to a segment that cannot be taken"},
	{anomaly.SequenceWrap, onEnd, sequenceWrap, "sequence numbers went from {iss} past 2^32 to {top}"},
	{anomaly.SynAckBytesExaggerated, onEnd, exaggerated, "by sequence numbers it sent {span} octet{s}, but {seen} captured and {missed} known to be missed"},
	{anomaly.AckNoKnownState, onAck | onLong | onFin | onOutside, ackNoState, "ACK {ack} is acceptable in none of the states that its sender ({sender:s}) or its receiver ({receiver:s}) may be in"},
}

// pure reports whether the segment is an ACK and nothing else.
func (s *Scene) pure() bool { return pure(s.Seg) }

func pure(seg *tcp.Segment) bool {
	return seg.Len == 0 && seg.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK) == tcp.ACK
}

// judged reports whether the segment is an ordinary one, which has an ACK and is
// neither SYN nor RST, and both ends are known to live in the same incarnation.
func (s *Scene) judged() bool {
	if s.knows&knowsJudged == 0 {
		s.knows |= knowsJudged
		if s.isJudged() {
			s.knows |= saysJudged
		}
	}
	return s.knows&saysJudged != 0
}

func (s *Scene) isJudged() bool {
	if s.Seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) != tcp.ACK || s.Step.Older || s.Step.Begin != conn.Same {
		return false
	}
	return lives(s.Me(), s.Peer()) && lives(s.Peer(), s.Me())
}

// lives reports whether an end lives with the incarnation of its peer that is
// followed, as far as is known.
func lives(me, peer *conn.Facts) bool { return !me.HasIRS || !peer.HasISS || me.IRS == peer.ISS }

// window returns the octets that the segment, no SYN, grants.
func (s *Scene) window() uint32 {
	if me := s.Me(); me.Scaled || !me.ScaleOK {
		return uint32(s.Seg.Win) << me.Shift
	}
	return uint32(s.Seg.Win)
}

func seqRight(s *Scene) (Evidence, bool) {
	me, end := s.Me(), s.Seg.End()
	if !s.judged() || !me.On || !s.Peer().HasRcv || !end.After(me.Limit) || !s.misplaced() {
		return no()
	}
	why := beyond(end, me.Limit, me.Slack)
	if p := s.Peer(); s.pure() && p.HasISS && s.Seg.Ack == p.ISS+1 {
		why = max(why, anomaly.CauseEndpoint) // it restarted, and its SYN,ACK is late
	}
	return because(why, num(end), int64(end.Sub(me.Limit)), num(me.Limit)), true
}

// misplaced reports whether conn, too, found no place for the segment's numbers: a
// candidate for another incarnation may have one.
func (s *Scene) misplaced() bool {
	return s.Step.Explanation == conn.Capture || s.Step.Explanation == conn.None
}

// beyond returns what explains a number beyond a limit: windows that were not
// captured, as far as they may reach.
func beyond(n, limit tcp.Seq, slack uint32) anomaly.Cause {
	if n.After(limit.Add(slack)) {
		return anomaly.CauseNone
	}
	return anomaly.CauseCapture
}

func seqLeft(s *Scene) (Evidence, bool) {
	me, window := s.Me(), s.Peer().MaxWin
	end := s.Seg.End()
	if !s.judged() || !me.HasUna || window == 0 || !end.Before(me.Una) || end.After(me.Una-tcp.Seq(window)) {
		return no()
	}
	return because(anomaly.CausePath, num(end), int64(window), num(me.Una)), true
}

func ackBeyondEdge(s *Scene) (Evidence, bool) {
	me, ack := s.Me(), s.Seg.Ack
	if !s.judged() || !me.HasRcv || me.Lossy || !ack.After(me.Edge.Add(me.Slack)) || !s.misplaced() {
		return no()
	}
	return because(anomaly.CauseNone, num(ack), int64(ack.Sub(me.Edge)), num(me.Edge)), true
}

func ackTooOld(s *Scene) (Evidence, bool) {
	p, window, ack := s.Peer(), s.Me().MaxWin, s.Seg.Ack
	if !s.judged() || !p.HasUna || !ack.Before(p.Una) || !ack.Before(p.Una-tcp.Seq(window)) {
		return no()
	}
	why := anomaly.CausePath // it is late
	if s.acksNobody() {
		why = anomaly.CauseNone
	}
	return because(why, num(ack), int64(p.Una.Sub(ack)), num(p.Una), int64(window)), true
}

// acksNobody reports whether the ACK lies before all that its peer ever sent, though
// its sender lives with that stream and its SEQ is in place: however late, an ACK of
// this incarnation is beyond the peer's ISN, and one of another has another SEQ.
func (s *Scene) acksNobody() bool {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	inPlace := me.On && !seg.Seq.Before(me.First) && !seg.End().After(me.Limit)
	return me.HasIRS && p.HasISS && me.IRS == p.ISS && seg.Ack.Before(p.First) && inPlace && s.Step.Explanation == conn.None
}

func ackRegression(s *Scene) (Evidence, bool) {
	me, ack := s.Me(), s.Seg.Ack
	if !s.judged() || s.Step.Outside || !me.HasRcv || !ack.Before(me.Rcv) || me.Rcv.Sub(ack) > int32(me.MaxWin) {
		return no()
	}
	return because(anomaly.CausePath, num(ack), int64(me.Rcv.Sub(ack)), num(me.Rcv)), true
}

// partialAck: RFC 6582 §3.2; the retransmission was not a timeout's.
func partialAck(s *Scene) (Evidence, bool) {
	t, p, ack := s.Case.lent(s.inspector), s.Peer(), s.Seg.Ack
	if t == nil || !s.judged() || s.Step.Outside || s.copied() || !p.HasUna || !ack.After(p.Una) {
		return no()
	}
	r := &t.repair[s.Seg.Dir^1]
	return because(anomaly.CausePath, num(ack), num(r.upTo)), r.partly(ack)
}

func sequenceWrap(s *Scene) (e Evidence, holds bool) {
	for d := range tcp.Dir(2) {
		f := s.facts(d)
		if f.HasISS && f.HasReal && (f.Real < f.ISS || s.End.Octets[d] >= 1<<32) {
			e = because(anomaly.CausePath, num(f.ISS), num(f.Real))
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}

// exaggerated: an earlier record's octets are not among those that were captured.
func exaggerated(s *Scene) (e Evidence, holds bool) {
	if s.End.Continues {
		return no()
	}
	for d := range tcp.Dir(2) {
		f := s.facts(d)
		if !f.HasISS || !f.SynSeen || !f.HasUna {
			continue
		}
		span := uint32(f.Top-f.ISS) - 1
		if f.HasFin && f.Top.After(f.Fin) {
			span--
		}
		missed := s.Case.missed(s.inspector, d)
		if over := int32(span - uint32(s.End.Octets[d]) - missed); over > 0 {
			e = because(anomaly.CauseCapture, int64(span), int64(s.End.Octets[d]), int64(missed))
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}

// ackNoState: where the sender's own RST leaves no state that fits, the RST was not its
// own, and rules about that one tell (beliefs §6, row 19).
func ackNoState(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if !s.judged() || s.Step.Explanation < conn.Endpoint || s.numbersBroken() || me.Resets && !s.Step.Outside {
		return no()
	}
	why := anomaly.CauseNone
	switch {
	case !me.SynSeen: // it may live in an older incarnation (RFC 9293 figure 9)
		why = anomaly.CauseCapture
	case s.Step.Explanation == conn.Endpoint:
		why = anomaly.CauseEndpoint
	}
	return because(why, num(s.Seg.Ack), int64(me.Possible), int64(p.Possible)), true
}

// numbersBroken reports whether a bound on SEQ or ACK is broken, or the sender's
// own FIN, which other rules tell of.
func (s *Scene) numbersBroken() bool {
	me, p, end := s.Me(), s.Peer(), s.Seg.End()
	switch {
	case me.On && end.After(me.Limit), me.HasFin && (end.After(me.Fin+1) || s.Seg.Flags&tcp.FIN != 0):
		return true
	case p.HasReal && s.Seg.Ack.After(p.Top):
		return true
	case p.HasUna && s.Seg.Ack.Before(p.Una-tcp.Seq(me.MaxWin)):
		return !s.acksNobody()
	}
	return me.HasUna && !end.After(me.Una-tcp.Seq(p.MaxWin))
}
