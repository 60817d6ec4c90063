package conn

import "onpath/tcp"

// plainBits are the bits that must be known of both ends on the short path, and
// wild those that must not be set. The others follow from a belief of ESTABLISHED
// alone: TestDisorder holds this.
const (
	plainBits = hasISS | hasUna
	wild      = hasAlt | mptcp | lossy | rstPend
)

// plain reports whether s is the next segment of an open connection, and the window that
// it grants: the short path, on which nothing is surprising and no belief can change
// (beliefs §7). What rules ask about takes the long one: data that fills the window or
// finds it closed, timestamps that leap, a pure ACK that acknowledges nothing new, and an
// edge that moves left.
func plain(e, p *end, s *tcp.Segment) (win uint32, ok bool) {
	if s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) != tcp.ACK ||
		e.set != inES || p.set != inES ||
		e.bits&(plainBits|wild) != plainBits || p.bits&(plainBits|wild) != plainBits ||
		e.pend&^evAckSyn != 0 ||
		s.Seq != e.top || s.Seq != e.sent.contig ||
		s.Ack.Before(e.rcv) || s.Ack.After(p.contig) || p.sent.n != 0 || s.NumSACK != 0 || p.nSacked != 0 ||
		!s.Seq.Add(s.Len).Before(p.edge) || s.Len > 0 && p.win == 0 || s.Len == 0 && s.Ack == e.rcv {
		return 0, false
	}
	win = uint32(s.Win) << (e.scale(p) & 31) // &31: no test of the shift
	return win, !s.Ack.Add(win).Before(e.edge) && (s.Opts&tcp.OptTimestamp == 0 || stamped(e, p, s))
}

// How far timestamps may go on the short path, in ticks: TSval as far as RFC 7323
// §5.4 lets the fastest clock go in 30 s; an echo, as long as a clock of 1 MHz takes
// two minutes.
const (
	leap = 1 << 15
	lag  = 1 << 27
)

// stamped reports whether s has timestamps that no rule asks about: TSval is no
// older than the last and not far beyond it, and TSecr is one of the peer's.
func stamped(e, p *end, s *tcp.Segment) bool {
	return uint32(s.TSval-e.tsMax) < leap && uint32(p.tsMax-s.TSecr) < lag
}

// passesInOrder says in *step what a segment that plain accepted is to its octets, and
// remembers it.
func (t *Tracker) passesInOrder(c *Conn, e *end, ev *evidence, s *tcp.Segment, step *Step) {
	step.Plain, step.Delivery, step.New = true, New, s.Len
	step.Leads = !e.has(hasReal) || s.Seq.Add(s.Len).After(e.real)
	mark, id := t.markOf(s, s.Dir), s.IPID-ev.id
	if last := t.recent.remember(mark, s.At); (last.mark^mark)>>8 == 0 || id > 1 && (id < missedIDs || -id < lateIDs) {
		t.doubt(c, s, step, last, mark)
	}
}

// inOrder moves both ends by a segment that plain accepted, and that grants a window of
// win octets: in one run of code that calls nothing, as this is what most packets cost. It
// reports false where note has to follow, as the segment is unlike the one before it.
func (e *end) inOrder(p *end, ev *evidence, s *tcp.Segment, step *Step, win uint32) (noted bool) {
	to, now, id, stamped := s.Seq.Add(s.Len), millisOf(s.At), s.IPID-ev.id, s.Opts&tcp.OptTimestamp != 0
	known, dups := e.bits, ev.dups
	if s.Ack != e.rcv { // it is after
		step.Advances, e.rcv, ev.moved = true, s.Ack, now
		known, dups = known&^shut, dups&^(dupCount|hasEcho)
		if stamped {
			ev.echo, dups = s.TSecr, dups|hasEcho
		}
	}
	e.sent.contig, e.contig, e.nxt, e.top, e.real = to, to, to, to, to
	p.una = p.una.Max(s.Ack)
	if stamped {
		e.tsMax, known = s.TSval, known|hasTS
		p.takesTS(s)
	}
	if win == 0 {
		known |= shut
	}
	e.win, e.wmax, e.edge = win, max(e.wmax, win), s.Ack.Add(win)
	p.updateWindow(s, win)
	e.bits, ev.dups = known, dups
	if uint32(to-e.base) > longStream {
		e.rebase()
	}
	if s.TTL != e.ttl || id != 1 && s.IPID|ev.id != 0 || dups&hasAt == 0 || !stamped && known&p.bits&hasTS != 0 || step.Delivery != New {
		return false
	}
	if e.ttlRun < maxRun {
		e.ttlRun++
	}
	if s.Len > 0 {
		ev.passed, ev.leadID, ev.leadTS = to, s.IPID, uint16(s.TSval)
	}
	if s.IPID != 0 {
		ev.id, ev.steps, ev.dups = s.IPID, min(ev.steps+1, enough), dups|varies
	}
	ev.at = now
	return true
}

// Identifications beside the last one that the short path looks at twice: so few ahead
// that deliverTail may find one missing, and so few behind that ageOf may call them older.
const (
	missedIDs = 16
	lateIDs   = 256
)

// doubt judges the delivery of a segment that plain accepted and that may be late, sent
// again, or a copy of last, which stood in its place.
func (t *Tracker) doubt(c *Conn, s *tcp.Segment, step *Step, last passage, mark uint64) {
	m := moveOf(t, c, s, step)
	if d, copied := m.copyOf(last, mark); copied {
		step.Delivery = d
	} else if s.Len == 0 && m.ageOf() == older {
		step.Delivery = Reordered
	} else if s.IPID-m.ev.id > 1 {
		step.Delivery, step.Loss = m.deliverTail()
	}
}

// noteInOrder is note for a segment that plain accepted.
func (t *Tracker) noteInOrder(c *Conn, s *tcp.Segment, step *Step) {
	m := moveOf(t, c, s, step)
	m.note(s.Len > 0)
}

// moveOf returns what the short path asks the long one about; nothing that stands aside
// is handed out.
func moveOf(t *Tracker, c *Conn, s *tcp.Segment, step *Step) move {
	return move{t: t, c: c, e: &c.side[s.Dir&1], p: &c.side[s.Dir&1^1], s: s, ev: &c.seen[s.Dir&1], end: s.End(), step: step}
}
