package tcpchain

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// ends is who sends to whom, in a packet that belongs to a flow.
type ends struct {
	src, dst         [16]byte // IPv4 as ::ffff:a.b.c.d
	srcPort, dstPort uint16
	proto            uint8 // as the IPv4 or the fixed IPv6 header has it
	v6               bool
}

// header is what an IP header says.
type header struct {
	ends
	last  uint8 // the protocol behind IPv6 extension headers
	first bool  // no fragment, or a datagram's first one
	l4    []byte
}

// parse reads the IP header at the start of b; ok is false if it was not
// captured whole.
func parse(b []byte) (h header, ok bool) {
	if len(b) == 0 {
		return h, false
	}
	switch b[0] >> 4 {
	case 4:
		return parse4(b)
	case 6:
		return parse6(b)
	}
	return h, false
}

func parse4(b []byte) (h header, ok bool) {
	if len(b) < 20 {
		return h, false
	}
	h.src[10], h.src[11], h.dst[10], h.dst[11] = 0xff, 0xff, 0xff, 0xff
	copy(h.src[12:], b[12:16])
	copy(h.dst[12:], b[16:20])
	h.proto, h.last = b[9], b[9]
	h.first = binary.BigEndian.Uint16(b[6:])&0x1fff == 0
	h.l4 = after(b, int(b[0]&15)*4)
	return h, true
}

func parse6(b []byte) (h header, ok bool) {
	if len(b) < 40 {
		return h, false
	}
	copy(h.src[:], b[8:24])
	copy(h.dst[:], b[24:40])
	h.proto, h.last, h.v6, h.first, h.l4 = b[6], b[6], true, true, b[40:]
	for h.extension() {
	}
	return h, true
}

// extension passes over one extension header and reports whether there was one.
func (h *header) extension() bool {
	if len(h.l4) < 8 {
		return false
	}
	n := (int(h.l4[1]) + 1) * 8
	switch h.last {
	case packet.ProtoHopByHop, packet.ProtoRouting, packet.ProtoDestOpts:
	case packet.ProtoFragment:
		n = 8
		h.first = h.first && binary.BigEndian.Uint16(h.l4[2:])>>3 == 0
	default:
		return false
	}
	h.last, h.l4 = h.l4[0], after(h.l4, n)
	return true
}

// ported reads the ports of a TCP segment; ok is false if there are none.
func (h *header) ported() (ok bool) {
	if h.last != packet.ProtoTCP || !h.first || len(h.l4) < 4 {
		return false
	}
	h.srcPort, h.dstPort = binary.BigEndian.Uint16(h.l4), binary.BigEndian.Uint16(h.l4[2:])
	return true
}

// segment returns the TCP header, as far as it was captured, nil if its fixed
// part was not.
func (h *header) segment() tcp.Header {
	if h.last != packet.ProtoTCP || len(h.l4) < tcp.MinHeader {
		return nil
	}
	n := min(max(int(h.l4[12]>>4)*4, tcp.MinHeader), len(h.l4))
	return tcp.Header(h.l4[:n:n])
}

// quoted turns h, an ICMP error, into the packet that would have come back from
// the addressee of the segment that it quotes.
func (h *header) quoted() (ok bool) {
	if len(h.l4) <= 8 || !h.first || !isError(h.last, h.l4[0]) {
		return false
	}
	q, ok := parse(h.l4[8:])
	if !ok || !q.ported() {
		return false
	}
	h.ends = ends{q.dst, q.src, q.dstPort, q.srcPort, q.proto, q.v6}
	return true
}

// isError reports whether an ICMP message quotes the packet it is about
// (RFC 792, RFC 4443 §2.1).
func isError(proto, kind uint8) bool {
	switch proto {
	case packet.ProtoICMP:
		return kind >= 3 && kind <= 5 || kind == 11 || kind == 12
	case packet.ProtoICMPv6:
		return kind >= 1 && kind <= 4
	}
	return false
}

// key returns the name that both directions share, and whether the sender is
// its end B.
func (e *ends) key() (k packet.Key, fromB bool) {
	k = packet.Key{A: e.src, B: e.dst, APort: e.srcPort, BPort: e.dstPort, Proto: e.proto, V6: e.v6}
	if e.inOrder() {
		return k, false
	}
	k.A, k.B, k.APort, k.BPort = k.B, k.A, k.BPort, k.APort
	return k, true
}

// inOrder reports whether the sender stands before the addressee.
func (e *ends) inOrder() bool {
	be := binary.BigEndian
	if s, d := be.Uint64(e.src[:]), be.Uint64(e.dst[:]); s != d {
		return s < d
	}
	if s, d := be.Uint64(e.src[8:]), be.Uint64(e.dst[8:]); s != d {
		return s < d
	}
	return e.srcPort <= e.dstPort
}

// self reports whether both ends are one.
func (e *ends) self() bool { return e.src == e.dst && e.srcPort == e.dstPort }
