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

	Key Key // innermost; meaningful if Why is Decoded

	Number  uint64 // the frame's
	At      int64  // the frame's, ns since the Unix epoch
	WireLen uint32 // octets of the frame on the wire
	CapLen  uint32 // octets of the frame captured
	Frame   []byte // those octets, for who prints what stands before IP

	Link    LinkType // the frame's
	Why     Reason   // Decoded, or why there is no Key
	FromB   bool     // the sender is Key.B
	Depth   uint8    // IP headers found, 1 without a tunnel, 0 without IP
	IPSum   tcp.Sum  // innermost IPv4 header checksum; SumUnknown for IPv6
	L4Sum   tcp.Sum  // innermost transport checksum
	Overlap bool     // fragments of the datagram overlapped: what came first counts
	Differ  bool     // and did not hold the same octets
	Text    bool     // built from a printed line: Seg and the sums hold what it told, IP and TCP also what it did not

	IPLen     uint32 // octets of the innermost IP datagram, header included, by its header (or what the wire had where that is 0: TSO)
	L4Len     uint32 // octets of the transport payload on the wire, even if not captured
	Fragments uint16 // frames of which this datagram was put together; 0 if it came whole

	IP       []byte     // captured octets from the innermost IP header on, cut to IPLen
	Fragment []byte     // captured octets of this frame's own fragment, from its IP header on; nil if it is none
	L4       []byte     // captured octets from the transport header on
	TCP      tcp.Header // innermost TCP header; nil if it is not TCP
	Payload  []byte     // captured transport payload (TCP, UDP); nil otherwise
	outer    outermost  // the outermost IP header, if Depth is above 1
}

// outermost is what a View keeps of the IP header that all tunnels lie in. It is written
// where there is one: of most packets it would be a copy of what is innermost.
type outermost struct {
	key   Key
	ip    []byte
	fromB bool
}

// Outer returns the Key of the outermost IP header: Key without a tunnel.
func (v *View) Outer() *Key {
	if v.Depth > 1 {
		return &v.outer.key
	}
	return &v.Key
}

// OuterIP returns the captured octets from the outermost IP header on, cut to its length:
// IP without a tunnel.
func (v *View) OuterIP() []byte {
	if v.Depth > 1 {
		return v.outer.ip
	}
	return v.IP
}

// OuterFromB reports whether the sender is Outer.B.
func (v *View) OuterFromB() bool {
	if v.Depth > 1 {
		return v.outer.fromB
	}
	return v.FromB
}

// Detach gives v octets of its own, where it shares them with a Decoder that put them
// together.
func (v *View) Detach() {
	if v.Fragments == 0 {
		return
	}
	v.outer.ip = v.OuterIP()
	for _, part := range []*[]byte{&v.Frame, &v.IP, &v.outer.ip, &v.Fragment, &v.L4, (*[]byte)(&v.TCP), &v.Payload} {
		*part = append([]byte(nil), *part...)
	}
	if len(v.TCP) == 0 {
		v.TCP = nil
	}
}

// IsTCP reports whether v holds a TCP segment that can be tracked.
func (v *View) IsTCP() bool { return v.Why == Decoded && v.Key.Proto == ProtoTCP }
