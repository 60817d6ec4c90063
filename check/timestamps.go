package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// timestampsRules look at the Timestamps option (RFC 7323).
var timestampsRules = []rule{
	{anomaly.TsMissingAfterNegotiation, onTS, tsMissing,
		"SEQ {seq} has no timestamps, though both SYNs had; the last TSval was {last}"},
	{anomaly.TsPresentNotNegotiated, onTS | onAck | onLong | onFin | onCalm, tsPresent,
		"TSval {tsval} at SEQ {seq}, though not both SYNs had timestamps"},
	{anomaly.TsvalRegressed, onAck | onLong | onFin | onCalm, tsvalRegressed,
		"TSval {tsval} is {behind} tick{s} below {recent}, which its addressee had in sequence"},
	{anomaly.TsvalJumpForward, onAck | onLong | onFin | onCalm, tsvalJump,
		"TSval {tsval} is {ahead} tick{s} above {last}, {passed:t} before; its clock makes at most {rate} tick{s} a second"},
	{anomaly.TsecrNotSent, onAck | onLong | onFin | onCalm, tsecrNotSent,
		"TSecr {tsecr} is {ahead} tick{s} above {last}, its peer's highest TSval, {passed:t} before; its clock makes at most {rate} tick{s} a second"},
	{anomaly.TsecrTooOld, onAck | onLong | onFin | onCalm, tsecrTooOld,
		"TSecr {tsecr} is {behind} tick{s} below {low}, which its peer sent first, or which it echoed with a lower ACK"},
	{anomaly.TsecrNonzeroOnSyn, onSyn, tsecrOnSyn,
		"the SYN, which acknowledges nothing, has TSecr {tsecr}"},
	{anomaly.TsClockRateOdd, onEnd, clockRateOdd,
		"its clock made {ticks} tick{s} in {passed:t}"},
}

// stamps is what its rules remember of a connection's SYNs.
type stamps struct {
	answerTS uint32 // TSval of the first SYN,ACK that had one
	began    uint32 // conn.Ticks when the later end sent its first TSval
}

// bargain is what its rules, and those of SACK, remember of both ends' offers.
type bargain struct{ terms [2]terms }

// terms is a set of what an end's SYNs have offered, in one try or another, and of
// what its SACK options showed since.
type terms uint8

const (
	withTS terms = 1 << iota
	withoutTS
	withSACK
	withoutSACK
	fullSACK // its last SACK option had no room for more blocks
)

// noteStamps remembers what a SYN offers, and forgets the incarnation before.
func (c *Case) noteStamps(s *Scene) {
	if s.anew() {
		c.stamps, c.bargain = stamps{}, bargain{}
	}
	if s.opening() && !s.Step.Older {
		c.bid(s.Seg)
	}
}

// bid remembers what a SYN offers.
func (c *Case) bid(seg *tcp.Segment) {
	d := seg.Dir
	if seg.Opts&tcp.OptTimestamp != 0 && c.terms[d]&withTS == 0 {
		c.began = conn.Ticks(seg.At)
		if seg.Flags&tcp.ACK != 0 {
			c.answerTS = seg.TSval
		}
	}
	c.terms[d] |= termsOf(seg)
}

// termsOf returns what a SYN offers; of options that cannot all be read, either is
// possible.
func termsOf(seg *tcp.Segment) (t terms) {
	if seg.Opts&(tcp.OptCut|tcp.OptBad|tcp.OptLength) != 0 {
		return withTS | withoutTS | withSACK | withoutSACK
	}
	t = withoutTS | withoutSACK
	if seg.Opts&tcp.OptTimestamp != 0 {
		t ^= withTS | withoutTS
	}
	if seg.Opts&tcp.OptSACKOK != 0 {
		t ^= withSACK | withoutSACK
	}
	return t
}

// always reports whether every SYN of end d had what yes says, and none what no
// says.
func (k *bargain) always(yes, no terms, d tcp.Dir) bool { return k.terms[d]&(yes|no) == yes }

// Clocks behind TSvals, in ticks a second: the fastest that RFC 7323 §5.4 wants,
// the fastest that lives (Linux, if asked), and the slowest.
const (
	usualClock   = 1000
	fastestClock = 1_000_000
)

