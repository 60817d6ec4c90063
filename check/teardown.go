package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// teardownRules are about FINs, and about what follows them and RSTs; resetRules,
// about RSTs themselves.
var teardownRules = []rule{
	{anomaly.FinOutOfWindow, onFin, finOutside,
		"a FIN, SEQ {seq} to {end}, lies outside of {from} to {limit}, all that the windows allow"},
	{anomaly.FinSeqAdvanced, onFin, finMoved,
		"a second FIN ends at {end}, and the first ended at {fin}"},
	{anomaly.DataAfterFin, onClosing, dataAfterFin,
		"payload up to {end} comes {beyond} octet{s} behind the sender's own FIN at {fin}"},
	{anomaly.FinAckBeyond, onClosing, finAckBeyond,
		"ACK {ack} is {beyond} beyond the peer's FIN, whose end is {fin}"},
	{anomaly.StateSeqWrongClosing, onOutside, closingWrongSeq,
		"SEQ {seq} to {end} lies outside of {from} to {limit}, and its sender has closed"},
	{anomaly.FinWithoutSession, onFin, finOfNone,
		"a FIN, SEQ {seq}, between ports of which nothing was known"},
	{anomaly.HalfClose, onClosing, halfClose,
		"{len} octet{s} sent after the peer's FIN {fin} was acknowledged with {ack}"},
	{anomaly.HalfClosedStale, onEnd, halfClosedStale,
		"the peer's FIN {fin} was acknowledged with {ack}, and then nothing came for {silent:t}"},
	{anomaly.FinRetransmission, onFin, finAgain,
		"FIN {fin} is sent again, {pause:t} after its sender's last segment"},
	{anomaly.SimultaneousClose, onFin, bothClose,
		"a FIN, SEQ {seq}, with ACK {ack}, which is not beyond the peer's FIN {fin}"},
	{anomaly.SegmentAfterRstBySender, onClosing, goesOnAfterReset,
		"SEQ {seq} to {end} comes {after:t} after the sender's own RST of SEQ {rst}"},
	{anomaly.SegmentAfterRstByReceiver, onClosing, ignoresReset,
		"SEQ {seq} comes {after:t} after the peer's RST of SEQ {rst}; that end answers within {way:t}"},
	{anomaly.SegmentAfterClose, onClosing, afterClose,
		"SEQ {seq} comes after both FINs, {own} and {peer}, were acknowledged"},
	{anomaly.TeardownIncomplete, onEnd, neverClosed,
		"no more came, for {silent:t} until the record ended, without RST, and with {fins} FIN{s}"},
	{anomaly.LingerCloseWaitLong, onFin, lingers,
		"the FIN answers the peer's at {fin} only after {pause:t} or more"},
	{anomaly.PrematureCloseByServer, onFin, closesAtOnce,
		"the server's FIN, SEQ {seq}, comes before any payload"},
	{anomaly.ConnectionNoData, onEnd, noData,
		"handshake and close in order, {packets} packet{s}, and no payload"},
}

// causeOutside explains numbers beyond what the windows that passed allow: what is
// within reach of windows that were missed, or not.
func causeOutside(s *Scene) anomaly.Cause {
	if s.Step.Outside && s.Step.Explanation == conn.None {
		return anomaly.CauseNone
	}
	return anomaly.CauseCapture
}

// beyondWindow reports whether the segment lies outside of all that its sender may
// send.
func beyondWindow(s *Scene) bool {
	me := s.Me()
	return me.On && !s.Step.Older && (s.Seg.Seq.Before(me.First) || s.Seg.End().After(me.Limit))
}

// evidenceOutside is the Evidence for what lies beyond the windows.
func evidenceOutside(s *Scene) Evidence {
	me := s.Me()
	return because(causeOutside(s), num(s.Seg.Seq), num(s.Seg.End()), num(me.First), num(me.Limit))
}

func finOutside(s *Scene) (Evidence, bool) {
	if s.Seg.Flags&(tcp.SYN|tcp.RST) == 0 && beyondWindow(s) {
		return evidenceOutside(s), true
	}
	return no()
}

func closingWrongSeq(s *Scene) (Evidence, bool) {
	sent := conn.Of(conn.FinWait1, conn.FinWait2, conn.Closing, conn.LastAck, conn.TimeWait)
	if s.Seg.Flags&(tcp.SYN|tcp.RST) == 0 && s.Me().Possible&^sent == 0 && beyondWindow(s) {
		return evidenceOutside(s), true
	}
	return no()
}

// own reports whether the segment, without SYN and RST, is of the incarnation in
// which its sender sent the FIN that is known.
func own(s *Scene) bool {
	return s.Me().HasFin && s.Seg.Flags&(tcp.SYN|tcp.RST) == 0 && !s.Step.Older && s.Step.Begin == conn.Same && !s.Me().Lossy && !s.renewed()
}

// renewed reports whether the segment has shown its sender to live with another ISN.
func (s *Scene) renewed() bool {
	var now conn.Standing
	s.After.Stand(&now, s.Seg.Dir)
	return now.ISS != s.Me().ISS
}

// whoseFin lets e accuse the FIN that came before if that one is unlike its
// sender's other segments, and this one is not.
func whoseFin(s *Scene, e Evidence) Evidence {
	k, d := &s.Case.marks, s.Seg.Dir
	if k.has(finForeign, d) && !s.foreign() {
		e.Accused = s.closing(d).frame
	}
	return e
}

