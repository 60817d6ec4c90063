package kernel

import (
	"encoding/binary"
	"net/netip"
)

var (
	be = binary.BigEndian
	ne = binary.NativeEndian
)

// add returns the ones' complement sum of s and the octets of b (RFC 1071).
func add(s uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(be.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s&0xffff + s>>16
}

// fold returns the checksum whose sum is s.
func fold(s uint32) uint16 {
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// pseudo is the sum of the pseudo header before l4 (RFC 9293 §3.1, RFC 8200 §8.1).
func pseudo(from, to netip.Addr, proto uint8, l4 []byte) uint32 {
	s := add(add(0, from.AsSlice()), to.AsSlice())
	return s + uint32(proto) + uint32(len(l4))
}

// checksummed puts the checksum of l4 at its place, or a wrong one.
func checksummed(from, to netip.Addr, proto uint8, l4 []byte, at int, wrong bool) []byte {
	s := uint32(0)
	if proto != protoICMP {
		s = pseudo(from, to, proto, l4)
	}
	sum := fold(add(s, l4))
	if wrong {
		sum ^= 0x5555
	}
	be.PutUint16(l4[at:], sum)
	return l4
}

// The protocols that are crafted here (IANA "Protocol Numbers").
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoGRE    = 47
	protoICMPv6 = 58
)

// datagram puts an IP header before l4: no options, TTL 64, don't fragment.
func datagram(from, to netip.Addr, proto uint8, l4 []byte) []byte {
	if from.Is6() {
		h := make([]byte, 40, 40+len(l4))
		h[0], h[6], h[7] = 0x60, proto, 64
		be.PutUint16(h[4:], uint16(len(l4)))
		copy(h[8:], from.AsSlice())
		copy(h[24:], to.AsSlice())
		return append(h, l4...)
	}
	h := make([]byte, 20, 20+len(l4))
	h[0], h[6], h[8], h[9] = 0x45, 0x40, 64, proto
	be.PutUint16(h[2:], uint16(20+len(l4)))
	copy(h[12:], from.AsSlice())
	copy(h[16:], to.AsSlice())
	be.PutUint16(h[10:], fold(add(0, h)))
	return append(h, l4...)
}

// segment is a TCP segment to be made.
type segment struct {
	from, to netip.AddrPort
	seq, ack uint32
	flags    uint8
	win      uint16
	opt      options
	data     []byte
	wrongSum bool
	offset   int // of the data, in words; 0 means the right one
}

// end is the sequence number behind the segment.
func (s *segment) end() uint32 {
	n := s.seq + uint32(len(s.data))
	if s.flags&syn != 0 {
		n++
	}
	if s.flags&fin != 0 {
		n++
	}
	return n
}

// octets is the segment in an IP packet.
func (s *segment) octets() []byte {
	h := make([]byte, 20, 20+len(s.opt.octets)+len(s.data))
	be.PutUint16(h, s.from.Port())
	be.PutUint16(h[2:], s.to.Port())
	be.PutUint32(h[4:], s.seq)
	be.PutUint32(h[8:], s.ack)
	words := 5 + len(s.opt.octets)/4
	if s.offset > 0 {
		words = s.offset
	}
	h[12], h[13] = byte(words)<<4, s.flags
	be.PutUint16(h[14:], s.win)
	l4 := append(append(h, s.opt.octets...), s.data...)
	from, to := s.from.Addr(), s.to.Addr()
	return datagram(from, to, protoTCP, checksummed(from, to, protoTCP, l4, 16, s.wrongSum))
}

// udp is a UDP datagram of data in an IP packet; without sum its checksum is 0.
func udp(from, to netip.AddrPort, data []byte, sum, wrong bool) []byte {
	h := make([]byte, 8, 8+len(data))
	be.PutUint16(h, from.Port())
	be.PutUint16(h[2:], to.Port())
	be.PutUint16(h[4:], uint16(8+len(data)))
	l4 := append(h, data...)
	if sum {
		l4 = checksummed(from.Addr(), to.Addr(), protoUDP, l4, 6, wrong)
	}
	return datagram(from.Addr(), to.Addr(), protoUDP, l4)
}

// icmp is an ICMP or ICMPv6 message in an IP packet: word is its second one.
func icmp(from, to netip.Addr, kind, code uint8, word uint32, body []byte, wrong bool) []byte {
	m := be.AppendUint32([]byte{kind, code, 0, 0}, word)
	m = append(m, body...)
	proto := uint8(protoICMP)
	if from.Is6() {
		proto = protoICMPv6
	}
	return datagram(from, to, proto, checksummed(from, to, proto, m, 2, wrong))
}
