package conn

import "onpath/tcp"

// plainBits are the bits that must be known of both ends on the short path, and
// wild those that must not be set. The others follow from a belief of ESTABLISHED
// alone: TestDisorder holds this.
const (
	plainBits = hasISS | hasUna
	wild      = hasAlt | mptcp | lossy | rstPend
)

// plain reports whether s is the next segment of an open connection: the short
// path, on which nothing is surprising and no belief can change (beliefs §7). What
// rules ask about takes the long one: data that fills the window or finds it
// closed, timestamps that leap, a pure ACK that acknowledges nothing new, and an edge that moves left.
func plain(e, p *end, s *tcp.Segment) bool {
	return s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) == tcp.ACK &&
		e.set == inES && p.set == inES &&
		e.bits&(plainBits|wild) == plainBits && p.bits&(plainBits|wild) == plainBits &&
		e.pend&^evAckSyn == 0 &&
		s.Seq == e.top && s.Seq == e.sent.contig &&
		!s.Ack.Before(e.rcv) && !s.Ack.After(p.contig) && p.sent.n == 0 && s.NumSACK == 0 && p.nSacked == 0 &&
		s.Seq.Add(s.Len).Before(p.edge) && (s.Len > 0 && p.win > 0 || s.Len == 0 && s.Ack != e.rcv) && !s.Ack.Add(e.window(p, s)).Before(e.edge) &&
		(s.Opts&tcp.OptTimestamp == 0 || stamped(e, p, s))
}

// How far timestamps may go on the short path, in ticks: TSval as far as RFC 7323
// §5.4 lets the fastest clock go in 30 s; an echo, as long as a clock of 1 MHz takes
// two minutes.
const (
	leap = 1 << 15
	lag  = 1 << 27
)

// stamped reports whether s has timestamps that no rule asks about: TSval is no
// older than the last and not far beyond it, and TSecr is one of the peer's.
func stamped(e, p *end, s *tcp.Segment) bool {
	return uint32(s.TSval-e.tsMax) < leap && uint32(p.tsMax-s.TSecr) < lag
}

// inOrder moves both ends by a segment that plain accepted.
func (m *move) inOrder() {
	e, p, s := m.e, m.p, m.s
	m.step.Delivery = New
	if d, copied := m.copies(); copied {
		m.step.Delivery = d
	} else if s.Len == 0 && m.ageOf() == older {
		m.step.Delivery = Reordered
	} else if s.IPID-m.ev.id > 1 {
		m.step.Delivery, m.step.Loss = m.deliverTail()
	}
	m.noteAck(e.rcv, true)
	to := s.Seq.Add(s.Len)
	e.sent.contig, e.contig, e.nxt, e.top, e.real = to, to, to, to, to
	e.rebase()
	p.una = p.una.Max(s.Ack)
	if s.Opts&tcp.OptTimestamp != 0 {
		e.tsMax, e.bits = s.TSval, e.bits|hasTS
		p.takesTS(s)
	}
	win := e.window(p, s)
	e.win, e.wmax = win, max(e.wmax, win)
	m.step.Advances = s.Ack.After(e.rcv)
	e.moves(s.Ack, win)
	e.edge = s.Ack.Add(win)
	p.updateWindow(s, win)
	m.step.New = s.Len
	ev := m.ev
	if s.TTL == e.ttl && (s.IPID-ev.id == 1 || s.IPID|ev.id == 0) && e.ttlRun == maxRun && (s.Opts&tcp.OptTimestamp != 0 || e.bits&p.bits&hasTS == 0) {
		if s.Len > 0 {
			ev.passed, ev.leadID, ev.leadTS = to, s.IPID, uint16(s.TSval)
		}
		if s.IPID != 0 {
			ev.id, ev.steps, ev.dups = s.IPID, min(ev.steps+1, enough), ev.dups|varies
		}
		ev.at = millisOf(s.At)
		return
	}
	m.note(s.Len > 0)
}
