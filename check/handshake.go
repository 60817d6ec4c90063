package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// handshakeRules are about SYNs, and about what completes a handshake; synackRules,
// about what answers them; negotiationRules, about what they offer and what becomes of
// attempts.
var handshakeRules = []rule{
	{anomaly.SynRetransmission, onSyn, synAgain,
		"SYN {iss} is sent again, {pause:t} after the last one"},
	{anomaly.SynDifferentSeq, onSyn, synOther,
		"a SYN with ISS {seq} comes {pause:t} after one with {iss}, to which no answer was acknowledged"},
	{anomaly.SynFloodInTuple, onSyn, synFlood,
		"at least {isns} different ISNs were tried, and none was answered"},
	{anomaly.SplitHandshake, onOpening, splitHandshake,
		"the server answered the SYN with a SYN of its own {apart:t} later, where its way there and back takes {way:t}, and never sent a SYN,ACK"},
	{anomaly.HandshakeAckWrongAck, onOpening, thirdWrongAck,
		"the handshake's last segment acknowledges {ack}, and the SYN,ACK asked for {want}"},
	{anomaly.HandshakeAckWrongSeq, onOpening, thirdWrongSeq,
		"the handshake's last segment has SEQ {seq}, outside of {from} to {to}"},
	{anomaly.DataBeforeEstablished, onOpening, dataEarly,
		"{len} octet{s} at SEQ {seq} before the handshake was complete"},
	{anomaly.AckBeforeSynack, onOpening, ackEarly,
		"ACK {ack} alone answers the SYN, where a SYN,ACK with ACK {want} is due"},
	{anomaly.SynInEstablished, onSyn, synInside,
		"a SYN with ISS {seq} comes inside a connection whose client has come to SEQ {nxt}"},
	{anomaly.PortReuseAfterClose, onSyn, reuseAfterClose,
		"a SYN with ISS {seq} opens the ports again; the connection before, which had come to {nxt}, is closed"},
	{anomaly.PortReuseWhileOpen, onSyn, reuseWhileOpen,
		"a SYN with ISS {seq} outside of {from} to {to}, what the open connection could send"},
}

// sentAgain reports whether a segment was sent again by its sender, and is no copy.
func sentAgain(d conn.Delivery) bool { return d == conn.Retransmission || d == conn.Spurious }

// opener reports whether an end sent a SYN without ACK, and nothing that answers.
func opener(f *conn.Facts) bool { return f.SynSeen && !f.Answers && f.HasISS }

// responder reports whether it sent a SYN,ACK.
func responder(f *conn.Facts) bool { return f.SynSeen && f.Answers && f.HasISS }

// ofSyn reports whether an ACK is of an end's SYN, or of what went with it.
func ofSyn(f *conn.Facts, ack tcp.Seq) bool { return ack.After(f.ISS) && !ack.After(f.Top) }

func synAgain(s *Scene) (Evidence, bool) {
	me := s.Me()
	if s.Step.Begin == conn.Same && opener(me) && s.Seg.Seq == me.ISS && !me.HasRcv && !s.Peer().Resets && sentAgain(s.Step.Delivery) {
		return because(anomaly.CausePath, num(s.Seg.Seq), s.pause(me)), true
	}
	return no()
}

// givesUp is after how long a client that comes with another ISS is taken to have
// given the first attempt up.
const givesUp = 60e9

// synOther: the first attempt has come to nothing as long as no answer to it was
// acknowledged. One that an ICMP error has ended is over: Linux ends an attempt by any (others
// only by hard ones, RFC 1122 §4.2.3.9, RFC 5461 §2), and another has another ISS.
func synOther(s *Scene) (Evidence, bool) {
	me := s.Me()
	if s.Case.shown&quoted != 0 {
		return no()
	}
	if opener(me) && s.Seg.Seq != me.ISS && !me.HasRcv && !me.Resets && !s.Peer().Resets && !s.Step.Older && s.pause(me) < givesUp {
		return because(anomaly.CauseEndpoint, num(s.Seg.Seq), s.pause(me), num(me.ISS)), true
	}
	return no()
}

func synFlood(s *Scene) (Evidence, bool) {
	n := s.Case.isns(s.Seg.Seq)
	if n > 10 && !s.Peer().Seen {
		return because(anomaly.CauseNone, int64(n)), true
	}
	return no()
}

// bothSyns reports whether both ends sent a SYN without ACK.
func (k *marks) bothSyns() bool { return k.has(bareSyn, tcp.Client) && k.has(bareSyn, tcp.Server) }

