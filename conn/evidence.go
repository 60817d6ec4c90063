package conn

import "onpath/tcp"

// evidence is what tells copies, late segments and retransmissions of one end
// apart.
type evidence struct {
	passed tcp.Seq // end of the highest octet that passed, SYN and FIN included
	at     millis  // of its last segment
	moved  millis  // of the last one that raised its ACK
	echo   uint32  // TSecr of that one, the TSval that made it acknowledge
	id     uint16  // highest IPv4 identification
	leadID uint16  // that of the segment which first showed end.real
	leadTS uint16  // the low bits of its TSval
	steps  uint8   // small forward steps that led to id; from counted on, steps of exactly 1
	dups   uint8   // ACKs in a row that repeat its highest one and carry nothing else, at most 2; and the bits
}

// Values of evidence.steps: a counter that others may share; one that this end
// alone uses; the most that are counted.
const (
	counted = 2
	exact   = 5
	enough  = 7
)

// Bits of evidence.dups: the end's next segment may go straight on; new octets came under the
// identification of other ones; identifications differ; echo, at are known.
const (
	ready = 1 << (iota + 3)
	stands
	varies
	hasEcho
	hasAt
	dupCount = ready - 1
)

// millis is a time in units of 2²⁰ ns (1.05 ms), modulo 2³² (52 days).
type millis uint32

func millisOf(ns int64) millis { return millis(ns >> 20) }

// ticks is a time in units of 2²⁶ ns (67 ms), modulo 2¹⁶ (73 minutes).
type ticks uint16

func ticksOf(ns int64) ticks { return ticks(ns >> 26) }

// copyLags is how long after the original a copy that the path made of it may come:
// 270 ms. Queues hold longer, but then whole flights.
const copyLags = 4

// note keeps what the next judgements need of s. leads tells whether it was the
// first to show the highest number of its sender.
func (m *move) note(leads bool) {
	s, ev := m.s, m.ev
	if m.step.Delivery != CaptureDuplicate && m.foreign() {
		m.noteForeign()
		return
	}
	first := ev.dups&hasAt == 0
	if s.SeqLen() > 0 && (m.end.After(ev.passed) || m.end == m.e.top) || first { // above top were strangers, or a candidate
		ev.passed = m.end
	}
	m.t.passedBy(m)
	if leads {
		ev.leadID, ev.leadTS = s.IPID, uint16(s.TSval)
	}
	if m.step.Begin == Begun || s.Flags&tcp.SYN != 0 && m.step.Delivery == New {
		ev.steps = 0 // another socket, another counter
	}
	if s.SeqLen() > 0 && !first && m.step.Delivery == New && s.IPID == ev.id && s.IPID != 0 {
		ev.dups |= stands
	}
	ev.counts(s.IPID, m.late())
	ev.at = millisOf(s.At)
	ev.dups |= hasAt
	if m.step.Delivery != CaptureDuplicate {
		m.e.hops(s.TTL)
	}
}

// late reports whether s has a TSval below one that its sender has shown.
func (m *move) late() bool {
	return m.s.Opts&tcp.OptTimestamp != 0 && m.e.has(hasTS) && int32(m.s.TSval-m.e.tsMax) < 0
}

// counts follows an IPv4 identification that goes up in small steps. One that is far off is
// another counter's, or late.
func (ev *evidence) counts(id uint16, late bool) {
	if id != ev.id && ev.dups&hasAt != 0 {
		ev.dups |= varies
	}
	switch d := id - ev.id; {
	case id == 0 || d == 0:
	case d == 1:
		ev.id, ev.steps = id, min(ev.steps+1, enough)
	case d < 256:
		ev.id, ev.steps = id, min(ev.steps+1, counted)
	case -d >= 256 && !late:
		ev.id, ev.steps = id, 0
	}
}

// noteAck follows the ACK of s: repeated ones ask for what is missing.
func (m *move) noteAck(before tcp.Seq, known bool) {
	s, ev := m.s, m.ev
	switch {
	case !known || s.Ack.After(before):
		ev.dups, ev.moved = ev.dups&^(dupCount|hasEcho), millisOf(s.At)
		if s.Opts&tcp.OptTimestamp != 0 {
			ev.echo, ev.dups = s.TSecr, ev.dups|hasEcho
		}
	case s.Ack == before && s.SeqLen() == 0 && ev.dups&dupCount < 2 && m.step.Delivery != CaptureDuplicate:
		ev.dups++
	}
}
