package outcome

import (
	"onpath/conn"
	"onpath/tcp"
)

// Trail is what must be remembered of a connection while it lives, beside its Conn:
// at most 32 octets. The zero Trail has seen nothing.
type Trail struct {
	at       uint32  // when it was established, µs since the record began; forever: too late, or before it
	shown    mark    // what has passed
	last     uint32  // when the last SYN of the client, or the last retransmission, passed; conn.Ticks
	pause    uint32  // between the last two of them, Ticks
	line     tcp.Seq // ACK with which the connection was established; then the highest number that the sender of the first RST that closed had shown
	delay    uint32  // from at to when an end closed, µs; before established, the first pause, Ticks
	attempts uint16  // SYNs of the client, copies not counted
	run      uint8   // retransmissions of one end with growing pauses that nothing of the other followed
	first    opening
	icmp     Rejection
	passed   Passed
}

// forever is a time of which nothing is told but that it is long.
const forever = 1<<32 - 1

// micros returns ns in µs.
func micros(ns int64) uint32 { return uint32(min(max(ns, 0)/1e3, forever)) }

// mark is a set of what has been shown.
type mark uint32

// Marks of an end, which are shifted by its Dir.
const (
	bareSyn mark = 1 << (2 * iota) // it sent a SYN without ACK
	synAck                         // it sent a SYN,ACK that fits the peer's SYN
	spoke                          // it sent something else inside of its stream
	fin                            // it sent a FIN
	rst                            // it sent a RST that closes
	rstAny                         // it sent a RST
	closer                         // its FIN or RST was the first that passed
	sending                        // it sent octets after its peer's FIN
	alone                          // its own numbers show that its peer answers, and nothing of the peer passed
)

// Marks of the connection.
const (
	established   mark = 1 << (18 + iota)
	crossed            // each FIN was sent before the other one arrived
	closedBefore       // a FIN was acknowledged, or both had passed, when the first RST that closed came
	goesOn             // what was sent after a RST of the sender was acknowledged by its addressee
	dataAfterRst       // payload passed after a RST that closed
	atSynAck           // the client's RST has SEQ = ISS+1: its answer to the SYN,ACK
	wrongAck           // in the handshake an ACK passed that does not fit
	synData            // a SYN carried payload
	tookSynData        // and the SYN,ACK acknowledged some of it
	leftSynData        // and the SYN,ACK acknowledged none of it
	abort              // the RST that closed has ACK, or answers nothing: its sender gave the connection up
	runByServer        // run is of the server
	resetByServer      // the first RST that closed was the server's
	lineOfReset        // line is of that RST
)

// either is a mark of both ends.
func either(m mark) mark { return m | m<<1 }

// has reports whether end d has shown m.
func (t *Trail) has(m mark, d tcp.Dir) bool { return t.shown&(m<<d) != 0 }

// is reports whether any of m, marks of the connection, or of either end, is set.
func (t *Trail) is(m mark) bool { return t.shown&m != 0 }

// both reports whether both ends have shown m.
func (t *Trail) both(m mark) bool { return t.shown&either(m) == either(m) }

// put notes that end d has shown m.
func (t *Trail) put(m mark, d tcp.Dir) { t.shown |= m << d }

// opening is what the first segment of all was, where it was no SYN.
type opening uint8

const (
	opensBySyn     opening = iota // with or without ACK; or nothing has passed
	opensByNothing                // no flags, or none of SYN, FIN, RST and ACK
	opensByFin                    // FIN without ACK
	opensByFinAck                 // FIN and ACK
	opensByAck                    // an ACK without octets
	opensByRst
	opensByData
)

// openingOf returns what a first segment is.
func openingOf(s *tcp.Segment) opening {
	f := s.Flags
	switch {
	case f&tcp.SYN != 0:
		return opensBySyn
	case f&tcp.RST != 0:
		return opensByRst
	case f&(tcp.FIN|tcp.ACK) == tcp.FIN|tcp.ACK:
		return opensByFinAck
	case f&tcp.FIN != 0:
		return opensByFin
	case s.Len > 0:
		return opensByData
	case f&tcp.ACK == 0:
		return opensByNothing
	}
	return opensByAck
}

// Continue lets the Trail go on in another record: what the record before counted is
// not counted again.
func (t *Trail) Continue() { t.attempts, t.passed, t.run, t.at = 0, 0, 0, forever }

