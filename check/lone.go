package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// A flood leaves one SYN of each connection that it seems to open, and nothing else.
// A usual one is judged here without a Case; Recall makes the Case if more passes.

// lone is what such SYNs are judged by.
type lone struct {
	none Case    // of a connection of which nothing has passed
	ends []*rule // that are asked when nothing else has passed
	shut loneGates
}

// loneGates are the gates that were closed for the last such SYN whose record ended, and
// what they depend on: those of a flood are all alike.
type loneGates struct {
	of     loneFacts
	known  bool
	closed anomaly.Gate
	why    Reasons
}

// loneFacts are what tells such records apart that the gates look at.
type loneFacts struct {
	proven, missed, skews, runs bool
	scale                       [2]bool
}

// loneEnds are the rules that can hold when the record ends of such a SYN, in the order
// in which all are asked: TestLone asks all.
var loneEnds = [...]anomaly.ID{anomaly.TrackerEvicted, anomaly.SequenceWrap, anomaly.ConnectionAttemptNoAnswer}

// blank has seen nothing, and firstStep is what a usual SYN does to it.
var (
	blank     conn.Conn
	firstStep = conn.Step{Delivery: conn.New, Leads: true, Course: conn.Opens}
)

// Lone reports whether v, the first segment of a connection of TCP, is a SYN of which
// nothing but an event can be found, so that Opens may judge it without a Case.
func (in *Inspector) Lone(v *packet.View) bool {
	seg := &v.Seg
	if seg.Flags != tcp.SYN || v.CapLen < v.WireLen || seg.Len > 0 || seg.Win == 0 || seg.NumSACK != 0 || seg.Sum >= tcp.SumBad {
		return false
	}
	if seg.Layout != 0 && v.TCP != nil {
		return plainSyn(v) && seg.Seq != shaftSeq && (v.Key.V6 || seg.Seq != addressee(v))
	}
	s := in.opening(v)
	if !s.opens() {
		return false
	}
	for _, r := range in.usually {
		if _, holds := r.holds(s); holds {
			return false
		}
	}
	return true
}

// plainSyn is opens of the first segment of all, a SYN whose options are in a usual
// layout; one of a scanner, which has options, is told by its SEQ alone.
func plainSyn(v *packet.View) bool {
	seg, k, h := &v.Seg, &v.Key, (*[tcp.MinHeader]byte)(v.TCP)
	if seg.MSS < leastMSS || seg.WScale > 14 || seg.ECN|h[12]&0x0e|h[18]|h[19] != 0 || seg.Ack != 0 || seg.TSecr != 0 {
		return false
	}
	return k.APort != 0 && k.BPort != 0 && v.IPLen <= ethernet && k.A != k.B && !group(k)
}

// opening sets the scene for a first SYN. What triggers its rules is not asked for: a
// usual one shows no more than expected.
func (in *Inspector) opening(v *packet.View) *Scene {
	s, c := &in.scene, &in.lone.none
	s.Seg, s.View, s.Before, s.After, s.Step, s.Case = &v.Seg, v, &blank, &blank, &firstStep, c
	s.End, s.Quote, s.knows = nil, nil, 0
	s.triggering = 0
	return s
}

// Opens judges a SYN of which Lone holds, as Judge would.
func (in *Inspector) Opens(v *packet.View) {
	in.raised, in.number = in.raised[:0], v.Number
	in.capture.note(v.At)
	in.scene.Before = &blank
	in.tells(conn.Opens, v)
	in.noteSum(v)
}

// Recall makes c, which has seen nothing, remember the SYN that Opens has judged, as
// noteUsual would have then.
func (c *Case) Recall(v *packet.View) {
	seg := &v.Seg
	d := seg.Dir
	me := &c.side[d]
	c.last, c.shown, c.tried = uint32(v.Number), bareSyn<<d|regular, ofISN(seg.Seq)
	c.noteOffers(seg)
	c.windows.syn[d] = seg.Win
	c.congestion.noteSyn(seg)
	c.bid(seg)
	c.sums[d].count(seg.Sum)
	me.fate, me.ttl, me.mss, me.ecn = synOnce, seg.TTL, seg.MSS, ecnOf(seg)
	me.learn(seg)
	me.set(sawTS, seg.Opts&tcp.OptTimestamp != 0)
	me.set(sawZero, seg.Win == 0)
}

// FinishLone is Finish of a record in which nothing has passed but a SYN that Opens has
// judged.
func (in *Inspector) FinishLone(c *Case, e *End, after *conn.Conn) []Finding {
	s := in.ending(c, e, after)
	for _, r := range in.lone.ends {
		if e, holds := r.holds(s); holds {
			in.enter(s, r.id, &e)
		}
	}
	return in.finished(s)
}

// ClosedLone is Closed after FinishLone.
func (in *Inspector) ClosedLone() (closed anomaly.Gate, why Reasons) {
	s, g := &in.scene, &in.lone.shut
	of := loneFacts{
		in.others().proven(s), in.capture.missed(s), in.others().skews(s), in.capture.runs(s),
		[2]bool{s.facts(tcp.Client).ScaleOK, s.facts(tcp.Server).ScaleOK},
	}
	if !g.known || g.of != of {
		g.of, g.known = of, true
		g.closed, g.why = in.Closed()
	}
	return g.closed, g.why
}
