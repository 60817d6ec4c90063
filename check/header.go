package check

import (
	"net/netip"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// onFirst are the triggers of a segment that may be the first of a connection,
// which is never plain.
const onFirst = onSyn | onSynAck | onFin | onRst | onBits | onAck | onLong | onOutside

// headerRules look at the fields of a single segment; optionRules, at its options.
// Frames that cannot be read as TCP are those of Undecoded.
var headerRules = []rule{
	{anomaly.TcpChecksumBad, onHeader, sumBad, "the checksum is {field}, wrong for these {octets} octet{s}"},
	{anomaly.MssZero, onSyn | onSynAck, mssZero, "the SYN offers a maximum segment size of {mss}"},
	{anomaly.MssTooSmall, onSyn | onSynAck, mssSmall, "the SYN offers a maximum segment size of {mss}, below {least}"},
	{anomaly.SegmentExceedsMss, onBig, exceedsMSS, "{len} octet{s} of payload and {options} of options; the peer takes {mss} together"},
	{anomaly.ReservedBitsSet, onHeader, reservedBits, "reserved bits {bits} are set, which a sender leaves 0"},
	{anomaly.UrgentPointerWithoutUrg, onHeader, urgentUnmarked, "the urgent pointer is {pointer}, and URG is clear"},
	{anomaly.UrgentPointerBeyondData, onBits, urgentBeyond, "the urgent pointer is {pointer}, and the segment has {len} octet{s}"},
	{anomaly.UrgentData, onBits, urgentWithin, "the urgent pointer ends at octet {pointer} of {len}"},
	{anomaly.PortZero, onHeader, portZero, "the ports are {source} and {destination}; 0 is reserved"},
	{anomaly.LandSegment, onFirst, land, "the sender's address and port {port} are the addressee's as well"},
	{anomaly.TcpToMulticastOrBroadcast, onFirst, toMany, "a segment to or from a group of hosts, ports {source} and {destination}"},
	{anomaly.AckNumberWithoutAckFlag, onSyn | onRst | onBits, ackUnmarked, "the acknowledgment field is {ack}, and ACK is clear"},
}

func reservedBits(s *Scene) (Evidence, bool) {
	if s.View.TCP == nil {
		return no()
	}
	r := s.View.TCP.Reserved()
	return because(anomaly.CauseNone, int64(r)), r != 0
}

// sumBad: a segment that a card was to cut, or has joined, has no checksum of its
// own.
func sumBad(s *Scene) (Evidence, bool) {
	if s.View.TCP == nil || s.Seg.Sum != tcp.SumBad || s.joined() {
		return no()
	}
	return because(anomaly.CauseNone, int64(s.View.TCP.Checksum()), int64(len(s.View.L4))), true
}

// damaged reports whether the segment was damaged on its way, and no card left its
// checksum undone: its addressee discards it (RFC 9293 §3.1), and what it seems to say
// nobody said.
func (s *Scene) damaged() bool {
	return s.Seg != nil && s.Quote == nil && s.Seg.Sum == tcp.SumBad && !s.joined() && noSumOffload(s, s.Seg.Dir) == opened
}

// leastMSS is below all that is in use. Linux sends at least 48 octets, options
// included, whatever its peer offers (measured, 6.18).
const leastMSS = 64

func mssZero(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, 0), s.Seg.Opts&tcp.OptMSS != 0 && s.Seg.MSS == 0
}

func mssSmall(s *Scene) (Evidence, bool) {
	mss := s.Seg.MSS
	return because(anomaly.CauseNone, int64(mss), leastMSS), s.Seg.Opts&tcp.OptMSS != 0 && mss > 0 && mss < leastMSS
}

// ethernet is the largest IP packet of an ordinary link, octets.
const ethernet = 1500

// exceedsMSS: a card or its driver may have joined any segment beyond the MSS of
// several, or was to cut it. Two in a row, whose IP-IDs leave no room for another
// packet, were sent like this. A cookie (RFC 4987 §3.6) has no room for an MSS below what
// holds without one: Linux's then stands for that.
func exceedsMSS(s *Scene) (Evidence, bool) {
	last, id := s.Case.over[s.Seg.Dir], s.Seg.IPID
	e := because(anomaly.CauseNone, int64(s.Seg.Len), int64(optionOctets(s.View)), int64(s.Case.takes(s.Seg.Dir, s.View)))
	if s.Me().Answers && s.Seg.Len+optionOctets(s.View) <= defaultMSS {
		e.Cause = anomaly.CauseEndpoint
	}
	return e, last != 0 && id-last == 1 && s.Seg.Sum == tcp.SumGood && s.oversized() && !s.joined()
}

