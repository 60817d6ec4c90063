package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// captureRules tell what the capture did to the picture of a connection; what it
// did to all is among the strays.
var captureRules = []rule{
	{anomaly.CaptureDuplicate, onDelivery, captureDuplicate, "the frame with SEQ {seq} and IP-ID {id} was captured twice"},
	{anomaly.CaptureReordered, onFirst, captureReordered, "{times} segment{s} by now stand behind what answers or follows them; this one's time is {later:t} later"},
	{anomaly.CaptureTruncated, onCut, captureTruncated, "{captured} of {wire} octet{s} of the frame were captured"},
	{anomaly.ViewOneSided, onEnd, oneSided, "{packets} packet{s} of one end, whose ACKs advance to {ack}, and none of the other"},
	{anomaly.PickupMidstream, onFirst, midstream, "the first segment, SEQ {seq}, has no SYN"},
	{anomaly.TrackerEvicted, onEnd, evicted, "the record ended to free memory, after {packets} packet{s}"},
}

// captured is what is remembered of how a connection was captured: 10 octets.
type captured struct {
	sums  [2]tally
	over  [2]uint16 // IP-ID of an end's last segment beyond the MSS of its peer; 0: none
	early uint8     // ACKs that were recorded before what they acknowledge, at most 255
}

// tally counts the checksums of an end's segments that rules looked at, each at
// most 255.
type tally struct{ good, bad uint8 }

// earlyAtMost is how much earlier than its data an ACK may be recorded by a capture
// of several queues or ports, in Ticks: far below the time in which lost segments
// are sent again.
const earlyAtMost = 100

// oftenEarly is how often makes a rule of what happens to captures now and then.
const oftenEarly = 3

// noteCaptured remembers what a judged segment shows of the capture.
func (c *Case) noteCaptured(s *Scene) {
	me, seg := &c.side[s.Seg.Dir], s.Seg
	if _, ok := s.recordedLate(); ok && c.early < 255 {
		if c.early++; c.early == oftenEarly {
			s.inspector.skew(s.View)
		}
	}
	if s.Step.Gap > 0 {
		if t := c.borrow(s.inspector); t != nil {
			t.gap[seg.Dir^1] = max(1, uint16(conn.Ticks(seg.At)))
		}
	}
	if s.Peer().Seen && !s.Me().Seen {
		s.inspector.bothWays(s.View)
	}
	me.set(sawAlone, me.saw&sawAlone != 0 || s.answersUnseen())
	joined := s.joined()
	me.set(sawOffload, me.saw&sawOffload != 0 || joined)
	me.set(sawPartial, me.saw&sawPartial != 0 || seg.Sum == tcp.SumPartial)
	if s.oversized() {
		c.over[seg.Dir] = seg.IPID
	}
	if joined {
		s.inspector.found(anomaly.CaptureSegmentationOffload, s.View, int64(seg.Len), int64(s.View.IPLen), int64(c.takes(seg.Dir, s.View)))
		return
	}
	c.sums[seg.Dir].count(seg.Sum)
	s.inspector.noteSum(s.View)
}

// answersUnseen reports whether the segment acknowledges what somebody sent of whom
// nothing passed.
func (s *Scene) answersUnseen() bool {
	me := s.Me()
	if s.Peer().Seen || s.Seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) != tcp.ACK {
		return false
	}
	return opener(me) || me.HasRcv && s.Seg.Ack.After(me.Rcv)
}

func (t *tally) count(sum tcp.Sum) {
	switch {
	case sum == tcp.SumGood && t.good < 255:
		t.good++
	case sum == tcp.SumBad && t.bad < 255:
		t.bad++
	}
}

func captureDuplicate(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseCapture, num(s.Seg.Seq), int64(s.Seg.IPID)), s.Step.Delivery == conn.CaptureDuplicate
}

// recordedLate returns how much later than its ACK, or than the segment before it of
// its sender, the segment was recorded, ns: negative if time went back.
func (s *Scene) recordedLate() (by int64, ok bool) {
	if t := s.Case.lent(s.inspector); s.Step.Filled > 0 && t != nil && t.gap[s.Seg.Dir] != 0 {
		late := int16(uint16(conn.Ticks(s.Seg.At)) - t.gap[s.Seg.Dir])
		return int64(late) * tick, late <= earlyAtMost
	}
	by = s.pause(s.Me())
	return by, by < 0
}

func captureReordered(s *Scene) (Evidence, bool) {
	by, ok := s.recordedLate()
	return because(anomaly.CauseCapture, int64(s.Case.early)+1, by), ok && s.Case.early+1 >= oftenEarly
}

// gapsFilled reports whether nothing of an end's stream was missed: all that was
// acknowledged before it was captured was only recorded late.
func (c *Case) gapsFilled(in *Inspector, d tcp.Dir) bool {
	f := in.books.known(c, anomaly.CaptureGap, d)
	return f != nil && c.missed(in, d) == 0 && f.Count <= uint64(c.early)
}

// takeBackGaps forgets gaps that are none.
func (in *Inspector) takeBackGaps(c *Case) {
	for d := range tcp.Dir(2) {
		if c.gapsFilled(in, d) {
			in.books.drop(c, func(f *Finding) bool { return f.ID == anomaly.CaptureGap && f.Dir == d })
		}
	}
}

// Offloads reports whether segments passed that a network card is to cut or has
// joined, or whose checksum it is to compute.
func (c *Case) Offloads() bool {
	return (c.side[tcp.Client].saw|c.side[tcp.Server].saw)&(sawOffload|sawPartial) != 0
}

func captureTruncated(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseCapture, int64(s.View.CapLen), int64(s.View.WireLen)), !s.View.Text // which prints no payload
}

// oneSided: somebody answers what was captured.
func oneSided(s *Scene) (Evidence, bool) {
	for d := range s.End.Packets {
		if s.End.Packets[d] > 1 && s.End.Packets[d^1] == 0 && s.Case.side[d].saw&sawAlone != 0 {
			e := because(anomaly.CauseCapture, int64(s.End.Packets[d]), num(s.facts(tcp.Dir(d)).Rcv))
			e.ByPeer = d == int(tcp.Server)
			return e, true
		}
	}
	return no()
}

func midstream(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseCapture, num(s.Seg.Seq)),
		s.Case.last == 0 && s.Seg.Flags&tcp.SYN == 0 && !s.Me().Seen && !s.Peer().Seen
}

func evicted(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseCapture, int64(s.End.Packets[0]+s.End.Packets[1])), s.End.Evicted
}
