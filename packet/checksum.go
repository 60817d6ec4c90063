package packet

import (
	"encoding/binary"
	"math/bits"

	"onpath/tcp"
)

// onesSum adds the octets of b, taken as big-endian 16-bit words and padded with
// a zero octet, to acc (RFC 1071 §1). acc is folded or not; the result is to be
// folded. Only the last of several calls may have an odd number of octets.
func onesSum(acc uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 8 {
		acc, carry = bits.Add64(acc, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	acc, carry = bits.Add64(acc, tail(b), carry)
	return acc + carry
}

// tail returns up to seven octets as the high end of a big-endian word.
func tail(b []byte) (word uint64) {
	for i, c := range b {
		word |= uint64(c) << (56 - 8*i)
	}
	return word
}

// fold brings a sum of onesSum to 16 bits.
func fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc>>16 + acc&0xffff)
}

// headerSum checks the checksum of the IPv4 header at the start of ip
// (RFC 791 §3.1). It is unknown if the header was not captured whole.
func headerSum(ip []byte) tcp.Sum {
	return tcp.SumUnknown
}

// transportSum checks the checksum of a transport header: l4 holds the captured
// octets from that header on, length is how many there were on the wire. src and
// dst are addresses as in Key; dst is the final destination where an IPv6
// routing header has one (RFC 8200 §8.1).
func transportSum(src, dst *[16]byte, v6 bool, proto uint8, l4 []byte, length uint32) tcp.Sum {
	return tcp.SumUnknown
}
