package genload

import (
	"encoding/binary"
	"math/bits"
)

var be = binary.BigEndian

// IP protocol numbers (IANA "Protocol Numbers").
const (
	protoICMP   = 1
	protoIPv4   = 4
	protoTCP    = 6
	protoUDP    = 17
	protoIPv6   = 41
	protoGRE    = 47
	protoESP    = 50
	protoICMPv6 = 58
)

// A path is how the packets of one conversation look on the wire: who speaks
// with whom, and inside what. Index 0 is the client, 1 the server.
type path struct {
	addr [2][16]byte // IPv4 in the first four octets
	id   [2]uint16   // IPv4 identification, counts up with each datagram
	ttl  [2]uint8
	v6   bool
	wrap wrap
	tag  uint16 // VLAN id, MPLS label, session or VNI
}

// A wrap is what stands between Ethernet and the IP header of a path.
type wrap uint8

const (
	plain wrap = iota
	vlan
	qinq
	mpls
	pppoe
	ipip
	gre
	vxlan
	numWraps
)

// wraps append everything before the IP header of a datagram of n octets.
var wraps = [numWraps]func(b []byte, p *path, from, n int) []byte{
	plain: func(b []byte, p *path, from, n int) []byte { return be.AppendUint16(mac(b, from), p.etherType()) },
	vlan: func(b []byte, p *path, from, n int) []byte {
		return append16(mac(b, from), 0x8100, p.tag&0xfff, p.etherType())
	},
	qinq: func(b []byte, p *path, from, n int) []byte {
		return append16(mac(b, from), 0x88a8, 100, 0x8100, p.tag&0xfff, p.etherType())
	},
	mpls: func(b []byte, p *path, from, n int) []byte {
		return be.AppendUint32(append16(mac(b, from), 0x8847), uint32(p.tag|16)<<12|1<<8|64)
	},
	pppoe: func(b []byte, p *path, from, n int) []byte {
		proto := uint16(0x0021)
		if p.v6 {
			proto = 0x0057
		}
		return append16(mac(b, from), 0x8864, 0x1100, p.tag, uint16(n+2), proto)
	},
	ipip: func(b []byte, p *path, from, n int) []byte {
		if p.v6 {
			return outer(b, from, protoIPv6, n)
		}
		return outer(b, from, protoIPv4, n)
	},
	gre: func(b []byte, p *path, from, n int) []byte {
		return append16(outer(b, from, protoGRE, 4+n), 0, p.etherType())
	},
	vxlan: func(b []byte, p *path, from, n int) []byte {
		b = outer(b, from, protoUDP, 8+8+14+n)
		b = append16(b, 49152+p.tag&0xff, 4789, uint16(8+8+14+n), 0) // RFC 7348 §5: sum 0
		b = append16(b, 0x0800, 0, 0, p.tag<<8)
		return be.AppendUint16(mac(b, from), p.etherType())
	},
}

func (p *path) etherType() uint16 {
	if p.v6 {
		return 0x86dd
	}
	return 0x0800
}

// mac appends locally administered addresses.
func mac(b []byte, from int) []byte {
	to := 1 - from
	return append(b, 2, 0, 0, 0, 0, byte(to), 2, 0, 0, 0, 0, byte(from))
}

func append16(b []byte, v ...uint16) []byte {
	for _, v := range v {
		b = be.AppendUint16(b, v)
	}
	return b
}

// outer appends Ethernet and the IPv4 header of a tunnel with n octets inside.
func outer(b []byte, from, proto, n int) []byte {
	b = be.AppendUint16(mac(b, from), 0x0800)
	a := [2][16]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}
	return ipv4(b, &a, from, proto, n, 0, 1<<14, 64)
}

// ip appends everything before the payload of n octets that end from of p
// sends under proto.
func (p *path) ip(b []byte, from, proto, n int) []byte {
	header := 20
	if p.v6 {
		header = 40
	}
	b = wraps[p.wrap](b, p, from, header+n)
	if !p.v6 {
		p.id[from]++
		return ipv4(b, &p.addr, from, proto, n, p.id[from], 1<<14, p.ttl[from])
	}
	b = append(b, 0x60, 0, 0, 0, byte(n>>8), byte(n), byte(proto), p.ttl[from])
	b = append(b, p.addr[from][:]...)
	return append(b, p.addr[1-from][:]...)
}

// ipv4 appends an IPv4 header (RFC 791 §3.1); frag is flags and offset.
func ipv4(b []byte, addr *[2][16]byte, from, proto, n int, id, frag uint16, ttl uint8) []byte {
	at := len(b)
	b = append(b, 0x45, 0)
	b = append16(b, uint16(20+n), id, frag)
	b = append(b, ttl, byte(proto), 0, 0)
	b = append(b, addr[from][:4]...)
	b = append(b, addr[1-from][:4]...)
	be.PutUint16(b[at+10:], fold(sum(0, b[at:])))
	return b
}

// pseudo sums the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
func (p *path) pseudo(proto, n int) uint64 {
	size := 4
	if p.v6 {
		size = 16
	}
	return sum(sum(uint64(proto)+uint64(n), p.addr[0][:size]), p.addr[1][:size])
}

// sum adds the 16-bit words of b, the last octet padded with zero, to s
// (RFC 1071). It adds 32 bits at a time: folding later gives the same.
func sum(s uint64, b []byte) uint64 {
	for len(b) >= 8 {
		v := be.Uint64(b)
		s += v>>32 + v&0xffffffff
		b = b[8:]
	}
	for len(b) >= 2 {
		s += uint64(be.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	return s
}

// fold returns the checksum of what sum added up.
func fold(s uint64) uint16 {
	s, carry := bits.Add64(s&0xffffffff, s>>32, 0)
	s += carry
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}