func finMoved(s *Scene) (Evidence, bool) {
	me, end := s.Me(), s.Seg.End()
	if own(s) && end.After(me.Fin+1) {
		return whoseFin(s, because(anomaly.CauseNone, num(end), num(me.Fin+1))), true
	}
	return no()
}

// dataAfterFin: a keep-alive may have an octet in the FIN's place. Where octets that
// came with the FIN are not those that come now, one of the two is forged, and
// retransmission-inconsistent tells of both.
func dataAfterFin(s *Scene) (Evidence, bool) {
	if !behindFin(s) || s.inspector.overlap.found.trigger() != 0 {
		return no()
	}
	me, end := s.Me(), s.Seg.Seq.Add(s.Seg.Len)
	return whoseFin(s, because(anomaly.CauseNone, num(end), int64(end.Sub(me.Fin)), num(me.Fin))), true
}

// behindFin reports whether octets of a segment lie behind the FIN of its sender,
// and inside the window.
func behindFin(s *Scene) bool {
	me, seg := s.Me(), s.Seg
	probe := seg.Seq == me.Fin && seg.Len == 1 && seg.Flags&tcp.FIN == 0
	return own(s) && seg.Len > 0 && seg.Seq.Add(seg.Len).After(me.Fin) && !probe && !beyondWindow(s)
}

// finAckBeyond: what acknowledges octets that passed behind a FIN is right, and the
// FIN is not.
func finAckBeyond(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if p.HasFin && seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) == tcp.ACK && seg.Ack.After(p.Fin+1) && seg.Ack.After(p.Top) &&
		!s.Step.Older && s.Step.Begin == conn.Same && me.HasIRS && p.HasISS && me.IRS == p.ISS && !s.Case.has(finRefuted, seg.Dir^1) {
		return because(anomaly.CauseNone, num(seg.Ack), int64(seg.Ack.Sub(p.Fin+1)), num(p.Fin+1)), true
	}
	return no()
}

func finOfNone(s *Scene) (Evidence, bool) {
	if firstOfAll(s) && s.Seg.Flags&(tcp.SYN|tcp.RST) == 0 {
		return because(s.causeOfStart(), num(s.Seg.Seq)), true
	}
	return no()
}

// causeOfStart explains what belongs to a connection that was not seen: as long as
// the capture is younger than a connection may be silent, it began before.
func (s *Scene) causeOfStart() anomaly.Cause {
	if captureRuns(s, tcp.Client) == opened {
		return anomaly.CauseNone
	}
	return anomaly.CauseCapture
}

func halfClose(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if s.Step.New > 0 && p.HasFin && me.HasRcv && me.Rcv.After(p.Fin) && !me.HasFin && !me.Resets && !p.Resets && !s.Step.Outside {
		return because(anomaly.CauseNone, int64(s.Step.New), num(p.Fin), num(me.Rcv)), true
	}
	return no()
}

// stale is how long an end must be silent for a half-closed connection to be
// forgotten by both, ns.
const staleClose = 60e9

// halfClosedStale accuses the end that does not close.
func halfClosedStale(s *Scene) (Evidence, bool) {
	for _, d := range [...]tcp.Dir{tcp.Client, tcp.Server} {
		f, p := s.facts(d), s.facts(d^1)
		if f.HasFin && p.HasRcv && p.Rcv.After(f.Fin) && !p.HasFin && !f.Resets && !p.Resets {
			e := because(anomaly.CauseEndpoint, num(f.Fin), num(p.Rcv), s.End.silent())
			e.ByPeer = d == tcp.Client
			return e, !s.End.Cut && s.End.silent() >= staleClose
		}
	}
	return no()
}

func finAgain(s *Scene) (Evidence, bool) {
	me, seg := s.Me(), s.Seg
	if own(s) && seg.Seq.Add(seg.Len) == me.Fin && sentAgain(s.Step.Delivery) && !s.Step.Outside {
		return because(anomaly.CausePath, num(me.Fin), s.pause(me)), true
	}
	return no()
}

func bothClose(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if p.HasFin && !me.HasFin && seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) == tcp.ACK && !seg.Ack.After(p.Fin) &&
		!s.Step.Outside && !s.Step.Older && s.Step.Begin == conn.Same {
		return because(anomaly.CauseNone, num(seg.Seq), num(seg.Ack), num(p.Fin)), true
	}
	return no()
}

func lingers(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if p.HasFin && !me.HasFin && s.pause(p) > 60e9 && !s.Step.Outside && s.Step.Begin == conn.Same {
		return because(anomaly.CauseEndpoint, num(p.Fin), s.pause(p)), true
	}
	return no()
}

// closesAtOnce: where the client closes first, it was only looking.
func closesAtOnce(s *Scene) (Evidence, bool) {
	me, p := s.Me(), s.Peer()
	if s.Seg.Dir == tcp.Server && s.Seg.Len == 0 && responder(me) && opener(p) && me.Top == me.ISS+1 && p.Top == p.ISS+1 &&
		s.Seg.Seq == me.ISS+1 && !p.HasFin && !me.HasFin && s.Seg.Flags&(tcp.SYN|tcp.RST) == 0 {
		return because(anomaly.CauseNone, num(s.Seg.Seq)), true
	}
	return no()
}
