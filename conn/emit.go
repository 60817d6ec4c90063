package conn

import "onpath/tcp"

// leaves returns D: the states in which s, taken alone, can have left its
// sender, as they are just after it (beliefs §2). Rows that read the peer's FIN
// or IRS are not asked of an ACK of the older incarnation; notArrived tells
// whether the row "the peer's FIN had not arrived" is.
func (m *move) leaves(notArrived bool) Set {
	e, p, s := m.e, m.p, m.s
	d := sync
	if m.fromSynReceived() {
		d |= inSR
	}
	if !m.old && p.has(hasFin) && s.Ack.After(p.fin) {
		d &= finIn
	} else if notArrived && !m.old && (p.has(hasFin) || !e.has(lossy)) {
		d &^= finIn
	}
	switch {
	case s.Flags&tcp.FIN != 0:
		d &= m.withFin()
	case m.finLeft():
		d &= finOut
	case m.noFinBefore():
		d &^= finOut
	}
	return d
}

// fromSynReceived reports whether s can leave SYN-RECEIVED: a pure ACK of the
// peer's SYN alone; anything, if that SYN carried data (RFC 7413). If both opened
// at once its own SYN may have, and SND.NXT lies behind them.
func (m *move) fromSynReceived() bool {
	e, p, s := m.e, m.p, m.s
	switch {
	case m.old || p.has(synData):
		return true
	case e.has(moved):
		return false
	case e.has(hasIRS) && s.Ack != e.irs+1:
		return false
	case e.has(synData):
		return s.SeqLen() == 0
	case !e.has(hasISS):
		return s.SeqLen() == 0
	}
	return !m.end.After(e.iss+1) || s.SeqLen() == 0 && !e.has(lossy) // octets went with a SYN that was lost before us
}

// withFin: the states just after a FIN; a copy, with nothing new in it, leaves
// the later ones possible too.
func (m *move) withFin() Set {
	if m.end.Before(m.e.top) {
		return finOut
	}
	return Of(FinWait1, Closing, LastAck)
}

// finLeft: SEQ lies behind the FIN, or a keep-alive's octet stands in its place
// (RFC 9293 §3.8.4).
func (m *move) finLeft() bool {
	e, s := m.e, m.s
	return e.has(hasFin) && (s.Seq == e.fin+1 || s.Seq == e.fin && s.Len == 1)
}

// noFinBefore: new octets beyond all others, or a pure ACK at the end of what
// passed, show that no FIN was sent before them.
func (m *move) noFinBefore() bool {
	e, s := m.e, m.s
	if e.has(hasFin) {
		return false
	}
	if s.Len > 0 {
		return m.end.After(e.top) && (s.Len > 1 || !e.has(maybe))
	}
	return s.Seq == e.top && e.top == e.nxt && !e.has(maybe)
}

// emits moves the belief about the sender by its segment, no SYN and no RST:
// steps 7 to 10 of beliefs §4.
func (m *move) emits() {
	e := m.e
	w, lead := m.before(e.set), m.before(e.lead)
	d := m.leaves(true)
	m.passes()
	filter := after(d)
	if m.newest {
		filter = d
	}
	to := w & filter
	if e.bits&(hasFin|maybe) == 0 && e.nxt == e.top {
		to &^= finOut
	}
	if e.has(rstIn) && e.set.in(gone) && !e.has(lossy) && !m.old && m.s.Ack.After(m.ea.rstLine) {
		to = 0
	}
	if to == 0 {
		to = m.unfit(d)
	}
	if e.has(altNew) || e.set&inSS != 0 && m.alone {
		to |= inSS
	}
	e.set = follow(to, e.pend)
	if m.outlivesRst() {
		lead = to & d
	}
	e.lead = follow(lead&filter, e.pend&^e.before)
}

// outlivesRst reports whether s is presumed to come after a RST of its sender: one
// with no place in the stream answers an odd ACK (RFC 9293 §3.10.7.4 fifth) and
// ends nothing.
func (m *move) outlivesRst() bool {
	e := m.e
	return e.bits&(rstAny|altNew) == rstAny && !m.p.has(rstPend)
}

