package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// retransmissionRules look at octets that come again, late, or never.
var retransmissionRules = []rule{
	{anomaly.RetransmissionRto, onDelivery, retransmissionRto, "SEQ {seq} of {len} octet{s} again after {silence:t} of silence, and nothing asked for it"},
	{anomaly.RetransmissionFast, onDelivery, retransmissionFast, "SEQ {seq} of {len} octet{s} again, as duplicate ACKs or SACK blocks ask for it"},
	{anomaly.RetransmissionTlp, onDelivery, retransmissionTlp, "the last octets, from SEQ {seq} on, again after {silence:t} of silence: a probe for a lost tail"},
	{anomaly.RetransmissionSpurious, onDelivery, retransmissionSpurious, "SEQ+LEN {end} again, although {una} is acknowledged or SACK blocks cover it"},
	{anomaly.RetransmissionRepacketized, onDelivery, retransmissionRecut, "SEQ {seq} of {len} octet{s} again, cut otherwise than before"},
	{anomaly.RetransmissionExcessive, onDelivery | onEnd, retransmissionExcessive, "SEQ {seq} was sent {times} times; {again} octet{s} again in all"},
	{anomaly.RetransmissionInconsistent, onClash, retransmissionInconsistent, "{differing} or more of {compared} octet{s} that came again differ, from {seq} on; frame {first} carried them before"},
	{anomaly.OutOfOrderSegment, onDelivery, outOfOrder, "SEQ {seq} of {len} octet{s} came {behind} octet{s} behind {nxt}, and left before"},
	{anomaly.NetworkDuplicate, onDelivery, networkDuplicate, "the packet with SEQ {seq} and IP-ID {id} came twice"},
	{anomaly.LostSegmentBeforeTap, onDelivery, lostBefore, "{len} octet{s} at SEQ {seq} sent again; the first copy never passed here"},
	{anomaly.LostSegmentAfterTap, onDelivery, lostAfter, "{len} octet{s} at SEQ {seq} sent again; the first copy passed here, and was not acknowledged"},
	{anomaly.CaptureGap, onGap, captureGap, "ACK {ack} covers {gap} octet{s} not captured before it"},
	{anomaly.UnackedDataExcessive, onLong | onFin | onOutside, unackedExcessive, "SEQ+LEN {end} is {flight} octet{s} beyond {una}, the last ACK; the largest window was {window}"},
	{anomaly.ReassemblyLimit, onLong | onDelivery, reassemblyLimit, "{holes} hole{s} in the stream are more than are kept"},
	{anomaly.RetransmitBurst, onDelivery, retransmitBurst, "{segments} segment{s}, up to SEQ {seq}, were sent again at once"},
}

// repair is what is remembered of what an end has sent again.
type repair struct {
	from     tcp.Seq // of the last one
	upTo     tcp.Seq // what had been sent when it began to send again
	at       uint32  // conn.Ticks of the last one
	began    uint32  // conn.Ticks of the burst's first one
	gap      uint32  // between the last two at from, in Ticks
	octets   uint32  // sent again, in all
	segments uint32
	times    uint8 // from was sent again
	flat     uint8 // intervals in a row that did not grow
	burst    uint8 // different segments of the burst
	how      cure
}

// cure is what made an end send again.
type cure uint8

const (
	cureUnclear cure = iota
	cureRto          // a timeout (RFC 6298)
	cureFast         // duplicate ACKs, SACK blocks (RFC 5681 §3.2, RFC 6675)
	cureTail         // a tail loss probe (RFC 8985 §7)
)

// Silences that tell cures apart, in conn.Ticks.
const (
	belowRto  = 143 // 150 ms, below every timeout
	belowTail = 9   // 10 ms, below every tail loss probe
)

// resent reports whether the segment was sent again, whether or not that was
// needed.
func (s *Scene) resent() bool {
	return s.Step.Delivery == conn.Retransmission || s.Step.Delivery == conn.Spurious
}

