package top

import (
	"fmt"
	"time"

	"onpath/record"
)

// amount writes n with at most three digits and a decimal prefix: 999, 1.02k, 34.5k.
func amount(n float64) string { return string(record.AppendAmount(nil, n)) }

// span writes a time in ns in at most five characters: 835µs, 21ms, 3.4s, 2m03s, 71h.
func span(ns int64) string {
	switch d := time.Duration(ns); {
	case d < time.Millisecond:
		return fmt.Sprintf("%dµs", d/time.Microsecond)
	case d < time.Second:
		return fmt.Sprintf("%dms", d/time.Millisecond)
	case d < time.Minute:
		return fmt.Sprintf("%d.%ds", d/time.Second, d%time.Second/(100*time.Millisecond))
	case d < 10*time.Minute:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 100*time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	default:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
}

// millis writes a time in ns as milliseconds, in at most four characters up to 10 s; a
// dash for 0.
func millis(ns int64) string {
	ms := float64(ns) / 1e6
	switch {
	case ns == 0:
		return "-"
	case ms < 9.995:
		return fmt.Sprintf("%.2f", ms)
	case ms < 99.95:
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// known writes a time, or a dash for 0.
func known(ns int64) string {
	if ns == 0 {
		return "-"
	}
	return span(ns)
}