// before returns the states that the sender may have been in by the belief w,
// with the calls that only this segment shows.
func (m *move) before(w Set) Set {
	e, s := m.e, m.s
	if e.has(lossy) {
		w = everything(w, e.has(cw))
	}
	fin := s.Flags&tcp.FIN != 0
	if fin || m.hole {
		w = follow(closes(w, e.has(cw)), e.pend)
	}
	if fin && e.bits&(hasUna|hasFin) == hasUna && !m.end.After(e.una) {
		w = follow(w, evAckFin)
	}
	return w
}

// unfit returns what the sender may be in if none of the states of its belief can
// have sent this segment. Something was missed, and that explains all: a missed
// connection may have ended the one followed, and another begun. But an end that
// was gone by its own RST has not sent it: then the RST was not its own.
func (m *move) unfit(d Set) Set {
	e := m.e
	if !m.p.has(hasFin) {
		d = m.leaves(false)
	}
	if e.has(rstIn) {
		m.because(None)
		e.bits &^= rstIn | rstAny
		return d
	}
	m.because(Capture)
	e.bits |= lossy
	return d
}

// passes marks the segment's octets in the sender's stream.
func (m *move) passes() {
	e, s := m.e, m.s
	if s.Len > 1 && !s.Seq.Add(s.Len).Before(e.top) { // the octet below top is data; a lone one may be a keep-alive's
		e.bits &^= maybe
	}
	if s.Flags&tcp.FIN != 0 && !e.has(hasFin) {
		e.fin, e.bits = s.Seq.Add(s.Len), e.bits|hasFin
	}
	last := s.Len == 1 && m.end == e.top && (e.bits|m.p.bits)&lossy != 0
	m.mark()
	if last && m.step.New > 0 { // a keep-alive's octet may stand where a FIN was missed
		e.bits |= maybe
	}
	if !e.has(hasFin) && m.p.has(hasFin) && s.Ack.After(m.p.fin) && s.Seq == e.top && e.top == e.nxt { // a pure ACK
		e.bits |= cw
	}
}

// mark moves the end of what passed to cover s, whatever its flags.
func (m *move) mark() {
	e, s := m.e, m.s
	m.markOctets(s.Data(), s.Data().Add(s.Len))
	if s.SeqLen() > 0 {
		e.nxt = e.nxt.Max(m.end)
	}
	e.top = e.top.Max(m.end)
	e.rebase()
	if !e.has(hasReal) {
		e.real, e.bits = m.end, e.bits|hasReal
	}
	e.real = e.real.Max(m.end)
	if s.Flags&tcp.URG != 0 {
		e.up = e.up.Max(s.Seq.Add(uint32(s.Urg)))
	}
	m.t.extend(e)
}

// markOctets marks the payload [from, to): first what was acknowledged already,
// as new octets there fill a gap. A keep-alive's octet in the FIN's place is none
// of the stream.
func (m *move) markOctets(from, to tcp.Seq) {
	e := m.e
	if e.has(hasFin) && from == e.fin && to == from+1 {
		m.step.Repeated = 1
		return
	}
	if acked := m.acked(); from.Before(acked) && e.has(hasUna) {
		if acked.After(to) {
			acked = to
		}
		m.step.Filled = m.t.mark(&e.sent, from, acked)
	}
	m.step.New = m.step.Filled + m.t.mark(&e.sent, from, to)
	m.step.Repeated = m.s.Len - m.step.New
}

// extend moves contig over what passed and now touches it.
func (t *Tracker) extend(e *end) {
	e.contig = e.contig.Max(e.sent.contig)
	for _, sp := range t.spans(&e.sent)[:e.sent.n] {
		if sp.from.After(e.contig) {
			break
		}
		e.contig = e.contig.Max(sp.to)
	}
	if e.has(hasFin) && e.contig == e.fin {
		e.contig++
	}
}
