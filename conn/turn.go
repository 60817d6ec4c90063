package conn

import "onpath/tcp"

// What comes in its turn takes a way of its own: the SYN,ACK of the first SYN, and then
// each segment that begins where all before it ended, fits, and finds its sender where it
// can have sent it: nearly all that open and close a connection. It is the long path with
// all left out that cannot be so there; TestLaws and TestTurns hold the two together.

// turnBits must be known of both ends, and strayBits of neither.
const turnBits = on | seen | hasISS | synSeen | hasReal

// oddEvents are pending only where something was strange.
const oddEvents = evCopy | evOther | evRst | evRstSyn

// turn moves both ends by s if it comes in its turn; it reports whether it does.
func (m *move) turn() bool {
	if m.s.Flags&tcp.SYN != 0 {
		if !m.answersFirst() {
			return false
		}
		m.judgeTurn()
		m.step.Course = m.coursesAnswer()
		m.answers()
		m.noteAnswer()
		return true
	}
	if !m.inPlace() {
		return false
	}
	to := m.leavesInTurn()
	if to == 0 {
		return false
	}
	m.judgeTurn()
	m.like = m.follows()
	m.step.Course = m.courses()
	before, known := m.e.rcv, m.e.has(hasRcv)
	if m.goesInTurn(to); m.step.Shrunk != 0 {
		m.step.Course = Astray
	}
	m.noteTurn(before, known)
	return true
}

// answersFirst reports whether s is the first SYN,ACK, of exactly the one SYN that passed.
func (m *move) answersFirst() bool {
	e, p, s := m.e, m.p, m.s
	return s.Flags&(tcp.SYN|tcp.ACK|tcp.FIN|tcp.RST|tcp.URG) == tcp.SYN|tcp.ACK && s.Len == 0 &&
		s.Opts&(tcp.OptTFO|tcp.OptTFOExp|tcp.OptMPTCP) == 0 &&
		e.bits&^knowsTS == 0 && e.set == gone|inSR && e.pend == evSyn && e.before == 0 && e.lead == 0 &&
		p.bits&^(hasShift|hasTS) == turnBits && p.set == inSS && p.pend|p.before == 0 && p.lead == 0 &&
		s.Ack == p.iss+1 && s.Ack == p.top && m.c.aside == 0
}

// answers moves both ends by a SYN,ACK that answersFirst accepted.
func (m *move) answers() {
	e, p, s := m.e, m.p, m.s
	m.c.opened = ticksOf(s.At)
	win := uint32(s.Win)
	*e = end{}
	e.set, e.bits = inSR, turnBits|hasIRS|hasRcv|answered
	e.iss, e.base, e.up, e.irs = s.Seq, s.Seq, s.Seq, p.iss
	e.sent.contig, e.contig, e.nxt, e.top, e.real = m.end, m.end, m.end, m.end, m.end
	e.rcv, e.edge, e.wmax, e.win = s.Ack, s.Ack.Add(win), win, win
	e.offers(s)
	e.moves(s.Ack, win)
	m.stamps()
	p.set, p.pend, p.una, p.bits = inSS|inES, evSynAck|evAckSyn, s.Ack, p.bits|hasUna
	p.updateWindow(s, win)
}

// inPlace reports whether s, no SYN, begins where all that its sender sent ended, fits into
// the window, acknowledges no less than before and nothing that did not pass, and
// belongs to the two incarnations that live with each other.
func (m *move) inPlace() bool {
	e, p, s := m.e, m.p, m.s
	if s.Flags&(tcp.RST|tcp.URG|tcp.ACK) != tcp.ACK || s.Seq != e.top ||
		e.bits&(turnBits|strayBits) != turnBits || p.bits&(turnBits|strayBits|hasRcv) != turnBits|hasRcv ||
		(e.pend|p.pend)&oddEvents != 0 || (e.lead|p.lead) != 0 || p.irs != e.iss && p.has(hasIRS) {
		return false
	}
	low := p.iss + 1
	if e.has(hasRcv) {
		low = e.rcv
	}
	if e.has(hasFin) && (m.end != s.Seq || s.Seq != e.fin+1) || !e.has(hasFin) && e.sent.contig != s.Seq {
		return false
	}
	return e.contig == s.Seq && e.nxt == s.Seq && e.real == s.Seq && (!e.has(hasUna) || !e.una.After(s.Seq)) &&
		e.sent.n|p.sent.n == 0 && s.NumSACK|e.nSacked|p.nSacked == 0 &&
		(!e.has(hasIRS) || e.irs == p.iss) && !s.Ack.Before(low) && !s.Ack.After(p.contig) &&
		m.end.Before(p.edge) && int32(s.Ack-p.sent.contig) <= longAcked
}

// leavesInTurn returns the states that s, which stands in its place, can have left its
// sender in, of those that it may have been in; 0: in none. What emits does.
func (m *move) leavesInTurn() Set {
	e, p, s := m.e, m.p, m.s
	w, d, fin := e.set, sync, s.Flags&tcp.FIN != 0
	if s.Ack == p.iss+1 && m.end == s.Seq {
		d |= inSR
	}
	if p.has(hasFin) && s.Ack.After(p.fin) {
		d &= finIn
	} else {
		d &^= finIn
	}
	switch {
	case fin:
		w = follow(closes(w, e.has(cw)), e.proven())
		d &= Of(FinWait1, Closing, LastAck)
	case e.has(hasFin):
		d &= finOut
	default:
		w &^= finOut
		d &^= finOut
	}
	if !e.has(hasRcv) || s.Ack.After(e.rcv) || m.newerStamp() {
		return w & d
	}
	return w & after(d)
}

