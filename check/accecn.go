package check

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// accurateRules look at accurate ECN (RFC 9768), where AE, CWR and ECE are a code
// in the handshake, and then ACE, a counter.
var accurateRules = []rule{
	{anomaly.EcnMangled, onSynAck | onECN, ecnMangled,
		"the ECN field {passed} of the IP header passed here, and {reported} is reported of it"},
	{anomaly.AccecnNegotiated, onSynAck, accurateAgreed,
		"AE, CWR, ECE of the SYN,ACK are {code}: both ends know AccECN"},
	{anomaly.AccecnSynackReserved, onSynAck, accurateReserved,
		"AE, CWR, ECE of the SYN,ACK are {code}, which is reserved, or the SYN's"},
	{anomaly.AccecnThirdAckBad, onECN, thirdAckBad,
		"ACE of the handshake's last ACK is {code}, which reports no ECN field"},
	{anomaly.AccecnAceZeroed, onECN, aceZeroed,
		"ACE of its first segment without SYN is 0; the counter begins at 5"},
	{anomaly.AccecnOptionBadLength, onECN, accurateLengthBad,
		"an AccECN option of {length} octet{s}, and not of 2, 5, 8 or 11"},
	{anomaly.AccecnOptionRegressed, onECN, accurateRegressed,
		"counter {counter} (ECT(0), CE, ECT(1)) of the AccECN option is {now}, and was {before}"},
	{anomaly.AccecnEctAfterDisable, onECN, ectDisabled,
		"the ECN field of the IP header is {ecn}, though AE, CWR, ECE of a SYN or SYN,ACK were 000"},
}

// reports is the ECN field of the IP header that a code reports.
var reports = [8]uint8{codeNotECT: 0, codeECT1: 1, codeECT0: 2, codeCE: 3}

// unlawful are the changes of the ECN field that no router may make, by what
// passed and what is reported (RFC 9768 §3.2.2.3). To clear it is none of them.
var unlawful = [4][4]bool{
	0: {1: true, 2: true, 3: true},
	1: {2: true},
	2: {1: true},
	3: {1: true, 2: true},
}

// ecnMangled: a SYN,ACK reports of the SYN, and the handshake's last ACK of the
// SYN,ACK.
func ecnMangled(s *Scene) (Evidence, bool) {
	k, d, c := &s.Case.congestion, s.Seg.Dir, codeOf(s.Seg.Flags)
	told := s.Seg.Flags&tcp.SYN != 0 && answers(s) && k.syns[d^1].single(codeAcc) || s.thirdAck()
	if !told || !accepts.has(c) {
		return no()
	}
	for passed := range uint8(4) {
		if k.ip[d^1].single(code(passed)) {
			return because(anomaly.CauseNone, int64(passed), int64(reports[c])), unlawful[passed][reports[c]]
		}
	}
	return no()
}

// thirdAck reports whether the segment is the first of the client behind its SYN,
// on a connection with AccECN, and reports what became of the SYN,ACK.
func (s *Scene) thirdAck() bool {
	return s.firstSpoken() && s.pure() && s.Seg.NumSACK == 0 && s.Case.has(bareSyn, s.Seg.Dir) && s.Seg.Ack == s.Peer().ISS+1
}

// firstSpoken reports whether the segment is its sender's first behind the SYN, on
// a connection with AccECN.
func (s *Scene) firstSpoken() bool {
	me, seg := s.Me(), s.Seg
	return s.judged() && !s.Step.Outside && !s.Case.has(spoke, seg.Dir) && me.HasISS && seg.Seq == me.ISS+1 && me.Nxt == seg.Seq &&
		s.ecnMode() == ecnAccurate
}

func accurateAgreed(s *Scene) (Evidence, bool) {
	return s.codeEvidence(anomaly.CauseNone),
		s.Case.congestion.syns[s.Seg.Dir^1].single(codeAcc) && accepts.has(codeOf(s.Seg.Flags)) && answers(s)
}

func accurateReserved(s *Scene) (Evidence, bool) {
	c := codeOf(s.Seg.Flags)
	return s.codeEvidence(anomaly.CauseNone),
		s.Case.congestion.syns[s.Seg.Dir^1].single(codeAcc) && (c == codeLater || c == codeReflect) && answers(s)
}

// aceBegins is ACE while nothing was marked.
const aceBegins = 5

