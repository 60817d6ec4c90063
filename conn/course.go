package conn

import "onpath/tcp"

// Course tells where in the usual course of a connection a segment stands. Nearly
// all segments that are not Plain stand somewhere in it, and nearly no rule has
// anything to ask of them.
type Course uint8

const (
	Astray    Course = iota // anywhere else
	Opens                   // a SYN, the first segment of all
	Answers                 // the first SYN,ACK, of exactly that SYN
	Completes               // the client's first ACK, of exactly the SYN,ACK
	GoesOn                  // the next octets, or the ACK of more
	Closes                  // the end's first FIN, behind all its octets, and the first of both ends
	ClosesToo               // the same, behind the peer's FIN
)

// What must be known of both ends in the course behind a handshake, and what must
// not be so of any end from its beginning on.
const (
	courseBits = hasISS | hasIRS | hasRcv | synSeen
	strayBits  = hasAlt | altNew | mptcp | lossy | preLossy | tentative | maybe | synData | synDup | swapped | moved |
		rstPend | rstAny | rstIn
)

// Bounds of the course of a close: how long after the peer's FIN it comes at most, in
// millis, and how many octets are under way at most.
const (
	closesWithin = 57_000 // 59.8 s
	flightAtMost = 10 << 20
)

// course returns where a segment stands, given c as it was before it and its Step.
// Behind the handshake what is not Astray begins where its sender was, came the same
// way as its other segments and after them, fills no window, and has timestamps that
// fit.
func (c *Conn) course(s *tcp.Segment, step *Step) Course {
	e, p, ev := &c.side[s.Dir&1], &c.side[s.Dir&1^1], &c.seen[s.Dir&1]
	if !step.orderly() || (e.bits|p.bits)&strayBits != 0 || s.NumSACK != 0 {
		return Astray
	}
	switch s.Flags &^ tcp.PSH {
	case tcp.SYN:
		return when(e.set|p.set == 0 && e.bits|p.bits == 0 && s.Len == 0, Opens)
	case tcp.SYN | tcp.ACK:
		return when(e.bits&^knowsTS == 0 && p.bits&(synSeen|answered|hasRcv) == synSeen && s.Len == 0 && p.answeredBy(s), Answers)
	case tcp.ACK, tcp.ACK | tcp.FIN:
		if e.bits&p.bits&(hasISS|synSeen) != hasISS|synSeen || !e.continues(p, ev, s) {
			return Astray
		}
	default:
		return Astray
	}
	switch {
	case !e.has(hasRcv):
		return when(e.completes(p, s), Completes)
	case e.bits&p.bits&courseBits != courseBits || e.irs != p.iss || p.irs != e.iss:
		return Astray
	case s.Flags&tcp.FIN != 0:
		return when(e.closesInTurn(p, &c.seen[s.Dir^1], s), Closes+Course(p.bits/hasFin&1))
	}
	return when(e.goesOn(p, s) && (e.bits&p.bits&hasFin == 0 || c.Phase() != Finished), GoesOn)
}

// GoesOn reports whether course is GoesOn for a segment with octets that is Plain, with
// that Delivery: it asks what plain has not.
func (c *Conn) GoesOn(s *tcp.Segment, d Delivery) bool {
	e, p := &c.side[s.Dir&1], &c.side[s.Dir&1^1]
	return d == New && s.Flags&^tcp.PSH == tcp.ACK && (e.bits|p.bits)&(strayBits|hasFin) == 0 && e.bits&p.bits&courseBits == courseBits &&
		e.irs == p.iss && p.irs == e.iss && e.contig == s.Seq && e.sent.n == 0 && e.alike(p, &c.seen[s.Dir&1], s)
}

// when returns course if it is taken.
func when(taken bool, course Course) Course {
	if taken {
		return course
	}
	return Astray
}

// orderly reports whether nothing about a segment was surprising: new, and in order.
func (t *Step) orderly() bool {
	return t.Delivery == New && t.Explanation == Unsurprising && t.Begin == Same &&
		!t.Outside && !t.Older && !t.Refutes && !t.DSACK && t.Repeated|t.Filled|t.Shrunk|t.Gap == 0
}

// answeredBy reports whether a SYN,ACK answers the SYN of p, and echoes its TSval if
// it echoes one.
func (p *end) answeredBy(s *tcp.Segment) bool {
	return s.Ack == p.iss+1 && p.top == s.Ack && (s.Opts&tcp.OptTimestamp == 0 || p.has(hasTS) && s.TSecr == p.tsMax)
}

// continues reports whether a segment begins where e was, acknowledges no less than
// before and nothing that did not pass, came the same way and not before another one,
// and has the timestamps of one that did.
func (e *end) continues(p *end, ev *evidence, s *tcp.Segment) bool {
	if s.Seq != e.top || e.contig != e.top || e.sent.n+p.sent.n != 0 || p.nSacked != 0 ||
		e.has(hasRcv) && s.Ack.Before(e.rcv) || s.Ack.After(p.contig) {
		return false
	}
	return e.alike(p, ev, s) && (s.Opts&tcp.OptTimestamp == 0 || stamped(e, p, s))
}

