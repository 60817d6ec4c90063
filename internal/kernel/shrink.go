package kernel

import "slices"

// batch is how many shorter dialogues the kernel is asked about at once.
const batch = 12

// Shrink leaves packets out of d as long as bad says of one of the shorter
// dialogues that it still fails. bad returns the index of the first that does, or
// -1.
func Shrink(d Dialogue, bad func([]Dialogue) int) Dialogue {
	for n := max(1, len(d)/2); ; n = max(1, n/2) {
		shorter := true
		for shorter {
			d, shorter = shrinkBy(d, n, bad)
		}
		if n == 1 {
			return d
		}
	}
}

// shrinkBy leaves n packets in a row out of d, where that still fails, from the end
// on.
func shrinkBy(d Dialogue, n int, bad func([]Dialogue) int) (Dialogue, bool) {
	var tries []Dialogue
	for at := len(d) - n; at > -n; at -= n {
		tries = append(tries, slices.Delete(slices.Clone(d), max(at, 0), at+n))
		if len(tries) < batch && at-n > -n {
			continue
		}
		if i := bad(tries); i >= 0 {
			return tries[i], len(tries[i]) > 0
		}
		tries = nil
	}
	return d, false
}
