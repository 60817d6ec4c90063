package check

import (
	"onpath/packet"
	"onpath/tcp"
)

// world is what is known of the capture as a whole.
type world struct {
	began  int64 // time of its first packet that was judged
	has    bool  // began is known
	skewed bool  // late is known
	late   int64 // when ACKs were last recorded before what they acknowledge, again and again
	lossy  bool  // lost is known
	lost   int64 // time of the last packet before the capture, as it says itself, dropped some

	networks networks // between which connections were captured both ways
	sums     sums     // of hosts
}

// idle is how long a silent connection is remembered, ns.
const idle = 610e9

// runs reports whether the capture had run for one idle timeout when the scene's
// record began.
func (w *world) runs(s *Scene) bool { return w.has && s.began()-w.began > idle }

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

// skews reports whether ACKs were recorded early within one idle timeout before
// the scene.
func (w *world) skews(s *Scene) bool {
	at := int64(0)
	switch {
	case s.End != nil:
		at = s.End.At
	case s.View != nil:
		at = s.View.At
	}
	return w.skewed && at-w.late < idle
}

// missed reports whether the capture dropped packets since an end of the scene's
// connection was last heard, or while its record was open.
func (w *world) missed(s *Scene) bool {
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
func (w *world) heardBefore(s *Scene, d tcp.Dir) bool {
	f := s.facts(d)
	return f.HasAt && s.View.At-s.pause(f)-tick <= w.lost
}

// tried is how long a SYN may have been under way before its answer, its repetitions
// included, ns.
const tried = 120e9

// missedSyn reports whether what came before the scene's record may have been dropped.
func (w *world) missedSyn(s *Scene) bool { return w.lossy && s.began()-w.lost < tried }

// proven reports whether other connections between the same networks were
// captured in both directions.
func (w *world) proven(s *Scene) bool {
	switch {
	case s.End != nil:
		return w.networks.has(&s.End.Key)
	case s.View != nil:
		return w.networks.has(&s.View.Key)
	}
	return false
}

// note moves what is known of the capture by a packet.
func (w *world) note(v *packet.View) {
	if !w.has {
		w.began, w.has = v.At, true
	}
}

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

// of returns the counts of the host that sent v.
func (t *sums) of(v *packet.View) *sumsOf {
	if t.hosts == nil {
		t.hosts = make([]sumsOf, sumsSlots)
	}
	a := &v.Key.A
	if v.FromB {
		a = &v.Key.B
	}
	tag := mixed(a)
	h := &t.hosts[(tag^tag>>16)%sumsSlots]
	if h.tag != tag {
		*h = sumsOf{tag: tag}
	}
	return h
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
