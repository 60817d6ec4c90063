package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// reaction is what is remembered of how an end reacts to ECE (RFC 3168 §6.1.2). It
// is lent with trouble.
type reaction struct {
	mark    tcp.Seq // its NXT when a window began; with reactDone at first the end of the segment with CWR
	end     tcp.Seq // of the segment with CWR
	echo    uint32  // TSval of the segment with ECE that ended the last window
	at      uint32  // conn.Ticks when ECE passed last
	windows uint8   // that were acknowledged with ECE all the time, at most 255
	phase   reacting
}

type reacting uint8

const (
	reactNone reacting = iota
	reactDue           // ECE came, and all that came since has it
	reactDone          // and then CWR was sent
	reactOver          // ECE came once, and what came last has none; or something may have been sent again
)

// reactionOf returns what is remembered of end d: nothing, if nothing was lent.
func (s *Scene) reactionOf(d tcp.Dir) (r reaction) {
	if t := s.Case.lent(s.inspector); t != nil {
		r = t.reaction[d]
	}
	return r
}

// current reports whether the segment tells of the present, as far as its ACK does.
func (s *Scene) current() bool {
	me := s.Me()
	return !s.copied() && !(me.HasRcv && s.Seg.Ack.Before(me.Rcv))
}

// noteReaction follows ECE and CWR on a connection with classic ECN.
func (c *Case) noteReaction(s *Scene) {
	seg, again := s.Seg, s.maybeResent()
	t := c.lent(s.inspector)
	if seg.Flags&tcp.ECE != 0 || again {
		t = c.borrow(s.inspector)
	}
	if t != nil && again {
		t.reaction[seg.Dir].backsOff(s)
	}
	if t == nil || !s.current() {
		return
	}
	t.reaction[seg.Dir^1] = t.reaction[seg.Dir^1].told(s)
	if seg.Flags&tcp.CWR != 0 {
		t.reaction[seg.Dir].reduces(seg)
	}
	if t.reaction[seg.Dir^1].overdue() {
		c.side[seg.Dir^1].ecn = unseenECN // so that its next segment is looked at
	}
}

// told returns what becomes of the reaction of the segment's addressee.
func (r reaction) told(s *Scene) reaction {
	nxt := s.Peer().Nxt
	switch ece := s.Seg.Flags&tcp.ECE != 0; {
	case ece && (r.phase == reactNone || r.phase == reactOver):
		r = reaction{mark: nxt, phase: reactDue}
	case ece && !s.Seg.Ack.Before(r.mark) && nxt.After(r.mark):
		r.windows, r.mark, r.echo = min(r.windows, 254)+1, nxt, s.Seg.TSval
	case !ece && (r.phase == reactDue || r.phase == reactDone):
		r.phase, r.mark, r.at = reactOver, nxt, conn.Ticks(s.Seg.At)
	}
	return r
}

// reduces notes that the end has sent CWR.
func (r *reaction) reduces(seg *tcp.Segment) {
	if r.phase == reactDue {
		*r = reaction{mark: seg.End(), end: seg.End(), phase: reactDone}
	}
}

// maybeResent reports whether the segment, taken for a copy or for late, may have been
// sent again: nothing that it carries tells.
func (s *Scene) maybeResent() bool {
	if s.Seg.SeqLen() == 0 {
		return false
	}
	switch s.Step.Delivery {
	case conn.Unknown:
		return true
	case conn.NetworkDuplicate, conn.Reordered:
		return s.Seg.IPID == 0 && s.Seg.Opts&tcp.OptTimestamp == 0
	}
	return false
}

// backsOff notes that the end may have found a loss, and reduced its window for it.
func (r *reaction) backsOff(s *Scene) {
	if r.phase == reactNone || r.phase == reactOver {
		r.phase, r.mark, r.at = reactOver, s.Me().Nxt, conn.Ticks(s.Seg.At)
	}
}

// patience is how many windows may be acknowledged before an end must have reacted,
// or ceased: two round trips.
const patience = 2

// overdue reports whether the end should have reacted.
func (r *reaction) overdue() bool { return r.phase == reactDue && r.windows > patience }

func ecePersistent(s *Scene) (Evidence, bool) {
	if s.Seg.Flags&tcp.ECE == 0 || !s.judged() || !s.current() || s.ecnMode() != ecnClassic {
		return no()
	}
	before := s.reactionOf(s.Seg.Dir ^ 1)
	after := before.told(s)
	return because(anomaly.CausePath, int64(after.windows), num(after.end)),
		after.phase == reactDone && after.windows > patience && before.windows <= patience
}

// cwrMissing: an echo proves that ECE arrived; without timestamps all of it may
// have been lost behind us.
func cwrMissing(s *Scene) (Evidence, bool) {
	seg, r := s.Seg, s.reactionOf(s.Seg.Dir)
	if !r.overdue() || s.ecnMode() != ecnClassic || seg.Flags&(tcp.CWR|tcp.RST) != 0 || s.Step.New == 0 || seg.Seq != s.Me().Nxt || !s.judged() {
		return no()
	}
	e := because(anomaly.CausePath, num(seg.Seq), int64(r.windows))
	if seg.Opts&tcp.OptTimestamp == 0 {
		return e, true
	}
	e.Cause = anomaly.CauseNone
	return e, int32(seg.TSecr-r.echo) >= 0
}

// cwrUnasked: CWR is due after every reduction of the congestion window (RFC 3168
// §6.1.2), and what made its sender reduce it may have been lost before us.
func cwrUnasked(s *Scene) (Evidence, bool) {
	seg, me := s.Seg, s.Me()
	if seg.Flags&tcp.CWR == 0 || !s.judged() || s.Step.Outside || s.ecnMode() != ecnClassic || s.repair().segments > 0 || me.NumSacked > 0 || s.resent() {
		return no()
	}
	r := s.reactionOf(seg.Dir)
	long := me.HasUna && me.Una.After(r.mark) && conn.Ticks(seg.At)-r.at > 2*s.roundTrip()
	return because(anomaly.CausePath, num(seg.Seq)), r.phase == reactNone || r.phase == reactOver && long
}

// roundTrip returns the round trip of the handshake with some to spare, in
// conn.Ticks.
func (s *Scene) roundTrip() uint32 {
	half := s.Case.half
	return uint32(half[0]) + uint32(half[1]) + belowRto
}
