package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// synackRules are about SYN,ACKs.
var synackRules = []rule{
	{anomaly.SynackRetransmission, onSynAck, synackAgain,
		"SYN,ACK {iss} ack {ack} is sent again, {pause:t} after the server's last segment"},
	{anomaly.SynackDifferentSeq, onSynAck, synackOther,
		"a SYN,ACK offers SEQ {seq} for the same SYN that another one answered with {iss}"},
	{anomaly.SynackFlood, onSynAck, synackFlood,
		"at least {seqs} different SYN,ACKs answer one SYN"},
	{anomaly.SynackWrongAck, onSynAck, synackWrongAck,
		"ACK {ack} of the SYN,ACK is not between {from} and {to}, the SYN that passed and its payload"},
	{anomaly.SynackWithoutSyn, onRst | onEnd, synackWithoutSyn,
		"a SYN,ACK acknowledges {ack}, but no SYN passed, and its addressee knows nothing of one"},
	{anomaly.SynackWrongDirection, onSynAck, synackWrongDirection,
		"the sender of SYN {iss} answers it with a SYN,ACK of {ack}, though no SYN came from its peer"},
	{anomaly.SimultaneousOpen, onSynAck, simultaneousOpen,
		"both ends sent a SYN, {iss} and {peer}, and both a SYN,ACK"},
	{anomaly.FourwayHandshakeBad, onSynAck, fourwayBad,
		"both ends sent a SYN, but the SYN,ACK acknowledges {ack} where {from} was sent"},
	{anomaly.SynackInEstablished, onSynAck, synackInside,
		"SYN,ACK {iss} comes again, though the client's ACK {ack} has passed"},
	{anomaly.HandshakeAckWrongDirection, onAck, serverAcks,
		"ACK {ack} of the server follows its SYN,ACK {iss}, which nothing that passed has acknowledged"},
	{anomaly.TimeWaitReuseViolation, onSynAck, staleAccepted,
		"the SYN that ACK {ack} accepts had neither a SEQ nor a TSval beyond the connection that is still in TIME-WAIT"},
}

// synackEqual reports whether the SYN,ACK is one that its sender has sent before.
func synackEqual(s *Scene) bool {
	me, seg := s.Me(), s.Seg
	return responder(me) && seg.Seq == me.ISS && me.HasIRS && (seg.Ack == me.IRS+1 || me.HasRcv && seg.Ack == me.Rcv) &&
		s.Case.has(synAck, seg.Dir) && sentAgain(s.Step.Delivery)
}

func synackAgain(s *Scene) (Evidence, bool) {
	if synackEqual(s) {
		return because(anomaly.CausePath, num(s.Seg.Seq), num(s.Seg.Ack), s.pause(s.Me())), true
	}
	return no()
}

func synackInside(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if synackEqual(s) && p.HasRcv && p.HasIRS && p.IRS == me.ISS {
		return because(anomaly.CausePath, num(s.Seg.Seq), num(p.Rcv)), true
	}
	return no()
}

// synackOther: a server that restarted, answers by cookies, or is two behind one
// address does so.
func synackOther(s *Scene) (Evidence, bool) {
	if anotherAnswer(s) {
		return because(anomaly.CauseEndpoint, num(s.Seg.Seq), num(s.Me().ISS)), true
	}
	return no()
}

// anotherAnswer reports whether the SYN,ACK answers a SYN that was answered with
// another ISN.
func anotherAnswer(s *Scene) bool {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	return responder(me) && seg.Seq != me.ISS && opener(p) && me.HasIRS && me.IRS == p.ISS && ofSyn(p, seg.Ack)
}

func synackFlood(s *Scene) (Evidence, bool) {
	n := s.Case.isns(s.Seg.Seq)
	if n > 5 && anotherAnswer(s) && s.Case.has(synAck, s.Seg.Dir) {
		return because(anomaly.CauseNone, int64(n)), true
	}
	return no()
}

