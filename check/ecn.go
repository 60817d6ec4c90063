package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// ecnRules look at explicit congestion notification (RFC 3168); accurateRules, at
// what RFC 9768 added.
var ecnRules = []rule{
	{anomaly.EcnSynackBad, onSynAck, synackReflects,
		"AE, CWR, ECE of the SYN,ACK are {code}: as in the SYN, whose ECE and CWR asked for ECN"},
	{anomaly.EcnUnsolicited, onSynAck, ecnUnasked,
		"AE, CWR, ECE of the SYN,ACK are {code}, and no SYN had both ECE and CWR"},
	{anomaly.EctWithoutNegotiation, onECN | onSyn, ectUnasked,
		"the ECN field of the IP header is {ecn} on a connection without ECN"},
	{anomaly.EctOnSyn, onSyn | onSynAck, ectOnSyn,
		"the ECN field of the IP header is {ecn} on a SYN"},
	{anomaly.EceWithoutNegotiation, onECN, eceUnasked,
		"AE, CWR, ECE are {code} on a connection without ECN"},
	{anomaly.EcePersistent, onECN, ecePersistent,
		"ECE is still set, {windows} window{s} after CWR, which came with the octets up to {end}"},
	{anomaly.CwrMissing, onECN, cwrMissing,
		"new octets at SEQ {seq} without CWR, though ECE came all the time while {windows} window{s} were acknowledged"},
	{anomaly.CwrWithoutEce, onECN, cwrUnasked,
		"CWR at SEQ {seq}, though its peer sent no ECE within two round trips and nothing was sent again"},
	{anomaly.CeMarkSeen, onECN, ceMarked,
		"the segment at SEQ {seq} is marked: congestion experienced"},
}

// code is AE, CWR and ECE of a segment, as a number of three bits.
type code uint8

func codeOf(f tcp.Flags) code { return code(f >> 6 & 7) }

// Codes of SYNs and of the SYN,ACKs that answer them (RFC 3168 §6.1.1, RFC 9768
// table 2).
const (
	codeNone    code = 0
	codeEcho    code = 1 // SYN,ACK: ECN
	codeNotECT  code = 2 // SYN,ACK: AccECN; the SYN came without ECT
	codeECN     code = 3 // SYN: asks for ECN
	codeECT1    code = 3 // SYN,ACK: AccECN; the SYN came with ECT(1)
	codeECT0    code = 4
	codeLater   code = 5 // reserved for what comes after AccECN
	codeCE      code = 6
	codeAcc     code = 7 // SYN: asks for AccECN
	codeReflect code = 7 // SYN,ACK: of an end that knows neither
)

// codes is a set of codes, a bit each: an end may send several SYNs.
type codes uint8

func setOf(all ...code) (s codes) {
	for _, c := range all {
		s |= 1 << c
	}
	return s
}

func (s codes) has(c code) bool    { return s>>c&1 != 0 }
func (s codes) only(t codes) bool  { return s != 0 && s&^t == 0 }
func (s codes) single(c code) bool { return s == 1<<c }

// accepts are the codes of SYN,ACKs that agree to AccECN. 101 is not among them:
// a client of today takes it for that, too.
var accepts = setOf(codeNotECT, codeECT1, codeECT0, codeCE)

// congestion is what its rules remember of a connection's handshake.
type congestion struct {
	syns    [2]codes // of an end's SYNs without ACK
	synacks [2]codes // of its SYN,ACKs
	ip      [2]codes // ECN fields of the IP headers of both
}

// ecnMode is what a handshake has agreed to.
type ecnMode uint8

const (
	ecnUnclear  ecnMode = iota
	ecnOff              // none
	ecnClassic          // RFC 3168
	ecnAccurate         // RFC 9768
)

// mode returns what was agreed to; unclear if SYNs, or their answers, differed so
// that it depends on which of them arrived.
func (k *congestion) mode(client tcp.Dir) ecnMode {
	asked, answered := k.syns[client], k.synacks[client^1]
	switch {
	case asked == 0 || answered == 0 || k.syns[client^1] != 0:
		return ecnUnclear
	case answered.single(codeNone):
		return ecnOff
	case asked.single(codeNone): // an earlier try may have asked, and was missed
		return ecnUnclear
	case answered.single(codeEcho) && asked.only(setOf(codeNone, codeECN, codeAcc)):
		return ecnClassic
	case asked.single(codeAcc) && answered.only(accepts):
		return ecnAccurate
	}
	return ecnUnclear
}

// ecnMode returns what the handshake has agreed to before the segment.
func (s *Scene) ecnMode() ecnMode { return s.Case.congestion.agreed() }

