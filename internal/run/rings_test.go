package run

import (
	"slices"
	"testing"

	"onpath/source/afpacket"
)

// TestRings: as many rings as are asked for are opened, if each has enough memory; all
// together take what they were given.
func TestRings(t *testing.T) {
	for _, interfaces := range []int{1, 2, 3, 16, 17, 100} {
		for _, rings := range []int{0, 1, 2, 8, 64} {
			for _, whole := range []int64{0, 100 * mib, 300 * mib, 4 << 30} {
				c := Config{Memory: whole, Capture: Capture{Interfaces: slices.Repeat([]string{"a"}, interfaces), rings: rings}}
				given := int64(max(afpacket.DefaultMemory, interfaces*afpacket.LeastMemory))
				if whole != 0 {
					if err := c.Divide(); err != nil {
						continue
					}
					given = c.Memory - c.heap() - programOctets
				}
				memory, n := c.Capture.each()
				if n < 1 || n > max(rings, 1) || n > 1 && memory/n < leastRing || n < rings && memory/(n+1) >= leastRing {
					t.Errorf("%d interfaces, %d shards, %s: %d rings of %d octets", interfaces, rings, mebi(whole), n, memory/n)
				}
				if takes := int64(interfaces) * int64(max(memory, n*afpacket.LeastMemory)); takes > given {
					t.Errorf("%d interfaces, %d shards, %s: the rings take %s of %s", interfaces, rings, mebi(whole), mebi(takes), mebi(given))
				}
			}
		}
	}
}
