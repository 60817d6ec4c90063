package flow

import (
	"onpath/compat/tcpstates"
	"onpath/tcp"
)

// look shows a segment of e to the other systems: the columns named after them are what
// they would think of its record.
func (t *Table) look(e *entry, s *tcp.Segment) tcpstates.Flags {
	if s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 || !e.chain.Goes() {
		e.chain.Pass(s.Flags, s.Dir, t.chain)
	}
	return e.states.Observe(s, &t.states)
}
