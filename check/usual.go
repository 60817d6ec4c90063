package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Nearly all segments that are not plain belong to an ordinary handshake or close, or
// are the first octets of an end. Of these hardly any rule can hold, so no other is
// asked, and little is to be remembered. Whoever writes a rule that can hold of one
// adds it to usually: TestUsual asks all rules as well, and finds what is missing.

// events are what a segment tells by standing there.
var events = [...]anomaly.ID{
	conn.Opens: anomaly.EventSyn, conn.Answers: anomaly.EventSynack, conn.Completes: anomaly.EventEstablished,
	conn.Closes: anomaly.EventFinActive, conn.ClosesToo: anomaly.EventFinPassive, conn.GoesOn: 0,
}

// usually are the other rules that can hold of it.
var usually = [...][]anomaly.ID{
	conn.Opens:     {anomaly.ScannerFingerprintSyn},
	conn.ClosesToo: nil,
}

// expected are the triggers that a segment may have there.
var expected = [...]trigger{
	conn.Opens:     onSyn | onHeader | onTS | onOpening,
	conn.Answers:   onSynAck | onHeader | onTS | onOpening,
	conn.Completes: onAck | onOpening,
	conn.GoesOn:    onCalm | onBig | onOpening | onClosing,
	conn.Closes:    onFin | onBig | onOpening | onClosing,
	conn.ClosesToo: onFin | onBig | onOpening | onClosing,
}

// usualOpts are the options of a usual SYN. Others have timestamps, or none.
const usualOpts = tcp.OptMSS | tcp.OptWScale | tcp.OptSACKOK | tcp.OptTimestamp

// toldOf returns those of events that are told: none has a gate.
func (in *Inspector) toldOf() (told [len(events)]anomaly.ID) {
	for course, id := range events {
		if id != 0 && !in.off.Has(id) && id.Severity() >= in.least {
			told[course] = id
		}
	}
	return told
}

// usual judges a segment that stands in the course of a usual connection; it reports
// whether this one does.
func (in *Inspector) usual(s *Scene) bool {
	course := s.course()
	if course == conn.Astray || s.triggering&^expected[course] != 0 {
		return false
	}
	for _, r := range in.usually[course] {
		if e, holds := r.holds(s); holds {
			in.enter(s, r.id, &e)
		}
	}
	in.tells(course, s.View)
	s.Case.noteUsual(s, course)
	in.noteSum(s.View)
	return true
}

// tells raises what a segment tells by standing there.
func (in *Inspector) tells(course conn.Course, v *packet.View) {
	if id := in.told[course]; id != 0 {
		in.raised = append(in.raised, Raised{ID: id, Dir: v.Seg.Dir, Cause: anomaly.CauseNone, Severity: id.Severity(), Accused: v.Number})
	}
}

// grows judges a segment that is Plain and shows nothing but that it is longer than all
// before it of its end, as most ends have some of; it reports whether that is usual. It does
// what usual does of it, in a third of the instructions: TestUsual holds that.
func (in *Inspector) grows(c *Case, v *packet.View, step *conn.Step, before *conn.Conn) bool {
	seg, me := &v.Seg, &c.side[v.Seg.Dir&1]
	if c.trouble != 0 || c.shown&regular == 0 || c.stage() != 0 || seg.Sum >= tcp.SumBad || c.oversized(seg, v) || !c.echoes(seg) ||
		!before.GoesOn(seg, step.Delivery) {
		return false
	}
	c.put(hardError, seg.Dir, false)
	c.last, me.largest = uint32(v.Number), uint16(min(seg.Len, 1<<16-1))
	me.saw &^= sawForeign
	if seg.Opts&tcp.OptTimestamp != 0 {
		me.saw |= sawStamps
	}
	me.noteTTL(seg)
	c.sums[seg.Dir&1].count(seg.Sum)
	in.noteSum(v)
	return true
}

// course returns where the segment stands; Astray, if anything about it is odd.
func (s *Scene) course() conn.Course {
	c, seg := s.Case, s.Seg
	if c.trouble != 0 || seg.Sum >= tcp.SumBad {
		return conn.Astray
	}
	if course := s.Before.Course(seg, s.Step); seg.Flags&tcp.SYN != 0 && s.opensUsual(course) || seg.Flags&tcp.SYN == 0 && s.goesUsual(course) {
		return course
	}
	return conn.Astray
}

// opensUsual reports whether a SYN has nothing but what most have, and a SYN,ACK
// nothing but what was asked for.
func (s *Scene) opensUsual(course conn.Course) bool {
	c, seg := s.Case, s.Seg
	if seg.Opts&^usualOpts != 0 || seg.Opts&tcp.OptMSS != 0 && seg.MSS < leastMSS || seg.WScale > 14 || seg.ECN != 0 || reserved(s.View) {
		return false
	}
	if course == conn.Opens {
		k := &s.View.Key
		return c.last == 0 && c.tried == 0 && seg.Ack == 0 && seg.TSecr == 0 && s.View.IPLen <= ethernet && k.A != k.B && !group(k)
	}
	return c.shown&(regular|either(synAck)) == regular && c.wanted(seg.Opts)
}

// wanted reports whether the client's SYN had the options of the SYN,ACK.
func (k *marks) wanted(o tcp.OptSet) bool {
	return (o&tcp.OptWScale == 0 || k.shown&offersScale != 0) && (o&tcp.OptSACKOK == 0 || k.shown&offersSACK != 0) &&
		(o&tcp.OptTimestamp == 0 || k.shown&offersTS != 0)
}

// goesUsual reports whether a segment of a connection that was opened as usual is of a
// usual size, and has timestamps, if at all, that fit the SYNs.
func (s *Scene) goesUsual(course conn.Course) bool {
	c, seg := s.Case, s.Seg
	return c.shown&regular != 0 && !c.oversized(seg, s.View) && (course != conn.Completes || seg.Win > slam) && c.echoes(seg)
}

// echoes reports whether a segment has no options but timestamps, and those only if both
// SYNs had them, and no older an echo.
func (c *Case) echoes(seg *tcp.Segment) bool {
	if seg.Opts == 0 {
		return true
	}
	first, _ := c.firstTS(seg.Dir ^ 1)
	return seg.Opts == tcp.OptTimestamp && c.terms[0]&c.terms[1]&withTS != 0 && int32(seg.TSecr-first) >= 0
}

// noteUsual remembers of a segment that stands there what note would.
func (c *Case) noteUsual(s *Scene, course conn.Course) {
	seg := s.Seg
	me := &c.side[seg.Dir]
	c.put(hardError, seg.Dir, false)
	switch course {
	case conn.Opens:
		c.noteSyn(s)
		c.shown |= regular
		me.fate |= synOnce
	case conn.Answers:
		c.noteSynAck(s)
		s.inspector.bothWays(s.View)
	case conn.Closes, conn.ClosesToo:
		c.put(closes, seg.Dir, true)
		c.noteSpoken(s)
	default:
		c.noteSpoken(s)
		if c.terms[seg.Dir]&fullSACK != 0 { // else there is nothing to forget
			c.noteSACK(s)
		}
	}
	if seg.Flags&tcp.SYN != 0 {
		c.windows.syn[seg.Dir] = seg.Win
		c.congestion.noteSyn(seg)
		c.noteStamps(s)
	}
	me.saw &^= sawForeign
	me.noteLength(seg)
	c.noteHeader(s)
	c.sums[seg.Dir].count(seg.Sum)
}
