package netfilter

import (
	"encoding/binary"

	"onpath/packet"
)

// readIPv6 reads an IPv6 header and walks over its extensions as connection
// tracking does (RFC 8200 §4). Where it finds no transport header the protocol is
// packet.ProtoNoNext, which nothing can be tracked by.
func (d *datagram) readIPv6(b []byte, v *packet.View) Cause {
	if len(b) < 40 {
		return CauseIPHeader
	}
	total := 40 + uint32(binary.BigEndian.Uint16(b[4:]))
	if total == 40 && b[6] != packet.ProtoNoNext {
		total = max(outerLength(b, v), 40)
	}
	d.V6, d.hops, d.Src, d.Dst = true, b[7], [16]byte(b[8:24]), [16]byte(b[24:40])
	if refusedIPv6(&d.Src, &d.Dst) {
		return CauseAddress
	}
	d.stays = staysIPv6(&d.Src, &d.Dst)
	if !d.skipExtensions(b[6], b[40:min(uint32(len(b)), total)], total-40, allParts) {
		return CauseFragment
	}
	return CauseNone
}

// Which fragments are no datagrams: all, or those without the transport header.
// Bits of the field with offset and more-fragments (RFC 8200 §4.5).
const (
	allParts   = 0xfff9
	laterParts = 0xfff8
)

// skipExtensions sets the transport header to what stands behind the extension
// headers in b, of which length octets were on the wire. It is false for a
// fragment with any of the bits parts.
func (d *datagram) skipExtensions(next uint8, b []byte, length uint32, parts uint16) bool {
	for extends(next) {
		if next == packet.ProtoNoNext || len(b) < 8 {
			next, b = packet.ProtoNoNext, nil
			break
		}
		if next == packet.ProtoFragment && binary.BigEndian.Uint16(b[2:])&parts != 0 {
			return false
		}
		n := extensionLength(next, b)
		if n > length {
			next, b = packet.ProtoNoNext, nil
			break
		}
		next, b, length = b[0], b[min(n, uint32(len(b))):], length-n
	}
	d.Proto, d.l4, d.length = next, b, length
	return true
}

// extends reports whether a header is one that tracking looks behind.
func extends(next uint8) bool {
	switch next {
	case packet.ProtoHopByHop, packet.ProtoRouting, packet.ProtoFragment, packet.ProtoAH, packet.ProtoNoNext, packet.ProtoDestOpts:
		return true
	}
	return false
}

// extensionLength returns the octets of the extension header in b.
func extensionLength(next uint8, b []byte) uint32 {
	switch next {
	case packet.ProtoFragment:
		return 8
	case packet.ProtoAH:
		return (uint32(b[1]) + 2) * 4
	}
	return (uint32(b[1]) + 1) * 8
}

// refusedIPv6 reports whether the host throws a packet away as it comes in: a
// multicast source (RFC 4291 §2.7), a destination that must not leave its
// interface. Loopback and link-local addresses, which no router passes on, are
// taken for others: the tracking of the hosts themselves sees them.
func refusedIPv6(src, dst *[16]byte) bool {
	return src[0] == 0xff || dst[0] == 0xff && dst[1]&15 <= 1
}

// staysIPv6 reports whether a router keeps a packet from src to dst: no address
// as source (RFC 4291 §2.5.2), a group that it is no member of.
func staysIPv6(src, dst *[16]byte) bool {
	return *src == [16]byte{} || dst[0] == 0xff && !joined(dst)
}

// joined reports whether dst is a group that every router is in: all nodes of the
// link, all routers of link or site (RFC 4291 §2.7.1).
func joined(dst *[16]byte) bool {
	g := [16]byte{0: 0xff, 1: dst[1], 15: dst[15]}
	return *dst == g && (g[1] == 2 && (g[15] == 1 || g[15] == 2) || g[1] == 5 && g[15] == 2)
}
