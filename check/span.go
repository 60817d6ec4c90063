package check

import (
	"strconv"
	"time"
)

// AppendSpan appends a time, given in ns, for people: with at most three digits that
// matter, as in 835 µs, 21.1 ms or 3.42 s; from a minute on in two units, as in 1m30s,
// 1h02m or 3d04h.
func AppendSpan(dst []byte, ns int64) []byte {
	d := time.Duration(ns)
	size := d.Abs() // of the least there is the greatest
	for _, u := range units {
		if size < u.below {
			dst = strconv.AppendFloat(dst, float64(d)/float64(u.of), 'g', 3, 64)
			return append(dst, u.name...)
		}
	}
	if d < 0 {
		dst = append(dst, '-')
	}
	return appendTwo(dst, size)
}

// units are those of a time below a minute, each for what is rounded to less than the
// next one.
var units = [...]struct {
	below, of time.Duration
	name      string
}{
	{999_500, time.Microsecond, " µs"},
	{999_500_000, time.Millisecond, " ms"},
	{59_950_000_000, time.Second, " s"},
}

const day = 24 * time.Hour

// pairs are the units of a longer time, each for what is rounded to less than the next.
var pairs = [...]struct {
	below, first, second time.Duration
	names                [2]byte
}{
	{time.Hour - time.Second/2, time.Minute, time.Second, [2]byte{'m', 's'}},
	{day - time.Minute/2, time.Hour, time.Minute, [2]byte{'h', 'm'}},
	{1<<63 - 1, day, time.Hour, [2]byte{'d', 'h'}},
}

// appendTwo appends a time in two units, the second one in two digits.
func appendTwo(dst []byte, d time.Duration) []byte {
	i := 0
	for d >= pairs[i].below && i < len(pairs)-1 {
		i++
	}
	p := &pairs[i]
	n := int64(d / p.second)
	if d%p.second >= p.second/2 {
		n++
	}
	per := int64(p.first / p.second)
	dst = append(strconv.AppendInt(dst, n/per, 10), p.names[0])
	if n%per < 10 {
		dst = append(dst, '0')
	}
	return append(strconv.AppendInt(dst, n%per, 10), p.names[1])
}
