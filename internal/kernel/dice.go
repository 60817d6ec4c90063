package kernel

import "math/rand/v2"

// dice make every choice of a dialogue; equal seeds make equal dialogues.
type dice struct{ *rand.Rand }

func seeded(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x6f6e70617468))} }

// chance is true in percent of 100 throws.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// near returns a small number around 0, mostly within one of it.
func (d dice) near() uint32 {
	if d.chance(85) {
		return uint32(d.IntN(3) - 1)
	}
	return uint32(d.IntN(7) - 3)
}

// one returns one of all.
func one[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

// weighted returns an index of weights, each as often as its weight says.
func (d dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}
