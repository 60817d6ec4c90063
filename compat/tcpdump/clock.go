package tcpdump

import (
	"strconv"
	"time"
)

// Clock is how tcpdump shows the time: the number of its -t.
type Clock uint8

const (
	TimeOfDay     Clock = iota // 15:59:13.509078
	NoTime                     // -t
	Epoch                      // -tt: 1246809553.509078
	SincePrevious              // -ttt: since the packet before
	DateTime                   // -tttt: 2009-07-05 15:59:13.509078
	SinceFirst                 // -ttttt: since the first packet
	NumClocks                  // as many as there are
)

// times are the times that differences are taken from, in ns since the Unix epoch.
type times struct {
	first, previous int64
	running         bool // there were packets
}

// appendTime appends the time, given in ns since the Unix epoch, and a blank.
func (p *Printer) appendTime(dst []byte, at int64) []byte {
	if !p.config.Nano {
		at -= floorMod(at, 1000)
	}
	t := &p.clock
	if !t.running {
		t.first, t.previous, t.running = at, at, true
	}
	previous := t.previous
	t.previous = at
	switch p.config.Time {
	case NoTime:
		return dst
	case Epoch:
		dst = strconv.AppendInt(dst, floorDiv(at, int64(time.Second)), 10)
	case SincePrevious:
		return p.appendSince(dst, at-previous)
	case SinceFirst:
		return p.appendSince(dst, at-t.first)
	default:
		dst = p.appendLocal(dst, at)
	}
	return p.appendFraction(dst, at)
}

// appendLocal appends the time of day in the configured zone, and if asked the date.
func (p *Printer) appendLocal(dst []byte, at int64) []byte {
	zone := p.config.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := time.Unix(0, at).In(zone)
	if p.config.Time == DateTime {
		year, month, day := t.Date()
		dst = append(appendDigits(dst, uint64(year), 4), '-')
		dst = append(appendDigits(dst, uint64(month), 2), '-')
		dst = append(appendDigits(dst, uint64(day), 2), ' ')
	}
	hour, minute, second := t.Clock()
	return appendClock(dst, hour, minute, second)
}

// appendSince appends a difference. As tcpdump shows it, days are left out and what
// is not negative has a blank before it.
func (p *Printer) appendSince(dst []byte, ns int64) []byte {
	sign := byte(' ')
	if ns < 0 {
		sign, ns = '-', -ns
	}
	seconds := int(ns / int64(time.Second) % 86400)
	dst = appendClock(append(dst, sign), seconds/3600, seconds/60%60, seconds%60)
	return p.appendFraction(dst, ns)
}

func appendClock(dst []byte, hour, minute, second int) []byte {
	dst = append(appendDigits(dst, uint64(hour), 2), ':')
	dst = append(appendDigits(dst, uint64(minute), 2), ':')
	return appendDigits(dst, uint64(second), 2)
}

// appendFraction appends the decimals of a time in ns, and a blank.
func (p *Printer) appendFraction(dst []byte, ns int64) []byte {
	fraction := uint64(floorMod(ns, int64(time.Second)))
	if p.config.Nano {
		return append(appendDigits(append(dst, '.'), fraction, 9), ' ')
	}
	return append(appendDigits(append(dst, '.'), fraction/1000, 6), ' ')
}

// appendDigits appends the last so many decimal digits of n.
func appendDigits(dst []byte, n uint64, digits int) []byte {
	for range digits {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; digits > 0; i, digits = i-1, digits-1 {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

// floorMod returns what is left of n, never negative.
func floorMod(n, by int64) int64 { return ((n % by) + by) % by }

func floorDiv(n, by int64) int64 { return (n - floorMod(n, by)) / by }
