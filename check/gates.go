package check

import (
	"math/bits"

	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// gate is how a condition of the catalogue is decided, and why it may fail.
type gate struct {
	open func(s *Scene, accused tcp.Dir) bool
	why  string // it is closed
}

// gates are in the order of anomaly's bits.
var gates = [...]gate{
	{handshakeSeen, "the handshake was not captured"},
	{twoWay, "only one direction was captured"},
	{twoWayProven, "no other connection between these networks was captured in both directions"},
	{noGap, "segments are missing from the capture"},
	{scaleKnown, "the window scale is not known"},
	{payloadWhole, "the payload was not captured whole"},
	{oneClock, "the two directions do not seem to share a clock"},
	{noOffload, "segmentation offload is suspected"},
	{noSumOffload, "checksum offload is suspected"},
	{fullPacket, "the packet was not captured whole, or is a fragment"},
	{serverSide, "the capture was not made near the server"},
	{captureRuns, "the capture had just begun"},
}

// open reports whether all gates of g are open for a scene and its evidence.
func (s *Scene) open(g anomaly.Gate, e *Evidence) bool {
	for d := s.accused(e); g != 0; g &= g - 1 {
		if !gates[bits.TrailingZeros16(uint16(g))].open(s, d) {
			return false
		}
	}
	return true
}

// Closed returns the gates that are closed for either direction in the last
// scene: after Finish, those by which rules were silent about the record.
func (in *Inspector) Closed() (closed anomaly.Gate) {
	s := &in.scene
	for i := range gates {
		if !gates[i].open(s, tcp.Client) || !gates[i].open(s, tcp.Server) {
			closed |= 1 << i
		}
	}
	return closed
}

// Why returns why a single gate is closed, in a few words.
func Why(g anomaly.Gate) string { return gates[bits.TrailingZeros16(uint16(g))].why }

// handshakeSeen: both SYNs, or all that there has been of a handshake.
func handshakeSeen(s *Scene, _ tcp.Dir) bool {
	return s.Case.side[0].saw&s.Case.side[1].saw&sawSyn != 0 || s.Seg != nil && s.Seg.Flags&tcp.SYN != 0 ||
		s.attempt(tcp.Client) || s.attempt(tcp.Server)
}

// attempt reports whether the SYN of end d is all that has passed of a connection,
// or a RST has answered it.
func (s *Scene) attempt(d tcp.Dir) bool {
	f, p := s.Before.Facts(d), s.Before.Facts(d^1)
	return s.Case.side[d].saw&sawSyn != 0 && !f.HasRcv && !p.HasRcv && (!p.Seen || p.Resets)
}

// twoWay: the scene's segment counts too.
func twoWay(s *Scene, _ tcp.Dir) bool {
	a, b := s.Before.Facts(tcp.Client), s.Before.Facts(tcp.Server)
	return (a.Seen || s.sentBy(tcp.Client)) && (b.Seen || s.sentBy(tcp.Server))
}

func (s *Scene) sentBy(d tcp.Dir) bool { return s.Seg != nil && s.Seg.Dir == d }

func twoWayProven(s *Scene, d tcp.Dir) bool { return s.inspector.world.proven(s) || twoWay(s, d) }

// noGap: nothing towards the accused, or from it, was missed.
func noGap(s *Scene, d tcp.Dir) bool {
	a, b := s.Before.Facts(d), s.Before.Facts(d^1)
	return !a.Lossy && !b.Lossy
}

// scaleKnown: the windows that the peer of the accused granted are known.
func scaleKnown(s *Scene, d tcp.Dir) bool {
	f := s.Before.Facts(d ^ 1)
	return f.ScaleOK
}

// payloadWhole: at the end of a record, of each segment that this mattered for.
func payloadWhole(s *Scene, d tcp.Dir) bool {
	if s.View == nil {
		return s.Case.side[d].saw&lacksPayload == 0
	}
	return uint32(len(s.View.Payload)) == s.View.L4Len
}

func oneClock(s *Scene, _ tcp.Dir) bool { return !s.inspector.world.skewed }

func noOffload(s *Scene, d tcp.Dir) bool { return s.Case.side[d].saw&sawOffload == 0 }

// noSumOffload: checksums of that end were good, or none was bad so far.
func noSumOffload(s *Scene, d tcp.Dir) bool {
	saw := s.Case.side[d].saw
	return saw&sawGoodSum != 0 || saw&sawBadSum == 0
}

// fullPacket: at the end of a record, of each segment that this mattered for.
func fullPacket(s *Scene, d tcp.Dir) bool {
	if s.View == nil {
		return s.Case.side[d].saw&lacksPacket == 0
	}
	return s.View.CapLen >= s.View.WireLen && s.View.Fragments == 0
}

// noteLack remembers of gates, one of which silenced a rule, those that are about a
// single packet: at the end of the record nothing shows them any more.
func (s *Scene) noteLack(gates anomaly.Gate, e *Evidence) {
	d := s.accused(e)
	me := &s.Case.side[d]
	if gates.Has(anomaly.GatePayload) && !payloadWhole(s, d) {
		me.saw |= lacksPayload
	}
	if gates.Has(anomaly.GateFullPacket) && !fullPacket(s, d) {
		me.saw |= lacksPacket
	}
}

// serverSide: the way from the server is at most two hops, by the usual initial
// values of TTL, and the client's is longer.
func serverSide(s *Scene, _ tcp.Dir) bool {
	c, v := s.Before.Facts(tcp.Client), s.Before.Facts(tcp.Server)
	return v.TTLRun > 0 && hops(v.TTL) <= 2 && (c.TTLRun == 0 || hops(c.TTL) > hops(v.TTL))
}

// hops guesses how many routers a packet has passed.
func hops(ttl uint8) int {
	for _, start := range [...]int{32, 64, 128} {
		if int(ttl) <= start {
			return start - int(ttl)
		}
	}
	return 255 - int(ttl)
}

func captureRuns(s *Scene, _ tcp.Dir) bool { return s.inspector.world.runs(s) }

// world is what is known of the capture as a whole.
type world struct {
	began  int64 // time of its first packet that was judged
	has    bool  // began is known
	skewed bool  // the directions are not stamped by one clock

	networks networks // between which connections were captured both ways
}

// idle is how long a silent connection is remembered, ns.
const idle = 610e9

// runs reports whether the capture had run for one idle timeout when the scene's
// record began.
func (w *world) runs(s *Scene) bool {
	at := int64(0)
	switch {
	case s.End != nil:
		at = s.End.Start
	case s.View != nil:
		at = s.View.At
	}
	return w.has && at-w.began > idle
}

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