// splitHandshake: the server's SYN is an answer to the client's if it came as late
// as an answer does. Had it sent a SYN,ACK that was lost before us, it would have
// sent the SYN on its own account, and sooner. One that had denied the client's SYN
// opens on its own account, too.
func splitHandshake(s *Scene) (Evidence, bool) {
	k, d := &s.Case.marks, s.Seg.Dir
	if d != tcp.Server || s.Seg.Flags&(tcp.SYN|tcp.RST) != 0 || !k.bothSyns() || k.has(synAck, d) || !k.has(synAck, d^1) || k.has(spoke, d) || s.Me().Resets {
		return no()
	}
	way := s.pause(s.Peer())
	after := int64(k.half[d]) * tick
	return because(anomaly.CauseEndpoint, after, way), ofSyn(s.Peer(), s.Seg.Ack) && 10*after >= 9*way
}

// third reports whether the segment is the first with an ACK of a client whose SYN
// was answered, and nothing explains its numbers.
func third(s *Scene) bool {
	me, p := s.Me(), s.Peer()
	return opener(me) && !me.HasRcv && responder(p) && p.HasIRS && p.IRS == me.ISS && s.Case.shown&several == 0 &&
		s.Seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) == tcp.ACK && s.Step.Outside && s.Step.Explanation == conn.None && !s.Step.Older
}

func thirdWrongAck(s *Scene) (Evidence, bool) {
	if third(s) && ofSyn(s.Me(), s.Seg.Seq) && s.Seg.Ack != s.Peer().ISS+1 {
		return because(anomaly.CauseNone, num(s.Seg.Ack), num(s.Peer().ISS+1)), true
	}
	return no()
}

func thirdWrongSeq(s *Scene) (Evidence, bool) {
	me := s.Me()
	if third(s) && !ofSyn(me, s.Seg.Seq) && s.Seg.Ack == s.Peer().ISS+1 {
		return because(anomaly.CauseNone, num(s.Seg.Seq), num(me.ISS+1), num(me.Top)), true
	}
	return no()
}

// dataEarly: of a server, the client's ACK was missed; of a client, its numbers
// cannot be those of the handshake.
func dataEarly(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if seg.Len == 0 || seg.Flags&(tcp.SYN|tcp.RST) != 0 || s.Step.Older {
		return no()
	}
	if responder(me) && opener(p) && !p.HasRcv && !p.SynData && !s.Step.Outside {
		return because(anomaly.CauseCapture, int64(seg.Len), num(seg.Seq)), true
	}
	if opener(me) && !me.HasRcv && s.Step.Outside && s.Step.Explanation == conn.None {
		return because(anomaly.CauseNone, int64(seg.Len), num(seg.Seq)), true
	}
	return no()
}

// ackEarly: the server lives in another connection, or its ACK has overtaken its
// SYN,ACK.
func ackEarly(s *Scene) (Evidence, bool) {
	me, p, seg, k := s.Me(), s.Peer(), s.Seg, &s.Case.marks
	first := opener(p) && !p.HasRcv && k.has(bareSyn, seg.Dir^1) && !k.has(bareSyn, seg.Dir) && !me.SynSeen && !s.Step.Older
	challenge := k.has(candidate, seg.Dir^1)
	if !first && !challenge || !s.pure() {
		return no()
	}
	e := because(anomaly.CauseEndpoint, num(seg.Ack), num(p.ISS+1))
	if !challenge && seg.Ack == p.ISS+1 {
		e.Cause = anomaly.CausePath
	}
	return e, true
}

// living are the states of a connection that lives: behind the handshake, and not
// yet in TIME-WAIT.
var living = conn.Of(conn.Established, conn.FinWait1, conn.FinWait2, conn.CloseWait, conn.Closing, conn.LastAck)

// inside reports whether the SYN comes from an end that lives in a connection, to one
// that does too, or has yet to hear of it.
func inside(s *Scene) bool {
	me, p := s.Me(), s.Peer()
	return s.Step.Begin == conn.Candidate && me.Possible&^living == 0 && p.Possible&^(living|conn.Of(conn.SynReceived)) == 0
}

func synInside(s *Scene) (Evidence, bool) {
	if inside(s) {
		return because(anomaly.CauseEndpoint, num(s.Seg.Seq), num(s.Me().Nxt)), true
	}
	return no()
}

func reuseWhileOpen(s *Scene) (Evidence, bool) {
	me, seq := s.Me(), s.Seg.Seq
	if inside(s) && (seq.Before(me.First) || seq.After(me.Limit)) {
		return because(anomaly.CauseEndpoint, num(seq), num(me.First), num(me.Limit)), true
	}
	return no()
}

func reuseAfterClose(s *Scene) (Evidence, bool) {
	phase := s.Before.Phase()
	if s.Step.Begin == conn.Begun && (phase == conn.Finished || phase == conn.Reset) && s.Seg.Flags&tcp.ACK == 0 {
		return because(anomaly.CauseNone, num(s.Seg.Seq), num(s.Me().Nxt)), true
	}
	return no()
}
