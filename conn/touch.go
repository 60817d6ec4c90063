package conn

import "onpath/tcp"

// Touch reads from each cache line of c that a segment of an open connection will need, so
// that it is at hand then. What it returns means nothing.
func (c *Conn) Touch() uint64 {
	a, b := &c.side[0], &c.side[1]
	return uint64(a.set) + uint64(a.sent.contig) + uint64(b.top) + uint64(b.nSacked)
}

// Advances reports whether the ACK of s, sent in direction d, will likely be higher than
// before.
func (c *Conn) Advances(s *tcp.Segment, d tcp.Dir) bool {
	return s.Flags&tcp.ACK != 0 && s.Ack != c.side[d&1].rcv
}

// Touch reads where t remembers a segment s, sent in direction d. What it
// returns means nothing.
func (t *Tracker) Touch(s *tcp.Segment, d tcp.Dir) uint64 {
	if t.recent.lines == nil {
		return 0
	}
	return t.recent.line(t.markOf(s, d))[0].mark
}
