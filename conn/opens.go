package conn

import "onpath/tcp"

// Opens notes that a SYN passes which is the first segment of its connection, as Move
// would, where nobody follows the connection yet: what comes later is told from copies
// of it. It reports false, and notes nothing, if it is a copy itself.
func (t *Tracker) Opens(s *tcp.Segment) bool {
	slot, mark := t.slot(s, s.Dir)
	if (slot.mark^mark)>>8 == 0 {
		return false
	}
	*slot = passage{mark, s.At}
	return true
}

// Recall moves c, which has seen nothing, by the SYN that Opens was shown, as Move would
// have then. It changes nothing of t.
func (t *Tracker) Recall(c *Conn, s *tcp.Segment, step *Step) {
	*step = Step{Leads: true, Delivery: New}
	var m move
	m.t, m.c, m.e, m.p, m.s, m.ev, m.end, m.step = t, c, &c.side[s.Dir], &c.side[s.Dir^1], s, &c.seen[s.Dir], s.End(), step
	m.a = &t.empty
	m.ea, m.pa = &m.a.side[s.Dir], &m.a.side[s.Dir^1]
	m.takes()
}
