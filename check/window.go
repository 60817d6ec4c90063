package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// windowRules look at the windows that are offered, and at who waits for them.
var windowRules = []rule{
	{anomaly.ZeroWindow, onWindow, zeroWindow, "its window is 0 from ACK {ack} on"},
	{anomaly.ZeroWindowProbe, onDelivery | onLong | onCalm, zeroWindowProbe, "SEQ {seq} of {len} octet{s} asks whether the window, which is 0, has opened"},
	{anomaly.ZeroWindowProbeAck, onAck, zeroWindowProbeAck, "ACK {ack} answers a window probe, and the window is still 0"},
	{anomaly.ZeroWindowPersistent, onDelivery | onLong, zeroWindowPersistent, "its window has been 0 for {closed:t}, and its peer asks for more"},
	{anomaly.WindowSlam, onAck | onLong | onFin, windowSlam, "the client's first ACK offers a window of {window} octet{s}"},
	{anomaly.WindowFull, onLong | onFin | onCalm, windowFull, "SEQ+LEN {end} is the edge of the window: no more may be sent"},
	{anomaly.WindowUpdate, onAck, windowUpdate, "ACK {ack} again, with a window of {window} octet{s} after {before}"},
	{anomaly.WindowShrunk, onWindow, windowShrunk, "ACK {ack} + window {window} is {under} octet{s} below {edge}, the edge offered before"},
	{anomaly.WindowShrunkBelowInFlight, onWindow, windowShrunkBelowInFlight, "ACK {ack} + window {window} is {under} octet{s} below {nxt}, up to which its peer has sent"},
}

// windows is what its rules remember of a connection.
type windows struct {
	syn [2]uint16 // window of an end's SYN
}

// noteWindow remembers when a window closed, and what the SYN offered. It is called
// before sawZero moves.
func (c *Case) noteWindow(s *Scene) {
	if s.opening() {
		c.windows.syn[s.Seg.Dir] = s.Seg.Win
	}
	if !s.closes() || s.Seg.Flags&tcp.RST != 0 {
		return
	}
	if t := c.borrow(s.inspector); t != nil {
		t.zeroAt[s.Seg.Dir] = conn.Ticks(s.Seg.At)
	}
}

// closes reports whether the segment is the first to offer no window.
func (s *Scene) closes() bool {
	return s.Seg.Win == 0 && s.Case.side[s.Seg.Dir].saw&sawZero == 0
}

// copied reports whether the segment is a copy, or came late: it tells nothing of
// the present.
func (s *Scene) copied() bool {
	switch s.Step.Delivery {
	case conn.Unknown, conn.Reordered, conn.NetworkDuplicate, conn.CaptureDuplicate:
		return true
	}
	return false
}

// probesWindow reports whether the segment asks for a window that is closed.
func probesWindow(s *Scene) bool {
	if s.Step.Delivery == conn.WindowProbe {
		return true
	}
	return s.Seg.Len == 1 && s.Before.Shut(s.Seg.Dir^1) && s.Seg.Seq == s.Before.Next(s.Seg.Dir) &&
		!s.Step.Outside && !s.copied() && s.judged()
}

func zeroWindow(s *Scene) (Evidence, bool) {
	if !s.closes() || !s.judged() || s.Step.Outside || s.copied() || s.Seg.Flags&tcp.FIN != 0 {
		return no()
	}
	me, p := s.Me(), s.Peer()
	return because(anomaly.CausePath, num(s.Seg.Ack)), me.HasRcv && !me.Resets && !p.Resets && !p.HasFin
}

func zeroWindowProbe(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.Len)), probesWindow(s)
}

func zeroWindowProbeAck(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Ack)), s.Seg.Win == 0 && s.again() == answersWindow
}

// closedLong is how long a window may be closed before it is told of, in conn.Ticks.
const closedLong = 57221 // 60 s

