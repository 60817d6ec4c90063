package netfilter

import (
	"math/rand/v2"
	"testing"
)

// TestIndex holds the index to a map, with hashes that collide.
func TestIndex(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	index, twin := newTable(), map[uint32]uint32{}
	index.index = make([]found, 8)
	for n := range uint32(20000) {
		slot := n%50 + 1
		if hash, in := twin[slot]; in {
			index.unlink(found{hash, slot})
			delete(twin, slot)
		} else if dice.IntN(3) > 0 {
			twin[slot] = dice.Uint32() & 0x80000007
			index.link(found{twin[slot], slot})
		}
		if index.count != len(twin) {
			t.Fatalf("after %d: %d counted, want %d", n, index.count, len(twin))
		}
		for slot, hash := range twin {
			if !index.reaches(found{hash, slot}) {
				t.Fatalf("after %d: slot %d of hash %x is not found", n, slot, hash)
			}
		}
	}
}

// reaches looks for f as find does.
func (t *table) reaches(f found) bool {
	mask := uint32(len(t.index) - 1)
	for p := f.hash & mask; t.index[p].slot != 0; p = (p + 1) & mask {
		if t.index[p] == f {
			return true
		}
	}
	return false
}
