package record

import (
	"net/netip"
	"strconv"
	"time"
)

const (
	second = int64(time.Second)
	day    = 86400 * second
)

// appendUint appends n. Most numbers in a record are 0 or of one digit.
func appendUint(dst []byte, n uint64) []byte {
	if n < 10 {
		return append(dst, byte(n)+'0')
	}
	return strconv.AppendUint(dst, n, 10)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendNonZero appends n, or nothing for 0.
func appendNonZero(dst []byte, n uint64) []byte {
	if n == 0 {
		return dst
	}
	return appendUint(dst, n)
}

func appendAddr(dst []byte, a netip.Addr) []byte { return a.AppendTo(dst) }

// AppendTime appends a time, given in ns since the Unix epoch, as RFC 3339 in
// UTC with nine decimals. Package time, which writes any layout, takes four
// times as long.
func AppendTime(dst []byte, ns int64) []byte {
	days, rest := floorDiv(ns, day)
	year, month, mday := civil(days)
	dst = append(dst, "0000-00-00T00:00:00.000000000Z"...)
	text := dst[len(dst)-30:]
	put4(text[0:], year)
	put2(text[5:], month)
	put2(text[8:], mday)
	putClock(text[11:], rest)
	return dst
}

// AppendClock appends the time of day in UTC, such as 15:59:13.509078, with the
// given number of decimals (1 to 9).
func AppendClock(dst []byte, ns int64, decimals int) []byte {
	_, rest := floorDiv(ns, day)
	dst = append(dst, "00:00:00.000000000"...)
	putClock(dst[len(dst)-18:], rest)
	return dst[:len(dst)-9+decimals]
}

// putClock writes the digits of a time of day in ns into 00:00:00.000000000.
func putClock(text []byte, ns int64) {
	text = text[:18]
	sec, frac := uint32(ns/second), uint32(ns%second)
	put2(text[0:], sec/3600)
	put2(text[3:], sec/60%60)
	put2(text[6:], sec%60)
	text[9] = byte('0' + frac/1e8)
	put4(text[10:], frac/1e4%1e4)
	put4(text[14:], frac%1e4)
}

// put4 writes n, 0 to 9999, in four digits.
func put4(text []byte, n uint32) {
	put2(text[0:], n/100)
	put2(text[2:], n%100)
}

// put2 writes n, 0 to 99, in two digits.
func put2(text []byte, n uint32) {
	tens := n * 103 >> 10 // n / 10
	text[1] = byte('0' + n - 10*tens)
	text[0] = byte('0' + tens)
}

// AppendSeconds appends a duration, given in ns, as a decimal number of seconds
// without zeros at its end.
func AppendSeconds(dst []byte, ns int64) []byte {
	if ns < 0 {
		dst, ns = append(dst, '-'), -ns
	}
	dst = strconv.AppendInt(dst, ns/second, 10)
	frac, width := ns%second, 9
	if frac == 0 {
		return dst
	}
	for frac%10 == 0 {
		frac, width = frac/10, width-1
	}
	return appendDigits(append(dst, '.'), frac, width)
}

// appendDigits appends n in at least width digits; n is not negative and width
// at most 9.
func appendDigits(dst []byte, n int64, width int) []byte {
	var b [9]byte
	for i := width - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, b[:width]...)
}

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