// defaultMSS is what an end takes over IPv4 that sends no option (RFC 9293 §3.7.1).
const defaultMSS = 536

// oversized reports whether the segment is beyond the MSS of its addressee.
func (s *Scene) oversized() bool { return s.Case.oversized(s.Seg, s.View) }

func (c *Case) oversized(seg *tcp.Segment, v *packet.View) bool {
	return c.side[seg.Dir&1^1].saw&sawSyn != 0 && seg.Flags&(tcp.SYN|tcp.RST) == 0 && seg.Len+optionOctets(v) > c.takes(seg.Dir, v)
}

// takes returns how many octets of payload and options the MSS of its addressee allows
// the sender d of v: RFC 9293 §3.7.1 says what holds without one.
func (c *Case) takes(d tcp.Dir, v *packet.View) uint32 {
	mss := uint32(c.side[d&1^1].mss)
	switch {
	case mss > 0:
		return max(mss, leastMSS)
	case v.Key.V6:
		return 1220
	}
	return defaultMSS
}

// mssOf returns the MSS of an end whose SYN the segment is: of several tries, the
// largest, as its peer may have taken any.
func (s *Scene) mssOf(me *side) uint16 {
	if me.saw&sawSyn != 0 && s.Step.Begin == conn.Same {
		return max(me.mss, s.Seg.MSS)
	}
	return s.Seg.MSS
}

// optionOctets returns the octets of a segment's options.
func optionOctets(v *packet.View) uint32 {
	if v.TCP == nil {
		return 0
	}
	return uint32(len(v.TCP) - tcp.MinHeader)
}

// joined reports whether the segment is one that a card was to cut, or has joined
// of several: larger than its addressee takes, and than its link does, or several
// full ones in one.
func (s *Scene) joined() bool {
	n, options := s.Seg.Len, optionOctets(s.View)
	if s.Case.side[s.Seg.Dir^1].saw&sawSyn == 0 {
		return s.View.IPLen > ethernet
	}
	full := s.Case.takes(s.Seg.Dir, s.View) - options
	return n > full && (s.View.IPLen > ethernet || n%full == 0 || s.Seg.Sum == tcp.SumPartial)
}

func urgentUnmarked(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.Urg)), s.Seg.Urg != 0 && s.Seg.Flags&tcp.URG == 0
}

// urgentBeyond: the pointer counts from SEQ to the last urgent octet, or to the one
// behind it, as hosts have it (RFC 9293 §3.8.5).
func urgentBeyond(s *Scene) (Evidence, bool) {
	n := s.Seg.Len
	return because(anomaly.CauseNone, int64(s.Seg.Urg), int64(n)), s.Seg.Flags&tcp.URG != 0 && (n == 0 || uint32(s.Seg.Urg) > n)
}

func urgentWithin(s *Scene) (Evidence, bool) {
	u, n := uint32(s.Seg.Urg), s.Seg.Len
	return because(anomaly.CauseNone, int64(u), int64(n)), s.Seg.Flags&tcp.URG != 0 && u > 0 && u <= n
}

// ports returns the sender's port and the addressee's.
func (s *Scene) ports() (source, destination int64) {
	k := &s.View.Key
	if s.View.FromB {
		return int64(k.BPort), int64(k.APort)
	}
	return int64(k.APort), int64(k.BPort)
}

func portZero(s *Scene) (Evidence, bool) {
	from, to := s.ports()
	return because(anomaly.CauseNone, from, to), from == 0 || to == 0
}

// land: a host may talk to itself through its loopback interface.
func land(s *Scene) (Evidence, bool) {
	k := &s.View.Key
	return because(anomaly.CauseNone, int64(k.APort)),
		k.A == k.B && k.APort == k.BPort && s.View.TCP != nil && !k.AddrA().IsLoopback()
}

func toMany(s *Scene) (Evidence, bool) {
	from, to := s.ports()
	return because(anomaly.CauseNone, from, to), group(&s.View.Key)
}

// broadcast is the address of all hosts of a link (RFC 919 §7).
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// group reports whether an end of a connection is a multicast or broadcast address.
func group(k *packet.Key) bool {
	if !k.V6 && k.A[12] < 224 && k.B[12] < 224 { // RFC 5771: 224.0.0.0/4; nearly all are below
		return false
	}
	a, b := k.AddrA(), k.AddrB()
	return a.IsMulticast() || b.IsMulticast() || a == broadcast || b == broadcast
}

func ackUnmarked(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Ack)), s.Seg.Ack != 0 && s.Seg.Flags&tcp.ACK == 0
}
