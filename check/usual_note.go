package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// What is remembered of a segment that is usual where it stands: what note remembers of it.

// noteOpening is note of the first SYN.
func (c *Case) noteOpening(s *Scene) {
	seg := s.Seg
	d := seg.Dir & 1
	c.put(hardError, d, false)
	c.noteSyn(s)
	c.shown |= regular
	c.side[d].fate |= synOnce
	c.windows.syn[d] = seg.Win
	c.congestion.noteSyn(seg)
	c.noteStamps(s)
	c.side[d].saw &^= sawForeign
	c.noteHeader(s)
	c.sums[d].count(seg.Sum)
}

// noteUsualAnswer is note of the first SYN,ACK.
func (in *Inspector) noteUsualAnswer(c *Case, v *packet.View, before *conn.Conn) {
	seg := &v.Seg
	d := seg.Dir & 1
	me := &c.side[d]
	in.noteSynAck(c, v, before)
	in.bothWays(v)
	c.windows.syn[d] = seg.Win
	c.congestion.noteSyn(seg)
	c.bid(seg)
	me.ecn = ecnOf(seg)
	me.set(sawTS, seg.Opts&tcp.OptTimestamp != 0)
	me.set(sawZero, seg.Win == 0)
	if me.saw&sawSyn == 0 {
		me.mss = 0
	}
	me.mss = max(me.mss, seg.MSS)
	me.learn(seg)
}

// noteGone is note of what follows the handshake, but for what noteKin notes.
func (in *Inspector) noteGone(c *Case, course conn.Course, v *packet.View, before *conn.Conn) {
	seg := &v.Seg
	d := seg.Dir & 1
	me := &c.side[d]
	if in.overlap.found = (clash{}); in.overlap.keeps(v) {
		in.overlap.note(c, v)
	}
	switch {
	case course >= conn.Closes:
		c.put(closes, d, true)
	case c.terms[d]&fullSACK != 0: // else there is nothing to forget
		c.noteSACK(seg, before)
	}
	c.noteSpoken(seg, before)
	me.noteLength(seg)
	c.noteGoing(v)
}

// noteGoing remembers what a segment with ACK shows that is no SYN and whose triggers tell
// nothing of its header: ECN, timestamps and whether there is a window are as they were.
func (c *Case) noteGoing(v *packet.View) {
	if v.Seg.Opts&tcp.OptTimestamp != 0 {
		c.side[v.Seg.Dir&1].saw |= sawStamps
	}
}

// noteKin remembers what any usual segment shows of its sender.
func (c *Case) noteKin(v *packet.View) {
	seg, me := &v.Seg, &c.side[v.Seg.Dir&1]
	c.put(hardError, seg.Dir&1, false)
	c.last = uint32(v.Number)
	me.saw &^= sawForeign
	me.noteTTL(seg)
	c.sums[seg.Dir&1].count(seg.Sum)
}