func synackWrongAck(s *Scene) (Evidence, bool) {
	p, ack := s.Peer(), s.Seg.Ack
	if p.SynSeen && p.HasISS && !ofSyn(p, ack) && s.Step.Outside && s.Step.Explanation == conn.None {
		return because(anomaly.CauseNone, num(ack), num(p.ISS+1), num(p.Top)), true
	}
	return no()
}

// synackWithoutSyn: its addressee answers with a RST, or with nothing. One that goes
// on shows that its SYN was missed.
func synackWithoutSyn(s *Scene) (Evidence, bool) {
	if s.inspector.capture.missedSyn(s) {
		return no()
	}
	if s.End != nil {
		c, v := s.ends()
		e := because(anomaly.CauseNone, num(v.Rcv))
		e.ByPeer = true
		return e, responder(v) && !c.Seen && !s.scattered(tcp.Server)
	}
	me, p := s.Me(), s.Peer()
	if !responder(p) || me.Seen || s.Seg.Flags&tcp.ACK != 0 || s.Seg.Seq != p.Rcv {
		return no()
	}
	e := because(anomaly.CauseNone, num(p.Rcv))
	e.ByPeer = true
	return e, !s.scattered(s.Seg.Dir ^ 1)
}

// scattered reports whether an end is known to send such answers all over:
// host-backscatter counts them.
func (s *Scene) scattered(d tcp.Dir) bool {
	h := s.inspector.others().hosts.find(s.address(d))
	return h != nil && h.scattering(s.moment().At)
}

// synackWrongDirection: a SYN of the peer that was missed explains it only if the
// number that is acknowledged may be its own.
func synackWrongDirection(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	cause := anomaly.CauseNone
	if !p.HasISS || seg.Ack == p.ISS+1 || s.Step.Explanation != conn.None { // a SYN of its peer that conn knows
		cause = anomaly.CauseCapture
	}
	if opener(me) && seg.Seq == me.ISS && s.Case.has(bareSyn, seg.Dir) && !s.Case.has(bareSyn, seg.Dir^1) {
		return because(cause, num(me.ISS), num(seg.Ack)), true
	}
	return no()
}

func simultaneousOpen(s *Scene) (Evidence, bool) {
	d := s.Seg.Dir
	if s.Case.bothSyns() && s.Case.has(synAck, d^1) && !s.Case.has(synAck, d) && s.Seg.Seq == s.Me().ISS {
		return because(anomaly.CauseNone, num(s.Me().ISS), num(s.Peer().ISS)), true
	}
	return no()
}

func fourwayBad(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if s.Case.bothSyns() && s.Case.shown&several == 0 && me.HasISS && seg.Seq == me.ISS && p.HasISS && !ofSyn(p, seg.Ack) {
		return because(anomaly.CauseNone, num(seg.Ack), num(p.ISS+1)), true
	}
	return no()
}

// serverAcks: what completes the handshake was missed, or what the server answers; of
// data that it sends, data-before-established tells.
func serverAcks(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	waits := responder(me) && opener(p) && !p.HasRcv && !p.SynData && me.HasIRS && me.IRS == p.ISS
	if !waits || !s.pure() || s.Step.Outside || s.Step.Older || s.Step.Begin != conn.Same || s.answers() == answersProof {
		return no()
	}
	return because(anomaly.CauseCapture, num(s.Seg.Ack), num(me.ISS)), !s.copied()
}

// staleAccepted: the server has forgotten the connection before, or it restarted.
func staleAccepted(s *Scene) (Evidence, bool) {
	if s.Case.shown&staleReuse != 0 && !s.Step.Outside && s.Seg.Ack == s.Peer().ISS+1 && !s.Case.has(synAck, s.Seg.Dir) {
		return because(anomaly.CauseEndpoint, num(s.Seg.Ack)), true
	}
	return no()
}
