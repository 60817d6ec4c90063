package packet

import "onpath/tcp"

// View is what one Frame holds, for the length of one call: slices share memory
// with the Frame, or with the Decoder where a datagram was reassembled, and are
// valid until the next Decode. It is filled completely by each Decode.
//
// "Innermost" is the innermost IP header that could be read: what a tunnel
// carries, if that is IP, else the tunnel's own packet.
type View struct {
	Seg tcp.Segment // meaningful if Why is Decoded and Key.Proto is ProtoTCP

	Key   Key // innermost; meaningful if Why is Decoded
	Outer Key // outermost IP header; equal to Key without a tunnel

	Number  uint64 // the frame's
	At      int64  // the frame's, ns since the Unix epoch
	WireLen uint32 // octets of the frame on the wire
	CapLen  uint32 // octets of the frame captured
	Frame   []byte // those octets, for who prints what stands before IP

	Link       LinkType // the frame's
	Why        Reason   // Decoded, or why there is no Key
	FromB      bool     // the sender is Key.B
	Depth      uint8    // IP headers found, 1 without a tunnel, 0 without IP
	IPSum      tcp.Sum  // innermost IPv4 header checksum; SumUnknown for IPv6
	L4Sum      tcp.Sum  // innermost transport checksum
	OuterFromB bool     // the sender is Outer.B
	Overlap    bool     // fragments of the datagram overlapped: what came first counts
	Differ     bool     // and did not hold the same octets
	Text       bool     // built from a printed line: Seg and the sums hold what it told, IP and TCP also what it did not

	IPLen     uint32 // octets of the innermost IP datagram, header included, by its header (or what the wire had where that is 0: TSO)
	L4Len     uint32 // octets of the transport payload on the wire, even if not captured
	Fragments uint16 // frames of which this datagram was put together; 0 if it came whole

	IP       []byte     // captured octets from the innermost IP header on, cut to IPLen
	OuterIP  []byte     // the same of the outermost IP header
	Fragment []byte     // captured octets of this frame's own fragment, from its IP header on; nil if it is none
	L4       []byte     // captured octets from the transport header on
	TCP      tcp.Header // innermost TCP header; nil if it is not TCP
	Payload  []byte     // captured transport payload (TCP, UDP); nil otherwise
}

// IsTCP reports whether v holds a TCP segment that can be tracked.
func (v *View) IsTCP() bool { return v.Why == Decoded && v.Key.Proto == ProtoTCP }
