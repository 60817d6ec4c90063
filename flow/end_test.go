package flow

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortByNumber: a list is sorted whatever gaps its numbers have, and if some are the same.
func TestSortByNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n, span := r.IntN(40), 1+r.Uint64N(200)
		list := make([]numbered, n)
		for i := range list {
			list[i] = numbered{1<<40 + r.Uint64N(span), uint32(1 + i)}
		}
		if r.IntN(2) == 0 { // each number once
			for i, k := range r.Perm(n) {
				list[i].num = 7 + uint64(k)*(1+span/50)
			}
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, func(a, b numbered) int { return cmp.Compare(a.num, b.num) })
		sortByNumber(list)
		if !slices.EqualFunc(list, want, func(a, b numbered) bool { return a.num == b.num }) {
			t.Fatalf("%v, not %v", list, want)
		}
		slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.i, b.i) })
		for i := range list {
			if list[i].i != uint32(1+i) {
				t.Fatalf("%d is missing", 1+i)
			}
		}
	}
}
