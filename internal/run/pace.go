package run

import (
	"sync/atomic"
	"time"
)

// nap is how long a replay sleeps at most before it looks whether it is held.
const nap = 50 * time.Millisecond

// pace plays a capture in its own time.
type pace struct {
	speed float64 // how much faster; 0: as fast as it goes
	at    int64   // the capture's time that has come, ns since the Unix epoch
	since time.Time
	held  atomic.Bool
}

// wait returns when the time of a frame has come, or when stop is closed. rest is called
// to sleep.
func (p *pace) wait(at int64, rest func(time.Duration)) {
	if p.since.IsZero() {
		p.at, p.since = at, time.Now()
	}
	for {
		left := p.left(at)
		if left <= 0 {
			return
		}
		rest(min(left, nap))
	}
}

// left lets the capture's time go on, and returns how long to wait for at.
func (p *pace) left(at int64) time.Duration {
	now := time.Now()
	passed := now.Sub(p.since)
	p.since = now
	switch {
	case p.held.Load():
		return nap
	case p.speed == 0:
		p.at = at
		return 0
	}
	p.at += int64(float64(passed) * p.speed)
	return time.Duration(float64(at-p.at) / p.speed)
}