// sackedAbove reports whether the peer told to have octets beyond seq.
func (s *Scene) sackedAbove(seq tcp.Seq) bool {
	for _, b := range s.Step.Sacked[0][:s.Me().NumSacked] {
		if b[0].After(seq) {
			return true
		}
	}
	return false
}

// cure returns what made the sender send the segment again.
func (s *Scene) cure() cure {
	if s.knows&knowsCure == 0 {
		s.knows |= knowsCure
		s.healed = s.cureOf()
	}
	return s.healed
}

func (s *Scene) cureOf() cure {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if p.DupAcks >= 2 && p.Rcv == seg.Seq || s.sackedAbove(seg.Seq) {
		return cureFast
	}
	silence := s.silence()
	t := s.Case.lent(s.inspector)
	switch {
	case seg.Flags&tcp.SYN != 0, silence >= belowRto:
		return cureRto
	case t != nil && t.repair[seg.Dir].goesOn(s):
		return t.repair[seg.Dir].how
	case silence >= belowTail && seg.End() == me.Nxt:
		return cureTail
	}
	return cureUnclear
}

// goesOn reports whether the segment belongs to the same going back.
func (r *repair) goesOn(s *Scene) bool {
	return r.how != cureUnclear && s.Seg.Seq.After(r.from) && s.Seg.Seq.Before(r.upTo)
}

// silence returns how long the sender had been silent, in Ticks.
func (s *Scene) silence() uint32 {
	if me := s.Me(); me.HasAt {
		return uint32(max(int32(conn.Ticks(s.Seg.At)-me.At), 0))
	}
	return 0
}

// noteRepair follows what is sent again.
func (c *Case) noteRepair(s *Scene) {
	if !s.resent() {
		return
	}
	how := s.cure()
	t := c.borrow(s.inspector)
	if t == nil {
		return
	}
	r, now := &t.repair[s.Seg.Dir], conn.Ticks(s.Seg.At)
	r.octets += s.Step.Repeated
	r.burst, r.began = r.burstWith(s)
	r.flat = r.flatWith(s)
	if r.segments == 0 || !r.goesOn(s) {
		r.upTo = s.Me().Nxt
	}
	if r.segments > 0 && r.from == s.Seg.Seq {
		r.gap, r.times = now-r.at, min(r.times, 254)+1
	} else {
		r.gap, r.times = 0, 1
	}
	r.segments++
	r.from, r.at, r.how = s.Seg.Seq, now, how
}

// burstWith returns how many different segments were sent again at once, with the
// scene's, and when the first was.
func (r *repair) burstWith(s *Scene) (n uint8, began uint32) {
	now := conn.Ticks(s.Seg.At)
	switch {
	case r.segments == 0 || now-r.began >= belowRto:
		return 1, now
	case s.Seg.Seq == r.from:
		return r.burst, r.began
	}
	return min(r.burst, 254) + 1, r.began
}

// again returns how often SEQ was sent again, with the scene's segment.
func (r *repair) again(s *Scene) int {
	if r.segments == 0 || r.from != s.Seg.Seq {
		return 1
	}
	return int(r.times) + 1
}

// repair returns what is remembered of what the sender has sent again: nothing yet, if
// nothing was lent.
func (s *Scene) repair() (r repair) {
	if t := s.Case.lent(s.inspector); t != nil {
		r = t.repair[s.Seg.Dir]
	}
	return r
}

// place is the evidence of a rule that needs SEQ and LEN alone.
func (s *Scene) place() Evidence {
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.Len))
}

// cured: a SYN has rows of its own, of the handshake.
func (s *Scene) cured(by cure) (Evidence, bool) {
	if s.Step.Delivery != conn.Retransmission || s.Seg.Flags&tcp.SYN != 0 || s.cure() != by {
		return no()
	}
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.Len), int64(s.silence())<<20), true
}

func retransmissionRto(s *Scene) (Evidence, bool) { return s.cured(cureRto) }

func retransmissionFast(s *Scene) (Evidence, bool) { return s.cured(cureFast) }

func retransmissionTlp(s *Scene) (Evidence, bool) {
	_, holds := s.cured(cureTail)
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.silence())<<20), holds
}

