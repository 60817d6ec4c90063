package conn

import "onpath/tcp"

// A FIN beyond octets that did not pass may be forged: its addressee keeps it
// until the hole is filled, and its sender goes on. Two things show it, both while
// nobody has acknowledged it.

// takesBackFin takes a FIN of the sender back that s refutes: a newer pure ACK,
// which stands at SND.NXT, so behind every FIN (RFC 9293 §3.10.4), lies before
// it; or another FIN comes where octets were expected, and ends the stream there
// for its addressee, whoever sent which.
func (m *move) takesBackFin() {
	e, s := m.e, m.s
	if !e.has(hasFin|hasUna) || e.contig.After(e.fin) {
		return
	}
	switch {
	case s.Flags&tcp.FIN != 0:
		if at := s.Seq.Add(s.Len); !at.Before(e.fin) || e.contig.Before(s.Seq) {
			return
		}
		m.because(None)
	case s.Len > 0 || !s.Seq.Before(e.fin) || s.Seq.Before(e.una):
		return
	case !m.newerThanAll() || m.windowEnds():
		return
	}
	m.step.Refutes = true
	m.takeFinBack()
}

// newerThanAll reports whether s left its sender after all of its segments that
// passed.
func (m *move) newerThanAll() bool {
	return !m.e.has(rstAny) && (m.s.Ack.After(m.e.rcv) || m.newerStamp())
}

// windowEnds reports whether s may stand at the end of a window that was shrunk
// below what its sender had sent: some do not send an ACK beyond it.
func (m *move) windowEnds() bool { return m.e.fin.Add(1).After(m.e.una.Add(m.e.wnd)) }

// takeFinBack makes both ends what they are without the sender's FIN.
func (m *move) takeFinBack() {
	e, p := m.e, m.p
	e.bits &^= hasFin
	top := e.contig
	if n := e.sent.n; n > 0 {
		top = m.t.spans(&e.sent)[n-1].to
	}
	e.nxt, e.top, e.real = top, top, top
	e.set = follow(e.set.without(finUnsent), e.pend)
	p.pend &^= evFin
	back := p.set.without(finUnseen)
	if p.has(lossy) {
		back |= p.set
	}
	p.set = follow(back, p.pend)
}

// finUnsent and finUnseen tell what an end is in that was taken to be in a state,
// if the FIN which it had sent, or got, was not.
var (
	finUnsent = map[State]State{FinWait1: Established, FinWait2: Established, Closing: CloseWait, TimeWait: CloseWait, LastAck: CloseWait}
	finUnseen = map[State]State{CloseWait: Established, Closing: FinWait1, TimeWait: FinWait2, LastAck: FinWait1}
)

// without returns s with each state that stands in instead replaced.
func (s Set) without(instead map[State]State) (to Set) {
	for st := range NumStates {
		if !s.Has(st) {
			continue
		}
		if other, ok := instead[st]; ok {
			st = other
		}
		to |= Of(st)
	}
	return to
}
