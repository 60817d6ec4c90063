package conn

import "onpath/tcp"

// lentSpans is the block that a stream borrowed, for a checkpoint.
type lentSpans struct {
	dir   tcp.Dir
	n     uint16
	spans [blockSpans]span
}

// Parts returns a pointer to a zero value of each type of which Checkpoint
// and CheckpointAll give pointers.
func Parts() []any { return []any{new(lentSpans), new(asides), new(passage), new(piece)} }

// Checkpoint gives put all that c borrowed, each valid during the call: what Restore
// takes behind Adopt. A Conn itself is plain memory.
func (t *Tracker) Checkpoint(c *Conn, put func(part any)) {
	for d := range c.side {
		if st := &c.side[d].sent; st.more != 0 {
			put(&lentSpans{tcp.Dir(d), st.n, t.pool.blocks[st.more].spans})
		}
	}
	if c.aside != 0 {
		put(t.attic.at(c.aside))
	}
}

// Adopt makes c, a copy out of a checkpoint, one of t: with nothing borrowed yet.
func (t *Tracker) Adopt(c *Conn) {
	c.aside = 0
	c.halts()
	for d := range c.side {
		e := &c.side[d]
		e.set, e.lead = e.set&all, e.lead&all
		e.nSacked = min(e.nSacked, uint8(len(aside{}.sacked)))
		e.shift = min(e.shift, maxShift)
		if st := &e.sent; st.more != 0 || st.n > inlineSpans {
			st.more, st.n = 0, 0
		}
	}
}

// Restore lends c, which was adopted, what Checkpoint gave; it reports false for what is
// none of that.
func (t *Tracker) Restore(c *Conn, part any) bool {
	switch p := part.(type) {
	case *lentSpans:
		t.restoreSpans(&c.side[p.dir&1].sent, p)
	case *asides:
		t.attic.giveBack(c)
		c.aside = t.attic.lend(p)
		t.attic.at(c.aside).lostBy %= 3
	default:
		return false
	}
	return true
}

// restoreSpans borrows a block for a stream. If there is none, the holes are forgotten.
func (t *Tracker) restoreSpans(st *stream, p *lentSpans) {
	if st.more == 0 {
		st.more = t.pool.lend()
	}
	if st.more == 0 {
		t.HolesGivenUp++
		return
	}
	st.n = min(p.n, blockSpans)
	t.pool.blocks[st.more].spans = p.spans
}

// CheckpointAll gives put what a Tracker remembers of the last segments, of all
// connections together, each valid during the call: what RestoreAll takes. now is the time of the last one, ns.
func (t *Tracker) CheckpointAll(now int64, put func(part any)) {
	for i := 0; t.recent.lines != nil && i < recentLines; i++ {
		for n := range ways { // the last one first, as each is put before the others
			if p := &t.recent.lines[i][ways-1-n]; p.mark != 0 && (now-p.at)>>20 <= copyLives {
				put(p)
			}
		}
	}
	for i := range uint8(strangers) {
		if p := &t.foreigners.pieces[(t.foreigners.next+i)%strangers]; p.from != p.to {
			put(p)
		}
	}
}

// RestoreAll takes what CheckpointAll gave; it reports false for what is none of that.
func (t *Tracker) RestoreAll(part any) bool {
	switch p := part.(type) {
	case *passage:
		t.recent.restore(p)
	case *piece:
		f := &t.foreigners
		f.pieces[f.next%strangers] = *p
		f.next, f.some = f.next+1, true
	default:
		return false
	}
	return true
}
