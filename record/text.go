package record

import (
	"net/netip"
	"slices"
	"strconv"
	"time"
)

const (
	second = int64(time.Second)
	day    = 86400 * second
)

// pairs are the numbers 0 to 99 in two digits each.
var pairs = func() (all [100][2]byte) {
	for i := range all {
		all[i] = [2]byte{byte('0' + i/10), byte('0' + i%10)}
	}
	return all
}()

// appendUint appends n. Most numbers in a record are 0 or of few digits, or sequence numbers:
// package strconv takes twice as long for these.
func appendUint(dst []byte, n uint64) []byte {
	switch {
	case n < 10:
		return append(dst, byte(n)+'0')
	case n < 100:
		return append(dst, pairs[n][:]...)
	case n < 1000:
		return append(append(dst, byte(n/100)+'0'), pairs[n%100][:]...)
	case n < 1e4:
		return append4(dst, uint32(n))
	case n < 1e8:
		return append4(appendUint(dst, n/1e4), uint32(n%1e4))
	case n < 1e12:
		low := uint32(n % 1e8)
		return append4(append4(appendUint(dst, n/1e8), low/1e4), low%1e4)
	}
	return strconv.AppendUint(dst, n, 10)
}

// append4 appends n, 0 to 9999, in four digits.
func append4(dst []byte, n uint32) []byte {
	return append(append(dst, pairs[n/100][:]...), pairs[n%100][:]...)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendNonZero appends n, or nothing for 0.
func appendNonZero(dst []byte, n uint64) []byte {
	if n == 0 {
		return dst
	}
	return appendUint(dst, n)
}

// dotted are the octets of an address of version 4, each with the dot behind it.
var dotted = func() (all [256]struct {
	text [4]byte
	n    uint8
}) {
	for i := range all {
		all[i].n = uint8(copy(all[i].text[:], append(strconv.AppendUint(nil, uint64(i), 10), '.')))
	}
	return all
}()

// appendAddr appends an address. Package netip, which writes any, takes twice as long
// for version 4.
func appendAddr(dst []byte, a netip.Addr) []byte {
	if !a.Is4() {
		return a.AppendTo(dst)
	}
	var text [16]byte
	n := uint8(0)
	for _, octet := range a.As4() {
		d := &dotted[octet]
		*(*[4]byte)(text[n:]) = d.text
		n += d.n
	}
	return append(dst, text[:n-1]...)
}

// AppendTime appends a time, given in ns since the Unix epoch, as RFC 3339 in
// UTC with nine decimals. Package time, which writes any layout, takes four
// times as long.
func AppendTime(dst []byte, ns int64) []byte {
	days, rest := floorDiv(ns, day)
	year, month, mday := civil(days)
	dst = slices.Grow(dst, timeLen)
	n := len(dst)
	dst = dst[:n+timeLen]
	text := (*[timeLen]byte)(dst[n:]) // its places need no bounds
	*(*[2]byte)(text[0:2]) = pairs[year/100%100]
	*(*[2]byte)(text[2:4]) = pairs[year%100]
	*(*[2]byte)(text[5:7]) = pairs[month%100]
	*(*[2]byte)(text[8:10]) = pairs[mday%100]
	text[4], text[7], text[10], text[timeLen-1] = '-', '-', 'T', 'Z'
	putClock((*[clockLen]byte)(text[11:]), rest)
	return dst
}

// lastTime is the time that was written last, for columns of which several have the same.
// The zero lastTime has written none.
type lastTime struct {
	ns   int64
	text [timeLen]byte
}

// append is AppendTime.
func (t *lastTime) append(dst []byte, ns int64) []byte {
	if t.ns != ns || t.text[0] == 0 {
		t.ns = ns
		AppendTime(t.text[:0], ns)
	}
	return append(dst, t.text[:]...)
}

const timeLen, clockLen = len("0000-00-00T00:00:00.000000000Z"), len("00:00:00.000000000")

// AppendClock appends the time of day in UTC, such as 15:59:13.509078, with the
// given number of decimals (1 to 9).
func AppendClock(dst []byte, ns int64, decimals int) []byte {
	_, rest := floorDiv(ns, day)
	var text [clockLen]byte
	putClock(&text, rest)
	return append(dst, text[:clockLen-9+decimals]...)
}

// putClock writes a time of day in ns as 00:00:00.000000000.
func putClock(text *[clockLen]byte, ns int64) {
	sec, frac := uint32(ns/second), uint32(ns%second)
	*(*[2]byte)(text[0:2]) = pairs[sec/3600%100]
	*(*[2]byte)(text[3:5]) = pairs[sec/60%60]
	*(*[2]byte)(text[6:8]) = pairs[sec%60]
	text[2], text[5], text[8], text[9] = ':', ':', '.', byte('0'+frac/1e8)
	*(*[2]byte)(text[10:12]) = pairs[frac/1e6%100]
	*(*[2]byte)(text[12:14]) = pairs[frac/1e4%100]
	*(*[2]byte)(text[14:16]) = pairs[frac/100%100]
	*(*[2]byte)(text[16:18]) = pairs[frac%100]
}

// AppendSeconds appends a duration, given in ns, as a decimal number of seconds
// without zeros at its end.
func AppendSeconds(dst []byte, ns int64) []byte {
	if ns < 0 {
		dst, ns = append(dst, '-'), -ns
	}
	dst = appendUint(dst, uint64(ns)/uint64(second))
	frac := uint32(uint64(ns) % uint64(second))
	if frac == 0 {
		return dst
	}
	dst = slices.Grow(dst, fractionRoom)
	n := len(dst)
	text := (*[fractionRoom]byte)(dst[n : n+fractionRoom])
	text[0] = '.'
	micros, digits := frac/1000, 7
	*(*[2]byte)(text[1:3]) = pairs[micros/1e4%100]
	*(*[2]byte)(text[3:5]) = pairs[micros/100%100]
	*(*[2]byte)(text[5:7]) = pairs[micros%100]
	if nanos := frac - micros*1000; nanos != 0 { // most clocks count µs
		text[7] = byte('0' + nanos/100)
		*(*[2]byte)(text[8:10]) = pairs[nanos%100]
		digits = 10
	}
	for text[digits-1] == '0' {
		digits--
	}
	return dst[:n+digits]
}

// fractionRoom is a point and nine digits.
const fractionRoom = 10

// floorDiv divides towards minus infinity, so that rest is never negative.
func floorDiv(n, by int64) (quotient, rest int64) {
	quotient, rest = n/by, n%by
	if rest < 0 {
		return quotient - 1, rest + by
	}
	return quotient, rest
}

// civil turns days since the Unix epoch into a date of the Gregorian calendar.
// It counts years from March, so that the leap day is a year's last, in eras of
// 400 years (146,097 days); day 0 of era 0 is 0000-03-01, long before all that
// an int64 of ns reaches (the years 1677 to 2262).
func civil(days int64) (year, month, mday uint32) {
	era, d := uint32(days+719468)/146097, uint32(days+719468)%146097
	y := (d - d/1460 + d/36524 - d/146096) / 365
	yday := d - (365*y + y/4 - y/100)
	m := (5*yday + 2) / 153
	mday = yday - (153*m+2)/5 + 1
	year, month = era*400+y, m+3
	if month > 12 {
		return year + 1, month - 12, mday
	}
	return year, month, mday
}
