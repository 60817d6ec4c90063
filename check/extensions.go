package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// extensionsRules are about Fast Open, Multipath TCP, and options that authenticate.
var extensionsRules = []rule{
	{anomaly.TfoSynData, onSyn, tfoData, "the SYN carries a Fast Open cookie of {cookie} octet{s}, and {len} octet{s} of payload"},
	{anomaly.TfoDataAccepted, onSynAck, tfoAccepted, "the SYN,ACK acknowledges {ack}, with all {len} octet{s} that the SYN carried"},
	{anomaly.TfoDataIgnored, onSynAck, tfoIgnored, "the SYN,ACK acknowledges {ack}, none of the {len} octet{s} that the SYN carried"},
	{anomaly.TfoPartialAck, onSynAck, tfoPartly, "the SYN,ACK acknowledges {ack}, {part} of the {len} octet{s} that the SYN carried"},
	{anomaly.TfoCookieBadLength, onSyn | onSynAck, tfoLength, "a Fast Open cookie of {cookie} octet{s}, where {least} to {most} and an even number are lawful"},
	{anomaly.TfoDataWithoutCookie, onSyn, tfoUncovered, "the SYN carries {len} octet{s} and a Fast Open option without cookie"},
	{anomaly.TfoBlackholed, onSynAck, tfoBlackholed, "the SYN with Fast Open found no answer, and one without it did, {pause:t} later"},
	{anomaly.MptcpFallback, onSynAck, mptcpFallback, "the SYN offers Multipath TCP, and its SYN,ACK {seq} does not"},
	{anomaly.MptcpAlgorithmMissing, onSyn | onSynAck, mptcpNoAlgorithm, "MP_CAPABLE of version {version} has flags {flags}, which name no algorithm"},
	{anomaly.MptcpResetReason, onRst, mptcpReset, "the RST closes a subflow, for reason {reason} of RFC 8684"},
	{anomaly.AuthOptionInconsistent, onFirst | onCalm, authDiffers, "of SEQ {seq} and the SYN of its sender one is signed (option {kind}), and the other is not"},
}

// openers is what is remembered of how a connection opens: 2 octets.
type openers struct {
	offered offer
	probed  probed // how the record begins
}

// offer is a set of what the SYNs have offered.
type offer uint8

const (
	offersTFO   offer = 1 << iota // the latest SYN has a Fast Open option
	droppedTFO                    // an earlier one had, and the latest has not
	offersMPTCP                   // the latest SYN has MP_CAPABLE
)

// MPTCP subtypes (RFC 8684 §3).
const (
	mpCapable  = 0
	mpTCPReset = 8
)

// cookie returns the Fast Open cookie of a SYN; ok is false without the option.
func (s *Scene) cookie() (cookie []byte, ok bool) {
	if s.Seg.Opts&fastOpen == 0 {
		return nil, false
	}
	o, ok := s.option(func(o tcp.Options) bool { _, is := o.TFO(); return is })
	cookie, _ = o.TFO()
	return cookie, ok
}

// noteOpeners remembers what a SYN offers.
func (c *Case) noteOpeners(s *Scene) {
	seg := s.Seg
	c.noteProbe(s)
	if !s.opening() || seg.Flags&tcp.ACK != 0 {
		return
	}
	had := c.offered
	c.offered = 0
	switch {
	case seg.Opts&fastOpen != 0:
		c.offered = offersTFO
	case had&(offersTFO|droppedTFO) != 0 && seg.Seq == s.Me().ISS:
		c.offered = droppedTFO
	}
	if _, ok := s.mptcp(mpCapable); ok {
		c.offered |= offersMPTCP
	}
}

func tfoData(s *Scene) (Evidence, bool) {
	cookie, ok := s.cookie()
	return because(anomaly.CauseNone, int64(len(cookie)), int64(s.Seg.Len)), ok && len(cookie) > 0 && s.Seg.Len > 0
}

func tfoUncovered(s *Scene) (Evidence, bool) {
	cookie, ok := s.cookie()
	return because(anomaly.CauseNone, int64(s.Seg.Len)), ok && len(cookie) == 0 && s.Seg.Len > 0
}

// Octets of a cookie (RFC 7413 §4.1.1).
const leastCookie, mostCookie = 4, 16

