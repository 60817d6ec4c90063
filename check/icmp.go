package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// icmpRules are about ICMP errors that quote a segment of the connection. The
// scene's Seg is what is quoted: its sender is who the error goes to.
var icmpRules = []rule{
	{anomaly.IcmpUnreachableOnSyn, onICMP, unreachableOnSyn,
		"an ICMP error, code {code}, says that SYN {iss} could not be delivered"},
	{anomaly.IcmpAdminProhibited, onICMP, prohibited,
		"an ICMP error, code {code}, says that the segment with SEQ {seq} is not let through"},
	{anomaly.IcmpFragNeeded, onICMP, tooBig,
		"an ICMP error says that the segment with SEQ {seq} is larger than {mtu} octet{s}, the next hop's MTU"},
	{anomaly.PmtudBlackhole, onDelivery, blackhole,
		"SEQ {seq} of {len} octet{s}, which must not be fragmented, was sent {times} times; nothing as large was acknowledged, and its peer lives"},
	{anomaly.IcmpOutOfWindow, onICMP, quotesOutside,
		"an ICMP error quotes SEQ {seq}, outside of {una} to {nxt}, which its addressee has under way"},
	{anomaly.IcmpHardErrorReset, onRst, abortsAfterError,
		"RST {seq} is the first that its sender sends after an ICMP error for what it had under way"},
}

// ICMP asks the rules about an ICMP error. c and now are those of the connection
// that it quotes, d who sent what is quoted.
func (in *Inspector) ICMP(c *Case, v *packet.View, q *packet.Quote, d tcp.Dir, now *conn.Conn) {
	in.raised, in.number = in.raised[:0], v.Number
	in.quote = tcp.Segment{At: v.At, Seq: q.Seq, Flags: q.Flags, Dir: d}
	s := &in.scene
	*s = Scene{Seg: &in.quote, View: v, Quote: q, Before: now, After: now, Step: &noStep, Case: c, inspector: in, triggering: onICMP}
	in.question(s)
	if quotesSyn(s) && !aboutSize(s) {
		c.shown |= quoted
	}
	if hard(s) && underWay(s) && s.Me().Possible&^living == 0 {
		c.put(hardError, d, true)
	}
}

// Nothing says that the last packet was none that the rules look at.
func (in *Inspector) Nothing() { in.raised = in.raised[:0] }

// byVersion tells a type or code of ICMP from that of ICMPv6.
type byVersion struct{ v4, v6 uint8 }

func (b byVersion) of(s *Scene) uint8 {
	if s.Quote.Key.V6 {
		return b.v6
	}
	return b.v4
}

// unreachable is the type of the errors that say that there is no way.
var unreachable = byVersion{packet.ICMPUnreachable, packet.ICMP6Unreachable}

// prohibitions are the codes of unreachable that a filter sends: RFC 1812 §5.2.7.1,
// RFC 4443 §3.1.
var prohibitions = [2]uint32{1<<9 | 1<<10 | 1<<13, 1<<1 | 1<<5 | 1<<6}

// needsFragments is the code of unreachable that tells an MTU (RFC 1191 §4); in
// version 6 it is a type of its own.
const needsFragments = 4

// hardErrors are the codes of unreachable that say that there will be no way: RFC 1122
// §4.2.3.9 for protocol and port, RFC 5461 §2.1 for version 6.
var hardErrors = [2]uint32{1<<2 | 1<<3, 1<<1 | 1<<4}

// saysOneOf reports whether the error is unreachable with one of some codes, by version.
func saysOneOf(s *Scene, codes [2]uint32) bool {
	q, set := s.Quote, codes[0]
	if q.Key.V6 {
		set = codes[1]
	}
	return q.Kind == unreachable.of(s) && q.Code < 32 && set>>q.Code&1 != 0
}

func hard(s *Scene) bool { return saysOneOf(s, hardErrors) }