func zeroWindowPersistent(s *Scene) (e Evidence, holds bool) {
	d := s.Seg.Dir ^ 1
	if !probesWindow(s) || s.Case.side[d].saw&sawZero == 0 {
		return no()
	}
	t := s.Case.lent(s.inspector)
	if t == nil {
		return no()
	}
	closed := conn.Ticks(s.Seg.At) - t.zeroAt[d]
	e = because(anomaly.CauseNone, int64(closed)<<20)
	e.ByPeer = true
	return e, closed > closedLong && closed < 1<<31
}

// slam is the largest window that windowSlam tells of (RFC 6429 §3).
const slam = 4

func windowSlam(s *Scene) (Evidence, bool) {
	me := s.Me()
	if s.Seg.Dir != tcp.Client || !s.judged() || s.Step.Outside || s.Seg.Flags&tcp.FIN != 0 || me.HasRcv || s.Seg.Ack != s.Peer().ISS+1 {
		return no()
	}
	return because(anomaly.CauseNone, int64(s.window())), me.ScaleOK && s.window() <= slam
}

func windowFull(s *Scene) (Evidence, bool) {
	p, end := s.Peer(), s.Seg.Seq.Add(s.Seg.Len)
	if !s.judged() || s.Step.Outside || s.Step.New == 0 || !p.HasRcv || p.RcvWnd == 0 || p.MPTCP {
		return no()
	}
	return because(anomaly.CausePath, num(end)), end == p.Edge
}

func windowUpdate(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Ack), int64(s.window()), int64(s.Me().RcvWnd)), s.again() == updatesWindow
}

// shrinks returns by how many octets the segment's edge lies left of that of the
// segment before. Less than a unit of the window is rounding (RFC 7323 §2.4); of a
// SYN's window, which is not scaled, nothing can be said, nor of what a third party
// may have offered in its name.
func (s *Scene) shrinks() (under uint32) {
	me, p := s.Me(), s.Peer()
	if s.Step.Shrunk == 0 || !s.judged() || s.Step.Outside || s.copied() || !me.ScaleOK || me.MPTCP || p.MPTCP ||
		me.HasFin || p.HasFin || me.Resets || p.Resets || s.Seg.Flags&tcp.FIN != 0 || s.Seg.Ack.Before(me.Rcv) {
		return 0
	}
	if s.Case.side[s.Seg.Dir].saw&sawForeign != 0 {
		return 0
	}
	if me.Offers && me.HasIRS && me.Rcv == me.IRS+1 && me.RcvWnd == uint32(s.Case.windows.syn[s.Seg.Dir]) {
		return 0
	}
	unit := uint32(1)
	if me.Scaled {
		unit <<= me.Shift
	}
	by := me.Rcv.Add(me.RcvWnd).Sub(s.Seg.Ack.Add(s.window()))
	if by < int32(unit) || s.Step.Shrunk < unit {
		return 0
	}
	return uint32(by)
}

func windowShrunk(s *Scene) (Evidence, bool) {
	under := s.shrinks()
	if under == 0 {
		return no()
	}
	why := anomaly.CauseEndpoint // a SHOULD NOT: an end may do so
	if !s.newest() {
		why = anomaly.CausePath // the ACK before may have overtaken it
	}
	ack, window := s.Seg.Ack, s.window()
	return because(why, num(ack), int64(window), int64(under), num(ack.Add(window+under))), true
}

// newest reports whether the segment is proven to have left its sender after all
// others of it that passed.
func (s *Scene) newest() bool {
	me, seg := s.Me(), s.Seg
	if seg.Ack.After(me.Rcv) || seg.Opts&tcp.OptTimestamp != 0 && me.HasTS && int32(seg.TSval-me.TSMax) > 0 {
		return true
	}
	return s.countsOn()
}

func windowShrunkBelowInFlight(s *Scene) (Evidence, bool) {
	p, edge := s.Peer(), s.Seg.Ack.Add(s.window())
	if s.shrinks() == 0 || !p.HasReal || !edge.Before(p.Real) {
		return no()
	}
	return because(anomaly.CausePath, num(s.Seg.Ack), int64(s.window()), int64(p.Real.Sub(edge)), num(p.Real)), true
}