// alike reports whether a segment came the same way as the others of e and not before
// one of them, has timestamps if they have, and echoes none older than they do.
func (e *end) alike(p *end, ev *evidence, s *tcp.Segment) bool {
	return e.sameWay(ev, s) && e.inTime(p, ev, s)
}

// sameWay reports whether a segment came the same way as the others of e.
func (e *end) sameWay(ev *evidence, s *tcp.Segment) bool {
	d := s.IPID - ev.id
	return s.TTL == e.ttl && (ev.steps < exact || d <= 255 || -d <= 255)
}

// inTime reports whether a segment came no sooner than the others of e, by our clock and by
// timestamps, of which it has some if they have.
func (e *end) inTime(p *end, ev *evidence, s *tcp.Segment) bool {
	both := e.bits&p.bits&hasTS != 0
	if ev.dups&hasAt != 0 && int32(millisOf(s.At)-ev.at) < 0 {
		return false
	}
	if s.Opts&tcp.OptTimestamp == 0 {
		return !both
	}
	return both && (ev.dups&hasEcho == 0 || int32(ev.echo-s.TSecr) <= 0)
}

// follows reports whether s came the same way as its sender's others, right behind the last one
// of them, and has timestamps if they have.
func (m *move) follows() bool {
	e, s, ev := m.e, m.s, m.ev
	return s.TTL == e.ttl && (s.IPID-ev.id == 1 || s.IPID|ev.id == 0) && ev.dups&hasAt != 0 &&
		(s.Opts&tcp.OptTimestamp != 0 || e.bits&m.p.bits&hasTS == 0)
}

// completes reports whether the first ACK of e is of the SYN,ACK alone.
func (e *end) completes(p *end, s *tcp.Segment) bool {
	return s.Flags&tcp.FIN == 0 && s.Len == 0 && !e.has(answered) && p.has(answered|hasIRS) && p.irs == e.iss &&
		s.Seq == e.iss+1 && s.Ack == p.iss+1 && p.top == s.Ack
}

// goesOn reports whether a segment has octets that fit into a window which they do
// not fill, or an ACK of more.
func (e *end) goesOn(p *end, s *tcp.Segment) bool {
	if s.Len == 0 {
		return s.Ack.After(e.rcv)
	}
	return e.fits(p, s) && e.bits&hasFin == 0 && p.bits&hasFin == 0
}

// fits reports whether the octets of s end inside the window of p.
func (e *end) fits(p *end, s *tcp.Segment) bool { return p.win > 0 && s.Seq.Add(s.Len).Before(p.edge) }

// closesInTurn reports whether a FIN is the first of e, is not the peer's and its own
// at once, does not keep the peer waiting, and does not end what had not begun: a
// server closes behind some octets.
func (e *end) closesInTurn(p *end, peer *evidence, s *tcp.Segment) bool {
	switch {
	case e.has(hasFin), s.Len == 1, s.Len > 0 && (!e.fits(p, s) || p.has(hasFin)):
		return false
	case s.Dir == tcp.Server && e.top == e.iss+1 && p.top == p.iss+1:
		return false
	case p.has(hasFin) && (!s.Ack.After(p.fin) || millisOf(s.At)-peer.at > closesWithin):
		return false
	}
	return e.has(hasUna) && uint32(s.End()-e.una) < flightAtMost
}

// courses is course of a segment that inPlace accepted, before it moves anything: it asks what
// that has not.
func (m *move) courses() Course {
	e, p, s := m.e, m.p, m.s
	if m.step.Delivery != New || s.Flags&^(tcp.PSH|tcp.FIN) != tcp.ACK || !m.like && !e.sameWay(m.ev, s) || !e.inTime(p, m.ev, s) ||
		s.Opts&tcp.OptTimestamp != 0 && !stamped(e, p, s) {
		return Astray
	}
	switch {
	case !e.has(hasRcv):
		return when(e.completes(p, s), Completes)
	case e.bits&p.bits&hasIRS == 0:
		return Astray
	case s.Flags&tcp.FIN != 0:
		return when(e.closesInTurn(p, &m.c.seen[s.Dir&1^1], s), Closes+Course(p.bits/hasFin&1))
	}
	if s.Len > 0 {
		return when(p.win > 0 && (e.bits|p.bits)&hasFin == 0, GoesOn)
	}
	return when(s.Ack != e.rcv && (e.bits&p.bits&hasFin == 0 || m.c.Phase() != Finished), GoesOn)
}

// coursesAnswer is courses of a SYN,ACK that answersFirst accepted.
func (m *move) coursesAnswer() Course {
	p, s := m.p, m.s
	if m.step.Delivery != New || s.Flags&^tcp.PSH != tcp.SYN|tcp.ACK || s.NumSACK != 0 {
		return Astray
	}
	return when(s.Opts&tcp.OptTimestamp == 0 || p.has(hasTS) && s.TSecr == p.tsMax, Answers)
}
