package netfilter

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// datagram is the outermost IP packet of a View, as routing and tracking see it.
type datagram struct {
	Tuple          // the ports are set by tuple
	l4     []byte  // captured octets from the transport header on
	length uint32  // of the transport header and payload on the wire, by the IP header
	sum    tcp.Sum // of the transport
	hops   uint8   // IPv6: hop limit
	stays  bool    // routing drops it after tracking saw it: an entry that it makes is not confirmed
}

// read reads the outermost IP packet, or says why a router would not have
// taken it as far as to its connection tracking, which wants a header whole and right, a
// datagram that came in one piece or was put together. What was not captured is taken for good.
func (t *Tracker) read(v *packet.View, d *datagram) Cause {
	b := v.OuterIP()
	if len(b) < 20 {
		return CauseNotIP
	}
	d.sum = tcp.SumUnknown
	if v.Depth == 1 {
		d.sum = v.L4Sum
	}
	if b[0]>>4 != 6 {
		return unlessOverlap(v, d.readIPv4(b, v, !t.config.NoChecksums))
	}
	cause := unlessOverlap(v, d.readIPv6(b, v))
	if v.Depth == 1 && len(v.Fragment) >= 40 {
		return t.fragment(v.Fragment, d, cause)
	}
	return cause
}

// unlessOverlap returns the cause, or where there is none whether the datagram was put
// together from fragments that overlap. The kernel gives up those of both versions (RFC 5722 §4).
func unlessOverlap(v *packet.View, cause Cause) Cause {
	if cause == CauseNone && v.Overlap && v.Depth == 1 {
		return CauseOverlap
	}
	return cause
}

// readIPv4 reads an IPv4 header (RFC 791 §3.1). A TTL of 1 is not minded: the
// capture is of another point of the path than the router.
func (d *datagram) readIPv4(b []byte, v *packet.View, checked bool) Cause {
	n, total := uint32(b[0]&15)*4, uint32(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = outerLength(b, v)
	}
	switch {
	case n < 20, uint32(len(b)) < n, total < n:
		return CauseIPHeader
	case checked && headerSum(b[:n], v) == tcp.SumBad:
		return CauseIPChecksum
	case binary.BigEndian.Uint16(b[6:])&0x3fff != 0: // a fragment that waits for others
		return CauseFragment
	}
	d.V6, d.Proto, d.l4, d.length = false, b[9], b[n:], total-n
	putMapped(&d.Src, b[12:16])
	putMapped(&d.Dst, b[16:20])
	d.stays = staysIPv4(binary.BigEndian.Uint32(b[12:]), binary.BigEndian.Uint32(b[16:]))
	return CauseNone
}

// outerLength is the length of a datagram whose header says 0: a segment that the
// sender's card was to cut.
func outerLength(b []byte, v *packet.View) uint32 {
	if v.Depth == 1 {
		return v.IPLen
	}
	return uint32(len(b))
}

// headerSum checks an IPv4 header, if the Decoder has not done so.
func headerSum(h []byte, v *packet.View) tcp.Sum {
	if v.Depth == 1 {
		return v.IPSum
	}
	sum := uint32(0)
	for ; len(h) >= 2; h = h[2:] {
		sum += uint32(binary.BigEndian.Uint16(h))
	}
	if sum = sum>>16 + sum&0xffff; sum>>16+sum&0xffff != 0xffff {
		return tcp.SumBad
	}
	return tcp.SumGood
}

// putMapped writes an IPv4 address as packet.Key has it, in words as it is read: else the
// processor would wait.
func putMapped(m *[16]byte, a []byte) {
	le := binary.LittleEndian
	le.PutUint64(m[:], 0)
	le.PutUint64(m[8:], uint64(le.Uint32(a))<<32|0xffff<<16)
}

// staysIPv4 reports whether routing drops what goes from src to dst: RFC 1812
// §5.3.7 calls such addresses martian; 0.0.0.0 is the only one of 0.0.0.0/8 that is.
// Multicast stays too, but for all hosts; nothing routes it here.
func staysIPv4(src, dst uint32) bool {
	const broadcast, allHosts = 0xffffffff, 0xe0000001
	switch {
	case src>>28 == 0xe, src == broadcast:
		return true
	case dst == broadcast, src == 0 && dst == 0, dst == allHosts:
		return false
	}
	return src == 0 || dst == 0 || dst>>28 == 0xe
}
