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
// has it asked here: TestUsual asks all rules as well, and finds what is missing.

// events are what a segment tells by standing there.
var events = [...]anomaly.ID{
	conn.Opens: anomaly.EventSyn, conn.Answers: anomaly.EventSynack, conn.Completes: anomaly.EventEstablished,
	conn.Closes: anomaly.EventFinActive, conn.ClosesToo: anomaly.EventFinPassive, conn.GoesOn: 0,
}

// usually are the rules that can hold of a usual first SYN; of what follows none can.
var usually = [...]anomaly.ID{anomaly.ScannerFingerprintSyn}

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

// usual judges a segment that stands in the course of a usual connection, behind its first SYN,
// and has these triggers of itself; it reports whether this one does. It does what Judge does
// otherwise, with all left out that cannot be so, in a third of the instructions. What conn
// adds to the triggers of what stands there is expected.
func (in *Inspector) usual(c *Case, t trigger, v *packet.View, step *conn.Step, before *conn.Conn) bool {
	course, seg := step.Course, &v.Seg
	if course == conn.Opens || (t|c.stage())&^expected[course&7] != 0 || c.shown&regular == 0 || c.trouble != 0 || seg.Sum >= tcp.SumBad {
		return false
	}
	if course == conn.Answers {
		if !c.answersUsual(v) {
			return false
		}
		in.noteUsualAnswer(c, v, before)
	} else {
		if !c.goesUsual(course, v) {
			return false
		}
		in.noteGone(c, course, v, before)
	}
	c.noteKin(v)
	in.noteSum(v)
	if in.told[course&7] != 0 {
		in.scene.Before = before
		in.tells(course, v)
	}
	return true
}

// opensUsual judges the first SYN of a connection, if it is usual; it reports whether it is.
func (in *Inspector) opensUsual(s *Scene) bool {
	if s.Step.Course != conn.Opens || s.triggering&^expected[conn.Opens] != 0 || s.Case.trouble != 0 || s.Seg.Sum >= tcp.SumBad || !s.opens() {
		return false
	}
	for _, r := range in.usually {
		if e, holds := r.holds(s); holds {
			in.enter(s, r.id, &e)
		}
	}
	in.tells(conn.Opens, s.View)
	s.Case.noteOpening(s)
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
	me.noteLength(seg)
	c.noteGoing(v)
	c.noteKin(v)
	in.noteSum(v)
	return true
}

// opens reports whether a first SYN has nothing but what most have.
func (s *Scene) opens() bool {
	c, seg, k := s.Case, s.Seg, &s.View.Key
	return usualSyn(s.View) && c.last == 0 && c.tried == 0 && seg.Ack == 0 && seg.TSecr == 0 && s.View.IPLen <= ethernet && k.A != k.B && !group(k)
}

// usualSyn reports whether the header of a SYN has nothing but what most have.
func usualSyn(v *packet.View) bool {
	seg := &v.Seg
	return seg.Opts&^usualOpts == 0 && (seg.Opts&tcp.OptMSS == 0 || seg.MSS >= leastMSS) && seg.WScale <= 14 && seg.ECN == 0 && !reserved(v)
}

// answersUsual reports whether the first SYN,ACK has nothing but what was asked for, of a
// client whose SYN was usual.
func (c *Case) answersUsual(v *packet.View) bool {
	return usualSyn(v) && c.shown&either(synAck) == 0 && c.wanted(v.Seg.Opts)
}

// wanted reports whether the client's SYN had the options of the SYN,ACK.
func (k *marks) wanted(o tcp.OptSet) bool {
	return (o&tcp.OptWScale == 0 || k.shown&offersScale != 0) && (o&tcp.OptSACKOK == 0 || k.shown&offersSACK != 0) &&
		(o&tcp.OptTimestamp == 0 || k.shown&offersTS != 0)
}

// goesUsual reports whether a segment of a connection that was opened as usual is of a
// usual size, and has timestamps, if at all, that fit the SYNs.
func (c *Case) goesUsual(course conn.Course, v *packet.View) bool {
	seg := &v.Seg
	return (seg.Len == 0 || !c.oversized(seg, v)) && (course != conn.Completes || seg.Win > slam) && c.echoes(seg)
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