func tfoLength(s *Scene) (Evidence, bool) {
	cookie, ok := s.cookie()
	n := len(cookie)
	lawful := n == 0 || n >= leastCookie && n <= mostCookie && n%2 == 0
	return because(anomaly.CauseNone, int64(n), leastCookie, mostCookie), ok && !lawful
}

// early returns how many octets went with the SYN that the segment answers, and how
// many of them it acknowledges; ok is false if it is no answer to a SYN with Fast
// Open and payload.
func (s *Scene) early() (acked, sent uint32, ok bool) {
	p := s.Peer()
	if s.Case.offered&offersTFO == 0 || !opener(p) || p.HasRcv || s.Seg.Flags&tcp.RST != 0 {
		return 0, 0, false
	}
	if sent = uint32(p.Top - p.ISS - 1); sent == 0 {
		return 0, 0, false
	}
	acked = uint32(s.Seg.Ack - p.ISS - 1)
	return acked, sent, acked <= sent
}

func tfoAccepted(s *Scene) (Evidence, bool) {
	acked, sent, ok := s.early()
	return because(anomaly.CauseNone, num(s.Seg.Ack), int64(sent)), ok && acked == sent
}

func tfoIgnored(s *Scene) (Evidence, bool) {
	acked, sent, ok := s.early()
	return because(anomaly.CauseNone, num(s.Seg.Ack), int64(sent)), ok && acked == 0
}

func tfoPartly(s *Scene) (Evidence, bool) {
	acked, sent, ok := s.early()
	return because(anomaly.CauseNone, num(s.Seg.Ack), int64(acked), int64(sent)), ok && acked > 0 && acked < sent
}

// tfoBlackholed: a single SYN may have been lost for any reason.
func tfoBlackholed(s *Scene) (Evidence, bool) {
	p, me := s.Peer(), s.Me()
	e := because(anomaly.CausePath, s.pause(p))
	return e, s.Case.offered&droppedTFO != 0 && opener(p) && !me.Seen && ofSyn(p, s.Seg.Ack)
}

// mptcp returns the first MPTCP option of a subtype.
func (s *Scene) mptcp(subtype uint8) (data []byte, ok bool) {
	if s.Seg.Opts&tcp.OptMPTCP == 0 {
		return nil, false
	}
	o, ok := s.option(func(o tcp.Options) bool { t, is := o.MPTCP(); return is && t == subtype })
	return o.Data, ok
}

func mptcpFallback(s *Scene) (Evidence, bool) {
	_, answered := s.mptcp(mpCapable)
	return because(anomaly.CauseNone, num(s.Seg.Seq)),
		s.Case.offered&offersMPTCP != 0 && !answered && opener(s.Peer()) && ofSyn(s.Peer(), s.Seg.Ack)
}

// algorithms are the flags of MP_CAPABLE that name one, by its version (RFC 6824
// §3.1, RFC 8684 §3.1).
var algorithms = [...]byte{0x3f, 0x1f}

func mptcpNoAlgorithm(s *Scene) (Evidence, bool) {
	data, ok := s.mptcp(mpCapable)
	if !ok || len(data) < 2 || int(data[0]&15) >= len(algorithms) {
		return no()
	}
	return because(anomaly.CauseNone, int64(data[0]&15), int64(data[1])), data[1]&algorithms[data[0]&15] == 0
}

func mptcpReset(s *Scene) (Evidence, bool) {
	data, ok := s.mptcp(mpTCPReset)
	if !ok || len(data) < 2 {
		return no()
	}
	return because(anomaly.CauseNone, int64(data[1])), true
}

// authDiffers: a host that has restarted has no key at hand (RFC 5925 §7.7).
func authDiffers(s *Scene) (Evidence, bool) {
	saw, opts := s.Case.side[s.Seg.Dir].saw, s.Seg.Opts
	if saw&sawSyn == 0 || s.Seg.Flags&tcp.SYN != 0 || s.Step.Begin != conn.Same || opts&(tcp.OptCut|tcp.OptBad) != 0 {
		return no()
	}
	e := because(anomaly.CauseNone, num(s.Seg.Seq), int64(tcp.KindMD5))
	if s.Seg.Flags&tcp.RST != 0 {
		e.Cause = anomaly.CauseEndpoint
	}
	if saw&sawAO != 0 || opts&tcp.OptAO != 0 {
		e.Numbers[1] = int64(tcp.KindAO)
	}
	return e, saw&(sawMD5|sawAO) != 0 != (opts&(tcp.OptMD5|tcp.OptAO) != 0)
}