// thirdAckBad: 5 is the counter of a later ACK: the third was lost before us. 0 is
// told of by aceZeroed.
func thirdAckBad(s *Scene) (Evidence, bool) {
	c := codeOf(s.Seg.Flags)
	if !s.thirdAck() || c == codeNone || accepts.has(c) {
		return no()
	}
	e := s.codeEvidence(anomaly.CauseNone)
	if c == aceBegins {
		e.Cause = anomaly.CausePath
	}
	return e, true
}

// aceZeroed: three marks would make the counter 0; more than two segments may have
// brought them.
func aceZeroed(s *Scene) (Evidence, bool) {
	if codeOf(s.Seg.Flags) != codeNone || !s.firstSpoken() {
		return no()
	}
	p := s.Peer()
	e := because(anomaly.CauseNone)
	if uint32(p.Nxt-p.ISS)-1 > uint32(s.Case.side[s.Seg.Dir^1].largest) {
		e.Cause = anomaly.CausePath
	}
	return e, true
}

// accurate returns the AccECN option of the segment.
func (s *Scene) accurate() (o tcp.Options, ok bool) {
	if s.Seg.Opts&tcp.OptAccECN == 0 || s.View.TCP == nil {
		return o, false
	}
	for o = s.View.TCP.Options(); o.Next(); {
		if _, _, _, _, ok = o.AccECN(); ok {
			return o, true
		}
	}
	return o, false
}

// accurateLengthBad looks at the kinds of RFC 9768, not at the experimental ones.
func accurateLengthBad(s *Scene) (Evidence, bool) {
	o, ok := s.accurate()
	n := len(o.Data)
	return because(anomaly.CauseNone, int64(n)+2), ok && (o.Kind == tcp.KindAccECN0 || o.Kind == tcp.KindAccECN1) && (n%3 != 0 || n > 9)
}

// counters are those of an end's AccECN options, in the order ECT(0), CE, ECT(1).
type counters struct {
	octets [3]uint32 // modulo 2^24
	known  [3]bool
}

// countersOf returns the counters that an option has.
func countersOf(o *tcp.Options) (k counters) {
	e0, ce, e1, n, _ := o.AccECN()
	k.octets = [3]uint32{e0, ce, e1}
	id, _ := o.ExID()
	for i := range n {
		if o.Kind == tcp.KindAccECN1 || id == tcp.ExIDAccECN1 {
			i = 2 - i
		}
		k.known[i] = true
	}
	return k
}

// back returns which counter of k lies behind that of an earlier option.
func (k *counters) back(earlier *counters) (i int, yes bool) {
	for i := range k.octets {
		behind := (earlier.octets[i] - k.octets[i]) & (1<<24 - 1)
		if k.known[i] && earlier.known[i] && behind > 0 && behind < 1<<23 {
			return i, true
		}
	}
	return 0, false
}

func accurateRegressed(s *Scene) (Evidence, bool) {
	t := s.Case.lent(s.inspector)
	o, ok := s.accurate()
	if !ok || t == nil || s.ecnMode() != ecnAccurate || !s.judged() || s.Step.Outside || !s.newest() {
		return no()
	}
	now, before := countersOf(&o), &t.counters[s.Seg.Dir]
	i, back := now.back(before)
	return because(anomaly.CauseNone, int64(i), int64(now.octets[i]), int64(before.octets[i])), back
}

// noteCounters remembers the counters of the newest AccECN option.
func (c *Case) noteCounters(s *Scene) {
	o, ok := s.accurate()
	if !ok || s.Seg.Flags&(tcp.SYN|tcp.RST) != 0 || s.Step.Outside || s.Step.Older || s.ecnMode() != ecnAccurate || !s.current() {
		return
	}
	t := c.borrow(s.inspector)
	if t == nil {
		return
	}
	now := countersOf(&o)
	for i, known := range now.known {
		if known {
			t.counters[s.Seg.Dir].octets[i], t.counters[s.Seg.Dir].known[i] = now.octets[i], true
		}
	}
}

// ectDisabled: a client's SYN without ECN may have been lost behind us; what the
// server itself answered was not.
func ectDisabled(s *Scene) (Evidence, bool) {
	k, d := &s.Case.congestion, s.Seg.Dir
	asked, answered := k.syns[d^1], k.synacks[d]
	if s.Seg.ECN == 0 || !s.judged() || s.Step.Outside || !asked.has(codeAcc) || answered&accepts == 0 || !answered.only(accepts|setOf(codeNone)) {
		return no()
	}
	e := because(anomaly.CausePath, int64(s.Seg.ECN))
	if answered.has(codeNone) {
		e.Cause = anomaly.CauseNone
	}
	return e, answered.has(codeNone) || asked.has(codeNone)
}
