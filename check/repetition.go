package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// validity is what its rules remember of a connection on which an end has asked, or
// repeated an ACK. It is lent with trouble.
type validity struct {
	dupAck  [2]tcp.Seq // of an end's last duplicate ACK
	askedAt uint32     // conn.Ticks of the last segment that asked
	dups    [2]uint8   // duplicate ACKs with dupAck, at most manyDups
	probes  [2]uint8   // keep-alive probes in a row without an answer
	asked   [2]asking  // by an end's last judged segment
}

// asking is what a segment asks its addressee for: an ACK that repeats the last.
type asking uint8

const (
	askNothing asking = iota
	askAlive          // a keep-alive probe
	askWindow         // a probe of a closed window
	askProof          // a segment that cannot be taken: a challenge ACK (RFC 5961)
)

// askLives is how long after it an ACK still counts as an answer, in conn.Ticks.
const askLives = 4768 // 5 s

// noteValidity remembers what a segment asks for, and counts duplicate ACKs.
func (c *Case) noteValidity(s *Scene) {
	d, ask, repeats := s.Seg.Dir, asks(s), s.again() == duplicate
	t := c.lent(s.inspector)
	if repeats || ask != askNothing {
		t = c.borrow(s.inspector)
	}
	if t == nil {
		return
	}
	v := &t.validity
	if repeats {
		v.dupAck[d], v.dups[d] = s.Seg.Ack, s.duplicates()
	}
	v.asked[d^1] = askNothing
	v.probes[d] = v.unanswered(s)
	if ask != askNothing {
		v.asked[d], v.askedAt = ask, conn.Ticks(s.Seg.At)
	}
}

// validity returns what is remembered of who asked: nothing, if nothing was lent.
func (s *Scene) validity() (v validity) {
	if t := s.Case.lent(s.inspector); t != nil {
		v = t.validity
	}
	return v
}

// asks returns what the scene's segment asks for.
func asks(s *Scene) asking {
	switch {
	case s.Step.Delivery == conn.KeepAlive:
		return askAlive
	case probesWindow(s):
		return askWindow
	case s.Step.Older || s.Step.Begin == conn.Begun:
		return askNothing
	case s.Step.Outside, s.Seg.Flags&(tcp.SYN|tcp.RST) != 0 && s.Peer().HasRcv:
		return askProof
	}
	return askNothing
}

// unanswered returns how many keep-alive probes in a row, with the scene's
// segment, its addressee has not answered.
func (v *validity) unanswered(s *Scene) uint8 {
	d, p := s.Seg.Dir, s.Peer()
	switch {
	case s.Step.Delivery != conn.KeepAlive:
		return 0
	case v.probes[d] > 0 && p.HasAt && int32(p.At-v.askedAt) >= 0:
		return 1
	}
	return min(v.probes[d], 254) + 1
}

// repetition is why a pure ACK repeats the last one of its sender.
type repetition uint8

const (
	noRepetition repetition = iota
	idleAck                 // for no reason that is seen
	answersAlive
	answersWindow
	answersProof
	updatesWindow
	duplicate // octets are under way, so it tells that some arrived out of order
)

// again returns why the segment repeats the ACK of the last one.
func (s *Scene) again() repetition {
	if s.knows&knowsRepeats == 0 {
		s.knows |= knowsRepeats
		s.repeats = s.repetition()
	}
	return s.repeats
}

func (s *Scene) repetition() repetition {
	me, p := s.Me(), s.Peer()
	if !s.pure() || s.Step.Outside || s.Step.Delivery != conn.New || !me.HasRcv || s.Seg.Ack != me.Rcv || s.Seg.Seq != me.Nxt {
		return noRepetition
	}
	if a := s.answers(); a != noRepetition {
		return a
	}
	switch {
	case s.window() != me.RcvWnd && s.Seg.NumSACK == 0:
		return updatesWindow
	case p.HasReal && p.Nxt.After(s.Seg.Ack) && !me.MPTCP:
		return duplicate
	}
	return idleAck
}

// answers returns what the segment, which repeats an ACK, answers.
func (s *Scene) answers() repetition {
	t := s.Case.lent(s.inspector)
	if t == nil || conn.Ticks(s.Seg.At)-t.askedAt > askLives {
		return noRepetition
	}
	switch t.asked[s.Seg.Dir^1] {
	case askAlive:
		return answersAlive
	case askWindow:
		return answersWindow
	case askProof:
		return answersProof
	}
	return noRepetition
}

func duplicateAck(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Ack), int64(s.Peer().Nxt.Sub(s.Seg.Ack))), s.again() == duplicate
}

// tripleDuplicateAck holds once for an ACK: when it has been repeated three times,
// or more than two segments above it have arrived (RFC 6675 §4).
func tripleDuplicateAck(s *Scene) (Evidence, bool) {
	if s.again() != duplicate {
		return no()
	}
	before := s.duplicatesBefore()
	return because(anomaly.CausePath, num(s.Seg.Ack), int64(sackedOctets(s.Seg))), before < manyDups && s.duplicates() == manyDups
}

// manyDups is how many duplicate ACKs tell of a loss (RFC 5681 §3.2).
const manyDups = 3

// duplicatesBefore returns how many duplicates of the segment's ACK came before,
// at most manyDups.
func (s *Scene) duplicatesBefore() uint8 {
	v, d := s.validity(), s.Seg.Dir
	if v.dupAck[d] != s.Seg.Ack {
		return 0
	}
	return v.dups[d]
}

// duplicates returns how many came with the segment, which is one; manyDups, if it
// tells that more than two segments behind a hole have arrived.
func (s *Scene) duplicates() uint8 {
	mss := max(uint32(s.Case.side[s.Seg.Dir].mss), 536) // RFC 9293 §3.7.1
	if sackedOctets(s.Seg) > 2*mss {
		return manyDups
	}
	return min(s.duplicatesBefore()+1, manyDups)
}

// sackedOctets returns the octets in the SACK blocks above the ACK.
func sackedOctets(s *tcp.Segment) (n uint32) {
	for _, b := range s.SACK[:s.NumSACK] {
		if b[0].After(s.Ack) && b[1].After(b[0]) {
			n += uint32(b[1] - b[0])
		}
	}
	return n
}

func keepaliveProbe(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.Len), num(s.Me().Nxt)), s.Step.Delivery == conn.KeepAlive
}

func keepaliveAck(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Ack)), s.again() == answersAlive
}

// severalProbes is how many unanswered keep-alive probes are told of.
const severalProbes = 3

func keepaliveUnanswered(s *Scene) (e Evidence, holds bool) {
	v := s.validity()
	n := v.unanswered(s)
	e = because(anomaly.CausePath, int64(n))
	e.ByPeer = true
	return e, n >= severalProbes
}

func challengeAck(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Ack)), s.again() == answersProof
}
