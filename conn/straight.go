package conn

import "onpath/tcp"

// Most segments come right behind another one of their end that was Plain, and are like it.
// What plain asks of both ends is then known to be so, as all else that moves a Conn takes
// the word back: only numbers are left to ask, and what is noted is the same as last time.
// TestLaws holds this together with the other two ways.

// straightOn notes that the next segment of end e may go straight on: s, its last one, was
// Plain, like the one before it, and told p its window, the shift of which is known.
func (ev *evidence) straightOn(e, p *end, s *tcp.Segment) {
	if e.nSacked|p.nSacked == 0 && e.has(hasReal) && p.wl1 == s.Seq && p.wl2 == s.Ack && e.scale(p) == e.shift {
		ev.dups |= ready
	}
}

// halts takes back what straightOn noted of both ends.
func (c *Conn) halts() {
	c.seen[0].dups &^= ready
	c.seen[1].dups &^= ready
}

// straight moves both ends by s, whose sender is ready, if it goes straight on; it reports
// false, and does nothing, of any other. It does what plain, passesInOrder and inOrder do, in
// half of the instructions.
func (t *Tracker) straight(c *Conn, e, p *end, ev *evidence, s *tcp.Segment, step *Step) bool {
	to, acked, id := s.Seq.Add(s.Len), s.Ack-e.rcv, s.IPID-ev.id
	if s.Seq != e.top || s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) != tcp.ACK || s.NumSACK != 0 ||
		acked > p.contig-e.rcv || !to.Before(p.edge) || s.TTL != e.ttl || id != 1 && s.IPID|ev.id != 0 || s.Win == 0 {
		return false
	}
	if s.Len > 0 && p.win == 0 || s.Len == 0 && acked == 0 {
		return false
	}
	win := uint32(s.Win) << (e.shift & 31) // &31: no test of the shift
	edge, stamped := s.Ack.Add(win), s.Opts&tcp.OptTimestamp != 0
	if edge.Before(e.edge) || stamped && !e.stampsOn(p, s) || !stamped && e.bits&p.bits&hasTS != 0 {
		return false
	}
	if t.Keep {
		t.before = *c
	}
	step.Plain, step.Delivery, step.New, step.Leads = true, New, s.Len, s.Len > 0
	mark := t.markOf(s, s.Dir)
	if last := t.recent.remember(mark, s.At); (last.mark^mark)>>8 == 0 {
		t.again(c, s, step, last, mark, win)
		return true
	}
	now, dups := millisOf(s.At), ev.dups
	if acked != 0 {
		step.Advances, e.rcv, e.bits, ev.moved = true, s.Ack, e.bits&^shut, now
		dups &^= dupCount | hasEcho
		if stamped {
			ev.echo, dups = s.TSecr, dups|hasEcho
		}
		p.una = p.una.Max(s.Ack)
	}
	if s.Len > 0 {
		e.sent.contig, e.contig, e.nxt, e.top, e.real = to, to, to, to, to
		ev.passed, ev.leadID, ev.leadTS = to, s.IPID, uint16(s.TSval)
		if uint32(to-e.base) > longStream {
			e.rebase()
		}
	}
	if stamped {
		e.tsMax = s.TSval
		p.takesTS(s)
	}
	if s.IPID != 0 {
		ev.id, dups = s.IPID, dups|varies
		if ev.steps < enough {
			ev.steps++
		}
	}
	if e.ttlRun < maxRun {
		e.ttlRun++
	}
	if win > e.wmax {
		e.wmax = win
	}
	e.win, e.edge, ev.dups, ev.at = win, edge, dups, now
	p.wl1, p.wl2, p.wnd = s.Seq, s.Ack, win
	return true
}

// stampsOn reports whether the timestamps of s go on, between ends both of which have some.
func (e *end) stampsOn(p *end, s *tcp.Segment) bool {
	return e.bits&hasTS != 0 && p.bits&(hasTS|knowsTS) == hasTS|knowsTS && stamped(e, p, s)
}

// again moves c by a segment that would go straight on, but is equal to the last one that
// stood in its place.
func (t *Tracker) again(c *Conn, s *tcp.Segment, step *Step, last passage, mark uint64, win uint32) {
	d := s.Dir & 1
	e, p, ev := &c.side[d], &c.side[d^1], &c.seen[d]
	c.halts()
	t.doubt(c, s, step, last, mark)
	if !e.inOrder(p, ev, s, step, win) {
		t.noteInOrder(c, s, step)
	}
}
