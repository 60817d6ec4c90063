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

	known      [2]conn.Facts // of both ends, before the segment
	knows      knowledge     // which of them are set
	inspector  *Inspector
	triggering trigger
	order      sound      // what is in order about Seg
	repeats    repetition // what again says, if it was asked
	healed     cure       // what cure says, if it was asked
}

// Me returns what was known of the sender before the segment.
func (s *Scene) Me() *conn.Facts {
	return s.facts(s.sender())
}

// Peer returns what was known of the addressee before the segment.
func (s *Scene) Peer() *conn.Facts {
	return s.facts(s.sender() ^ 1)
}

// knowledge is a set of ends, a bit for each tcp.Dir, of which the facts are known, and
// of what else is known that many rules ask.
type knowledge uint8

const (
	knowsJudged knowledge = 1 << (iota + 2)
	saysJudged
	knowsRepeats
	knowsCure
)

// sender returns who sent the segment; at the end of a record, the client.
func (s *Scene) sender() tcp.Dir {
	if s.Seg == nil {
		return tcp.Client
	}
	return s.Seg.Dir
}

// facts returns what was known of an end before the segment, or at the end.
func (s *Scene) facts(d tcp.Dir) *conn.Facts {
	f := &s.known[d]
	if s.knows>>d&1 == 0 {
		s.Before.Learn(f, d)
		s.knows |= 1 << d
	}
	return f
}
