package check

import (
	"math/rand/v2"
	"testing"
)

// TestDigest: the digests of a segment are those of its blocks one by one, whatever its
// length and whatever stood there.
func TestDigest(t *testing.T) {
	for n := range 2 * headBlocks * blockOctets {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rand.Uint32())
		}
		var got, want [headBlocks]uint8
		for i := range want {
			from := min(i*blockOctets, n)
			got[i], want[i] = byte(rand.Uint32()), digestOf(b[from:min(from+blockOctets, n)])
		}
		if digest(&got, b); got != want {
			t.Errorf("%d octets: %v, not %v", n, got, want)
		}
	}
}
