package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(Handshake{}); n > 16 {
		t.Errorf("a Handshake takes %d octets", n)
	}
	if n := unsafe.Sizeof(Times{}); n != TimesOctets {
		t.Errorf("a Times takes %d octets, not %d", n, TimesOctets)
	}
}

func TestSpan(t *testing.T) {
	for _, tt := range []struct{ ns, want int64 }{
		{0, 1}, {1, 1}, {2147483647, 2147483647}, {2147483648, 2147483000}, {2147483647999, 2147483647000},
		{2147483648000, 0}, {-1, 0}, {-1 << 63, 0}, {1<<63 - 1, 0},
	} {
		if got := spanOf(tt.ns).ns(); got != tt.want {
			t.Errorf("%d ns as a span: %d, want %d", tt.ns, got, tt.want)
		}
	}
	if got := spanOf(5).since(spanOf(0)).ns(); got != 5 {
		t.Errorf("5 ns since 0: %d", got)
	}
}

// TestP95: the estimate is wrong by a bucket at most, whatever the values are like.
func TestP95(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 19, 20, 21, 1000, 200_000} {
		for _, spread := range []uint{0, 1, 6, 10} {
			var h histogram
			var s Spread
			var all []int64
			for range n {
				ns := int64(1e6) << dice.UintN(spread+1)
				ns += dice.Int64N(ns)
				all = append(all, ns)
				h.add(ns)
				s.Add(ns)
			}
			slices.Sort(all)
			want := all[(n*19+19)/20-1]
			if got := h.p95(s.Min(), s.Max()); float64(got) < 0.8*float64(want) || float64(got) > 1.25*float64(want) {
				t.Errorf("%d values over %d doublings: %d, want %d", n, spread, got, want)
			}
		}
	}
}

// TestP95Extremes: what is far below the greatest value counts, though its place is
// forgotten; nothing overflows.
func TestP95Extremes(t *testing.T) {
	for _, values := range [][]int64{{0}, {0, 0, 0}, {0, maxRTT}, {maxRTT, 0, 1, 2, 3, 4}, {1, 1 << 62, 1<<63 - 1}} {
		var h histogram
		var s Spread
		for range 70_000 {
			for _, ns := range values {
				h.add(ns)
				s.Add(ns)
			}
		}
		if got := h.p95(s.Min(), s.Max()); got < s.Min() || got > s.Max() {
			t.Errorf("%v: %d", values, got)
		}
		if s.Mean() < s.Min() || s.Mean() > s.Max() {
			t.Errorf("%v: mean %d", values, s.Mean())
		}
	}
}

// TestP95Slow: it is what adding up one bucket after the other tells.
func TestP95Slow(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		h := histogram{base: uint8(dice.UintN(200)), begun: true}
		for range dice.UintN(6) {
			h.count[dice.UintN(numBuckets)] = uint8(dice.Uint32() >> dice.UintN(32))
		}
		if dice.UintN(50) == 0 {
			for i := range h.count {
				h.count[i] = 1<<8 - 1
			}
		}
		least := boundOf(int(h.base)) + int64(dice.UintN(3))
		greatest := least + dice.Int64N(1<<dice.UintN(40))
		if got, want := h.p95(least, greatest), h.slowP95(least, greatest); got != want {
			t.Fatalf("%v between %d and %d: %d, want %d", h, least, greatest, got, want)
		}
	}
}

func (h *histogram) slowP95(least, greatest int64) int64 {
	all := uint32(0)
	for _, n := range h.count {
		all += uint32(n)
	}
	rank := (all*19 + 19) / 20
	for i, n := range h.count {
		if n := uint32(n); rank <= n && n > 0 {
			from, to := max(boundOf(int(h.base)+i), least), min(boundOf(int(h.base)+i+1), greatest)
			if i == 0 {
				from = least
			}
			return min(from+(to-from)*int64(rank)/int64(n), greatest)
		}
		rank -= uint32(n)
	}
	return greatest
}
