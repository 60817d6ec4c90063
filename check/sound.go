package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Behind a loss segments are neither plain nor usual, and yet nearly all about each of
// them is in order. What is so is asked once, of the numbers themselves; then the rules
// that look for what is not so are left out. Of 36 rules for a duplicate ACK with SACK
// blocks 7 are left. TestSound asks those that are left out as well.

// sound is a set of what is in order.
type sound uint32

const (
	soundHosts   sound = 1 << iota // it began with a usual SYN, so neither end's address is odd
	soundOptions                   // no options but timestamps and SACK
	soundSigned                    // nothing is signed
	soundPlace                     // it has its place in both streams
	soundClaim                     // and no ACK that is beyond its own waits to be explained
	soundTime                      // it came behind its sender's others
	soundOpened                    // the handshake is over
	soundStamps                    // timestamps fit, if there are any
	soundBlocks                    // SACK blocks do, too
	soundRepeat                    // its ACK is no repetition
	soundPart                      // its ACK covers no part of what was sent again
	soundProbe                     // it asks for nothing
	soundResent                    // it was not sent again
	soundCopied                    // it is neither late nor a copy
	soundWindow                    // there is room for its octets
	soundWhole                     // its sender has told of no octets behind a hole, or tells of them again
	soundRoom                      // its stream has not too many holes
	soundAlive                     // no RST of its sender has passed
	soundKin                       // it is like its sender's others, and acknowledges what was sent
)

// soundAll is what is in order about a segment of which there is no more to remember than of
// a usual one, but for what it repeats.
const soundAll = soundHosts | soundOptions | soundClaim | soundTime | soundOpened | soundProbe | soundKin

// soundly are the rules that cannot hold where that is in order.
var soundly = map[sound][]anomaly.ID{
	soundHosts: {anomaly.LandSegment, anomaly.TcpToMulticastOrBroadcast},
	soundOptions: {anomaly.TcpOptionLengthInvalid, anomaly.TcpOptionTruncated, anomaly.TcpOptionDuplicate, anomaly.TcpOptionUnassigned,
		anomaly.TcpOptionObsolete, anomaly.TcpOptionExperimentalNoExid, anomaly.MssOptionOutsideSyn, anomaly.WsOptionOutsideSyn,
		anomaly.SackpermOutsideSyn},
	soundSigned: {anomaly.AuthOptionInconsistent},
	soundPlace: {anomaly.SeqOutOfWindowRight, anomaly.SeqOutOfWindowLeft, anomaly.AckBeyondOfferedWindow, anomaly.AckTooOld,
		anomaly.AckRegression, anomaly.AckNoKnownState},
	soundClaim:  {anomaly.AckOfUnsentData},
	soundTime:   {anomaly.CaptureReordered},
	soundOpened: {anomaly.PickupMidstream, anomaly.EventEstablished, anomaly.WindowSlam, anomaly.HandshakeAckWrongDirection},
	soundStamps: {anomaly.TsPresentNotNegotiated, anomaly.TsvalRegressed, anomaly.TsvalJumpForward, anomaly.TsecrNotSent, anomaly.TsecrTooOld},
	soundBlocks: {anomaly.SackWithoutPermission, anomaly.SackOptionLengthBad, anomaly.SackBlockEmptyOrReversed, anomaly.SackBeyondSent,
		anomaly.SackBelowAck, anomaly.SackBelowAckNotFirst, anomaly.SackNotTranslated, anomaly.SpuriousRto},
	soundRepeat: {anomaly.DuplicateAck, anomaly.TripleDuplicateAck, anomaly.KeepaliveAck, anomaly.ChallengeAck, anomaly.WindowUpdate,
		anomaly.ZeroWindowProbeAck},
	soundPart:  {anomaly.PartialAck},
	soundProbe: {anomaly.KeepaliveProbe, anomaly.KeepaliveUnanswered, anomaly.ZeroWindowProbe, anomaly.ZeroWindowPersistent},
	soundResent: {anomaly.RetransmissionRto, anomaly.RetransmissionFast, anomaly.RetransmissionTlp, anomaly.RetransmissionSpurious,
		anomaly.RetransmissionRepacketized, anomaly.RetransmissionExcessive, anomaly.RetransmitBurst, anomaly.RtoBackoffMissing,
		anomaly.LostSegmentBeforeTap, anomaly.LostSegmentAfterTap, anomaly.PmtudBlackhole},
	soundCopied: {anomaly.OutOfOrderSegment, anomaly.NetworkDuplicate, anomaly.CaptureDuplicate},
	soundWindow: {anomaly.WindowFull, anomaly.UnackedDataExcessive},
	soundWhole:  {anomaly.SackReneging},
	soundRoom:   {anomaly.ReassemblyLimit},
	soundAlive:  {anomaly.RstInjectedDataContinues},
}

