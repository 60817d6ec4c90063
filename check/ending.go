package check

import (
	"onpath/anomaly"
	"onpath/conn"
)

// Most records end in one of few ways, of which hardly any rule can hold. Whoever writes
// a rule that is asked at the end may add it to atEnd: TestEndings asks all rules as well,
// and finds what is wrong.

// ending is a set of what is true of a record that ends.
type ending uint16

const (
	endAlone   ending = 1 << iota // an end has sent nothing
	endUnacked                    // the server answered, and the client acknowledged nothing
	endAcked                      // something that an end sent was acknowledged
	endWaits                      // the client has not acknowledged all that the server sent
	endOpen                       // not both ends have sent FINs, and nothing cut the record
	endClosed                     // both ends have closed
	endStamped                    // the client offered timestamps
	endClocked                    // an end showed its clock for long enough
	endProbed                     // a probe has passed
	endFar                        // it is known how far an end is
	endLent                       // something was lent
	endEvicted                    // a bound on memory pushed the record out
)

// atEnd is without which of these, at least one, a rule does not hold at the end. Of a
// rule that is missing here nothing is known.
var atEnd = map[anomaly.ID]ending{
	anomaly.ViewOneSided:              endAlone,
	anomaly.ConnectionAttemptNoAnswer: endAlone,
	anomaly.SynackWithoutSyn:          endAlone,
	anomaly.HalfOpenConnection:        endUnacked,
	anomaly.SynAckBytesExaggerated:    endAcked,
	anomaly.TamperPostSyn:             endWaits | endLent,
	anomaly.TamperPostAck:             endWaits | endLent,
	anomaly.TamperPostPsh:             endWaits | endLent,
	anomaly.TamperPostData:            endWaits | endLent,
	anomaly.HalfClosedStale:           endOpen,
	anomaly.TeardownIncomplete:        endOpen,
	anomaly.ConnectionNoData:          endClosed,
	anomaly.OptionStrippedInPath:      endStamped,
	anomaly.TsClockRateOdd:            endClocked,
	anomaly.StealthScanAnswered:       endProbed,
	anomaly.TtlChanged:                endFar,
	anomaly.RetransmissionExcessive:   endLent,
	anomaly.TrackerEvicted:            endEvicted,
}

// finishing is a rule that is asked when a record ends.
type finishing struct {
	*rule
	needs ending // 0: nothing is known
}

// finishingOf returns the rules of a list, with what each needs.
func finishingOf(rules []*rule) (all []finishing) {
	for _, r := range rules {
		all = append(all, finishing{r, atEnd[r.id]})
	}
	return all
}

// finish asks the rules that can hold of the end of a record.
func (in *Inspector) finish(s *Scene) {
	for _, r := range in.endings.of(s.ending(), in.atEnd) {
		if e, holds := r.holds(s); holds {
			in.enter(s, r.id, &e)
		}
	}
}

// endings has the rules that can hold where a record ends in one of the ways that came last.
// The zero endings knows nothing.
type endings [1 << endingBits]struct {
	is    ending
	rules []*rule
	known bool
}

const endingBits = 4

// of returns those of all that can hold of an ending, valid until it is called again.
func (x *endings) of(is ending, all []finishing) []*rule {
	e := &x[is*0x9e37>>(16-endingBits)]
	if e.known && e.is == is {
		return e.rules
	}
	e.is, e.known, e.rules = is, true, e.rules[:0]
	for _, r := range all {
		if r.needs == 0 || r.needs&is != 0 {
			e.rules = append(e.rules, r.rule)
		}
	}
	return e.rules
}

// ending tells how the record ends.
func (s *Scene) ending() ending { return s.endsStand() | s.endsShow() }

// endsStand tells how far the ends have come.
func (s *Scene) endsStand() (e ending) {
	c, v := s.ends()
	if !c.Seen || !v.Seen || s.End.Packets[0] == 0 || s.End.Packets[1] == 0 {
		e |= endAlone
	}
	if v.Answers && !c.HasRcv {
		e |= endUnacked
	}
	if c.HasUna || v.HasUna {
		e |= endAcked
	}
	if v.HasReal && (!c.HasRcv || v.Real.After(c.Rcv)) {
		e |= endWaits
	}
	if !s.End.Cut && !(c.HasFin && v.HasFin) {
		e |= endOpen
	}
	if s.Before.BothFins() {
		e |= endClosed
	}
	return e
}

// lasts reports whether an end has sent for so long that its clock may be known.
func (c *Case) lasts(f *conn.Facts) bool { return int64(int32(f.At-c.began))*tick >= measured }

// endsShow tells what else has been shown. Both ends are known.
func (s *Scene) endsShow() (e ending) {
	k := s.Case
	a, b := &k.side[0], &k.side[1]
	if k.bargain.always(withTS, withoutTS, 0) {
		e |= endStamped
	}
	if (a.saw|b.saw)&sawTS != 0 && (k.lasts(&s.known[0]) || k.lasts(&s.known[1])) {
		e |= endClocked
	}
	if k.probed != notProbed {
		e |= endProbed
	}
	if (a.saw|b.saw)&sawTTL != 0 {
		e |= endFar
	}
	if k.trouble != 0 {
		e |= endLent
	}
	if s.End.Evicted {
		e |= endEvicted
	}
	return e
}
