package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Scene is what the rules are asked about: one segment, and the connection before
// and after it. Rules change nothing but the Case.
type Scene struct {
	Seg    *tcp.Segment // nil at the end of a record
	View   *packet.View // of Seg; nil at the end of a record
	Before *conn.Conn
	After  *conn.Conn // Before, if the segment moved nothing that anybody asks for
	Step   *conn.Step // zero at the end of a record
	Case   *Case
	End    *End          // at the end of a record; else nil
	Quote  *packet.Quote // with an ICMP error, whose View it is; Seg is what it quotes, as far as that is known

	me, peer   conn.Facts // of the sender and its addressee, before the segment
	knows      bool       // me and peer are set
	inspector  *Inspector
	triggering trigger
}

// Me returns what was known of the sender before the segment.
func (s *Scene) Me() *conn.Facts {
	s.learn()
	return &s.me
}

// Peer returns what was known of the addressee before the segment.
func (s *Scene) Peer() *conn.Facts {
	s.learn()
	return &s.peer
}

func (s *Scene) learn() {
	if s.knows {
		return
	}
	d := tcp.Client
	if s.Seg != nil {
		d = s.Seg.Dir
	}
	s.me, s.peer, s.knows = s.Before.Facts(d), s.Before.Facts(d^1), true
}
