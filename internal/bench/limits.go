package main

import (
	"fmt"
	"io"
)

// A limit is what a program must keep to on any machine.
type limit struct {
	program string
	load    string // "" for every workload
	what    string
	max     float64
	value   func(measure) float64
}

// limits are those of docs/performance.md. Allocations are not 0 as a table's slabs and
// the readers' buffers are allocations too; one per packet would be 1. Findings are not
// counted, which take memory where they are raised; nor is what all connections share
// among the octets of one.
var limits = [...]limit{
	{"quiet", "", "allocations per packet", 0.01, measure.allocsPerPacket},
	{"onpath", "", "allocations per packet", 0.05, measure.allocsPerPacket},
	{"tracker", "", "allocations per packet", 0.01, measure.allocsPerPacket},
	{"tracker", "many", "octets per connection", 192, measure.octetsPerConnection},
	{"quiet", "flood", "octets per connection", 128, measure.tableOctetsPerConnection}, // nearly all are half-open
	{"quiet", "many", "octets per connection", 660, measure.ownOctetsPerConnection},    // 640 at full size: at a tenth the index is emptiest
}

// check writes which limits t breaks, and returns how many.
func (t table) check(w io.Writer) (broken int) {
	for _, l := range limits {
		if len(t.runs[l.program]) == 0 || l.load != "" && l.load != t.load.Name {
			continue
		}
		if got := l.value(t.median(l.program)); got > l.max {
			fmt.Fprintf(w, "BROKEN: %s over %s: %s is %.3f, at most %g is allowed\n", l.program, t.load.Name, l.what, got, l.max)
			broken++
		}
	}
	return broken
}
