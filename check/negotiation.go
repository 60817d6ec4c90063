package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// negotiationRules are about what SYNs offer, and what becomes of attempts.
var negotiationRules = []rule{
	{anomaly.HandshakeTsMismatch, onSynAck | onFin | onRst, wrongEcho,
		"the answer to the SYN echoes TSval {tsecr}, and those of the client were {first} to {last}"},
	{anomaly.WsUnsolicited, onSynAck, scaleUnasked,
		"the SYN,ACK offers a window scale of {shift}, and the SYN none"},
	{anomaly.WsTooLarge, onSyn | onSynAck, scaleTooLarge,
		"a window scale of {shift}, above 14"},
	{anomaly.WsChangedOnRetry, onSyn, retryChanges,
		"SYN {iss} is sent again with a window scale of {shift} for {scale} and an MSS of {mss} for {size}"},
	{anomaly.SackpermUnsolicited, onSynAck, sackUnasked,
		"the SYN,ACK {iss} permits SACK, and the SYN did not"},
	{anomaly.TsUnsolicited, onSynAck, tsUnasked,
		"the SYN,ACK has timestamps, TSval {tsval}, and the SYN had none"},
	{anomaly.OptionStrippedInPath, onEnd, stripped,
		"of its {packets} packet{s} none behind the SYN has timestamps, though both SYNs had"},
	{anomaly.HalfOpenConnection, onEnd, halfOpen,
		"of {synacks} SYN,ACK{s} or more the client acknowledged none, for {waited:t} from its SYN on"},
	{anomaly.ConnectionAttemptNoAnswer, onEnd, noAnswer,
		"{syns} packet{s} of the client, and nothing of the server for {silent:t} after the last"},
	{anomaly.ConnectionRefused, onRst, refused,
		"RST,ACK {ack} refuses the SYN, whose ISS was {iss}"},
	{anomaly.ClientResetAfterSynack, onRst, resetsAnswer,
		"the client answers SYN,ACK {iss} with a RST of SEQ {seq}"},
	{anomaly.NoHandshakeSeen, onOpening, noHandshake,
		"the connection's first segment is no SYN: SEQ {seq}"},
}

// answers reports whether the segment answers a SYN whose options are known. In a
// simultaneous open it repeats the sender's own.
func answers(s *Scene) bool {
	return !s.Step.Outside && !s.Step.Older && s.Case.has(bareSyn, s.Seg.Dir^1) && !s.Case.has(bareSyn, s.Seg.Dir) &&
		opener(s.Peer()) && ofSyn(s.Peer(), s.Seg.Ack)
}

// unseenTry is how far from the TSvals of the SYNs that passed that of one which
// was missed may lie: two minutes of microseconds.
const unseenTry = 1 << 27

// wrongEcho: 0 is no echo.
func wrongEcho(s *Scene) (Evidence, bool) {
	first, last, echo := s.Case.first, s.Peer().TSMax, s.Seg.TSecr
	early, late := int32(first-echo), int32(echo-last)
	if s.Seg.Opts&tcp.OptTimestamp == 0 || echo == 0 || s.Case.shown&offersTS == 0 || early <= 0 && late <= 0 || !answers(s) {
		return no()
	}
	e := because(anomaly.CauseNone, int64(echo), int64(first), int64(last))
	if max(early, late) < unseenTry {
		e.Cause = anomaly.CauseCapture
	}
	return e, true
}

func scaleUnasked(s *Scene) (Evidence, bool) {
	if unasked(s, tcp.OptWScale, offersScale) {
		return because(anomaly.CauseEndpoint, int64(s.Seg.WScale)), true
	}
	return no()
}

func sackUnasked(s *Scene) (Evidence, bool) {
	if unasked(s, tcp.OptSACKOK, offersSACK) {
		return because(anomaly.CauseEndpoint, num(s.Seg.Seq)), true
	}
	return no()
}

func tsUnasked(s *Scene) (Evidence, bool) {
	if unasked(s, tcp.OptTimestamp, offersTS) {
		return because(anomaly.CauseEndpoint, int64(s.Seg.TSval)), true
	}
	return no()
}

