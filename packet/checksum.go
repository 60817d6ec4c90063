package packet

import (
	"encoding/binary"
	"math/bits"

	"onpath/tcp"
)

// verdict is what a sum over octets and their own checksum says, which is full or not.
func verdict(full bool) tcp.Sum {
	if full {
		return tcp.SumGood
	}
	return tcp.SumBad
}

// headerSum checks the checksum of the IPv4 header at the start of ip
// (RFC 791 §3.1). It is unknown if the header was not captured whole.
func headerSum(ip []byte) tcp.Sum {
	if len(ip) < 20 {
		return tcp.SumUnknown
	}
	n := int(ip[0]&15) * 4
	if n < 20 || n > len(ip) {
		return tcp.SumUnknown
	}
	acc := sum20((*[20]byte)(ip))
	if n > 20 {
		acc = sumOctets(acc, ip[20:n])
	}
	return verdict(full(acc))
}

// sum20 returns the sum, not folded, of an IPv4 header without its options.
func sum20(h *[20]byte) uint64 {
	le := binary.LittleEndian
	acc, c := bits.Add64(le.Uint64(h[0:]), le.Uint64(h[8:]), 0)
	acc, c = bits.Add64(acc, uint64(le.Uint32(h[16:])), c)
	return acc + c // after the carry of a short word there is room for it
}

// plainSums checks both checksums of a plain datagram: headerSum and transportSum say the
// same.
func (v *View) plainSums() {
	if v.Key.V6 {
		v.sum(v.ends())
		return
	}
	v.IPSum = verdict(full(sum20((*[20]byte)(v.IP))))
	if v.TCP != nil && len(v.IP) == int(v.IPLen) && plainSum4(v.IP) {
		v.L4Sum, v.Seg.Sum = tcp.SumGood, tcp.SumGood
		return
	}
	v.sum(v.ends())
}

// plainSum4 reports whether the checksum of a TCP segment is good that stands in a whole
// IPv4 datagram without options. The addresses stand right before the segment, so one
// sum covers them and it.
func plainSum4(ip []byte) bool {
	le, h := binary.LittleEndian, (*[20 + tcp.MinHeader]byte)(ip)
	acc, c := bits.Add64(le.Uint64(h[12:]), le.Uint64(h[20:]), 0)
	acc, c = bits.Add64(acc, le.Uint64(h[28:]), c)
	acc, c = bits.Add64(acc, uint64(le.Uint32(h[36:]))+lengthWord(ProtoTCP, uint32(len(ip)-20)), c)
	if acc += c; len(ip) > len(h) {
		acc = sumOctets(acc, ip[len(h):])
	}
	return full(acc)
}

// A transport says how one protocol uses the Internet checksum.
type transport struct {
	field   int  // where it stands in the header
	need    int  // octets of the header that must have been captured to find out; 0: no such checksum
	pseudo  bool // the pseudo-header is part of it
	covered func(l4 []byte, length uint32) (octets uint32, legal bool)
}

// transportOf is the only place where it is written who sums what.
func transportOf(proto uint8) transport {
	switch proto {
	case ProtoTCP:
		return transport{16, 20, true, coversAll} // RFC 9293 §3.1
	case ProtoUDP:
		return transport{6, 8, true, coversUDP} // RFC 768
	case ProtoUDPLite:
		return transport{6, 8, true, coversUDPLite} // RFC 3828 §3.1
	case ProtoICMP:
		return transport{2, 4, false, coversAll} // RFC 792
	case ProtoICMPv6:
		return transport{2, 4, true, coversAll} // RFC 4443 §2.3
	case ProtoDCCP:
		return transport{6, 8, true, coversDCCP} // RFC 4340 §9.1
	}
	return transport{}
}

func coversAll(_ []byte, length uint32) (uint32, bool) { return length, true }

// coversUDP takes the length in the header: octets behind it are no part of the
// datagram. 0 is a jumbogram (RFC 2675 §4).
func coversUDP(l4 []byte, length uint32) (uint32, bool) {
	if n := uint32(binary.BigEndian.Uint16(l4[4:])); n != 0 {
		return n, n >= 8
	}
	return length, true
}

// coversUDPLite takes the coverage, where 0 means everything and 1 to 7 and more
// than there is are against RFC 3828 §3.1.
func coversUDPLite(l4 []byte, length uint32) (uint32, bool) {
	n := uint32(binary.BigEndian.Uint16(l4[4:]))
	if n == 0 {
		return length, true
	}
	return n, n >= 8 && n <= length
}

// coversDCCP takes the header and, if CsCov is not 0, as many words of data as
// CsCov-1 says (RFC 4340 §9.2).
func coversDCCP(l4 []byte, length uint32) (uint32, bool) {
	cscov := uint32(l4[5] & 15)
	if cscov == 0 {
		return length, true
	}
	n := uint32(l4[4])*4 + (cscov-1)*4
	return n, n <= length
}

// transportSum checks the checksum of a transport header: l4 holds the captured
// octets from that header on, length is how many there were on the wire. src and
// dst are addresses as in Key; dst is the final destination where an IPv6
// routing header has one (RFC 8200 §8.1). It is unknown if octets that it covers
// were not captured, if a UDP sender left it out (RFC 768; IPv6 forbids that:
// RFC 8200 §8.1), and for protocols that have no Internet checksum.
func transportSum(src, dst *[16]byte, v6 bool, proto uint8, l4 []byte, length uint32) tcp.Sum {
	t := transportOf(proto)
	if t.need == 0 || len(l4) < t.need {
		return tcp.SumUnknown
	}
	field := binary.BigEndian.Uint16(l4[t.field:])
	if field == 0 && proto == ProtoUDP && !v6 {
		return tcp.SumUnknown
	}
	covered, legal := t.covered(l4, length)
	switch {
	case !legal:
		return tcp.SumBad
	case uint64(covered) > uint64(len(l4)):
		return tcp.SumUnknown
	case !t.pseudo:
		return verdict(onesSum(l4[:covered]) == allOnes)
	case proto == ProtoUDP:
		length = covered // the length in the pseudo-header is that of the header
	}
	pseudo := pseudoSum(src, dst, v6, proto, length)
	switch {
	case full(sumOctets(pseudo, l4[:covered])):
		return tcp.SumGood
	case field == bigFold(pseudo), proto == ProtoTCP && field == bigFold(pseudoSum(src, dst, v6, proto, 0)):
		return tcp.SumPartial // Windows leaves the length out where the card is to cut segments (NDIS LSO)
	}
	return tcp.SumBad
}

// pseudoSum returns the sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1), not
// folded, for sumOctets to go on with. Its fields may be added as if they stood side by
// side.
func pseudoSum(src, dst *[16]byte, v6 bool, proto uint8, length uint32) uint64 {
	le := binary.LittleEndian
	rest := lengthWord(proto, length)
	if !v6 {
		return uint64(le.Uint32(src[12:])) + uint64(le.Uint32(dst[12:])) + rest
	}
	acc, c := bits.Add64(le.Uint64(src[:]), le.Uint64(src[8:]), 0)
	acc, c = bits.Add64(acc, le.Uint64(dst[:]), c)
	acc, c = bits.Add64(acc, le.Uint64(dst[8:]), c)
	acc, c = bits.Add64(acc, rest, c)
	return acc + c
}

// lengthWord is what protocol and length add to a pseudo-header, as if they had been read
// little-endian.
func lengthWord(proto uint8, length uint32) uint64 { return (uint64(proto) + uint64(length)) << 8 }
