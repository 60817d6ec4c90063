package packet

import (
	"math/bits"

	"golang.org/x/sys/cpu"
)

// wideLeast is from how many octets on sumWide costs less than adding words.
const wideLeast = 128

// hasAVX2 says whether this processor adds 16 words of 16 bits at once, and the system
// keeps its registers.
var hasAVX2 = cpu.X86.HasAVX2

// wideMost bounds what sumBlocks adds at once, in octets: each of its 32 sums of 32 bits
// grows by less than 2¹⁶ for each block of 32.
const wideMost = 1 << 19

// sumWide is sumLong, with AVX2 where there is: 1,460 octets in a third of the
// instructions and of the time.
func sumWide(acc uint64, b []byte) (uint64, []byte) {
	if !hasAVX2 {
		return sumLong(acc, b)
	}
	for len(b) >= 32 {
		n := min(len(b), wideMost) &^ 31
		sum, c := bits.Add64(acc, sumBlocks(&b[0], n/32), 0)
		acc, b = sum+c, b[n:]
	}
	return acc, b
}

// sumBlocks returns the sum, not folded, of the little-endian words of 16 bits in so many
// blocks of 32 octets: at least 1, at most wideMost/32.
//
//go:noescape
func sumBlocks(first *byte, blocks int) uint64
