package measure

import (
	"onpath/conn"
	"onpath/tcp"
)

// Handshake is how long the opening of a connection took on either side of us:
// from the SYN to the SYN,ACK, there to the server and back, and from the SYN,ACK
// to the client's ACK. A SYN or SYN,ACK that was sent again makes it ambiguous
// which of them was answered (Karn's rule, RFC 6298 §3), unless the answer echoes
// the timestamp of the last (RFC 7323 §4); the echo of an earlier one says
// nothing, as an endpoint that answers again repeats it. The zero Handshake has
// seen nothing.
type Handshake struct {
	server span // SYN to SYN,ACK; before the SYN,ACK: when the last SYN passed, since the record's start
	client span // SYN,ACK to ACK; before the ACK: when the last SYN,ACK passed; before that: SEQ of the SYN
	end    span // when the ACK passed; before the ACK: SEQ of the SYN,ACK
	state  uint8

	// Loan is for whoever keeps many of these; it is not looked at here.
	Loan [3]uint8
}

// tries is how often a segment was sent.
type tries uint8

const (
	never   tries = iota
	once          // so what answers it is known
	again         // the last has a timestamp of its own
	unclear       // nothing tells them apart
)

// Parts of state: the tries of SYN and of SYN,ACK, and that it is over.
const (
	synTries    = 0
	synAckTries = 2
	over        = 1 << 4
)

func (h *Handshake) tries(of int) tries { return tries(h.state >> of & 3) }

func (h *Handshake) setTries(of int, t tries) { h.state = h.state&^(3<<of) | uint8(t)<<of }

// Over reports whether nothing more can be learned.
func (h *Handshake) Over() bool { return h.state&over != 0 }

// Skip says that nothing more of the opening will pass here.
func (h *Handshake) Skip() {
	if !h.Over() {
		h.client, h.end = 0, 0
	}
	h.state |= over
}

// Lapse says that nobody watched for a while: what was not answered before may have been
// sent again meanwhile.
func (h *Handshake) Lapse() {
	for _, of := range [...]int{synTries, synAckTries} {
		if !h.Over() && h.tries(of) != never {
			h.setTries(of, unclear)
		}
	}
}

// Server returns the ns from the SYN to the SYN,ACK: the way from here to the
// server and back. 0: not known.
func (h *Handshake) Server() int64 {
	if h.tries(synAckTries) == never {
		return 0
	}
	return h.server.ns()
}

// Client returns the ns from the SYN,ACK to the client's ACK: the way from here to
// the client and back. 0: not known.
func (h *Handshake) Client() int64 {
	if !h.Over() {
		return 0
	}
	return h.client.ns()
}

// Total returns the ns of both, the round trip of the whole path; 0 if either is
// not known.
func (h *Handshake) Total() int64 {
	if h.Server() == 0 || h.Client() == 0 {
		return 0
	}
	return h.Server() + h.Client()
}

// End returns when the client's ACK passed, in ns since the record's start. ok is
// false if it did not.
func (h *Handshake) End() (ns int64, ok bool) { return h.end.offset(), h.Over() && h.end != 0 }

// Segment notes a segment of a record that began at start. c is the connection
// after it, before what it was before it. Nothing is asked of them but timestamps:
// what they know of a SYN may be of another one.
func (h *Handshake) Segment(s *tcp.Segment, step *conn.Step, c, before *conn.Conn, start int64) {
	if h.Over() || step.Outside || step.Older || step.Delivery == conn.CaptureDuplicate {
		return
	}
	passed := spanOf(s.At - start)
	switch f := s.Flags & (tcp.SYN | tcp.ACK | tcp.RST); {
	case passed == 0:
		h.Skip()
	case f == tcp.SYN && s.Dir == tcp.Client:
		h.syn(s, before, passed)
	case f == tcp.SYN|tcp.ACK && s.Dir == tcp.Server:
		h.synAck(s, c, before, passed)
	case f == tcp.ACK && s.Dir == tcp.Client:
		h.ack(s, c, passed)
	case f == tcp.ACK && h.tries(synAckTries) != never: // octets before the client's ACK
	default: // refused, joined late, or both ends open at once
		h.Skip()
	}
}

// Recall notes the SYN with which a record begins, as Segment would.
func (h *Handshake) Recall(s *tcp.Segment) {
	h.server, h.client, h.state = spanOf(0), span(s.Seq), uint8(once)<<synTries
}

// syn notes a SYN. One with another ISN is another attempt.
func (h *Handshake) syn(s *tcp.Segment, before *conn.Conn, passed span) {
	if h.tries(synAckTries) != never {
		return
	}
	if s.Seq != tcp.Seq(h.client) {
		h.setTries(synTries, never)
	}
	h.sent(synTries, s, before)
	h.server, h.client = passed, span(s.Seq)
}

// fastOpen is how many octets of a SYN its answer may acknowledge (RFC 7413).
const fastOpen = 1 << 16

// synAck notes the server's answer, or its repetition.
func (h *Handshake) synAck(s *tcp.Segment, c, before *conn.Conn, passed span) {
	switch first := h.tries(synAckTries) == never; {
	case first && h.tries(synTries) == never: // the SYN did not pass
		h.server = 0
	case first && !s.Ack.InWindow(tcp.Seq(h.client)+1, fastOpen): // it answers another SYN
		h.Skip()
		return
	case first:
		h.server = answered(h.tries(synTries), h.server, passed, s, c)
	case s.Seq != tcp.Seq(h.end): // two answers, of which one is forged or late
		h.Skip()
		return
	}
	h.sent(synAckTries, s, before)
	h.client, h.end = passed, span(s.Seq)
}

// ack notes what may be the client's answer to the SYN,ACK. One with octets waited
// for the application, or an ACK before it was lost; one of more octets is not the
// first.
func (h *Handshake) ack(s *tcp.Segment, c *conn.Conn, passed span) {
	if h.tries(synAckTries) == never || s.Ack != tcp.Seq(h.end)+1 {
		h.Skip()
		return
	}
	took := span(0)
	if s.SeqLen() == 0 {
		took = answered(h.tries(synAckTries), h.client, passed, s, c)
	}
	h.client, h.end, h.state = took, passed, h.state|over
}

// sent notes that a segment was sent, for the first time or again. Of one sent again
// the timestamp must be higher than all before.
func (h *Handshake) sent(of int, s *tcp.Segment, before *conn.Conn) {
	last, stamped := before.LastStamp(s.Dir)
	switch {
	case h.tries(of) == never:
		h.setTries(of, once)
	case stamped && s.Opts&tcp.OptTimestamp != 0 && int32(s.TSval-last) > 0 && h.tries(of) != unclear:
		h.setTries(of, again)
	default:
		h.setTries(of, unclear)
	}
}

// answered returns how long after the last of its kind, which passed at sent, its
// answer s passed, if it is the last that s answers. An echo tells; so it does if the
// last was the only one, as another may not have passed here.
func answered(t tries, sent, passed span, s *tcp.Segment, c *conn.Conn) span {
	last, stamped := c.LastStamp(s.Dir ^ 1)
	tells := stamped && s.Opts&tcp.OptTimestamp != 0
	if t == unclear || tells && s.TSecr != last || !tells && t == again {
		return 0
	}
	return passed.since(sent)
}