// measured is for how long a clock must have been seen to be known, ns.
const measured = 2e9

// firstTS returns the TSval of the first SYN of end d that had one. If both ends
// have opened it is not known.
func (c *Case) firstTS(d tcp.Dir) (ts uint32, ok bool) {
	switch {
	case c.terms[d]&withTS == 0 || c.has(bareSyn, d) && c.has(bareSyn, d^1):
		return 0, false
	case c.has(bareSyn, d):
		return c.first, true
	case c.has(synAck, d^1): // whose TSval is that of a SYN,ACK, too
		return 0, false
	}
	return c.answerTS, true
}

// clock returns the ticks that the clock of end d made and the ns that they took, at
// least; 0 ns if it was not seen for long, or its last segment did not show it.
func (c *Case) clock(f *conn.Facts, d tcp.Dir) (ticks uint32, passed int64) {
	first, ok := c.firstTS(d)
	ticks, passed = f.TSMax-first, int64(int32(f.At-c.began))*tick
	if !ok || !f.HasAt || !f.HasTS || c.side[d].saw&sawTS == 0 || passed < measured || int32(ticks) < 0 {
		return 0, 0
	}
	return ticks, passed
}

// rate returns the most ticks a second that the clock of end d can make.
func (c *Case) rate(f *conn.Facts, d tcp.Dir) int64 {
	ticks, passed := c.clock(f, d)
	if passed == 0 {
		return fastestClock
	}
	return min(max(usualClock, int64(ticks)*1e9/passed), fastestClock)
}

// ticksIn returns how many ticks a clock makes in some ns, with a tenth to spare.
func ticksIn(ns, rate int64) int64 { return ns / 1e6 * rate / 1e3 * 11 / 10 }

// stamped reports whether the segment is an ordinary one of this incarnation with
// timestamps, after others of its sender.
func (s *Scene) stamped() bool {
	return s.judged() && !s.Step.Outside && s.Seg.Opts&tcp.OptTimestamp != 0 && s.Me().HasTS
}

// tsMissing: macOS sends its keep-alive probes without.
func tsMissing(s *Scene) (Evidence, bool) {
	k, seg := &s.Case.bargain, s.Seg
	if !s.judged() || s.Step.Outside || seg.Opts&(tcp.OptTimestamp|tcp.OptCut|tcp.OptBad) != 0 ||
		!k.always(withTS, withoutTS, tcp.Client) || !k.always(withTS, withoutTS, tcp.Server) {
		return no()
	}
	e := because(anomaly.CauseNone, num(seg.Seq), int64(s.Me().TSMax))
	if s.Step.Delivery == conn.KeepAlive || s.Step.Delivery == conn.WindowProbe {
		e.Cause = anomaly.CauseEndpoint
	}
	return e, true
}

func tsPresent(s *Scene) (Evidence, bool) {
	k, seg := &s.Case.bargain, s.Seg
	if !s.judged() || s.Step.Outside || seg.Opts&tcp.OptTimestamp == 0 {
		return no()
	}
	return because(anomaly.CauseNone, int64(seg.TSval), num(seg.Seq)),
		k.always(withoutTS, withTS, tcp.Client) || k.always(withoutTS, withTS, tcp.Server)
}

// leftLast reports whether the segment is proven, without its timestamps, to have
// left after all others of its sender: it acknowledges more, or its datagram counts
// higher.
func (s *Scene) leftLast() bool {
	me := s.Me()
	return me.HasRcv && s.Seg.Ack.After(me.Rcv) || s.countsOn()
}

// countsOn reports whether the segment's datagram counts higher than all others of its
// sender. In TIME-WAIT that proves nothing: there Linux has no socket that counts, and sends 0,
// which may overtake the socket's last one.
func (s *Scene) countsOn() bool {
	me, id := s.Me(), s.Seg.IPID
	return me.IPIDCount && id != 0 && id-me.IPID-1 < 255 && !me.Possible.Has(conn.TimeWait)
}

// skew is how much, in ticks, a TSval may lie back: the processors of a host need
// not agree about the tick, and Linux lets that pass.
const skew = 1

