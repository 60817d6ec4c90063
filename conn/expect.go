package conn

import (
	"onpath/internal/prefetch"
	"onpath/tcp"
)

// Advances reports whether the ACK of s, sent in direction d, will likely be higher than
// before.
func (c *Conn) Advances(s *tcp.Segment, d tcp.Dir) bool {
	return s.Flags&tcp.ACK != 0 && s.Ack != c.side[d&1].rcv
}

// Expect asks for where t remembers a segment s, sent in direction d, so that it is at hand
// then.
func (t *Tracker) Expect(s *tcp.Segment, d tcp.Dir) {
	if t.recent.lines != nil {
		prefetch.Lines(t.recent.line(t.markOf(s, d)), 0, 64)
	}
}
