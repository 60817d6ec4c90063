package story

import (
	"slices"

	"onpath/anomaly"
)

// short is how many packets alike in a row are worth a line each.
const short = 4

// ladder returns the rows, those alike in runs but for those that are accused of
// something.
func (t *Teller) ladder(accused map[uint64]bool) (rows []Row) {
	for i := 0; i < len(t.rows); {
		n := t.alike(i, accused)
		if n > short { // the first and the last one show where it begins and ends
			rows = append(rows, t.rows[i].Row, fold(t.rows[i+1:i+n-1]), t.rows[i+n-1].Row)
			i += n
			continue
		}
		for _, r := range t.rows[i : i+n] {
			rows = append(rows, r.Row)
		}
		i += n
	}
	return rows
}

// alike returns how many packets from i on are of one kind, at least 1.
func (t *Teller) alike(i int, accused map[uint64]bool) int {
	n := 0
	for first := &t.rows[i]; i+n < len(t.rows) && !accused[t.rows[i+n].Frame] && first.like(&t.rows[i+n]); n++ {
	}
	return max(n, 1)
}

// like reports whether both packets are ordinary, or the same mild thing is said of both
// and nothing else is new.
func (r *packetRow) like(o *packetRow) bool {
	if r.plain || o.plain {
		return r.plain && o.plain
	}
	return len(r.Notes) > 0 && r.mild() && o.Pause == 0 && r.Dir == o.Dir && r.State == o.State && r.Sure == o.Sure &&
		slices.Equal(r.Notes, o.Notes)
}

// mild reports whether nothing suspicious is said of the packet.
func (r *packetRow) mild() bool {
	return !slices.ContainsFunc(r.Notes, func(n Note) bool { return n.Severity >= anomaly.Suspicious })
}

// fold makes one row of packets alike.
func fold(rows []packetRow) Row {
	first, last := &rows[0], &rows[len(rows)-1]
	run := Run{Last: last.Frame, End: last.At}
	for i := range rows {
		r := &rows[i]
		run.Segments[r.Dir]++
		run.Octets[r.Dir] += uint64(r.octets)
	}
	row := Row{Frame: first.Frame, At: first.At, Dir: first.Dir, State: last.State, Sure: last.Sure, Notes: last.Notes, Run: &run}
	return row
}
