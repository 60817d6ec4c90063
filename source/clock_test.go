package source

import (
	"math"
	"math/big"
	"testing"
)

// slowAt is clock.at with numbers of any size.
func slowAt(resolution byte, offset int64, ticks uint64) int64 {
	base := int64(10)
	if resolution&0x80 != 0 {
		base = 2
	}
	ns := new(big.Int).Mul(new(big.Int).SetUint64(ticks), big.NewInt(1e9))
	ns.Div(ns, new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(resolution&0x7f)), nil))
	clamp(ns)
	off := clamp(new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
	return clamp(ns.Add(ns, off)).Int64()
}

// clamp brings n to the nearest that an int64 can hold.
func clamp(n *big.Int) *big.Int {
	if n.Cmp(big.NewInt(math.MaxInt64)) > 0 {
		n.SetInt64(math.MaxInt64)
	}
	if n.Cmp(big.NewInt(math.MinInt64)) < 0 {
		n.SetInt64(math.MinInt64)
	}
	return n
}

func FuzzClock(f *testing.F) {
	for _, resolution := range []byte{0, 3, 6, 9, 10, 12, 28, 29, 127, 0x80, 0x81, 0x94, 0x9e, 0xbf, 0xc0, 0xc1, 0xff} {
		f.Add(resolution, int64(0), uint64(1_700_000_000_000_000))
		f.Add(resolution, int64(math.MaxInt64), uint64(math.MaxUint64))
		f.Add(resolution, int64(math.MinInt64), uint64(1))
		f.Add(resolution, int64(-9_223_372_036), uint64(0x9e3779b97f4a7c15))
		f.Add(resolution, int64(9_223_372_037), uint64(0))
	}
	f.Fuzz(func(t *testing.T, resolution byte, offset int64, ticks uint64) {
		c := newClock(resolution, offset)
		if at, want := c.at(ticks), slowAt(resolution, offset, ticks); at != want {
			t.Errorf("resolution %#x, offset %d s, %d ticks: %d, want %d", resolution, offset, ticks, at, want)
		}
	})
}
