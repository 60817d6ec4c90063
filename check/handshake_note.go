package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// timeWait is for how long an end is in TIME-WAIT at least, ns: RFC 9293 §3.4.2
// asks for four minutes, and what lives takes one.
const timeWait = 60e9

// noteSyn remembers a SYN without ACK.
func (c *Case) noteSyn(s *Scene) {
	d := s.Seg.Dir
	if s.Step.Begin == conn.Begun {
		c.begin(s)
	}
	if s.Step.Begin == conn.Candidate {
		return
	}
	if c.has(bareSyn, d^1) && !c.has(bareSyn, d) {
		c.noteHalf(s.Seg, s.Before)
		c.put(spoke, d, false)
	}
	c.put(bareSyn, d, true)
	c.tried |= ofISN(s.Seg.Seq)
	if c.tried&(c.tried-1) != 0 && !c.bothSyns() {
		c.shown |= several
	}
	c.noteOffers(s.Seg)
}

// begin forgets the incarnation before, but for the attempts that nobody answered. What
// follows one that an ICMP error has ended is another one, though it may be answered late.
func (c *Case) begin(s *Scene) {
	tried, shown := c.tried, mark(0)
	if !c.onlySyns() || s.pause(s.Me()) > givesUp {
		tried = 0
	} else if c.shown&quoted != 0 {
		tried, shown = 0, several
	}
	c.marks = marks{tried: tried, shown: shown}
	if stale(s) {
		c.shown |= staleReuse
	}
}

// stale reports whether the SYN is one that its addressee must not take, as it is
// in TIME-WAIT (RFC 9293 §3.6.1, RFC 6191 §2).
func stale(s *Scene) bool {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	if p.Possible != conn.Of(conn.TimeWait) || s.pause(p) > timeWait || s.pause(me) > timeWait || seg.Seq.After(me.Nxt) {
		return false
	}
	return seg.Opts&tcp.OptTimestamp == 0 || !me.HasTS || int32(seg.TSval-me.TSMax) <= 0
}

// noteOffers remembers the options of a SYN; a later try may leave some out.
func (c *Case) noteOffers(seg *tcp.Segment) {
	if seg.Opts&tcp.OptWScale != 0 {
		c.shown |= offersScale
	}
	if seg.Opts&tcp.OptSACKOK != 0 {
		c.shown |= offersSACK
	}
	if seg.Opts&tcp.OptTimestamp != 0 && c.shown&offersTS == 0 {
		c.shown |= offersTS
		c.first = seg.TSval
	}
}

// noteSynAck remembers a SYN,ACK.
func (in *Inspector) noteSynAck(c *Case, v *packet.View, before *conn.Conn) {
	d := v.Seg.Dir & 1
	if !c.has(synAck, d) && !c.bothSyns() {
		c.tried = 0
		c.noteHalf(&v.Seg, before)
		in.noteISN(v)
	}
	c.put(synAck, d, true)
	c.tried |= ofISN(v.Seg.Seq)
	if c.synAcks() < 3 {
		c.shown += answersOnce
	}
}

// noteSpoken remembers what follows the handshake.
func (c *Case) noteSpoken(seg *tcp.Segment, before *conn.Conn) {
	d := seg.Dir & 1
	if c.has(spoke, d) {
		return
	}
	c.put(spoke, d, true)
	if c.has(synAck, d^1) && !c.has(synAck, d) {
		c.noteHalf(seg, before)
	}
}

// noteHalf remembers how long the sender took to answer what passed towards it
// last: its part of the round trip.
func (c *Case) noteHalf(seg *tcp.Segment, before *conn.Conn) {
	if at, known := before.LastAt(seg.Dir ^ 1); known {
		c.half[seg.Dir&1] = uint16(min(max(int32(conn.Ticks(seg.At)-at), 0), 1<<16-1))
	}
}
