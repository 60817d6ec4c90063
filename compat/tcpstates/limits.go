package tcpstates

import (
	"sort"
	"time"
)

// Timeouts say how long each state of a silent direction lasts; a flow ends when
// the time of both its directions is over. A field of 0 means the default's
// value.
type Timeouts struct {
	New         time.Duration // after a SYN
	Established time.Duration
	Closing     time.Duration
	Closed      time.Duration
	Reset       time.Duration
}

// DefaultTimeouts are those of the tcpStates document, table 1.3.2.
var DefaultTimeouts = Timeouts{
	New:         120 * time.Second,
	Established: 610 * time.Second,
	Closing:     120 * time.Second,
	Closed:      10 * time.Second,
	Reset:       100 * time.Millisecond,
}

// beforeSyn is the timeout of a direction that sent no SYN yet, and of flows of
// other protocols: Tranalyzer2's own default, of which its document is silent.
const beforeSyn = 182 * time.Second

// Limits are Timeouts made ready for comparison: the ages in ns at which each
// state is over.
type Limits [numStates]uint64

// DefaultLimits are those of DefaultTimeouts.
var DefaultLimits = NewLimits(Timeouts{})

// NewLimits computes the Limits of t.
func NewLimits(t Timeouts) Limits {
	d := DefaultTimeouts
	return Limits{
		fresh:       limit(beforeSyn, 0),
		opening:     limit(t.New, d.New),
		established: limit(t.Established, d.Established),
		closing:     limit(t.Closing, d.Closing),
		closed:      limit(t.Closed, d.Closed),
		reset:       limit(t.Reset, d.Reset),
	}
}

// limit returns the least age in ns that is not below the timeout, or below
// other if that is 0. Tranalyzer2 compares float32 seconds, so it is a little
// less: 99,999,998 ns for 0.1 s, 609,999,969,483 for 610 s. Ages grow with time
// even after rounding, so one number says it all.
func limit(timeout, other time.Duration) uint64 {
	if timeout == 0 {
		timeout = other
	}
	const near = 1 << 30 // ns; rounding moves no timeout below half a year by more
	from := max(timeout-near, 0)
	return uint64(from) + uint64(sort.Search(near, func(ns int) bool {
		return seconds(int64(from)+int64(ns)) >= float32(timeout.Seconds())
	}))
}

// seconds returns an age in the arithmetic of Tranalyzer2: the difference of the
// seconds as float32, that of the fractions added in float64, rounded again.
func seconds(ns int64) float32 {
	return float32(float64(float32(ns/1e9)) + float64(ns%1e9)/1e9)
}

// over reports whether what was touched last is as old as limit at now. Time
// that runs backwards makes nothing old.
func over(now, last int64, limit uint64) bool {
	return now >= last && uint64(now)-uint64(last) >= limit
}
