package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// inFlight is how long after a RST what left before it may still pass, beyond the
// time that an end took to answer in the handshake, ns.
const inFlight = 200e6

// way returns how long an answer of an end may be under way, ns: twice what it was
// in the handshake, and inFlight.
func (k *marks) way(d tcp.Dir) int64 { return 2*int64(k.half[d])*tick + inFlight }

// plainAfter reports whether the segment may follow a RST of end d, in the same
// incarnation.
func plainAfter(s *Scene, d tcp.Dir) bool {
	return s.Case.has(rstValid, d) && s.Seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) == tcp.ACK && s.Step.Begin == conn.Same && !s.Step.Older
}

// goesOnAfterReset accuses the RST. What may have left before it is no proof: it
// passed late.
func goesOnAfterReset(s *Scene) (Evidence, bool) {
	k, d, seg := &s.Case.marks, s.Seg.Dir, s.Seg
	if !plainAfter(s, d) {
		return no()
	}
	rst, end := s.closing(d), seg.End()
	after := seg.At - rst.at
	e := because(anomaly.CausePath, num(seg.Seq), num(end), after, num(rst.seq))
	e.Accused = rst.frame
	_, forged := dataContinues(s)
	late := s.Step.Delivery == conn.Reordered || s.Step.Delivery == conn.NetworkDuplicate || s.Step.Delivery == conn.CaptureDuplicate
	switch {
	case seg.Seq.Before(rst.seq) && !end.After(rst.seq):
		return no()
	case late:
	case s.Step.Explanation == conn.None && !s.Step.Outside, // it acknowledges what passed after the RST
		k.has(rstLast, d) && end.After(rst.seq),
		after > k.way(tcp.Client)+k.way(tcp.Server), forged:
		e.Cause = anomaly.CauseNone
	}
	return e, true
}

// ignoresReset: the RST was lost, or its addressee did not take it.
func ignoresReset(s *Scene) (Evidence, bool) {
	k, d := &s.Case.marks, s.Seg.Dir
	rst := s.closing(d ^ 1)
	after := s.Seg.At - rst.at
	if plainAfter(s, d^1) && after > k.way(d) {
		return because(anomaly.CausePath, num(s.Seg.Seq), after, num(rst.seq), k.way(d)), true
	}
	return no()
}

func afterClose(s *Scene) (Evidence, bool) {
	if s.Seg.Flags&tcp.SYN == 0 && s.Step.Begin == conn.Same && s.Before.Phase() == conn.Finished {
		return because(anomaly.CausePath, num(s.Seg.Seq), num(s.Me().Fin), num(s.Peer().Fin)), true
	}
	return no()
}

// neverClosed: an end gave the connection up, or is only silent: end_reason tells.
func neverClosed(s *Scene) (Evidence, bool) {
	c, v := s.ends()
	fins := int64(0)
	for _, f := range [...]*conn.Facts{c, v} {
		if f.HasFin {
			fins++
		}
	}
	e := because(anomaly.CauseEndpoint, s.End.silent(), fins)
	e.ByPeer = c.HasFin
	return e, !s.End.Cut && fins < 2 && c.HasRcv && v.HasRcv && c.Seen && v.Seen && !c.Resets && !v.Resets
}

func noData(s *Scene) (Evidence, bool) {
	c, v := s.ends()
	if s.End.Syn && s.End.Octets == [2]uint64{} && s.Before.BothFins() && c.SynSeen && v.SynSeen && c.HasRcv && v.HasRcv && !c.Resets && !v.Resets {
		return because(anomaly.CauseNone, int64(s.End.Packets[0]+s.End.Packets[1])), true
	}
	return no()
}

// noteFin remembers whether a FIN is unlike its sender's other segments.
func (c *Case) noteFin(s *Scene) {
	d := s.Seg.Dir
	c.put(closes, d, true)
	if s.Me().HasFin || c.has(rstValid, d) {
		return
	}
	c.put(finForeign, d, (s.foreign() || s.otherWay(1)) && s.keepClosing())
}

// noteRefuted remembers octets that contradict their sender's FIN.
func (c *Case) noteRefuted(s *Scene) {
	if me, seg := s.Me(), s.Seg; me.HasFin && seg.Len > 0 && seg.Seq.Add(seg.Len).After(me.Fin) && !beyondWindow(s) {
		c.put(finRefuted, seg.Dir, true)
	}
}
