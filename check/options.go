package check

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// optionRules look at the option list of a single segment.
var optionRules = []rule{
	{anomaly.TcpOptionLengthInvalid, onHeader, optionLength, "option {kind} has length {length}, and its kind has {want} or, if that varies, no less"},
	{anomaly.TcpOptionTruncated, onHeader, optionBeyond, "option {kind} has length {length}, and the header has {left} octet{s} left"},
	{anomaly.TcpOptionDuplicate, onHeader, optionTwice, "option {kind} stands {times} times in the segment"},
	{anomaly.TcpOptionAfterEol, onSyn | onSynAck, optionAfterEnd, "octet {octet} follows the end of the options, where zeros are due"},
	{anomaly.TcpOptionNopRun, onSyn | onSynAck, optionNops, "{nops} NOP octets in a row"},
	{anomaly.TcpOptionUnassigned, onHeader, optionUnassigned, "option {kind} of {length} octet{s} is assigned to nobody"},
	{anomaly.TcpOptionObsolete, onHeader, optionObsolete, "option {kind} is obsolete"},
	{anomaly.TcpOptionExperimentalNoExid, onHeader, optionNameless, "experimental option {kind} of {length} octet{s} has no room for the identifier of its experiment"},
	{anomaly.MssOptionOutsideSyn, onHeader, strayMSS, "a segment without SYN offers a maximum segment size of {mss}"},
	{anomaly.WsOptionOutsideSyn, onHeader, strayScale, "a segment without SYN offers a window shift of {shift}"},
	{anomaly.SackpermOutsideSyn, onHeader, strayPermission, "a segment without SYN, SEQ {seq}, permits selective acknowledgments"},
}

// walk returns the options of the segment; there are none if it was read as text.
func (s *Scene) walk() (o tcp.Options) {
	if s.View.TCP != nil {
		o = s.View.TCP.Options()
	}
	return o
}

// option returns the first option for which wanted holds.
func (s *Scene) option(wanted func(tcp.Options) bool) (o tcp.Options, ok bool) {
	for o = s.walk(); o.Next(); {
		if wanted(o) {
			return o, true
		}
	}
	return o, false
}

// fixed returns the length that a kind must have; 0 if there are several.
func fixed(k tcp.Kind) int {
	if info, ok := k.Info(); ok && info.Min == info.Max {
		return info.Min
	}
	return 0
}

// optionLength: kinds with several lengths have rows of their own.
func optionLength(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&(tcp.OptLength|tcp.OptBad) == 0 {
		return no()
	}
	o, wrong := s.option(func(o tcp.Options) bool { return fixed(o.Kind) != 0 && len(o.Data)+2 != fixed(o.Kind) })
	if wrong {
		return because(anomaly.CauseNone, int64(o.Kind), int64(len(o.Data)+2), int64(fixed(o.Kind))), true
	}
	rest := o.Rest()
	if o.Err() == nil || len(rest) < 2 || rest[1] >= 2 {
		return no()
	}
	return because(anomaly.CauseNone, int64(rest[0]), int64(rest[1]), int64(max(2, fixed(tcp.Kind(rest[0]))))), true
}

// optionBeyond: the length of an option without a length octet is told as 0.
func optionBeyond(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptBad == 0 {
		return no()
	}
	o, _ := s.option(func(tcp.Options) bool { return false })
	rest := o.Rest()
	if o.Err() == nil || len(rest) > 1 && rest[1] < 2 {
		return no()
	}
	length := 0
	if len(rest) > 1 {
		length = int(rest[1])
	}
	return because(anomaly.CauseNone, int64(rest[0]), int64(length), int64(len(rest))), true
}

// kindENO is TCP-ENO (RFC 8547 §4.1).
const kindENO tcp.Kind = 69

// many are the kinds that may stand in a header again and again: RFC 8684 §3,
// RFC 8547 §4.1, and what shares a number.
func many(k tcp.Kind) bool {
	return k == tcp.KindMPTCP || k == kindENO || k == tcp.KindExp1 || k == tcp.KindExp2
}

func optionTwice(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptTwice == 0 {
		return no()
	}
	var seen [256]uint8
	twice := tcp.Kind(0)
	for o := s.walk(); o.Next(); {
		if seen[o.Kind]++; seen[o.Kind] == 2 && !many(o.Kind) {
			twice = o.Kind
		}
	}
	return because(anomaly.CauseNone, int64(twice), int64(seen[twice])), twice != 0
}

func optionAfterEnd(s *Scene) (Evidence, bool) {
	o, _ := s.option(func(tcp.Options) bool { return false })
	if o.Err() != nil {
		return no()
	}
	for _, b := range o.Rest() {
		if b != 0 {
			return because(anomaly.CauseNone, int64(b)), true
		}
	}
	return no()
}

// nopRun is how many NOPs in a row align no option: three are the most that do.
const nopRun = 4

func optionNops(s *Scene) (Evidence, bool) {
	if s.View.TCP == nil {
		return no()
	}
	longest := 0
	for rest := s.View.TCP[tcp.MinHeader:]; len(rest) > 0; {
		n := 0
		for n < len(rest) && rest[n] == byte(tcp.KindNOP) {
			n++
		}
		longest = max(longest, n)
		if rest = rest[n:]; len(rest) < 2 || rest[0] == byte(tcp.KindEOL) || rest[1] < 2 || int(rest[1]) > len(rest) {
			break
		}
		rest = rest[rest[1]:]
	}
	return because(anomaly.CauseNone, int64(longest)), longest >= nopRun
}

// obsolete are kinds below 64 that nothing uses any more, a bit each: IANA's "TCP
// Option Kind Numbers", RFC 6247.
const obsolete = uint64(1<<6 | 1<<7 | 0x3ff<<9 | 0x7f<<20)

// optionUnassigned: kinds 0 to 30 have an owner, 31 to 33 are reserved (IANA "TCP
// Option Kind Numbers"); beyond them, those that package tcp knows, and TCP-ENO.
func optionUnassigned(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptOther == 0 {
		return no()
	}
	o, ok := s.option(func(o tcp.Options) bool {
		_, known := o.Kind.Info()
		return o.Kind > 30 && !known && o.Kind != kindENO
	})
	return because(anomaly.CauseNone, int64(o.Kind), int64(len(o.Data)+2)), ok
}

func optionObsolete(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptOther == 0 {
		return no()
	}
	o, ok := s.option(func(o tcp.Options) bool { return o.Kind < 64 && obsolete>>o.Kind&1 != 0 })
	return because(anomaly.CauseNone, int64(o.Kind)), ok
}

func optionNameless(s *Scene) (Evidence, bool) {
	if s.Seg.Opts&tcp.OptExp == 0 {
		return no()
	}
	o, ok := s.option(func(o tcp.Options) bool {
		return (o.Kind == tcp.KindExp1 || o.Kind == tcp.KindExp2) && len(o.Data) < 2
	})
	return because(anomaly.CauseNone, int64(o.Kind), int64(len(o.Data)+2)), ok
}

// outside reports whether a segment without SYN has an option that only a SYN may
// have.
func (s *Scene) outside(o tcp.OptSet) bool { return s.Seg.Flags&tcp.SYN == 0 && s.Seg.Opts&o != 0 }

func strayMSS(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.MSS)), s.outside(tcp.OptMSS)
}

func strayScale(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.WScale)), s.outside(tcp.OptWScale)
}

func strayPermission(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.outside(tcp.OptSACKOK)
}
