package tcpchain

import (
	"net/netip"

	"onpath/packet"
	"onpath/tcp"
)

// Flow is one flow as the original's record has it. Index 0 is the forward
// direction, that of the first packet. It is plain memory and belongs to the
// Table, which uses it again after Done.
type Flow struct {
	First, Last int64     // time of the first and the last packet, ns since the Unix epoch
	Packets     [2]uint64 // of the flow, ICMP errors about it too
	Octets      [2]uint64 // captured, from the IP header on
	Segments    uint64    // packets among them with a TCP header
	Number      uint64    // 1-based, in order of the first packets
	Slot        uint32    // below Config.MaxFlows; no two open flows have the same

	TCP State // the seven fields

	key       packet.Key
	heard     int64 // second of the last packet while the flow was in sight
	since     int64 // second in which it became silent or complete
	hash      uint32
	next      uint32
	prev      uint32
	chain     uint32 // next flow in the same bucket
	list      uint8
	phase     phase
	fromB     bool // forward is from key.B
	unwatched bool // a NewFlow said no
}

// Src returns address and port of the sender of the first packet.
func (f *Flow) Src() netip.AddrPort { return f.end(f.fromB) }

// Dst returns address and port of its addressee.
func (f *Flow) Dst() netip.AddrPort { return f.end(!f.fromB) }

func (f *Flow) end(b bool) netip.AddrPort {
	if b {
		return netip.AddrPortFrom(f.key.AddrB(), f.key.BPort)
	}
	return netip.AddrPortFrom(f.key.AddrA(), f.key.APort)
}

// Proto returns the protocol number in the IPv4 or fixed IPv6 header: 6, or that
// of the first extension header.
func (f *Flow) Proto() uint8 { return f.key.Proto }

// phase is where a flow stands in its life.
type phase uint8

const (
	active   phase = iota
	lost           // no longer looked at until the end
	silent         // idle, and not yet gone
	complete       // over, and not yet gone
)

// Seconds of a flow's life, after packet times rounded down.
const (
	idleFrom   = 25 // a packet so long after a flow's last one makes the flow idle
	idleTo     = 29 // or so long; where none came until then, it is lost
	goneSilent = 6  // from idle to gone
	goneDone   = 5  // from complete to gone
)

// due reports whether the time of f has come in that second.
func (f *Flow) due(second int64) bool {
	switch f.phase {
	case silent:
		return second-f.since >= goneSilent
	case complete:
		return second-f.since >= goneDone
	}
	return false
}

// A Chain is an analysis of one's own for each flow, as PATHspider users write
// them. Functions that are nil do nothing. What a flow needs to remember can
// stand in a slice, indexed by Flow.Slot.
type Chain struct {
	// NewFlow is called with the first packet of a flow, from its IP header on.
	// If it returns false the flow is none of this or any other chain's.
	NewFlow func(f *Flow, ip []byte) bool
	// TCP is called with each segment; f.TCP has taken it already. h is cut where
	// the capture is. If it returns false the flow is complete.
	TCP func(f *Flow, h tcp.Header, rev bool) bool
	// Done is called when a flow has ended that had a segment.
	Done func(f *Flow)
}
