package conn

import "onpath/tcp"

// Opens notes that a SYN passes which is the first segment of its connection, as Move
// would, where nobody follows the connection yet: what comes later is told from copies
// of it. It reports false, and notes nothing, if it is a copy itself.
func (t *Tracker) Opens(s *tcp.Segment) bool {
	mark := t.markOf(s, s.Dir)
	last := t.recent.remember(mark, s.At)
	if (last.mark^mark)>>8 == 0 {
		*t.recent.place(mark) = last
		return false
	}
	return true
}

// Recall moves c, which has seen nothing, by the SYN that Opens was shown, as Move would
// have then: one of a client, without payload, and with no options but those that nearly
// all have. (130 instructions; on the long path it would be 1,000.)
func (c *Conn) Recall(s *tcp.Segment, step *Step) {
	*step = Step{Leads: true, Delivery: New, Course: Opens}
	e, p, ev := &c.side[s.Dir], &c.side[s.Dir^1], &c.seen[s.Dir]
	first := s.Seq + 1
	c.opened = ticksOf(s.At)
	e.set, e.bits = inSS, turnBits
	e.iss, e.base, e.up = s.Seq, s.Seq, s.Seq
	e.sent.contig, e.contig, e.nxt, e.top, e.real = first, first, first, first, first
	e.win, e.wmax = uint32(s.Win), uint32(s.Win)
	e.offers(s)
	p.set, p.pend = gone|inSR, evSyn
	if s.Opts&tcp.OptTimestamp != 0 {
		e.tsMax, e.bits = s.TSval, e.bits|hasTS
		p.takesTS(s)
	}
	e.hops(s.TTL)
	ev.passed, ev.leadID, ev.leadTS = first, s.IPID, uint16(s.TSval)
	ev.counts(s.IPID, false)
	ev.at, ev.dups = millisOf(s.At), hasAt
}
