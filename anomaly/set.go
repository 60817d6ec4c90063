package anomaly

import (
	"iter"
	"math/bits"
)

// Set is a set of IDs. The zero Set is empty; sets are compared with ==.
type Set [5]uint64

// The catalogue must fit into a Set: this does not compile where it does not.
const _ = uint(len(Set{})*64 - int(numIDs))

// SetOf returns the set of these IDs.
func SetOf(ids ...ID) (s Set) {
	for _, id := range ids {
		s.Add(id)
	}
	return s
}

// Add puts id into the set. The zero ID names no row: it is never in a set.
func (s *Set) Add(id ID) {
	if id != 0 {
		s[id/64] |= 1 << (id % 64)
	}
}

// Remove takes id out of the set.
func (s *Set) Remove(id ID) { s[id/64] &^= 1 << (id % 64) }

// Has reports whether id is in the set.
func (s *Set) Has(id ID) bool { return s[id/64]>>(id%64)&1 != 0 }

// Len returns how many IDs are in the set.
func (s *Set) Len() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Union returns what is in s, in t or in both.
func (s Set) Union(t Set) Set {
	for i := range s {
		s[i] |= t[i]
	}
	return s
}

// All yields the IDs in catalogue order, of the set as it is now.
func (s Set) All() iter.Seq[ID] {
	return func(yield func(ID) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(ID(i*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// Strongest returns the greatest severity of its rows, 0 if it is empty.
func (s Set) Strongest() (most Severity) {
	for id := range s.All() {
		most = max(most, id.Severity())
	}
	return most
}
