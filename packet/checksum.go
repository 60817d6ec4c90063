package packet

import (
	"encoding/binary"
	"math/bits"

	"onpath/tcp"
)

// onesSum returns the one's complement sum of b, taken as big-endian 16-bit
// words and padded with a zero octet (RFC 1071 §1). The sum does not care for
// the order of the octets as long as one swap ends it (§2 B), so it adds words
// of 64 bits as they lie in memory.
func onesSum(b []byte) uint16 {
	acc, carry := lastWord(b), uint64(0)
	le := binary.LittleEndian
	if len(b) >= 128 {
		acc, b = sumLong(acc, b)
	}
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, le.Uint64(b), carry)
		b = b[8:]
	}
	acc, carry = bits.Add64(acc, 0, carry)
	return bits.ReverseBytes16(fold(acc + carry)) // after a carry there is room for another
}

// sumLong adds to acc, with the carries brought round, as many words of b as go by 16,
// and returns what is left of b. One half of them is added beside the other, as each
// addition waits for the carry of the one before it.
func sumLong(acc uint64, b []byte) (uint64, []byte) {
	le := binary.LittleEndian
	var beside, carries uint64
	for len(b) >= 128 {
		var c, d uint64
		acc, c = bits.Add64(acc, le.Uint64(b), 0)
		acc, c = bits.Add64(acc, le.Uint64(b[8:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[16:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[24:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[32:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[40:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[48:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[56:]), c)
		beside, d = bits.Add64(beside, le.Uint64(b[64:]), 0)
		beside, d = bits.Add64(beside, le.Uint64(b[72:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[80:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[88:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[96:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[104:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[112:]), d)
		beside, d = bits.Add64(beside, le.Uint64(b[120:]), d)
		carries += c + d
		b = b[128:]
	}
	acc, c := bits.Add64(acc, beside, 0)
	acc, c = bits.Add64(acc, carries, c)
	return acc + c, b
}

// lastWord returns the octets behind the last whole word of eight as a
// little-endian word.
func lastWord(b []byte) (word uint64) {
	rest := len(b) % 8
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b[len(b)-8:]) >> (64 - 8*rest)
	}
	for i, c := range b[len(b)-rest:] {
		word |= uint64(c) << (8 * i)
	}
	return word
}

// fold adds the words of 16 bits in acc, with the carry of each addition brought
// round (RFC 1071 §2).
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc>>16 + acc&0xffff)
}

// allOnes is the sum of octets that hold their own checksum.
const allOnes = 0xffff

// verdict is what a sum over octets and their own checksum says.
func verdict(sum uint16) tcp.Sum {
	if sum == allOnes {
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
	return verdict(onesSum(ip[:n]))
}

// plainSums checks both checksums of an IPv4 datagram of total octets, without
// options, that holds a TCP header: headerSum and transportSum say the same. The
// addresses stand right before the TCP header, so one sum covers them and the
// segment.
func plainSums(ip []byte, total int) (header, segment tcp.Sum) {
	le := binary.LittleEndian
	acc, carry := bits.Add64(le.Uint64(ip), le.Uint64(ip[8:]), 0)
	acc, carry = bits.Add64(acc, uint64(le.Uint32(ip[16:])), carry)
	header = verdict(fold(acc + carry)) // after the carry of a short word there is room for it
	length := uint64(total - 20)
	switch {
	case len(ip) < total:
		return header, tcp.SumUnknown
	case fold(uint64(onesSum(ip[12:]))+ProtoTCP+length) == allOnes:
		return header, tcp.SumGood
	}
	field, addresses := binary.BigEndian.Uint16(ip[36:]), uint64(onesSum(ip[12:20]))+ProtoTCP
	if field == fold(addresses+length) || field == fold(addresses) {
		return header, tcp.SumPartial
	}
	return header, tcp.SumBad
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
		return verdict(onesSum(l4[:covered]))
	case proto == ProtoUDP:
		length = covered // the length in the pseudo-header is that of the header
	}
	pseudo := pseudoSum(src, dst, v6, proto, length)
	switch all := fold(uint64(onesSum(l4[:covered])) + uint64(pseudo)); {
	case all == allOnes:
		return tcp.SumGood
	case field == pseudo, proto == ProtoTCP && field == pseudoSum(src, dst, v6, proto, 0):
		return tcp.SumPartial // Windows leaves the length out where the card is to cut segments (NDIS LSO)
	}
	return tcp.SumBad
}

// pseudoSum returns the sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
// Its fields may be added as if they stood side by side.
func pseudoSum(src, dst *[16]byte, v6 bool, proto uint8, length uint32) uint16 {
	rest := uint64(proto) + uint64(length)
	if v6 {
		return fold(uint64(onesSum(src[:])) + uint64(onesSum(dst[:])) + rest)
	}
	return fold(uint64(onesSum(src[12:])) + uint64(onesSum(dst[12:])) + rest)
}
