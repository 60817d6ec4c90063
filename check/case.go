package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Case is what the rules remember of one connection beside its Conn. The zero Case
// has seen nothing. It is plain memory: findings are lent by the Inspector.
type Case struct {
	side   [2]side // with stream all that most segments need
	stream uint32  // number by which its octets are noted; 0: none are

	last    uint32 // low bits of the number of its last frame that was judged; 0: none was
	book    uint32 // of its findings; 0: none yet
	trouble uint32 // what it was lent; 0: nothing
	windows
	marks
	openers
	captured
	stamps
	bargain
	congestion
}

// side is what is remembered of one end's segments.
type side struct {
	largest uint16 // payload of its largest segment, at most 65,535
	mss     uint16 // of its SYN's option; 0: none
	saw     saw
	ecn     uint8 // ECN bits and ECE, CWR, AE of its last segment that was judged
	fate    fate
	ttl     uint8 // with which its segments came first; known with sawTTL
	probe   probe // its first segment, if it was the first of all
}

// saw is a set of what an end's segments have shown.
type saw uint16

const (
	sawTS        saw = 1 << iota // its last judged segment that was no RST had timestamps
	sawSyn                       // its SYN, with or without ACK
	sawOffload                   // a segment that a card was to cut, or has joined
	sawPartial                   // a checksum of the pseudo-header alone
	sawSACKOK                    // its SYN permitted SACK
	sawZero                      // its last judged segment offered no window
	lacksPayload                 // a rule was silent about it, as payload was not captured whole
	lacksPacket                  // the same, as a packet was not
	sawCut                       // a frame that was not captured whole
	sawAlone                     // its ACKs advance, and nothing of its peer had passed
	sawMD5                       // its SYN was signed (RFC 2385)
	sawAO                        // the same (RFC 5925)
	sawStamps                    // a segment behind its SYN had timestamps
	sawTTL                       // its TTL is known: two judged segments had it
	sawKey                       // its last octets that were noted are few enough to be noted as they are
	sawForeign                   // its last judged segment was unlike its others, as that of a third party is
)

// Shown is what a segment shows of itself, before conn has moved. 0: nothing that
// any rule asks about.
type Shown trigger

// Shows returns what v, a TCP segment whose Dir is set, shows of itself.
func (c *Case) Shows(v *packet.View) Shown {
	x := &c.side[0]
	if v.Seg.Dir != tcp.Client {
		x = &c.side[1]
	}
	if x.likened(v) {
		return 0
	}
	return Shown(c.shows(v))
}

// likened reports whether shows has nothing to say of v, as of nearly all segments: a
// plain ACK with octets or without, no options but timestamps, as the last one of its
// end. It says so in half of the instructions. What was read as text it leaves to shows.
func (x *side) likened(v *packet.View) bool {
	s, h := &v.Seg, v.TCP
	if s.Flags&^tcp.PSH != tcp.ACK || s.Win == 0 || s.Len > uint32(x.largest) || s.ECN != x.ecn || s.ECN == ceMark ||
		s.Sum == tcp.SumBad || s.NumSACK != 0 || len(h) < tcp.MinHeader || h[12]&0x0e|h[18]|h[19] != 0 ||
		v.Key.APort == 0 || v.Key.BPort == 0 {
		return false
	}
	if s.Opts == 0 {
		return x.saw&(sawTS|sawZero) == 0
	}
	return s.Opts == tcp.OptTimestamp && x.saw&(sawTS|sawZero) == sawTS
}

// note remembers what a judged segment showed.
func (c *Case) note(s *Scene) {
	me, seg := &c.side[s.Seg.Dir], s.Seg
	c.noteValidity(s)
	c.noteWindow(s)
	c.noteRepair(s)
	c.noteClaim(s)
	c.noteMissed(s)
	c.noteTamper(s)
	c.noteMarks(s)
	c.noteOpeners(s)
	c.noteCaptured(s)
	c.noteECN(s)
	c.noteStamps(s)
	c.noteSACK(s.Seg, s.Before)
	c.noteCounters(s)
	c.noteInjection(s)
	c.noteProbeOf(s)
	me.set(sawForeign, seg.Flags&(tcp.SYN|tcp.RST) == 0 && s.foreign())
	if seg.Flags&(tcp.SYN|tcp.RST) != 0 {
		c.shown &^= regular
	}
	c.noteSelf(s)
}

// noteSelf remembers what the next segments of the same end are compared with.
func (c *Case) noteSelf(s *Scene) {
	if me := &c.side[s.Seg.Dir]; me.saw&sawOffload != 0 || !s.oversized() {
		me.noteLength(s.Seg) // the next one beyond the MSS is looked at again
	}
	c.noteHeader(s)
}

// noteLength remembers the payload of a segment if it is the largest.
func (x *side) noteLength(seg *tcp.Segment) {
	x.largest = max(x.largest, uint16(min(seg.Len, 1<<16-1)))
}

// noteHeader remembers what noteSelf does, but for the payload.
func (c *Case) noteHeader(s *Scene) {
	me, seg := &c.side[s.Seg.Dir], s.Seg
	c.last = uint32(s.View.Number)
	me.ecn = ecnOf(seg)
	if seg.Flags&tcp.SYN != 0 && seg.ECN != 0 {
		me.ecn = unseenECN
	}
	me.set(sawTS, seg.Opts&tcp.OptTimestamp != 0 && seg.Flags&tcp.RST == 0 || me.saw&sawTS != 0 && seg.Flags&tcp.RST != 0)
	me.set(sawZero, seg.Win == 0)
	me.noteTTL(seg)
	if seg.Opts&tcp.OptTimestamp != 0 && seg.Flags&(tcp.SYN|tcp.RST) == 0 {
		me.saw |= sawStamps
	}
	switch {
	case s.Step.Begin == conn.Candidate:
		s.inspector.candidates.hold(s)
	case s.opening():
		me.mss = s.mssOf(me)
		me.learn(seg)
	}
}

// noteTTL remembers the first TTL that two judged segments in a row had.
func (x *side) noteTTL(seg *tcp.Segment) {
	switch {
	case x.saw&sawTTL != 0 || seg.Flags&tcp.RST != 0:
	case seg.TTL == x.ttl && seg.TTL != 0:
		x.saw |= sawTTL
	default:
		x.ttl = seg.TTL
	}
}

func (x *side) set(bit saw, on bool) {
	x.saw &^= bit
	if on {
		x.saw |= bit
	}
}

// ecnOf returns the ECN bits of the IP header, and ECE, CWR and AE above them.
func ecnOf(s *tcp.Segment) uint8 { return s.ECN | uint8(s.Flags>>6&7)<<2 }

// End is what is known of a record when it ends.
type End struct {
	Key       packet.Key
	ClientIsB bool
	Start     int64     // time of its first packet, ns since the Unix epoch
	At        int64     // time of its last packet
	Now       int64     // until when nothing came: time of the capture's latest packet, or of the one that superseded the record
	Packets   [2]uint64 // by tcp.Client, tcp.Server
	Octets    [2]uint64 // distinct payload octets
	Syn       bool      // its first segment was a SYN
	Continues bool      // an earlier record has counted what came before
	Cut       bool      // it ended because the capture did, or a bound pushed it out
	Evicted   bool      // a bound pushed it out
}
