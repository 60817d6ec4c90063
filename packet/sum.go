package packet

import (
	"encoding/binary"
	"math/bits"
)

// onesSum returns the one's complement sum of b, taken as big-endian 16-bit
// words and padded with a zero octet (RFC 1071 §1). The sum does not care for
// the order of the octets as long as one swap ends it (§2 B), so it adds words
// of 64 bits as they lie in memory.
func onesSum(b []byte) uint16 { return bigFold(sumOctets(0, b)) }

// sumOctets adds to acc the words of 64 bits of b, little-endian and padded with zero
// octets, with the carries brought round. acc is 0 after that only if all octets are.
func sumOctets(acc uint64, b []byte) uint64 {
	acc, c := bits.Add64(acc, lastWord(b), 0)
	acc += c // after a carry there is room for another
	if len(b) >= wideLeast {
		acc, b = sumWide(acc, b)
	}
	le := binary.LittleEndian
	for ; len(b) >= 32; b = b[32:] {
		acc, c = bits.Add64(acc, le.Uint64(b), 0)
		acc, c = bits.Add64(acc, le.Uint64(b[8:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[16:]), c)
		acc, c = bits.Add64(acc, le.Uint64(b[24:]), c)
		acc += c
	}
	for i := 0; i <= len(b)-8; i += 8 {
		acc, c = bits.Add64(acc, le.Uint64(b[i:i+8]), 0)
		acc += c
	}
	return acc
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
	le := binary.LittleEndian
	if len(b) >= 8 {
		return le.Uint64(b[len(b)-8:]) >> (64 - 8*(len(b)&7))
	}
	at := 0
	if len(b)&4 != 0 {
		word, at, b = uint64(le.Uint32(b)), 32, b[4:]
	}
	for _, c := range b {
		word |= uint64(c) << at
		at += 8
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

// bigFold is fold of what was added as little-endian words, as a big-endian word.
func bigFold(acc uint64) uint16 { return bits.ReverseBytes16(fold(acc)) }

// allOnes is the sum of octets that hold their own checksum.
const allOnes = 0xffff

// full reports whether the words of 16 bits in acc, which is not 0, add up to allOnes. As
// 2¹⁶ is 1 modulo allOnes, a multiplication tells instead of four additions.
func full(acc uint64) bool { return acc%allOnes == 0 }
