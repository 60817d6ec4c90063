package run

import (
	"cmp"
	"slices"
	"strings"

	"onpath/anomaly"
	"onpath/check"
)

// found counts what was found, and why rules were silent.
type found struct {
	ids   [anomaly.Violation + 1]map[anomaly.ID]uint64 // findings by severity
	shown [anomaly.Violation + 1]map[anomaly.ID]uint64 // how often they were shown
	gates [16]uint64                                   // TCP records by the bits of gates that were closed
}

// finding counts a finding.
func (f *found) finding(x *check.Finding) {
	if f.ids[x.Severity] == nil {
		f.ids[x.Severity], f.shown[x.Severity] = map[anomaly.ID]uint64{}, map[anomaly.ID]uint64{}
	}
	f.ids[x.Severity][x.ID]++
	f.shown[x.Severity][x.ID] += uint64(x.Count)
}

// silent counts the gates that were closed for a TCP record.
func (f *found) silent(closed anomaly.Gate) {
	for bit := range f.gates {
		f.gates[bit] += uint64(closed >> bit & 1)
	}
}

// of returns how many findings of a severity there are.
func (f *found) of(s anomaly.Severity) (n uint64) {
	for _, times := range f.ids[s] {
		n += times
	}
	return n
}

// atLeast returns how many findings of a severity or a stronger one there are.
func (f *found) atLeast(least anomaly.Severity) (n uint64) {
	for s := least; int(s) < len(f.ids); s++ {
		n += f.of(s)
	}
	return n
}

// shownIDs is how many kinds of a severity the summary names.
const shownIDs = 6

// write says what was found, the strongest first, and what the capture itself kept
// rules from judging.
func (f *found) write(b *strings.Builder) {
	var severities []count
	for _, s := range anomaly.Severities() {
		severities = append(severities, count{s.String(), f.of(s)})
	}
	if severities = nonZero(severities); len(severities) > 0 {
		line(b, "findings", items(f.head(), severities))
	}
	for _, s := range anomaly.Severities() {
		line(b, "", frequent(s, f.ids[s], f.shown[s]))
	}
	line(b, "gates closed", items("", f.closed()))
}

// head says how many findings there are, and how often they were shown if more than once.
func (f *found) head() string {
	var all, shown uint64
	for s := range f.ids {
		for id, n := range f.ids[s] {
			all, shown = all+n, shown+f.shown[s][id]
		}
	}
	if shown == all {
		return thousands(all) + ": "
	}
	return thousands(all) + ", shown " + thousands(shown) + " times: "
}

// frequent names the most frequent kinds of a severity, and how often they were shown, as
// the table does.
func frequent(s anomaly.Severity, ids, shown map[anomaly.ID]uint64) string {
	if len(ids) == 0 {
		return ""
	}
	var kinds []count
	for id, n := range ids {
		kinds = append(kinds, count{id.String() + times(shown[id], n), n})
	}
	slices.SortFunc(kinds, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name))
	})
	if rest := kinds[min(len(kinds), shownIDs):]; len(rest) > 0 {
		others := count{name: "of " + plural(uint64(len(rest)), "other kind")}
		for _, k := range rest {
			others.n += k.n
		}
		kinds = append(kinds[:shownIDs], others)
	}
	return items(s.String()+": ", kinds)
}

// times writes how often n findings were shown, if more than once each.
func times(shown, n uint64) string {
	if shown == n {
		return ""
	}
	return " x" + thousands(shown)
}

// where are the gates that tell where a capture was made and for how long, not what
// is wrong with it.
const where = anomaly.GateServerSide | anomaly.GateCaptureStart | anomaly.GateTwoWayProven

// closed returns for how many connections a gate was closed, the most frequent first.
func (f *found) closed() (list []count) {
	for bit, g := range anomaly.Gates() {
		if !where.Has(g) {
			list = append(list, count{g.String(), f.gates[bit]})
		}
	}
	return largestFirst(list)
}
