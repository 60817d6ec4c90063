package conn

import "onpath/tcp"

// joins gives positions to ends whose stream is not known: steps 0 and 2 of
// beliefs §4.
func (m *move) joins() {
	e, p, s := m.e, m.p, m.s
	if (e.bits|p.bits)&on == 0 { // no SYN of either passed
		e.set = alive
	}
	if !e.has(on) {
		m.joinsSender()
	}
	if !p.has(on) {
		m.alone = true
		p.start(s.Ack)
		p.set = all &^ inSS
		p.bits |= maybe | lossy
		e.bits |= lossy
		m.because(Capture)
	}
}

// joinsSender: a pure ACK may be SYN-RECEIVED's answer to a copy of the SYN, and
// have overtaken its SYN,ACK; or a FIN before it was lost too.
func (m *move) joinsSender() {
	e, s := m.e, m.s
	e.start(s.Seq)
	e.bits |= maybe
	if s.SeqLen() == 0 {
		e.set = follow(closes(e.set, false), e.pend)
	}
}

// start sets every position of p to the first number known of its stream.
func (p *end) start(at tcp.Seq) {
	p.base, p.contig, p.nxt, p.top, p.up = at, at, at, at, at
	p.sent.begin(at)
	p.bits |= on
}

// fresh resets e to a new TCB with an ISN, just after its SYN. What is kept of
// the one before tells its late segments apart.
func (m *move) fresh(e *end, isn tcp.Seq) {
	m.t.pool.take(e.sent.more)
	n := end{
		set: e.set, pend: e.pend, iss: isn, base: isn, wmax: e.wmax, shift: e.shift,
		bits: on | seen | hasISS | e.bits&(odd1|odd2|lossy|hasShift|synSeen|rstPend),
	}
	a := m.of(e)
	a.alt, a.rstLine, a.sacked = 0, 0, [2]span{}
	if e.has(hasISS) {
		a.alt, n.bits = e.iss, n.bits|hasAlt
	}
	n.up = isn
	n.contig, n.nxt, n.top = isn+1, isn+1, isn+1
	n.sent.begin(isn + 1)
	began := e.has(on)
	*e = n
	if began {
		m.step.Begin, m.step.Opener = Begun, m.s.Dir^1
	}
}