// tsvalRegressed: what is not proven to be newer may be the late original of what
// was sent again, and lost before us.
func tsvalRegressed(s *Scene) (Evidence, bool) {
	if !s.stamped() || !s.Peer().KnowsTS {
		return no()
	}
	recent := s.Peer().TSRecent
	behind := int32(recent - s.Seg.TSval)
	e := because(anomaly.CausePath, int64(s.Seg.TSval), int64(behind), int64(recent))
	if s.leftLast() {
		e.Cause = anomaly.CauseNone
	}
	return e, behind > skew && (e.Cause == anomaly.CauseNone || !s.Seg.Seq.Before(s.Me().Nxt))
}

// spare is how much longer than we saw a clock may have run, ns (pf takes as much).
const spare = 30e9

// tsvalJump: a first TSval of 0 is none (old Windows).
func tsvalJump(s *Scene) (Evidence, bool) {
	me := s.Me()
	if !s.stamped() || !me.HasAt || me.TSMax == 0 {
		return no()
	}
	passed, rate := max(s.pause(me), 0), s.Case.rate(me, s.Seg.Dir)
	ahead := int32(s.Seg.TSval - me.TSMax)
	return because(anomaly.CauseNone, int64(s.Seg.TSval), int64(ahead), int64(me.TSMax), passed, rate),
		int64(ahead) > ticksIn(passed+spare, rate)
}

// echoSpare is the same for an echo, ns: a segment that was not captured may have
// carried it, but no sooner than its clock came there.
const echoSpare = 1e9

func tsecrNotSent(s *Scene) (Evidence, bool) {
	p, echo := s.Peer(), s.Seg.TSecr
	ahead := int32(echo - p.TSMax)
	if ahead <= 0 || echo == 0 || !s.stamped() || !p.HasTS || !p.HasAt {
		return no()
	}
	passed, rate := max(s.pause(p), 0), s.Case.rate(p, s.Seg.Dir^1)
	e := because(anomaly.CauseNone, int64(echo), int64(ahead), int64(p.TSMax), passed, rate)
	if int64(ahead) <= ticksIn(passed+echoSpare, rate) {
		e.Cause = anomaly.CauseCapture
	}
	return e, true
}

// tsecrTooOld: TS.Recent never goes back (RFC 7323 §4.3). Below the first TSval, a
// SYN that was not captured may be meant.
func tsecrTooOld(s *Scene) (Evidence, bool) {
	me, seg := s.Me(), s.Seg
	if !s.stamped() || seg.TSecr == 0 {
		return no()
	}
	if behind := int32(me.Echo - seg.TSecr); me.HasEcho && me.HasRcv && seg.Ack.After(me.Rcv) && behind > skew {
		return because(anomaly.CauseNone, int64(seg.TSecr), int64(behind), int64(me.Echo)), true
	}
	first, known := s.Case.firstTS(seg.Dir ^ 1)
	behind := int32(first - seg.TSecr)
	e := because(anomaly.CauseNone, int64(seg.TSecr), int64(behind), int64(first))
	if behind < unseenTry {
		e.Cause = anomaly.CauseCapture
	}
	return e, known && behind > 0
}

// tsecrOnSyn: Linux echoes the TIME-WAIT whose ports it takes again.
func tsecrOnSyn(s *Scene) (Evidence, bool) {
	seg, p := s.Seg, s.Peer()
	again := p.HasTS && int32(p.TSMax-seg.TSecr) >= 0
	return because(anomaly.CauseEndpoint, int64(seg.TSecr)), seg.Opts&tcp.OptTimestamp != 0 && seg.TSecr != 0 && !again
}

// ratesFrom is how long a clock must have run to be called odd, ns.
const ratesFrom = 60e9

// clockRateOdd allows a tenth more than RFC 7323 §5.4, 1 Hz to 1 kHz, and that the
// handshake took some time.
func clockRateOdd(s *Scene) (e Evidence, holds bool) {
	for d := range tcp.Dir(2) {
		f := s.facts(d)
		ticks, passed := s.Case.clock(f, d)
		most, least := ticksIn(passed+spare, usualClock), passed/1e9*9/10
		if passed >= ratesFrom && (int64(ticks) > most || int64(ticks) < least) {
			e = because(anomaly.CauseNone, int64(ticks), passed)
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}