// abortsAfterError: what RFC 5461 §2.1 tells of, and newer systems no longer do.
func abortsAfterError(s *Scene) (Evidence, bool) {
	if s.Case.has(hardError, s.Seg.Dir) && s.Step.Begin == conn.Same && !s.Step.Outside {
		return because(anomaly.CauseEndpoint, num(s.Seg.Seq)), true
	}
	return no()
}

// quotesSyn reports whether a SYN is quoted that nobody has answered.
func quotesSyn(s *Scene) bool {
	me := s.Me()
	return opener(me) && !me.HasRcv && s.Seg.Seq == me.ISS
}

// underWay reports whether what is quoted may be under way (RFC 5927 §4.1). An ACK
// without octets has SND.NXT.
func underWay(s *Scene) bool {
	me, seq := s.Me(), s.Seg.Seq
	return me.On && !seq.Before(oldest(me)) && !seq.After(me.Top)
}

// oldest returns SND.UNA, or the first number known of an end.
func oldest(f *conn.Facts) tcp.Seq {
	switch {
	case f.HasUna:
		return f.Una
	case f.HasISS:
		return f.ISS
	}
	return f.First
}

func unreachableOnSyn(s *Scene) (Evidence, bool) {
	q := s.Quote
	if q.Kind == unreachable.of(s) && quotesSyn(s) {
		return because(anomaly.CauseNone, int64(q.Code), num(q.Seq)), true
	}
	return no()
}

func prohibited(s *Scene) (Evidence, bool) {
	if saysOneOf(s, prohibitions) && underWay(s) {
		return because(anomaly.CauseNone, int64(s.Quote.Code), num(s.Quote.Seq)), true
	}
	return no()
}

func tooBig(s *Scene) (Evidence, bool) {
	if q := s.Quote; aboutSize(s) && underWay(s) {
		return because(anomaly.CauseNone, num(q.Seq), int64(q.MTU)), true
	}
	return no()
}

// aboutSize reports whether the error says that what is quoted was too large: what ended no
// attempt yet.
func aboutSize(s *Scene) bool {
	q := s.Quote
	if q.Key.V6 {
		return q.Kind == packet.ICMP6TooBig
	}
	return q.Kind == packet.ICMPUnreachable && q.Code == needsFragments
}

// quotesOutside: what was under way may have been acknowledged when the error came,
// and what the capture missed may be quoted.
func quotesOutside(s *Scene) (Evidence, bool) {
	me, seq := s.Me(), s.Seg.Seq
	e := because(anomaly.CauseNone, num(seq), num(oldest(me)), num(me.Nxt))
	switch {
	case seq.After(me.Top) && !seq.After(me.Limit.Add(me.Slack)):
		e.Cause = anomaly.CauseCapture
	case !seq.After(me.Top) && !seq.Before(me.First):
		e.Cause = anomaly.CausePath
	}
	return e, me.On && me.Seen && !underWay(s)
}

// leastMTU is below what every path carries in practice, octets (RFC 1191 §7).
const leastMTU = 576

// blackhole: by timeouts the first octets that fill a packet are sent again and again,
// while the peer goes on to speak: so smaller packets pass (RFC 2923 §2.1).
func blackhole(s *Scene) (Evidence, bool) {
	me, p, seg, r := s.Me(), s.Peer(), s.Seg, s.repair()
	n := r.again(s)
	if s.Step.Delivery != conn.Retransmission || n < manyTimes || s.View.IPLen < leastMTU || !whole(s.View) || s.silence() < belowRto {
		return no()
	}
	first := me.HasISS && me.HasUna && seg.Seq == me.Una && uint32(me.Una-me.ISS-1) < seg.Len
	alive := me.NumSacked > 0 || p.HasAt && int32(p.At-r.at) >= 0
	return because(anomaly.CausePath, num(seg.Seq), int64(seg.Len), int64(n)+1), first && alive
}

// whole reports whether routers must not fragment the packet of v.
func whole(v *packet.View) bool { return v.Key.V6 || len(v.IP) > 6 && v.IP[6]&0x40 != 0 }