// retransmissionSpurious: a SYN that is tried again after its refusal is no repetition
// in vain.
func retransmissionSpurious(s *Scene) (Evidence, bool) {
	if s.Step.Delivery != conn.Spurious || s.Seg.Flags&tcp.SYN != 0 && s.Peer().Resets {
		return no()
	}
	return because(anomaly.CausePath, num(s.Seg.End()), num(s.Me().Una)), true
}

func retransmissionRecut(s *Scene) (Evidence, bool) {
	return s.place(), s.resent() && s.Seg.Len > 0 && s.inspector.overlap.found.recut
}

// Bounds of retransmission-excessive: the same octets four times in all; a twentieth
// of the data, if that is not a handful.
const (
	manyTimes    = 3
	manySegments = 10
)

func retransmissionExcessive(s *Scene) (Evidence, bool) {
	if s.End != nil {
		return s.muchAgain()
	}
	r := s.repair()
	n := r.again(s)
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(n)+1, int64(r.octets+s.Step.Repeated)),
		s.resent() && s.Seg.Flags&tcp.SYN == 0 && n >= manyTimes
}

// muchAgain reports, when a record ends, whether more than a twentieth of an end's
// data was sent again.
func (s *Scene) muchAgain() (e Evidence, holds bool) {
	t := s.Case.lent(s.inspector)
	if t == nil {
		return no()
	}
	for d := range tcp.Dir(2) {
		r := &t.repair[d]
		if r.segments >= manySegments && uint64(r.octets)*20 > s.End.Octets[d] {
			e = because(anomaly.CausePath, num(r.from), int64(r.times)+1, int64(r.octets))
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}

func outOfOrder(s *Scene) (Evidence, bool) {
	nxt := s.Me().Nxt
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.Len), int64(nxt.Sub(s.Seg.Seq)), num(nxt)),
		s.Step.Delivery == conn.Reordered && s.Seg.SeqLen() > 0
}

func networkDuplicate(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Seq), int64(s.Seg.IPID)), s.Step.Delivery == conn.NetworkDuplicate
}

func lostBefore(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, int64(s.Seg.Len), num(s.Seg.Seq)), s.Step.Loss == conn.LostBefore && s.Seg.Flags&tcp.SYN == 0
}

func lostAfter(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, int64(s.Seg.Len), num(s.Seg.Seq)), s.Step.Loss == conn.LostAfter && s.Seg.Flags&tcp.SYN == 0
}

func captureGap(s *Scene) (e Evidence, holds bool) {
	e = because(anomaly.CauseCapture, num(s.Seg.Ack), int64(s.Step.Gap))
	e.ByPeer = true
	return e, s.Step.Gap > 0
}

// muchUnacked is how much data may be under way in any case, octets.
const muchUnacked = 10 << 20

func unackedExcessive(s *Scene) (Evidence, bool) {
	me, window, end := s.Me(), s.Peer().MaxWin, s.Seg.End()
	flight := end.Sub(me.Una)
	if !s.judged() || s.Step.Outside || !me.HasUna || !s.Peer().Seen || flight < 0 || uint32(flight) <= max(window, muchUnacked) {
		return no()
	}
	if s.inspector.capture.missed(s) { // the ACKs may have been
		return no()
	}
	return because(beyond(end, me.Limit, me.Slack), num(end), int64(flight), num(me.Una), int64(window)), true
}

func reassemblyLimit(s *Scene) (Evidence, bool) {
	me := s.Me()
	return because(anomaly.CauseCapture, int64(me.Holes)), me.Crowded && s.Step.New > 0 && s.Seg.Seq.After(me.Contig)
}

// burstSegments is how many different segments sent again at once are a burst.
const burstSegments = 3

func retransmitBurst(s *Scene) (Evidence, bool) {
	r := s.repair()
	n, _ := r.burstWith(s)
	return because(anomaly.CausePath, int64(n), num(s.Seg.Seq)), s.resent() && n == burstSegments && r.burst != n
}