// agreed returns what the handshake has agreed to, whoever is the client.
func (k *congestion) agreed() ecnMode {
	if k.syns[tcp.Server] != 0 {
		return k.mode(tcp.Server)
	}
	return k.mode(tcp.Client)
}

// unseenECN stands for the ECN bits of an end that has sent nothing but marked
// SYNs: whatever comes next differs from it.
const unseenECN = 1 << 7

// noteECN remembers what SYNs ask for and answer, and how ends react.
func (c *Case) noteECN(s *Scene) {
	k, seg := &c.congestion, s.Seg
	if s.anew() {
		*k = congestion{}
	}
	switch {
	case s.Step.Outside || s.Step.Older || s.Step.Begin == conn.Candidate:
	case seg.Flags&tcp.SYN != 0:
		k.noteSyn(seg)
	case s.Seg.Flags&tcp.RST == 0 && s.ecnMode() == ecnClassic:
		c.noteReaction(s)
	}
}

func (k *congestion) noteSyn(seg *tcp.Segment) {
	d := seg.Dir
	k.ip[d] |= setOf(code(seg.ECN))
	if seg.Flags&tcp.ACK != 0 {
		k.synacks[d] |= setOf(codeOf(seg.Flags))
	} else {
		k.syns[d] |= setOf(codeOf(seg.Flags))
	}
}

// codeEvidence has the code of the segment as its only number.
func (s *Scene) codeEvidence(c anomaly.Cause) Evidence {
	return because(c, int64(codeOf(s.Seg.Flags)))
}

func synackReflects(s *Scene) (Evidence, bool) {
	asked := s.Case.congestion.syns[s.Seg.Dir^1]
	return s.codeEvidence(anomaly.CauseNone),
		answers(s) && asked.has(codeECN) && asked.only(setOf(codeNone, codeECN)) && codeOf(s.Seg.Flags)&codeECN == codeECN
}

// ecnUnasked: a server with AccECN takes any SYN but 000 and 011 for a question,
// and answers with other codes than 001. A SYN that is sent again asks no more (RFC 3168
// §6.1.1.1), so the answer may be to an earlier one, which was missed.
func ecnUnasked(s *Scene) (Evidence, bool) {
	asked, got := s.Case.congestion.syns[s.Seg.Dir^1], codeOf(s.Seg.Flags)
	bad := asked.single(codeNone) && s.Seg.Flags&tcp.ECE != 0 ||
		got == codeEcho && asked != 0 && !asked.has(codeECN) && !asked.has(codeAcc)
	return s.codeEvidence(anomaly.CauseEndpoint), bad && answers(s)
}

// ectUnasked: with the SYN alone it is known what cannot be agreed to. Routers that
// write the whole octet, for the type of service that it once was (RFC 1349), set these
// bits as well (RFC 3168 §22).
func ectUnasked(s *Scene) (Evidence, bool) {
	if s.Seg.ECN == 0 || s.Step.Outside || s.Step.Older || s.Seg.Flags&tcp.RST != 0 {
		return no()
	}
	e := because(anomaly.CausePath, int64(s.Seg.ECN))
	if s.Seg.Flags&(tcp.SYN|tcp.ACK) == tcp.SYN {
		asked := s.Case.congestion.syns[s.Seg.Dir]
		return e, codeOf(s.Seg.Flags) == codeNone && asked&^setOf(codeNone) == 0
	}
	return e, s.ecnMode() == ecnOff
}

// ectOnSyn: RFC 5562 lets a SYN,ACK have ECT(0), RFC 8311 §4.3 an experiment any SYN;
// a router may have set it, too.
func ectOnSyn(s *Scene) (Evidence, bool) {
	seg, e := s.Seg, because(anomaly.CausePath, int64(s.Seg.ECN))
	if seg.ECN == 0 {
		return no()
	}
	if seg.Flags&tcp.ACK == 0 {
		return e, codeOf(seg.Flags) == codeECN
	}
	return e, codeOf(seg.Flags) == codeEcho && seg.ECN == 1 && answers(s)
}

func eceUnasked(s *Scene) (Evidence, bool) {
	return s.codeEvidence(anomaly.CauseNone),
		s.Seg.Flags&(tcp.ECE|tcp.CWR) != 0 && s.judged() && !s.Step.Outside && s.ecnMode() == ecnOff
}

func ceMarked(s *Scene) (Evidence, bool) {
	return because(anomaly.CausePath, num(s.Seg.Seq)), s.Seg.ECN == ceMark
}
