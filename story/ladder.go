package story

// short is how many plain packets in a row are worth a line each.
const short = 4

// ladder returns the rows, plain ones in runs but for those that are accused of
// something.
func (t *Teller) ladder(accused map[uint64]bool) (rows []Row) {
	for i := 0; i < len(t.rows); {
		n := 0
		for i+n < len(t.rows) && t.rows[i+n].plain && !accused[t.rows[i+n].Frame] {
			n++
		}
		if n > short { // the first and the last one show where it begins and ends
			rows = append(rows, t.rows[i].Row, fold(t.rows[i+1:i+n-1]), t.rows[i+n-1].Row)
			i += n
			continue
		}
		n = max(n, 1)
		for _, r := range t.rows[i : i+n] {
			rows = append(rows, r.Row)
		}
		i += n
	}
	return rows
}

// fold makes one row of plain packets.
func fold(rows []packetRow) Row {
	first, last := &rows[0], &rows[len(rows)-1]
	run := Run{Last: last.Frame, End: last.At}
	for i := range rows {
		r := &rows[i]
		run.Segments[r.Dir]++
		run.Octets[r.Dir] += uint64(r.octets)
	}
	row := Row{Frame: first.Frame, At: first.At, Dir: first.Dir, State: last.State, Sure: last.Sure, Run: &run}
	return row
}