// unasked reports whether the SYN,ACK has an option that no SYN had. One who opened at
// the same time repeats those of its own SYN, which may have been lost before us: so
// that is an end's own doing at most.
func unasked(s *Scene, o tcp.OptSet, offer mark) bool {
	return s.Seg.Opts&(o|tcp.OptCut) == o && s.Case.shown&offer == 0 && answers(s)
}

// retryChanges: options that are left out in a last try are no change, nor is a
// smaller MSS, which the client has learned of the path meanwhile.
func retryChanges(s *Scene) (Evidence, bool) {
	me, seg, mss := s.Me(), s.Seg, s.Case.side[s.Seg.Dir].mss
	scale := me.Offers && seg.Opts&tcp.OptWScale != 0 && me.Shift != min(seg.WScale, 14)
	larger := mss != 0 && seg.MSS > mss
	if s.Step.Begin == conn.Same && opener(me) && seg.Seq == me.ISS && s.Case.has(bareSyn, seg.Dir) && (scale || larger) {
		return because(anomaly.CauseEndpoint, num(seg.Seq), int64(seg.WScale), int64(me.Shift), int64(seg.MSS), int64(mss)), true
	}
	return no()
}

func scaleTooLarge(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&(tcp.OptWScale|tcp.OptLength) == tcp.OptWScale && s.Seg.WScale > 14 {
		return because(anomaly.CauseNone, int64(s.Seg.WScale)), true
	}
	return no()
}

// fewPackets are too few to tell an end's habit.
const fewPackets = 4

// stripped: an end that never uses what both SYNs have offered here got another SYN
// than passed here.
func stripped(s *Scene) (e Evidence, holds bool) {
	if k := &s.Case.bargain; !k.always(withTS, withoutTS, tcp.Client) || !k.always(withTS, withoutTS, tcp.Server) {
		return no()
	}
	for d := range tcp.Dir(2) {
		if s.End.Packets[d] >= fewPackets && s.Case.side[d].saw&sawStamps == 0 {
			e = because(anomaly.CauseNone, int64(s.End.Packets[d]))
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}

// ends are the facts of both ends of a record that has ended.
func (s *Scene) ends() (client, server *conn.Facts) {
	return s.facts(tcp.Client), s.facts(tcp.Server)
}

// silent returns how long nothing had come when the record ended, ns.
func (e *End) silent() int64 { return e.Now - e.At }

// halfOpen: the client went silent, or forged the address.
func halfOpen(s *Scene) (Evidence, bool) {
	c, v := s.ends()
	n, silent := s.Case.synAcks(), s.End.silent()
	if opener(c) && responder(v) && v.HasIRS && v.IRS == c.ISS && !c.HasRcv && !c.Resets && !v.Resets && (n >= 3 || silent >= 9e9) {
		return because(anomaly.CauseEndpoint, int64(n), s.End.Now-s.End.Start), true
	}
	return no()
}

func noAnswer(s *Scene) (Evidence, bool) {
	c, v := s.ends()
	if !s.End.Cut && opener(c) && !c.HasRcv && !c.Resets && !v.Seen && s.Case.shown&quoted == 0 {
		return because(anomaly.CauseNone, int64(s.End.Packets[tcp.Client]), s.End.silent()), true
	}
	return no()
}

func refused(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if opener(p) && !p.HasRcv && !me.SynSeen && seg.Flags&tcp.ACK != 0 && ofSyn(p, seg.Ack) && s.Step.Begin == conn.Same {
		return because(anomaly.CauseNone, num(seg.Ack), num(p.ISS)), true
	}
	return no()
}

func resetsAnswer(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if opener(me) && !me.HasRcv && responder(p) && !s.Step.Outside {
		return because(anomaly.CauseNone, num(p.ISS), num(s.Seg.Seq)), true
	}
	return no()
}

func noHandshake(s *Scene) (Evidence, bool) {
	if firstOfAll(s) && s.Seg.Flags&tcp.SYN == 0 {
		return because(anomaly.CauseCapture, num(s.Seg.Seq)), true
	}
	return no()
}

// firstOfAll reports whether nothing was known of the connection before.
func firstOfAll(s *Scene) bool {
	me, p := s.Me(), s.Peer()
	return !me.On && !p.On && !me.Seen && !p.Seen
}
