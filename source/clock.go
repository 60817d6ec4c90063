package source

import (
	"math"
	"math/bits"
)

// clock turns the ticks of an interface into ns since 1970:
//
//	ticks × mul ÷ div ÷ 2^shift + offset
type clock struct {
	mul, div uint64
	shift    uint
	offset   int64
}

// newClock reads if_tsresol (draft-ietf-opsawg-pcapng §4.2: ticks are powers of
// 10, or of 2 if the upper bit is set, to a second) and if_tsoffset (s).
func newClock(resolution byte, offset int64) clock {
	power := int(resolution & 0x7f)
	c := clock{mul: 1, div: 1, offset: seconds(offset)}
	switch {
	case resolution&0x80 != 0:
		c.mul, c.shift = 1e9, uint(power)
	case power <= 9:
		c.mul = pow10(9 - power)
	case power <= 28:
		c.div = pow10(power - 9)
	default: // 2⁶⁴ ticks are less than a ns
		c.mul = 0
	}
	return c
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// seconds returns s in ns, or the nearest that an int64 can hold.
func seconds(s int64) int64 {
	if ns := s * 1e9; ns/1e9 == s {
		return ns
	}
	if s < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}

// at returns the time of ticks, or the nearest that an int64 can hold.
func (c *clock) at(ticks uint64) int64 {
	hi, lo := bits.Mul64(ticks, c.mul)
	if c.div != 1 {
		hi, lo = 0, lo/c.div // mul is 1 then
	}
	if c.shift > 0 {
		hi, lo = shiftRight(hi, lo, c.shift)
	}
	if hi != 0 || lo > math.MaxInt64 {
		hi, lo = 0, math.MaxInt64
	}
	return add(int64(lo), c.offset)
}

func shiftRight(hi, lo uint64, n uint) (uint64, uint64) {
	if n >= 64 {
		return 0, hi >> (n - 64)
	}
	return hi >> n, hi<<(64-n) | lo>>n
}

// add returns a+b for a ≥ 0, or the largest int64.
func add(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}
