package measure

import (
	"encoding/binary"
	"math/bits"
)

// A Spread is how values lie: how many, the least, the mean, the greatest, and
// about where the greatest twentieth begins. Values are ns, not negative. The
// zero Spread has none.
type Spread struct {
	N        uint32
	min, max int64
	sum      int64
}

// Add counts a value.
func (s *Spread) Add(ns int64) {
	if s.N == 0 || ns < s.min {
		s.min = ns
	}
	s.max = max(s.max, ns)
	if s.N < 1<<32-1 && s.sum < 1<<62 { // beyond it the mean stands still
		s.N++
		s.sum += ns
	}
}

// Min returns the least value; 0 without any.
func (s *Spread) Min() int64 { return s.min }

// Max returns the greatest value; 0 without any.
func (s *Spread) Max() int64 { return s.max }

// Mean returns the mean; 0 without any.
func (s *Spread) Mean() int64 {
	if s.N == 0 {
		return 0
	}
	return s.sum / int64(s.N)
}

// A bucket of a histogram is a fourth of a doubling, so a value found in it is
// wrong by an eighth at most. There are buckets for twelve doublings: the
// greatest value stands in one of them, and what is less than a 4,000th of it in
// the lowest.
const (
	perDoubling = 4
	numBuckets  = 12 * perDoubling
	reserve     = 16 // buckets above the first value
)

// histogram counts values by their logarithm, in an octet each.
type histogram struct {
	base  uint8 // of the lowest bucket
	begun bool
	count [numBuckets]uint8
}

// bucketOf returns where on the whole scale of an int64 a value stands.
func bucketOf(ns int64) int {
	v := uint64(max(ns, perDoubling)) // below it a quarter of a doubling is no ns
	top := bits.Len64(v) - 1
	return top*perDoubling + int(v>>(top-2)&(perDoubling-1))
}

// boundOf returns the least value of a bucket.
func boundOf(bucket int) int64 {
	top := bucket / perDoubling
	return int64(perDoubling+bucket%perDoubling) << top >> 2
}

// add counts a value.
func (h *histogram) add(ns int64) {
	b := bucketOf(ns)
	if i := b - int(h.base); h.begun && uint(i) < numBuckets && h.count[i] < 1<<8-1 {
		h.count[i]++
		return
	}
	h.addOdd(b)
}

// addOdd counts a value of a bucket that is not there, or full, or the first of all.
func (h *histogram) addOdd(b int) {
	if !h.begun {
		h.begun, h.base = true, uint8(max(b+reserve-numBuckets, 0))
	}
	if over := b - int(h.base) - (numBuckets - 1); over > 0 {
		h.shift(over)
	}
	n := &h.count[max(b-int(h.base), 0)]
	if *n == 1<<8-1 {
		h.halve()
	}
	*n++
}

// shift moves the scale up: what was below it counts in the lowest bucket.
func (h *histogram) shift(by int) {
	lowest := 0
	for _, n := range h.count[:min(by, numBuckets)] {
		lowest += int(n)
	}
	n := copy(h.count[:], h.count[min(by, numBuckets):])
	clear(h.count[n:])
	h.base += uint8(by)
	for lowest += int(h.count[0]); lowest > 1<<8-1; lowest /= 2 {
		h.count[0] = 0
		h.halve()
	}
	h.count[0] = uint8(lowest)
}

// halve makes room where a bucket is full: what was counted before weighs half from
// then on. What one bucket has over counts in the next one, so that the share of all
// up to any bucket stays what it was, but for one value.
func (h *histogram) halve() {
	over := uint16(0)
	for i := numBuckets - 1; i >= 0; i-- {
		n := uint16(h.count[i]) + over
		h.count[i], over = uint8(n/2), n%2
	}
}

// p95 returns the value which 95 of 100 do not exceed, taken to lie evenly within
// a bucket, and between least and greatest.
func (h *histogram) p95(least, greatest int64) int64 {
	all := uint32(0)
	for i := 0; i < numBuckets; i += 8 {
		all += sum8(h.eight(i))
	}
	rank, first := (all*19+19)/20, 0
	for ; first < numBuckets-8; first += 8 { // most hold nothing
		n := sum8(h.eight(first))
		if rank <= n {
			break
		}
		rank -= n
	}
	for i := first; i < numBuckets; i++ {
		n := uint32(h.count[i])
		if rank <= n && n > 0 {
			from, to := max(boundOf(int(h.base)+i), least), min(boundOf(int(h.base)+i+1), greatest)
			if i == 0 {
				from = least
			}
			return min(from+(to-from)*int64(rank)/int64(n), greatest)
		}
		rank -= n
	}
	return greatest
}

// eight returns the counts of eight buckets.
func (h *histogram) eight(first int) uint64 {
	return binary.LittleEndian.Uint64(h.count[first : first+8])
}

// sum8 adds the octets of a word: first in pairs, which are four numbers of 16 bits.
func sum8(w uint64) uint32 {
	const even = 0x00ff00ff00ff00ff
	return uint32((w&even + w>>8&even) * 0x0001000100010001 >> 48)
}
