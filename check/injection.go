package check

import (
	"math/bits"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// injectionRules are about segments that somebody sends in the name of an end. What
// an end can do, and the path can do to it, is none of them: a rule holds when two
// things which one end cannot both have sent have passed.
var injectionRules = []rule{
	{anomaly.RstInjectedDataContinues, onRepeat | onDelivery | onLong | onClosing, dataContinues,
		"payload up to {end} comes {after:t} after a RST with SEQ {rst} of its sender, which had sent no further than {nxt}"},
	{anomaly.RstInjectedSeqBehind, onRst, resetBehind,
		"RST, SEQ {seq}, is {behind} octet{s} behind {end}, all that its sender has sent, and beyond {acked}, the highest ACK that it could answer"},
	{anomaly.RstInjectedSeqIncreasing, onRst, resetClimbs,
		"RST, SEQ {seq}, comes {after:t} after a RST with SEQ {rst}, and is beyond {nxt}, all that their sender has sent, and {acked}, the highest ACK"},
	{anomaly.RstInjectedAckChange, onRst, resetAckChanges,
		"the RST acknowledges {ack}, and {after:t} before a RST of the same end acknowledged {before}; its peer has sent up to {top}"},
	{anomaly.RstAfterSynThenSynack, onRst | onSynAck, refusesAndAccepts,
		"SYN {iss}, seen once, is refused and accepted by the same end"},
	{anomaly.DataInjectedRace, onClash, injectedRace,
		"the octets at {seq} that frame {frame} brought are not those that followed, and its TTL {ttl} or identification {id} are not its sender's, {usual} and {last}"},
	{anomaly.FinInjected, onOutside | onClosing, finForged,
		"payload up to {end} comes {beyond} octet{s} behind the sender's FIN at {fin}, which came otherwise than its other segments"},
	{anomaly.TtlChanged, onEnd, wayChanged,
		"its segments came with TTL {before} first, and with {after} at last"},
	{anomaly.BlindInjectionAttempt, onOutside, blindAttempts,
		"segments outside of every window lie in {parts} of 32 parts of all sequence numbers"},
}

// resetRace is how long after a RST what it came before or after may still belong
// to it, ns (Weaver et al., NDSS 2009, §4).
const resetRace = 2e9

// lastReset is the last RST of an end that has a place in its stream, and what the
// end had sent. It is lent with trouble.
type lastReset struct {
	frame   uint64 // 0: none
	at      int64  // ns
	seq     tcp.Seq
	ack     tcp.Seq // its field, with or without the flag
	nxt     tcp.Seq // end of all that passed of its sender
	back    uint32  // how many frames earlier the RST before it lies; 0: more than resetRace ago, or none
	acks    bool    // it had the flag ACK
	foreign bool    // it was unlike its sender's segments
}

// lastReset returns the last RST of the segment's sender, if it passed within
// resetRace before and lies in the stream that goes on now; else nil.
func (s *Scene) lastReset() *lastReset {
	t := s.Case.lent(s.inspector)
	if t == nil {
		return nil
	}
	r, me := &t.reset[s.Seg.Dir], s.Me()
	after := s.Seg.At - r.at
	if r.frame == 0 || after < 0 || after > resetRace || me.HasISS && !r.seq.After(me.ISS) || r.seq.After(me.Limit) {
		return nil
	}
	return r
}

// dataContinues accuses the RST before. What may have left before it is no proof.
func dataContinues(s *Scene) (Evidence, bool) {
	seg := s.Seg
	r := s.lastReset()
	if r == nil || seg.Len == 0 || seg.Flags&(tcp.SYN|tcp.RST|tcp.ACK) != tcp.ACK || s.Step.Begin != conn.Same || s.Step.Older {
		return no()
	}
	end, after := seg.Seq.Add(seg.Len), seg.At-r.at
	if !end.After(r.nxt) || s.copied() || s.foreign() {
		return no()
	}
	aborts := r.acks && r.seq == r.nxt // so its sender said that it had sent no more
	reacts := s.Step.Explanation == conn.None && !s.Step.Outside
	late := after > s.Case.way(tcp.Client)+s.Case.way(tcp.Server)
	e := because(anomaly.CauseNone, num(end), after, num(r.seq), num(r.nxt))
	e.Accused = r.frame
	if r.back != 0 {
		e.Other = r.frame - uint64(r.back)
	}
	return e, aborts || reacts || late || r.foreign
}

// resetBehind: an abort has SND.NXT, and an answer the ACK of what it answers, which
// has passed. Linux aborts at the edge of a window that closed behind its octets.
func resetBehind(s *Scene) (Evidence, bool) {
	me, p, seq := s.Me(), s.Peer(), s.Seg.Seq
	if !placed(s) || !me.HasReal || !seq.After(p.Rcv) || !seq.Before(me.Real) || s.pause(me) > resetRace {
		return no()
	}
	atEdge := me.HasUna && seq == me.Una.Add(me.SndWnd) || seq == p.Rcv.Add(p.RcvWnd)
	if atEdge || me.HasFin && seq == me.Fin || me.MPTCP || answersOdd(s) || seq == 0 && s.Seg.Flags&tcp.ACK != 0 {
		return no()
	}
	e := because(anomaly.CauseNone, num(seq), int64(me.Real.Sub(seq)), num(me.Real), num(p.Rcv))
	if p.Lossy || me.Lossy || me.Resets && s.Seg.Flags&tcp.ACK == 0 { // who is gone only answers
		e.Cause = anomaly.CauseCapture // of the ACK that it answers
	}
	return e, true
}

// resetClimbs: one abort beyond all that passed may come behind octets that were
// lost before us, and an answer may overtake it. Two of them, or one that leaves no
// room for that, no end sends.
func resetClimbs(s *Scene) (Evidence, bool) {
	me, p, seg := s.Me(), s.Peer(), s.Seg
	r := s.lastReset()
	if r == nil || !placed(s) || me.HasFin || seg.Seq.Sub(r.seq) <= 2 || !seg.Seq.After(r.nxt) || seg.Seq.Sub(p.Rcv) <= 2 {
		return no()
	}
	after := seg.At - r.at
	bothAbort := r.seq.After(p.Rcv) || r.acks && seg.Flags&tcp.ACK != 0
	e := because(anomaly.CauseNone, num(seg.Seq), after, num(r.seq), num(r.nxt), num(p.Rcv))
	e.Other = r.frame
	return e, bothAbort || after > s.Case.way(seg.Dir)
}

// resetAckChanges: an end that is gone has no number to acknowledge but that of what
// it answers. Stacks which acknowledge in every RST go up with what they got.
func resetAckChanges(s *Scene) (Evidence, bool) {
	p, seg := s.Peer(), s.Seg
	r := s.lastReset()
	if r == nil || !r.acks || seg.Flags&tcp.ACK == 0 || seg.Ack == r.ack || !placed(s) {
		return no()
	}
	e := because(anomaly.CauseNone, num(seg.Ack), seg.At-r.at, num(r.ack), num(p.Top))
	e.Other = r.frame
	beyond := seg.Ack.After(p.Top) || r.ack.After(p.Top)
	if beyond && (p.Lossy || s.Me().Lossy) {
		e.Cause = anomaly.CauseCapture
	}
	return e, beyond || seg.Ack == 0 || r.ack == 0
}

// refusesAndAccepts: the RST that refuses a SYN comes of a host that has no
// connection for it (RFC 9293 §3.10.7.1). A copy of the SYN may have met another
// host behind the same address, or the next program.
func refusesAndAccepts(s *Scene) (Evidence, bool) {
	c, d, p := s.Case, s.Seg.Dir, s.Peer()
	e := because(anomaly.CausePath, num(p.ISS))
	if c.side[d^1].fate&synOnce == 0 || !p.HasISS {
		return no()
	}
	if s.Seg.Flags&tcp.RST != 0 {
		return e, c.has(synAck, d) && !c.has(spoke, d^1) && refuses(s)
	}
	e.Accused, e.Other = s.earlier(c.last), s.View.Number
	return e, c.side[d].fate&saidNo != 0 && ofSyn(p, s.Seg.Ack)
}

// refuses reports whether the segment is the RST that a SYN gets where nobody
// listens.
func refuses(s *Scene) bool {
	p, seg := s.Peer(), s.Seg
	return seg.Flags&(tcp.RST|tcp.ACK) == tcp.RST|tcp.ACK && seg.Seq == 0 && p.HasISS && ofSyn(p, seg.Ack)
}

// halfUsual is what is left of usualHops behind a segment that came another way.
const halfUsual = usualHops / 2

// injectedRace: the first of two different payloads is not its sender's.
func injectedRace(s *Scene) (Evidence, bool) {
	f, me := &s.inspector.overlap.found, s.Me()
	first := s.earlier(f.origin.frame)
	now := originOf(s.View)
	strange := f.origin.unlike(me) || me.TTLRun >= halfUsual && f.origin.ttl != me.TTL && hops(f.origin.ttl) != hops(me.TTL)
	if f.differing == 0 || first == 0 || !strange || now.unlike(me) || now.ttl != me.TTL || f.origin.id == now.id && now.id != 0 {
		return no()
	}
	e := because(anomaly.CauseNone, num(f.first), int64(first), int64(f.origin.ttl), int64(f.origin.id), int64(me.TTL), int64(me.IPID))
	e.Accused = first
	return e, true
}

// finForged accuses the FIN before.
func finForged(s *Scene) (Evidence, bool) {
	k, d, me, seg := &s.Case.marks, s.Seg.Dir, s.Me(), s.Seg
	if !k.has(finForeign, d) || k.has(rstValid, d) || k.has(rstBeyond, d) || !me.HasFin || seg.Len == 0 || s.foreign() {
		return no()
	}
	end := seg.Seq.Add(seg.Len)
	e := because(anomaly.CauseNone, num(end), int64(end.Sub(me.Fin)), num(me.Fin))
	e.Accused = s.closing(d).frame
	return e, end.After(me.Fin) && !beyondWindow(s)
}

// wayChanged: two routers more or less are not worth telling.
func wayChanged(s *Scene) (e Evidence, holds bool) {
	for d := range tcp.Dir(2) {
		x, f := &s.Case.side[d], s.facts(d)
		far := max(hops(x.ttl), hops(f.TTL))-min(hops(x.ttl), hops(f.TTL)) > 2
		if x.saw&sawTTL != 0 && f.TTLRun >= usualHops && far {
			e = because(anomaly.CausePath, int64(x.ttl), int64(f.TTL))
			e.ByPeer = d == tcp.Server
			return e, true
		}
	}
	return no()
}

// blindParts is in how many of 32 equal parts of the sequence numbers segments
// outside of every window must lie. A picture that lost its step sees them in one.
const blindParts = 8

// blindAttempts: whoever does not know the numbers must try them all over.
func blindAttempts(s *Scene) (Evidence, bool) {
	if !s.blind() {
		return no()
	}
	parts := part(s.Seg.Seq)
	if t := s.Case.lent(s.inspector); t != nil {
		parts |= t.parts[s.Seg.Dir]
	}
	n := bits.OnesCount32(parts)
	return because(anomaly.CauseNone, int64(n)), n >= blindParts
}

// blind reports whether the segment lies where nothing of its connection can.
func (s *Scene) blind() bool {
	if !s.Step.Outside || s.Step.Explanation != conn.None {
		return false
	}
	me, p := s.Me(), s.Peer()
	return me.On && p.On && !me.Lossy && !p.Lossy
}

// part returns the bit of the part of all sequence numbers in which n lies.
func part(n tcp.Seq) uint32 { return 1 << (n >> 27) }

// noteInjection remembers what a later segment may unmask.
func (c *Case) noteInjection(s *Scene) {
	d, seg := s.Seg.Dir, s.Seg
	if s.Step.Older {
		return
	}
	if t := c.lent(s.inspector); t != nil && s.Step.Begin == conn.Begun {
		t.reset, t.tamper, t.parts = [2]lastReset{}, tamper{}, [2]uint32{}
	}
	if s.blind() {
		if t := c.borrow(s.inspector); t != nil {
			t.parts[d] |= part(seg.Seq)
		}
	}
	c.noteSynFate(s)
	if seg.Flags&tcp.RST != 0 {
		c.noteLastReset(s)
	}
}

// fate is a set of what became of an end's SYNs, and of its octets.
type fate uint8

const (
	synOnce   fate = 1 << iota // this end's SYN passed once
	saidNo                     // its last word to a SYN was that nobody listens
	notedTiny                  // octets of it were noted, in a scale: see overlap
	notedShort
	notedLong
)

// noteSynFate remembers SYNs, and whether they are refused.
func (c *Case) noteSynFate(s *Scene) {
	me, peer, seg := &c.side[s.Seg.Dir], &c.side[s.Seg.Dir^1], s.Seg
	switch {
	case seg.Flags&tcp.RST != 0:
		if me.fate &^= saidNo; refuses(s) {
			me.fate |= saidNo
		}
	case seg.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN && s.Step.Begin != conn.Candidate:
		f := s.Me()
		first := !f.SynSeen || s.Step.Begin == conn.Begun || f.ISS != seg.Seq
		if me.fate &^= synOnce; first {
			me.fate |= synOnce
		}
		peer.fate &^= saidNo
	}
}

// noteLastReset keeps a RST that lies in its sender's stream, or where it may go on.
func (c *Case) noteLastReset(s *Scene) {
	me, seg := s.Me(), s.Seg
	if !placed(s) || seg.Seq.Before(me.First) || seg.Seq.After(me.Limit) || answersOdd(s) || s.copied() || ofCookie(s) {
		return
	}
	before := s.lastReset()
	t := c.borrow(s.inspector)
	if t == nil {
		return
	}
	r := lastReset{frame: s.View.Number, at: seg.At, seq: seg.Seq, ack: seg.Ack, nxt: me.Top,
		acks: seg.Flags&tcp.ACK != 0, foreign: s.foreignReset()}
	if before != nil {
		r.back = uint32(min(r.frame-before.frame, 1<<32-1))
	}
	t.reset[seg.Dir] = r
}

// ofCookie reports whether the RST may be that of a listener that keeps no state, only
// a cookie in its SYN,ACK (RFC 4987 §3.6): to what came before the cookie's ACK.
func ofCookie(s *Scene) bool {
	me := s.Me()
	return s.Seg.Flags&tcp.ACK == 0 && me.Answers && me.HasISS && s.Seg.Seq == me.ISS+1
}

// foreignReset reports whether a RST is unlike its sender's segments. A host may
// give its RSTs another initial TTL and no timestamps, and the socket that answers
// for one that is gone has another counter.
func (s *Scene) foreignReset() bool {
	_, way := rstTTL(s)
	_, counter := rstID(s)
	return way || counter
}
