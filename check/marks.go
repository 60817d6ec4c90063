package check

import (
	"math/bits"

	"onpath/conn"
	"onpath/tcp"
)

// marks is what is remembered of how a connection opens and closes: 16 octets, for
// the families handshake, teardown and icmp together.
type marks struct {
	shown mark
	tried uint32    // a bit for each ISN that was offered: see ofISN
	first uint32    // TSval of the attempt's first SYN that had one
	half  [2]uint16 // Ticks that an end took to answer in the handshake, by who answered: its part of the round trip
}

// closing is a RST or FIN of which the marks say more. It is lent with trouble.
type closing struct {
	frame uint64
	at    int64   // ns
	seq   tcp.Seq // SEQ of the segment
}

// mark is a set of what has been shown.
type mark uint32

// Marks of an end, which are shifted by its Dir.
const (
	bareSyn    mark = 1 << (2 * iota) // it sent a SYN without ACK
	synAck                            // it sent a SYN,ACK
	spoke                             // and then something else with an ACK
	candidate                         // its last segment is a SYN inside of a living connection
	rstValid                          // it sent a RST that lies inside its stream
	rstLast                           // that RST was an abort behind all that it had sent
	rstBeyond                         // it sent a RST beyond all that it had sent
	finForeign                        // its FIN is unlike its other segments
	finRefuted                        // octets behind its FIN passed
)

// Marks of the connection.
const (
	offersScale mark = 1 << (18 + iota) // a SYN without ACK offered window scaling
	offersSACK                          // SACK
	offersTS                            // timestamps
	quoted                              // an ICMP error that may end it quoted a SYN of the attempt
	several                             // SYNs with different ISNs passed
	staleReuse                          // the SYN is one that an end in TIME-WAIT must not take
	answersOnce                         // one of two bits: SYN,ACKs so far, at most 3
	answersMask      = 3 * answersOnce

	closes    mark = 1 << 26 // an end's, shifted by its Dir: it sent a FIN
	hardError mark = 1 << 28 // an end's: an ICMP hard error came to it, and it has sent nothing since
	clouded   mark = 1 << 31 // the capture dropped packets since an end was heard, and the path alone does not explain what came next
	regular   mark = 1 << 30 // it began with a usual SYN, and all others, RSTs included, were usual
)

// either is a mark of both ends.
func either(m mark) mark { return m | m<<1 }

// stage returns the triggers of how far the connection has come.
func (k *marks) stage() (t trigger) {
	if k.shown&either(spoke) != either(spoke) || k.shown&either(candidate) != 0 {
		t = onOpening
	}
	if k.shown&(either(closes)|either(rstValid)) != 0 {
		t |= onClosing
	}
	return t
}

// has reports whether end d has shown m.
func (k *marks) has(m mark, d tcp.Dir) bool { return k.shown&(m<<d) != 0 }

// put sets or clears what end d has shown.
func (k *marks) put(m mark, d tcp.Dir, on bool) {
	k.shown &^= m << d
	if on {
		k.shown |= m << d
	}
}

// ofISN returns the bit that stands for an ISN. Two bits that differ prove that
// two ISNs do, so counting bits never counts too many.
func ofISN(isn tcp.Seq) uint32 { return 1 << (uint32(isn) * 0x9e3779b1 >> 27) }

// isns returns how many ISNs were offered at least, one more among them.
func (k *marks) isns(isn tcp.Seq) int { return bits.OnesCount32(k.tried | ofISN(isn)) }

// synAcks returns how many SYN,ACKs passed, at most 3.
func (k *marks) synAcks() int { return int(k.shown & answersMask / answersOnce) }

// onlySyns reports whether nothing but SYNs without ACK was marked.
func (k *marks) onlySyns() bool { return k.shown&(either(synAck)|either(spoke)) == 0 }

// noteMarks remembers what a judged segment shows of opening and closing.
func (c *Case) noteMarks(s *Scene) {
	d, f := s.Seg.Dir, s.Seg.Flags
	if s.Step.Older {
		return
	}
	c.put(candidate, d, s.Step.Begin == conn.Candidate)
	c.put(hardError, d, false)
	switch {
	case f&tcp.RST != 0:
		c.noteReset(s)
	case s.Step.Outside:
		c.noteRefuted(s)
	case f&(tcp.SYN|tcp.ACK) == tcp.SYN:
		c.noteSyn(s)
	case f&tcp.SYN != 0:
		s.inspector.noteSynAck(c, s.View, s.Before)
	default:
		c.noteSpoken(s.Seg, s.Before)
	}
	if f&(tcp.FIN|tcp.RST|tcp.SYN) == tcp.FIN && !s.Step.Outside {
		c.noteFin(s)
	}
}

// closing returns the RST or FIN that end d is marked for; the zero closing if none
// could be kept.
func (s *Scene) closing(d tcp.Dir) (c closing) {
	if t := s.Case.lent(s.inspector); t != nil {
		c = t.closing[d]
	}
	return c
}

// keepClosing keeps the scene's segment as the closing of its sender, and reports
// whether there was room.
func (s *Scene) keepClosing() bool {
	t := s.Case.borrow(s.inspector)
	if t == nil {
		return false
	}
	t.closing[s.Seg.Dir] = closing{s.View.Number, s.Seg.At, s.Seg.Seq}
	return true
}

// tick is the unit of conn.Ticks, ns.
const tick = 1 << 20

// pause returns the ns from the last segment of an end to the scene.
func (s *Scene) pause(f *conn.Facts) int64 {
	if !f.HasAt {
		return 0
	}
	return int64(int32(conn.Ticks(s.Seg.At)-f.At)) * tick
}

// foreign reports whether the segment is unlike its sender's others: the way, the
// counter of datagrams, or the timestamps that it lacks.
func (s *Scene) foreign() bool {
	me, seg := s.Me(), s.Seg
	return s.otherWay(8) ||
		seg.Opts&tcp.OptTimestamp == 0 && me.HasTS && s.Peer().HasTS ||
		me.IPIDCount && apart(seg.IPID, me.IPID) > 255
}

// otherWay reports whether the segment came another way than its sender's last ones,
// run of them or more.
func (s *Scene) otherWay(run uint8) bool {
	me, ttl := s.Me(), s.Seg.TTL
	return me.TTLRun >= run && ttl != me.TTL && hops(ttl) != hops(me.TTL)
}

// apart returns how far two identifications lie apart.
func apart(a, b uint16) uint16 { return min(a-b, b-a) }
