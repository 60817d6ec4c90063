package conn

import "onpath/tcp"

// spread is how far apart the ISNs of successive incarnations must be: closer
// ones are ambiguous to the ends too (quiet time, RFC 9293 §3.4.3).
const spread = 1 << 20

// Begins tells to which incarnation Observe would take s to belong, without
// moving c. After Begun it would forget the one that c follows.
func (c *Conn) Begins(s *tcp.Segment) Begin {
	if s.Flags&tcp.RST != 0 {
		return Same
	}
	return c.side[s.Dir].begins(&c.side[s.Dir^1], s)
}

// begins decides to which incarnation s, no RST, belongs.
func (e *end) begins(p *end, s *tcp.Segment) Begin {
	switch s.Flags & (tcp.SYN | tcp.ACK) {
	case tcp.SYN:
		return e.beginsWithSyn(p, s)
	case tcp.SYN | tcp.ACK:
		return e.beginsWithSynAck(p, s)
	}
	if e.has(hasAlt) && near(s.Seq, e.alt) && !e.owns(s.Seq) {
		return Begun // it goes on from its candidate SYN: only its peer's answer was not seen
	}
	return Same
}

// near reports whether seq is one of the first octets behind isn.
func near(seq, isn tcp.Seq) bool { return uint32(seq-isn-1) < 1<<16 }

// owns reports whether seq lies in the stream of e as far as it is known, or
// near it.
func (e *end) owns(seq tcp.Seq) bool {
	return e.has(known) && seq.InWindow(e.sent.base-1, uint32(e.max-e.sent.base)+2)
}

// beginsWithSyn: the same ISN is the same attempt; another one is a new
// incarnation where the end had none that was alive, else a candidate until the
// peer chooses (RFC 9293 §3.10.7.4: it answers with a challenge ACK).
func (e *end) beginsWithSyn(p *end, s *tcp.Segment) Begin {
	switch {
	case !e.has(known):
		return Same // the first of this direction; the peer may have been first
	case e.has(hasISS) && s.Seq == e.iss:
		return Same
	case !e.has(hasISS) && uint32(e.sent.base-s.Seq) < spread:
		return Same // the beginning of what was joined late
	case e.state == Closed, e.state == Listen, e.state == TimeWait, e.state == SynSent:
		return Begun
	}
	return Candidate
}

// beginsWithSynAck: what a SYN,ACK acknowledges tells the incarnation.
func (e *end) beginsWithSynAck(p *end, s *tcp.Segment) Begin {
	switch {
	case p.has(hasAlt) && s.Ack == p.alt+1:
		return Begun // the candidate was chosen
	case p.has(hasISS) && p.synAcked(s.Ack):
		return Same
	case !p.has(known) && !e.has(known):
		return Same // the first of all
	case e.has(hasISS) && e.iss == s.Seq:
		return Same
	case !p.has(hasISS) && uint32(p.sent.base-s.Ack) < spread:
		return Same // the beginning of what was joined late
	case over(e.state) && over(p.state), !p.has(seen):
		return Begun // nobody else can say: in a one-way view the SYN passed elsewhere
	}
	return Same
}

// synAcked reports whether ack covers the SYN of p and no more than the data
// that went with it (RFC 7413).
func (p *end) synAcked(ack tcp.Seq) bool {
	return uint32(ack-p.iss-1) <= uint32(p.nxt-p.iss-1)
}

// restart resets c to the incarnation that s begins. Candidates become what
// they were candidates for.
func (t *Tracker) restart(c *Conn, e, p *end, s *tcp.Segment) {
	eAlt, pAlt := *e, *p
	t.Forget(c)
	*c = Conn{}
	if eAlt.has(hasAlt) && s.Flags&tcp.SYN == 0 {
		e.opened(eAlt.alt, p)
	}
	if pAlt.has(hasAlt) && s.Flags&tcp.ACK != 0 && s.Ack == pAlt.alt+1 {
		p.opened(pAlt.alt, e)
	}
}

// opened sets e to just after its SYN, which passed earlier.
func (e *end) opened(isn tcp.Seq, p *end) {
	e.iss, e.una, e.up, e.nxt, e.max = isn, isn, isn, isn+1, isn+1
	e.sent.begin(isn + 1)
	e.bits = known | seen | hasISS
	e.on(sndSyn)
	p.on(gotSyn)
}

// Opener returns the direction of the end that opens the incarnation which s
// begins: the sender, but the addressee of a SYN,ACK.
func Opener(s *tcp.Segment) tcp.Dir {
	if s.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN|tcp.ACK {
		return s.Dir ^ 1
	}
	return s.Dir
}

// Successor returns what the incarnation that follows c must still know of it:
// a copy that borrows nothing from the Tracker. With swap its two ends change
// places, because the other one is the client now.
func (c *Conn) Successor(swap bool) Conn {
	n := *c
	for i := range n.side {
		n.side[i].sent.more, n.side[i].sent.n = 0, 0
	}
	if swap {
		n.side[0], n.side[1] = n.side[1], n.side[0]
	}
	return n
}

// Fits reports whether s can belong to the incarnation that c follows: its
// numbers lie in or near what is known of both streams. It tells segments of two
// incarnations apart; it does not say that s is acceptable.
func (c *Conn) Fits(s *tcp.Segment) bool {
	e, p := &c.side[s.Dir], &c.side[s.Dir^1]
	if s.Flags&tcp.SYN != 0 && e.has(hasISS) {
		return s.Seq == e.iss
	}
	if e.has(known) && !s.Seq.InWindow(e.sent.base-1-fitSlack, uint32(e.max-e.sent.base)+p.wmax+2*fitSlack) {
		return false
	}
	if s.Flags&tcp.ACK == 0 || !p.has(known) {
		return true
	}
	return s.Ack.InWindow(p.sent.base-1-fitSlack, uint32(p.max-p.sent.base)+e.wmax+2*fitSlack)
}

// fitSlack is the play, in octets, that Fits grants for what was not seen.
const fitSlack = 1 << 16
