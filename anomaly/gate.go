package anomaly

import "math/bits"

// Gate is a set of conditions that must hold for a row to speak; a row whose gate
// fails is silent. The zero Gate asks for nothing.
type Gate uint16

// One bit each. gates has the names and the words.
const (
	GateSyn Gate = 1 << iota
	GateTwoWay
	GateTwoWayProven
	GateNoGap
	GateWs
	GatePayload
	GateOneClock
	GateNoOffload
	GateNoCsumOffload
	GateFullPacket
	GateServerSide
	GateCaptureStart
	endGates
)

// gates is the only place where a gate's name and words are written, in the
// order of their bits.
var gates = [...]word{
	{"syn", "the handshake was captured, so what it negotiated is known"},
	{"two-way", "both directions are being captured"},
	{"two-way-proven", "other connections between the same two networks were captured in both directions"},
	{"no-gap", "nothing of the range in question is missing from the capture"},
	{"ws", "the window scale of the end that offers the window is known"},
	{"payload", "the payload was captured whole"},
	{"one-clock", "both directions were time-stamped by one clock"},
	{"no-offload", "no sign of segmentation offload in this direction: segments are as they were on the wire"},
	{"no-csum-offload", "no sign of checksum offload in this direction"},
	{"full-packet", "the packet was captured whole and is not a fragment"},
	{"server-side", "the capture was made at the server or near it"},
	{"capture-start", "the capture had already run for one idle timeout"},
}

// Gates returns all twelve, each alone, in the order of their bits.
func Gates() (all []Gate) {
	for i := range gates {
		all = append(all, 1<<i)
	}
	return all
}

// Has reports whether every condition of want is in g.
func (g Gate) Has(want Gate) bool { return g&want == want }

// Split returns the conditions of g, each alone.
func (g Gate) Split() (each []Gate) {
	for ; g != 0; g &= g - 1 {
		each = append(each, g&-g)
	}
	return each
}

// String returns the names, joined by commas: "syn,two-way"; "" for the zero Gate.
func (g Gate) String() string { return string(g.Append(nil)) }

// Append appends what String returns.
func (g Gate) Append(dst []byte) []byte {
	for start := len(dst); g != 0; g &= g - 1 {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, gates[bits.TrailingZeros16(uint16(g))].name...)
	}
	return dst
}

// Doc returns the words of a single condition, "" for any other Gate.
func (g Gate) Doc() string {
	if bits.OnesCount16(uint16(g)) != 1 || g >= endGates {
		return ""
	}
	return gates[bits.TrailingZeros16(uint16(g))].doc
}

// ParseGate returns the single condition of that name; ok is false if there is
// none.
func ParseGate(name string) (g Gate, ok bool) {
	i, ok := parse[uint16](gates[:], name)
	if !ok {
		return 0, false
	}
	return 1 << i, true
}
