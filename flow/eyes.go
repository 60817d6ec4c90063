package flow

import (
	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/tcp"
)

// eyes are what other systems would think of a record: the columns named after
// them. They begin with the record, and see the segments that count to it.
type eyes struct {
	states tcpstates.Pair
	chain  tcpchain.State
}

// look shows a segment to the other systems.
func (t *Table) look(e *eyes, s *tcp.Segment) tcpstates.Flags {
	e.chain.Pass(s.Flags, s.Dir, t.chain)
	return e.states.Observe(s, &t.states)
}