// Segment notes a segment that has moved c, so many ns after its record began.
func (t *Trail) Segment(s *tcp.Segment, step *conn.Step, c *conn.Conn, after int64) {
	t.passed.note(s)
	if step.Plain && !t.is(either(rstAny)) {
		t.run = 0
		return
	}
	if step.Older || step.Begin == conn.Candidate {
		return
	}
	if t.shown == 0 && t.first == opensBySyn {
		t.first = openingOf(s)
	}
	if step.Begin == conn.Begun && step.SynSeen && s.Flags&tcp.SYN == 0 {
		t.opened(step.Opener)
	}
	if t.flows(s, step) {
		m := moment{t: t, s: s, step: step}
		t.put(spoke, s.Dir)
		m.repeats()
		return
	}
	t.judge(s, step, c, micros(after))
}

// Recall notes the first segment of all, a SYN of the client without payload, as Segment
// would have then.
func (t *Trail) Recall(s *tcp.Segment) {
	t.shown, t.passed, t.attempts, t.last = bareSyn<<tcp.Client, PassedSyn, 1, conn.Ticks(s.At)
}

// Opens is Segment for the SYN,ACK that answers a SYN which Recall noted, and for the client's
// ACK of that, both without payload and in order: it reports false, and does nothing, of
// any other, and where anything else has passed.
func (t *Trail) Opens(s *tcp.Segment, c *conn.Conn, after int64) bool {
	const asked, answered = bareSyn << tcp.Client, bareSyn<<tcp.Client | synAck<<tcp.Server
	var me, peer conn.Standing
	c.Stand(&me, s.Dir)
	c.Stand(&peer, s.Dir^1)
	if !peer.HasISS || s.Ack != peer.ISS+1 {
		return false
	}
	switch {
	case s.Dir == tcp.Server && t.shown == asked && !acked(&peer, &me):
		t.shown, t.passed = answered, t.passed|PassedSynAck
	case s.Dir == tcp.Client && t.shown == answered && acked(&me, &peer) && acked(&peer, &me):
		t.shown, t.passed = answered|spoke<<tcp.Client|established, t.passed|PassedAck
		t.at, t.delay, t.line = micros(after), 0, s.Ack
	default:
		return false
	}
	t.run = 0
	return true
}

// Goes reports whether GoOn is all that Segment would do with another segment with ACK, and
// at most PSH beside it: with one whose Step is Plain; and with any that is new octets, or
// an ACK, in order.
func (t *Trail) Goes() (plain, ordered bool) {
	plain = t.run == 0 && !t.is(either(rstAny))
	return plain, plain && t.is(established) && !t.is(either(fin)|either(rst))
}

// GoOn notes such a segment of end d, with payload or without.
func (t *Trail) GoOn(d tcp.Dir, payload, plain bool) {
	if payload {
		t.passed |= PassedData
	} else {
		t.passed |= PassedAck
	}
	if !plain {
		t.put(spoke, d)
	}
}

// flows reports whether the segment neither opens nor closes, and nothing has closed:
// all that it can show is that something is sent again. Most segments behind a loss do.
func (t *Trail) flows(s *tcp.Segment, step *conn.Step) bool {
	return t.is(established) && !t.is(either(fin)|either(rst)) && !step.Outside &&
		s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) == 0
}

// opened notes the SYN of a candidate that was chosen: the record before counted it.
func (t *Trail) opened(d tcp.Dir) {
	t.put(bareSyn, d)
	t.first, t.attempts = opensBySyn, 1
	t.passed |= PassedSyn
}

// judge notes what the segment is to the connection.
func (t *Trail) judge(s *tcp.Segment, step *conn.Step, c *conn.Conn, after uint32) {
	d := s.Dir
	var m moment // filled field by field: a literal would be copied
	m.t, m.after, m.s, m.step = t, after, s, step
	c.Stand(&m.me, d)
	c.Stand(&m.peer, d^1)
	switch f := s.Flags; {
	case f&tcp.SYN != 0 && f&tcp.ACK == 0:
		m.syn()
	case f&tcp.RST != 0:
		m.reset()
	case step.Outside:
		m.misfit()
	case f&tcp.SYN != 0:
		m.synAck()
	default:
		m.ordinary()
	}
	if s.Flags&tcp.RST == 0 && m.establishes() {
		t.shown |= established
		t.at, t.delay = after, 0
		if !t.is(lineOfReset) {
			t.line = s.Ack
		}
	}
}
