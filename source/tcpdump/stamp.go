package tcpdump

import (
	"strconv"
	"strings"
	"time"
)

// stampKind is how tcpdump printed a time (its -t options).
type stampKind uint8

const (
	noStamp  stampKind = iota // -t
	ofDay                     // none: the time of a day that is not named
	sinceEra                  // -tt: seconds since 1970
	dated                     // -tttt, or a date as ISO 8601 has it
	yearless                  // -ttt of OpenBSD: a date without its year
	delta                     // -ttt, of version 3: µs since the line before
	lost                      // there was one, which tcpdump could not print
)

// stamp is a printed time.
type stamp struct {
	kind stampKind
	ns   int64 // since midnight, 1970 or the line before
}

// cutStamp takes the time from the beginning of s, and reports whether there is
// one. Behind it stands what the line says.
func cutStamp(s string) (t stamp, rest string, ok bool) {
	word, rest, _ := strings.Cut(s, " ")
	if ns, ok := clockTime(word); ok {
		return stamp{ofDay, ns}, rest, true
	}
	if day, ok := date(word); ok {
		word, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
		ns, ok := clockTime(word)
		return stamp{dated, day + ns}, rest, ok && ns >= 0
	}
	if ns, ok := isoTime(word); ok {
		return stamp{dated, ns}, rest, true
	}
	if t, rest, ok := monthTime(s); ok {
		return t, rest, true
	}
	if rest, ok := strings.CutPrefix(s, "[Error converting time] "); ok {
		return stamp{kind: lost}, rest, true
	}
	if seconds, fraction, ok := strings.Cut(word, "."); ok && len(fraction) >= 6 && digits(seconds) && digits(fraction) {
		ns, ok := decimal(seconds, fraction)
		return stamp{sinceEra, ns}, rest, ok
	}
	if len(word) == 6 && digits(word) {
		ns, ok := decimal("0", word)
		return stamp{delta, ns}, rest, ok
	}
	return stamp{}, s, false
}

// clockTime reads hh:mm:ss with a fraction of 1 to 9 digits, or none; with a
// minus, as -ttt prints a step back.
func clockTime(word string) (ns int64, ok bool) {
	positive := strings.TrimPrefix(word, "-")
	if len(positive) < 8 || positive[2] != ':' || positive[5] != ':' || len(positive) == 9 {
		return 0, false
	}
	h, m, sec := positive[:2], positive[3:5], positive[6:8]
	fraction := ""
	if len(positive) > 9 {
		if positive[8] != '.' {
			return 0, false
		}
		fraction = positive[9:]
	}
	if !digits(h) || !digits(m) || !digits(sec) || fraction != "" && !digits(fraction) {
		return 0, false
	}
	hours, _ := strconv.Atoi(h)
	minutes, _ := strconv.Atoi(m)
	ns, ok = decimal(sec, fraction)
	if hours > 23 || minutes > 59 || ns > int64(61*time.Second) {
		return 0, false
	}
	ns += int64(hours)*int64(time.Hour) + int64(minutes)*int64(time.Minute)
	if positive != word {
		ns = -ns
	}
	return ns, ok
}

// decimal returns seconds and a fraction of at most 9 digits in ns. tcpdump prints
// 6 or 9; 7 or 8 are a damaged capture's µs beyond a second, as it counts them.
func decimal(seconds, fraction string) (ns int64, ok bool) {
	if len(fraction) > 9 || len(seconds) > 10 {
		return 0, false
	}
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return 0, false
	}
	f, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if len(fraction) == 7 || len(fraction) == 8 {
		f, _ = strconv.ParseInt(fraction+"000", 10, 64)
	}
	return s*int64(time.Second) + f, s < 1<<33
}

