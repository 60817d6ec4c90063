package packet

import (
	"encoding/binary"

	"onpath/tcp"
)

// ipHeader is what a walk keeps of the IP header it met last.
type ipHeader struct {
	b     []byte    // captured octets of the datagram
	total uint32    // its octets on the wire
	final *[16]byte // IPv6: the destination that the checksum is of, if not the header's
	id    uint16
	next  int // IPv6: where in b the octet stands that names the next header
	ttl   uint8
	ecn   uint8
	v6    bool
	moved bool // IPv6: the addresses that the checksum is of are not known
	sum   tcp.Sum
}

// ipAny reads IP of the version that its first octet says.
func (w *walk) ipAny() layer {
	if len(w.b) == 0 {
		return w.stop(IPCut)
	}
	switch w.b[0] >> 4 {
	case 4:
		return layerIPv4
	case 6:
		return layerIPv6
	}
	return w.stop(IPVersion)
}

// ipv4 reads an IPv4 header (RFC 791 §3.1). A total length of 0 is a segment
// that the sender's card was to cut into packets. A capture may lie about the
// length of a frame, so the header is believed if it claims more; not so if PPPoE
// says how much there is, as it does where a sender counted the padding as data.
func (w *walk) ipv4() layer {
	b := w.b
	if len(b) < 20 {
		return w.stop(ipShort(b, 4))
	}
	n, total := int(b[0]&15)*4, uint32(binary.BigEndian.Uint16(b[2:]))
	if total == 0 || w.told && total > w.wire {
		total = w.wire
	}
	switch {
	case b[0]>>4 != 4:
		return w.stop(IPVersion)
	case n < 20 || total < uint32(n) || w.contradicts(total):
		return w.stop(IPLength)
	case len(b) < n:
		return w.stop(IPCut)
	case w.v.Depth >= maxDepth:
		return w.tooDeep()
	}
	b = b[:min(uint32(len(b)), total)]
	ip := &w.ip
	ip.b, ip.total, ip.v6, ip.final, ip.moved = b, total, false, nil, false
	ip.id, ip.ttl, ip.ecn, ip.sum = binary.BigEndian.Uint16(b[4:]), b[8], b[1]&3, tcp.SumUnknown
	if w.d.checksums {
		ip.sum = headerSum(b)
	}
	if fragment := binary.BigEndian.Uint16(b[6:]); fragment&0x3fff != 0 {
		return w.fragment4(n, fragment)
	}
	w.b, w.wire, w.proto = b[n:], total-uint32(n), b[9]
	return w.payload()
}

// ipShort says why an IP header that ought to have version in it is too short.
func ipShort(b []byte, version uint8) Reason {
	if len(b) > 0 && b[0]>>4 != version {
		return IPVersion
	}
	return IPCut
}

// contradicts reports whether a datagram inside a tunnel claims to be longer
// than what the tunnel's own packet has room for: then it is none.
func (w *walk) contradicts(total uint32) bool { return w.v.Depth > 0 && total > w.wire }

// fragment4 hands a fragment on (RFC 791 §3.2). n is the header's length, field
// the 16 bits with flags and offset.
func (w *walk) fragment4(n int, field uint16) layer {
	b := w.ip.b
	p := fragment{
		key: fragmentKey{
			id: uint32(w.ip.id), net: w.net, vlan: w.vlan, proto: b[9],
		},
		header: b[:n],
		data:   b[n:],
		wire:   w.ip.total - uint32(n),
		offset: uint32(field&0x1fff) * 8,
		more:   field&0x2000 != 0,
		depth:  w.v.Depth,
	}
	putMapped(&p.key.src, binary.BigEndian.Uint32(b[12:]))
	putMapped(&p.key.dst, binary.BigEndian.Uint32(b[16:]))
	return w.reassemble(&p, layerIPv4)
}

// reassemble goes on with the datagram that p completes, or ends the walk.
func (w *walk) reassemble(p *fragment, next layer) layer {
	d, why := w.d.fragments.add(w.at, p)
	if w.piece == nil {
		w.piece = w.ip.b
	}
	if why != Decoded {
		w.b, w.wire = p.data, p.wire
		return w.broken(why)
	}
	w.b, w.wire, w.frames = d.ip, d.wire, d.frames
	w.overlap, w.differ = w.overlap || d.overlap, w.differ || d.differ
	return next
}
