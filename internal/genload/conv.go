package genload

// The control bits that a conversation uses.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// A phase is what a conversation does next.
type phase uint8

const (
	sendSyn phase = iota
	answerSyn
	confirm // the handshake's third segment
	talk
	closeFirst // the FIN of who spoke last
	closeSecond
	closeLast // the last ACK
	abort     // a RST of the client
	over
)

// A conv is one TCP conversation with the segments both ends will send.
type conv struct {
	path
	end    [2]end
	hole   hole
	rounds int // requests still to come, this one included
	phase  phase
	turn   uint8 // whose data flows: 0 client, 1 server
	unread uint8 // segments that the receiver has not acknowledged yet
}

// An end is one side of a conv.
type end struct {
	next   uint32 // sequence number of the next new octet
	want   uint32 // next octet expected of the peer
	left   int    // payload octets still to send in this turn
	clock  uint32 // what its timestamp clock is ahead of the packets' time, ms
	recent uint32 // the peer's last TSval
	port   uint16
}

// A hole is a segment that the receiver misses. A conv has at most one at a
// time, so one SACK block tells all.
type hole struct {
	at, n  uint32
	id     uint16 // IP-ID of the original, for one that is only late
	open   bool
	seen   bool  // the segment passed here and was lost behind us
	late   bool  // it comes by itself, after its successor
	owed   bool  // the receiver owes a duplicate ACK
	copies uint8 // duplicate ACKs sent
}

// dupThresh is how many duplicate ACKs make a sender repeat (RFC 5681 §3.2).
const dupThresh = 3

// step writes the next frame of c.
func (g *generator) step(c *conv) {
	switch c.phase {
	case sendSyn:
		g.segment(c, 0, syn, c.end[0].next-1, 0)
		c.phase = answerSyn
	case answerSyn:
		g.answer(c)
	case confirm:
		g.segment(c, 0, ack, c.end[0].next, 0)
		c.phase = talk
	case talk:
		g.talk(c)
	case closeFirst:
		g.finish(c, int(c.turn), closeSecond)
	case closeSecond:
		g.finish(c, int(1-c.turn), closeLast)
	case closeLast:
		g.segment(c, int(c.turn), ack, c.end[c.turn].next, 0)
		c.phase = over
	case abort:
		g.segment(c, 0, rst|ack, c.end[0].next, 0)
		c.phase = over
	}
}

// answer lets the server accept or refuse; ends expect each other's data then.
func (g *generator) answer(c *conv) {
	c.end[1].want = c.end[0].next
	if g.chance(g.load.Refused) {
		g.segment(c, 1, rst|ack, 0, 0)
		c.phase = over
		return
	}
	g.segment(c, 1, syn|ack, c.end[1].next-1, 0)
	c.end[0].want = c.end[1].next
	c.end[0].left = g.between(g.load.Request)
	c.phase = confirm
}

// finish sends the FIN of end s.
func (g *generator) finish(c *conv, s int, then phase) {
	g.segment(c, s, fin|ack, c.end[s].next, 0)
	c.end[s].next++
	c.end[1-s].want++
	c.phase = then
}

// talk sends what comes next while data flows: repairs before
// acknowledgments, those before new data.
func (g *generator) talk(c *conv) {
	s, r := &c.end[c.turn], &c.end[1-c.turn]
	h := &c.hole
	switch {
	case h.open && h.owed:
		h.owed = false
		h.copies++
		g.segment(c, int(1-c.turn), ack, r.next, 0)
	case h.open && (h.copies >= dupThresh || h.late || s.left == 0):
		g.repair(c)
	case c.unread >= 2 || s.left == 0 && c.unread > 0:
		c.unread = 0
		g.segment(c, int(1-c.turn), ack, r.next, 0)
	case s.left > 0:
		g.data(c)
	default:
		g.nextTurn(c)
		g.step(c)
	}
}

// data sends the next new segment of whose turn it is, or decides that it is
// one of those that need a repair.
func (g *generator) data(c *conv) {
	s, r := &c.end[c.turn], &c.end[1-c.turn]
	n := min(s.left, g.mss(c))
	more := s.left > 3*n
	h := hole{at: s.next, n: uint32(n), open: true}
	s.left -= n
	s.next += uint32(n)
	switch {
	case more && !c.hole.open && g.chance(g.load.Loss):
		h.seen = g.chance(0.5)
		c.hole = h
	case more && !c.hole.open && g.chance(g.load.Late):
		c.id[c.turn]++
		h.late, h.id = true, c.id[c.turn]
		c.hole = h
	case c.hole.open:
		c.hole.owed = true
		h.seen = true
	default:
		r.want = s.next
		c.unread++
		h.seen = true
	}
	if !h.seen { // nothing passed here: the successor comes at once
		g.data(c)
		return
	}
	g.segment(c, int(c.turn), g.push(s.left), h.at, n)
	g.Data += uint64(n)
}

// push sets PSH on the last segment of a turn.
func (g *generator) push(left int) uint16 {
	if left == 0 {
		return psh | ack
	}
	return ack
}

// repair sends the missing segment: the original if it was late, else a copy.
func (g *generator) repair(c *conv) {
	h, id := c.hole, c.id[c.turn]
	if h.late {
		c.id[c.turn] = h.id - 1
	}
	g.segment(c, int(c.turn), ack, h.at, int(h.n))
	if h.late {
		c.id[c.turn] = id
	}
	if h.seen {
		g.Repeated += uint64(h.n)
	} else {
		g.Data += uint64(h.n)
	}
	c.hole = hole{}
	c.end[1-c.turn].want = c.end[c.turn].next
	c.unread = 2
}

// nextTurn gives the word to the peer, or ends the conversation.
func (g *generator) nextTurn(c *conv) {
	c.unread = 0
	if c.turn == 0 {
		c.turn = 1
		c.end[1].left = g.between(g.load.Response)
		return
	}
	c.rounds--
	switch {
	case c.rounds > 0:
		c.turn = 0
		c.end[0].left = g.between(g.load.Request)
	case g.chance(g.load.Reset):
		c.phase = abort
	default:
		c.phase = closeFirst
	}
}