// date reads 2013-02-26, or 02/26/2013 as version 3 wrote it.
func date(word string) (ns int64, ok bool) {
	for _, layout := range [...]string{"2006-01-02", "01/02/2006"} {
		if len(word) != len(layout) {
			return 0, false
		}
		if t, err := time.Parse(layout, word); err == nil && t.Year() >= 1970 && t.Year() < 2200 {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

// isoTime reads 2013-02-26T07:12:18.010000Z, also with another zone or none.
func isoTime(word string) (ns int64, ok bool) {
	if len(word) < len("2006-01-02T15:04:05") || word[10] != 'T' {
		return 0, false
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, word); err == nil && t.Year() >= 1970 && t.Year() < 2200 {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

// monthTime reads Feb 26 07:12:18.010000. Of system logs, whose times have no fraction,
// it is not the packet's.
func monthTime(s string) (t stamp, rest string, ok bool) {
	day, ok := monthDay(s)
	if !ok || len(s) < len("Feb 26 ") {
		return stamp{}, s, false
	}
	word, rest, _ := strings.Cut(s[len("Feb 26 "):], " ")
	ns, ok := clockTime(word)
	if !ok || ns < 0 || !strings.Contains(word, ".") {
		return stamp{}, s, false
	}
	return stamp{yearless, day + ns}, rest, true
}

// monthDay reads Feb 26 at the beginning of s.
func monthDay(s string) (ns int64, ok bool) {
	const form = "Jan 02"
	if len(s) < len(form) || s[3] != ' ' || len(s) > len(form) && s[len(form)] != ' ' {
		return 0, false
	}
	t, err := time.Parse(form+" 2006", s[:4]+strings.Replace(s[4:6], " ", "0", 1)+" "+someYear)
	return t.UnixNano(), err == nil
}

// someYear is what stands for a year that is not told: one that has all days.
const someYear = "1972"

// digits reports whether s is a decimal number.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// clock makes points in time of printed ones.
type clock struct {
	day    int64 // midnight of the day that a time of day is of, ns
	years  int64 // how far behind someYear a date without its year is, ns
	last   int64 // ns since the Unix epoch
	ticks  bool  // there was a packet
	deltas bool  // times of day are steps since the line before (-ttt)
}

const (
	fullDay = int64(24 * time.Hour)
	halfDay = fullDay / 2
)

// at returns the time of the next packet, in ns since the Unix epoch. Without a
// date, the first day is 1970-01-01, and the next begins where a time of day
// lies half a day back; without any time, packets are 1 µs apart.
func (c *clock) at(s stamp) int64 {
	switch {
	case (s.kind == noStamp || s.kind == lost) && c.ticks:
		c.last += int64(time.Microsecond)
	case s.kind == noStamp, s.kind == lost:
		c.last = 0
	case s.kind == delta, s.kind == ofDay && c.deltas:
		c.last += s.ns
	case s.kind == ofDay:
		return c.ofDay(s.ns)
	case s.kind == yearless:
		return c.ofYear(s.ns)
	default:
		c.last = s.ns
	}
	c.ticks = true
	return c.last
}

// ofDay places a time of day next to the packet before.
func (c *clock) ofDay(ns int64) int64 {
	at := c.day + ns
	switch {
	case c.ticks && c.last-at > halfDay:
		c.day += fullDay
		at += fullDay
	case c.ticks && at-c.last > halfDay && c.day >= fullDay: // just before midnight, and late
		return at - fullDay
	}
	c.last, c.ticks = at, true
	return at
}

// ofYear places a date without its year next to the packet before: the next year begins
// where it lies more than half of one back.
func (c *clock) ofYear(ns int64) int64 {
	at := ns + c.years
	switch {
	case c.ticks && c.last-at > fullYear/2:
		c.years += fullYear
		at += fullYear
	case c.ticks && at-c.last > fullYear/2 && c.years > 0: // just before midnight, and late
		return at - fullYear
	}
	c.last, c.ticks = at, true
	return at
}

const fullYear = 366 * fullDay

// look reads the times of day in the first octets of a text. If they begin with
// exactly 0 and step back later, they are steps themselves (-ttt); those of
// -ttttt begin with 0, too, but grow.
func (c *clock) look(ahead string) {
	last := int64(-1)
	for line := range strings.Lines(ahead) {
		_, s, _, ok := undress(strings.TrimRight(line, "\r\n"))
		if !ok || s.kind != ofDay {
			continue
		}
		if last < 0 && s.ns != 0 {
			return
		}
		if s.ns < last {
			c.deltas = true
			return
		}
		last = s.ns
	}
}