// unsound is what soundly tells, by rows: that a rule holds only if that is not in order.
var unsound = func() []sound {
	of := make([]sound, len(anomaly.Rows())+1)
	for bit, ids := range soundly {
		for _, id := range ids {
			of[id] = bit
		}
	}
	return of
}()

// sound returns what is in order about the scene's segment.
func (s *Scene) sound() (k sound) {
	seg, step, c := s.Seg, s.Step, s.Case
	if seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) != tcp.ACK || step.Begin != conn.Same || step.Outside || step.Older {
		return 0
	}
	f, t := s.Before.Fits(seg), c.lent(s.inspector)
	set := func(bit sound, on bool) {
		if on {
			k |= bit
		}
	}
	options := seg.Opts&^(tcp.OptTimestamp|tcp.OptSACK) == 0
	place := f&conn.FitsPlace != 0 && step.Explanation <= conn.Path
	set(soundHosts, c.shown&regular != 0)
	set(soundOptions, options)
	set(soundSigned, options && c.side[seg.Dir&1].saw&(sawMD5|sawAO) == 0)
	set(soundPlace, place)
	set(soundClaim, place && (t == nil || t.claim.frame == 0))
	set(soundTime, f&conn.FitsTime != 0 && step.Filled == 0)
	set(soundOpened, f&conn.FitsStreams != 0 && c.last != 0)
	set(soundStamps, seg.Opts&tcp.OptTimestamp == 0 || f&conn.FitsStamps != 0 && c.stampsFit(seg))
	set(soundBlocks, place && seg.NumSACK > 0 && options && f&conn.FitsBlocks != 0 && !step.DSACK && c.terms[seg.Dir&1^1]&withSACK != 0)
	set(soundRepeat, seg.Len > 0 || f&conn.FitsOnce != 0)
	set(soundPart, t == nil || !t.repair[seg.Dir&1^1].partly(seg.Ack))
	set(soundProbe, seg.Len != 1 && step.Delivery != conn.KeepAlive && step.Delivery != conn.WindowProbe)
	set(soundResent, step.Delivery != conn.Retransmission && step.Delivery != conn.Spurious && step.Loss == conn.LossNone)
	set(soundCopied, !s.copied())
	set(soundWindow, f&conn.FitsWindow != 0)
	set(soundWhole, f&conn.FitsWhole != 0 || s.reportsAgain())
	set(soundRoom, f&conn.FitsRoom != 0)
	set(soundAlive, t == nil || t.reset[seg.Dir&1].frame == 0)
	set(soundKin, f&(conn.FitsKin|conn.FitsSent) == conn.FitsKin|conn.FitsSent)
	return k
}

// partly reports whether an ACK covers a part of what had been sent when duplicate ACKs
// made an end send again.
func (r *repair) partly(ack tcp.Seq) bool {
	return r.segments > 0 && r.how == cureFast && ack.After(r.from) && ack.Before(r.upTo)
}

// reportsAgain reports whether the segment covers, by its ACK or by a block, all that
// its sender has told to have.
func (s *Scene) reportsAgain() bool {
	for _, b := range s.Step.Sacked[1][:s.Before.NumSacked(s.Seg.Dir^1)] {
		if b[1].After(s.Seg.Ack) && !reported(s.Seg, b) {
			return false
		}
	}
	return true
}

// noteCalm remembers of the scene's segment what note would, if soundAll is in order about
// it and it neither closes anything nor tells of a gap; it reports whether that is so.
func (c *Case) noteCalm(s *Scene) bool {
	seg, step, t := s.Seg, s.Step, c.lent(s.inspector)
	if s.order&soundAll != soundAll || seg.Flags&^tcp.PSH != tcp.ACK || seg.Win == 0 || seg.Sum == tcp.SumPartial ||
		step.Gap|step.Unsent|step.Filled != 0 || c.oversized(seg, s.View) || s.joined() || t != nil && t.tamper.frame != 0 {
		return false
	}
	c.put(candidate, seg.Dir, false)
	c.put(hardError, seg.Dir, false)
	c.noteSpoken(seg, s.Before)
	c.noteSACK(seg, s.Before)
	me := &c.side[seg.Dir&1]
	me.saw &^= sawForeign
	me.noteLength(seg)
	c.noteHeader(s)
	c.sums[seg.Dir&1].count(seg.Sum)
	s.inspector.noteSum(s.View)
	if s.order&soundRepeat == 0 {
		c.noteValidity(s)
	} else if t != nil {
		t.asked[seg.Dir^1], t.probes[seg.Dir] = askNothing, 0
	}
	if s.order&soundResent == 0 {
		c.noteRepair(s)
	}
	return true
}

// stampsFit reports whether timestamps were agreed on, and a segment echoes none from
// before.
func (c *Case) stampsFit(seg *tcp.Segment) bool {
	first, _ := c.firstTS(seg.Dir ^ 1)
	return c.terms[0]&c.terms[1]&withTS != 0 && int32(seg.TSecr-first) >= 0
}
