package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// World is what is known of no single connection: of hosts, of networks, of other
// connections. It changes with packets of them all, in the order of the frames; so who
// divides connections among several Inspectors gives it to one that has none (see Log).
type World struct {
	skewed bool  // late is known
	late   int64 // when ACKs were last recorded before what they acknowledge, again and again

	networks networks // between which connections were captured both ways
	sums     sums     // of hosts
	strays   strays
	hosts    hosts
	isns     isns
}

// skews reports whether ACKs were recorded early within one idle timeout before
// the scene.
func (w *World) skews(s *Scene) bool {
	at := int64(0)
	switch {
	case s.End != nil:
		at = s.End.At
	case s.View != nil:
		at = s.View.At
	}
	return w.skewed && at-w.late < idle
}

// proven reports whether other connections between the same networks were
// captured in both directions.
func (w *World) proven(s *Scene) bool {
	switch {
	case s.End != nil:
		return w.networks.has(&s.End.Key)
	case s.View != nil:
		return w.networks.has(&s.View.Key)
	}
	return false
}

// capture is what it says of itself: since when it runs, and what it missed.
type capture struct {
	began int64 // time of its first packet that was judged
	has   bool  // began is known
	lossy bool  // lost is known
	lost  int64 // time of the last packet before the capture, as it says itself, dropped some

	resumed int64 // until when nobody watched, in the middle of it; 0: somebody always did
}

// idle is how long a silent connection is remembered, ns.
const idle = 610e9

// note moves what is known of the capture by the time of a packet.
func (w *capture) note(at int64) {
	if !w.has {
		w.began, w.has = at, true
	}
}

// Began tells when the capture began, ns since the Unix epoch, before a packet does.
func (in *Inspector) Began(at int64) { in.capture.note(at) }

// runs reports whether the capture had run for one idle timeout when the scene's
// record began, without a time in which nobody watched.
func (w *capture) runs(s *Scene) bool {
	at, since := s.began(), w.began
	if w.resumed != 0 && at >= w.resumed {
		since = w.resumed
	}
	return w.has && at-since > idle
}

// began returns when the scene's record began; of one that has not ended, the time
// of the segment.
func (s *Scene) began() int64 {
	switch {
	case s.End != nil:
		return s.End.Start
	case s.View != nil:
		return s.View.At
	}
	return 0
}

// missed reports whether the capture dropped packets since an end of the scene's
// connection was last heard, or while its record was open.
func (w *capture) missed(s *Scene) bool {
	switch {
	case !w.lossy:
		return false
	case s.End != nil:
		return w.lost >= s.End.Start
	case s.View == nil || s.Seg == nil:
		return false
	}
	return w.heardBefore(s, tcp.Client) || w.heardBefore(s, tcp.Server)
}

// heardBefore reports whether end d was last heard before packets were dropped, or may
// have been: pauses are known to a tick.
func (w *capture) heardBefore(s *Scene, d tcp.Dir) bool {
	f := s.facts(d)
	return f.HasAt && s.View.At-s.pause(f)-tick <= w.lost
}

// tried is how long a SYN may have been under way before its answer, its repetitions
// included, ns.
const tried = 120e9

// ofIncarnation are the families whose rules hold numbers and states against those that came
// before in the same incarnation.
var ofIncarnation = [...]bool{
	anomaly.FamilyHandshake: true, anomaly.FamilyValidity: true, anomaly.FamilyWindow: true, anomaly.FamilyTeardown: true,
	anomaly.FamilyTimestamps: true, anomaly.FamilyLifecycle: true,
}

// cloud remembers that the connection may have closed, and its ports been taken by another,
// while packets were dropped: what comes next is not explained by the path alone.
func (w *capture) cloud(s *Scene) {
	if w.lossy && (s.Step.Explanation > conn.Path || s.Step.Begin != conn.Same) && w.missed(s) {
		s.Case.shown |= clouded
	}
}

// explains reports whether packets that were dropped not long ago explain what a rule found:
// its segment may be of an incarnation whose beginning is one of them.
func (w *capture) explains(s *Scene, id anomaly.ID) bool {
	r := id.Row()
	return w.lossy && s.Case != nil && s.Case.shown&clouded != 0 && s.moment().At-w.lost < tried &&
		r.Severity >= anomaly.Suspicious && ofIncarnation[r.Family]
}

// missedSyn reports whether what came before the scene's record may have been dropped.
func (w *capture) missedSyn(s *Scene) bool { return w.lossy && s.began()-w.lost < tried }

// sums counts checksums of hosts, by a hash of their address: 32 KiB. A host that
// meets another one's place takes it.
type sums struct{ hosts []sumsOf }

// sumsOf is what was seen of one host's checksums in segments that rules looked at.
type sumsOf struct {
	tag       uint32
	good, bad uint16
}

// sumsSlots is how many hosts are remembered.
const sumsSlots = 1 << 12

// of returns the counts of a host, by mixed of its address.
func (t *sums) of(tag uint32) *sumsOf {
	if t.hosts == nil {
		t.hosts = make([]sumsOf, sumsSlots)
	}
	h := t.at(tag)
	if h.tag != tag {
		*h = sumsOf{tag: tag}
	}
	return h
}

// at returns the place of a host with that tag.
func (t *sums) at(tag uint32) *sumsOf { return &t.hosts[(tag^tag>>16)%sumsSlots] }

// passed is count of one that is good.
func (h *sumsOf) passed() {
	if h.good++; h.good == 1<<16-1 {
		h.good, h.bad = h.good/2, h.bad/2
	}
}

// count adds one checksum; one that holds only the pseudo-header's sum is bad.
func (h *sumsOf) count(sum tcp.Sum) {
	switch sum {
	case tcp.SumGood:
		h.good++
	case tcp.SumBad, tcp.SumPartial:
		h.bad++
	}
	if h.good == 1<<16-1 || h.bad == 1<<16-1 {
		h.good, h.bad = h.good/2, h.bad/2
	}
}

// enoughSums is how many checksums tell whether a host computes them itself.
const enoughSums = 10

// offloads reports whether 9 of 10 checksums, or all of a few, are bad.
func (h *sumsOf) offloads() bool { return int(h.bad) > 9*int(h.good) }
