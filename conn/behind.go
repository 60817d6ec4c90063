package conn

import "onpath/tcp"

// Behind a loss an open connection goes on: octets above the hole, ACKs that repeat the
// last one and tell by SACK what came, octets sent again, the ACK that covers all. None of
// it changes a belief, so only octets, ACKs and windows move. It is the long path with all
// left out that cannot be so there; TestLaws, TestDisorder and TestBehind hold the two
// together. (1,000 instructions a segment; on the long path 2,200.)

// behindBits must be known of both ends, and astrayBits of neither.
const (
	behindBits = on | seen | hasISS | hasIRS | hasRcv | hasUna | hasReal
	astrayBits = hasAlt | altNew | mptcp | lossy | preLossy | tentative | maybe | hasFin | rstPend | rstAny | rstIn
)

// whole reports whether no octets are known to be missing, or were told to be.
func whole(e, p *end, s *tcp.Segment) bool {
	return e.sent.n|p.sent.n|uint16(e.nSacked|p.nSacked|s.NumSACK) == 0
}

// behind moves both ends by s if it goes on behind a loss; it reports whether it does.
func (m *move) behind() bool {
	if !m.goesOnBehind() {
		return false
	}
	e, p, s := m.e, m.p, m.s
	m.step.Delivery, m.step.Loss = m.deliver()
	m.step.Explanation = m.again()
	before := e.rcv
	if s.NumSACK|p.nSacked != 0 {
		m.step.DSACK = m.takeSACK()
	}
	if s.Len > 0 {
		m.mark()
	} else {
		e.real = e.real.Max(m.end)
		m.t.extend(e)
	}
	m.grants()
	p.learn(e)
	m.stamps()
	p.una = p.una.Max(s.Ack)
	m.forgetHoles()
	m.noteBehind(before)
	return true
}

// goesOnBehind reports whether s, of an open connection that nothing was missed of, has its
// place in both streams and inside the window, and acknowledges no less than before.
func (m *move) goesOnBehind() bool {
	e, p, s := m.e, m.p, m.s
	if s.Flags&(tcp.SYN|tcp.FIN|tcp.RST|tcp.ACK|tcp.URG) != tcp.ACK || e.set != inES || p.set != inES || e.lead|p.lead != 0 ||
		e.bits&(behindBits|astrayBits) != behindBits || p.bits&(behindBits|astrayBits) != behindBits ||
		e.irs != p.iss || p.irs != e.iss || e.pend&^evAckSyn != 0 || p.pend&evAckSyn == 0 || p.before&evAckSyn != 0 {
		return false
	}
	if s.Len == 0 && (s.Seq != e.top || e.nxt != e.top) || s.Seq.Before(e.una) ||
		max(uint32(m.end-e.una), uint32(e.top-e.una)) >= flightAtMost || m.end.After(p.edge) || s.Seq.Before(e.first(p)) {
		return false
	}
	low := p.first(e)
	if p.fromISS() {
		low++
	}
	return !s.Ack.Before(e.rcv) && !s.Ack.Before(low) && !s.Ack.After(p.contig)
}

// noteBehind keeps what the next judgements need of s, whose sender had acknowledged
// before.
func (m *move) noteBehind(before tcp.Seq) {
	next := m.step.Leads && m.end == m.e.top && m.step.Repeated == 0
	if m.s.Len == 0 {
		next = !m.step.Leads
	}
	if !next || !m.noteAlike() {
		m.note(m.step.Leads)
	}
	m.noteAsking()
	m.noteAck(before, true)
}
