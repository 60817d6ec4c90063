package conn

import "onpath/tcp"

// ObserveLong is Observe without the short path; taken tells whether that would
// have been taken.
func (t *Tracker) ObserveLong(c *Conn, s *tcp.Segment) (step Step, taken bool) {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	before := *c
	_, taken = plain(e, p, s)
	step.Sacked = [2][2][2]tcp.Seq{t.Sacked(c, s.Dir), t.Sacked(c, s.Dir^1)}
	a := t.hand(c)
	m := move{t: t, c: c, e: e, p: p, a: a, ea: &a.side[s.Dir], pa: &a.side[s.Dir^1], s: s, ev: &c.seen[s.Dir], end: s.End(), step: &step}
	step.Leads = !e.has(hasReal) || m.end.After(e.real)
	m.long()
	t.keep(c)
	if !taken {
		step.Course = before.course(s, &step)
	}
	return step, taken
}

// SlowCourse is Step.Course, also of what is Plain, given c as it was before s.
func (c *Conn) SlowCourse(s *tcp.Segment, step *Step) Course { return c.course(s, step) }

// Lossy reports whether something towards an end is known to be missing.
func (c *Conn) Lossy() bool { return (c.side[0].bits|c.side[1].bits)&lossy != 0 }

// Lent returns how many blocks of the pool streams hold.
func (t *Tracker) Lent() int {
	n := max(len(t.pool.blocks)-1, 0)
	for i := t.pool.free; i != 0 && n > 0; i = t.pool.blocks[i].free {
		n--
	}
	return n
}

// Same reports whether c, of t, knows what d knows, of u.
func (t *Tracker) Same(c *Conn, u *Tracker, d *Conn) bool {
	var a, b asides
	if x := t.asideOf(c); x != nil {
		a = *x
	}
	if x := u.asideOf(d); x != nil {
		b = *x
	}
	x, y := *c, *d
	x.aside, y.aside = 0, 0
	x.halts()
	y.halts()
	return x == y && a == b
}

// SlowPhase is Phase written for reading.
func (c *Conn) SlowPhase() Phase {
	a, b := &c.side[0], &c.side[1]
	synchronized := func(d tcp.Dir) bool {
		return sync.Has(c.State(d)) || c.side[d].has(lossy) && c.side[d].set&sync != 0
	}
	switch {
	case a.finished(b) && b.finished(a):
		return Finished
	case a.wasReset(b) || b.wasReset(a):
		return Reset
	case a.closes(b) || b.closes(a):
		return HalfClosed
	case synchronized(tcp.Client) && synchronized(tcp.Server):
		return Open
	}
	return Opening
}

// InTurn reports whether s would take the way of what comes in its turn.
func (t *Tracker) InTurn(c *Conn, s *tcp.Segment) bool {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	m := move{t: t, c: c, e: e, p: p, s: s, ev: &c.seen[s.Dir], end: s.End()}
	if s.Flags&tcp.SYN != 0 {
		return m.answersFirst()
	}
	_, short := plain(e, p, s)
	return !short && m.inPlace() && m.leavesInTurn() != 0
}

// Behind reports whether s would take the way of what goes on behind a loss.
func (t *Tracker) Behind(c *Conn, s *tcp.Segment) bool {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	m := move{t: t, c: c, e: e, p: p, s: s, ev: &c.seen[s.Dir], end: s.End()}
	_, short := plain(e, p, s)
	return !short && !t.InTurn(c, s) && m.goesOnBehind()
}