// proven returns what is pending towards an end that acknowledges now: no SYN, if it has
// not ended (clearSyn).
func (e *end) proven() event {
	if e.set&gone != 0 {
		return e.pend
	}
	return e.pend &^ (evSyn | evSyn2 | evSynAck)
}

// goesInTurn moves both ends by a segment that leaves its sender in the states of to.
func (m *move) goesInTurn(to Set) {
	e, p, s, end := m.e, m.p, m.s, m.end
	fin := s.Flags&tcp.FIN != 0
	acksFin := p.has(hasFin) && s.Ack.After(p.fin)
	gets := evAckSyn
	switch {
	case fin && acksFin && s.Len == 0 && s.Seq == p.rcv && p.pend&evAckFin == 0 && !p.has(shut):
		gets |= evFinAck
	case fin && acksFin:
		gets |= evFin | evAckFin
	case fin:
		gets |= evFin
	case acksFin:
		gets |= evAckFin
	}
	if e.pend = e.proven(); to != e.set { // else it is closed under what is pending
		e.set = follow(to, e.pend)
	}
	e.irs, e.bits = p.iss, e.bits|hasIRS
	if fin {
		e.fin, e.bits = s.Seq.Add(s.Len), e.bits|hasFin
	} else if acksFin && end == s.Seq && !e.has(hasFin) {
		e.bits |= cw
	}
	if s.Len > 0 {
		e.sent.contig = s.Seq.Add(s.Len)
	}
	e.contig, e.nxt, e.top, e.real = end, end, end, end
	e.rebase()
	m.step.New = s.Len
	m.grantsInTurn()
	m.stamps()
	p.presumes(s.Ack)
	known := gets&^p.pend == 0
	if p.add(gets); !known { // else it is closed under them
		p.set = follow(p.set, p.pend)
	}
}

// grantsInTurn is grants between ends both of whose SYNs passed, so that shifts are known,
// of an ACK that is no lower than the ones before.
func (m *move) grantsInTurn() {
	e, p, s := m.e, m.p, m.s
	win := uint32(s.Win)
	if scaled(e, p) {
		win <<= e.shift & 31 // &31: no test of the shift
	}
	edge := s.Ack.Add(win)
	if !e.has(hasRcv) {
		e.rcv, e.edge, e.bits = s.Ack, edge, e.bits|hasRcv
	}
	if s.Ack != e.rcv {
		m.step.Advances, e.rcv, e.bits = true, s.Ack, e.bits&^shut
	}
	if edge.Before(e.edge) {
		m.step.Shrunk = uint32(e.edge - edge)
	} else {
		e.edge = edge
	}
	if win == 0 {
		e.bits |= shut
	}
	e.win, e.wmax = win, max(e.wmax, win)
	p.updateWindow(s, win)
}

// judgeTurn says what s is to its octets, and remembers it: deliver of what comes in its
// turn.
func (m *move) judgeTurn() {
	t, s := m.t, m.s
	m.step.Delivery = New
	mark := t.markOf(s, s.Dir)
	if last := t.recent.remember(mark, s.At); (last.mark^mark)>>8 == 0 { // else copyOf says no
		if d, copied := m.copyOf(last, mark); copied {
			m.step.Delivery = d
			return
		}
	}
	switch {
	case s.Flags&tcp.SYN != 0:
	case m.end == s.Seq:
		if m.ageOf() == older {
			m.step.Delivery = Reordered
		}
	case s.IPID-m.ev.id > 1:
		m.step.Delivery, m.step.Loss = m.deliverTail()
	}
}

// noteTurn keeps what the next judgements need of s, whose sender had acknowledged before,
// if that is known.
func (m *move) noteTurn(before tcp.Seq, known bool) {
	s := m.s
	if m.like && m.step.Delivery == New {
		m.noteLike()
	} else {
		m.note(m.step.Leads)
	}
	if m.step.Delivery != New || m.end == s.Seq && !m.step.Advances && s.Ack.Before(m.p.nxt) { // else it asks for nothing
		m.noteAsking()
	}
	m.noteAck(before, known)
}

// noteAnswer is noteTurn for a SYN,ACK.
func (m *move) noteAnswer() {
	e, s, ev := m.e, m.s, m.ev
	if ev.dups != 0 || m.step.Delivery != New {
		m.note(m.step.Leads)
	} else { // it is the first of its end: a fifth of note's instructions
		ev.passed, ev.leadID, ev.leadTS = m.end, s.IPID, uint16(s.TSval)
		ev.counts(s.IPID, false)
		ev.at, ev.dups = millisOf(s.At), hasAt
		e.hops(s.TTL)
	}
	m.noteAsking()
	m.noteAck(0, false)
}

// noteAlike is noteLike if s is new and follows the last one of its sender; it reports whether
// it does.
func (m *move) noteAlike() bool {
	if m.step.Delivery != New || !m.follows() {
		return false
	}
	m.noteLike()
	return true
}

// noteLike is note for a segment that follows the last one of its sender. (A third of note's
// instructions.)
func (m *move) noteLike() {
	e, s, ev := m.e, m.s, m.ev
	e.ttlRun = min(e.ttlRun+1, maxRun)
	if m.end != s.Seq {
		ev.passed, ev.leadID, ev.leadTS = m.end, s.IPID, uint16(s.TSval)
	}
	if s.IPID != 0 {
		ev.id, ev.steps, ev.dups = s.IPID, min(ev.steps+1, enough), ev.dups|varies
	}
	ev.at = millisOf(s.At)
}
