package check

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// flagsRules look at the control bits of a single segment.
var flagsRules = []rule{
	{anomaly.NullFlagsSegment, onBits, nullFlags, "a segment of {len} octet{s} at SEQ {seq} without any flag"},
	{anomaly.XmasFlagsSegment, onFin, xmasFlags, "FIN, PSH and URG together, with {len} octet{s} and an urgent pointer of {pointer}"},
	{anomaly.SynFinSegment, onFin, synFin, "SYN and FIN together, SEQ {seq}"},
	{anomaly.SynRstSegment, onRst, synRst, "SYN and RST together, SEQ {seq}"},
	{anomaly.FinRstSegment, onRst, finRst, "FIN and RST together, SEQ {seq}"},
	{anomaly.SynUrgSegment, onSyn | onSynAck, synUrg, "SYN and URG together, SEQ {seq}, urgent pointer {pointer}"},
	{anomaly.MissingAckFlag, onBits, missingAck, "no ACK on a segment of {len} octet{s} at SEQ {seq}, in a connection that both ends have opened"},
	{anomaly.FinWithoutAck, onFin, finAlone, "a FIN at SEQ {seq} without ACK"},
	{anomaly.SynWithData, onSyn, synData, "the SYN carries {len} octet{s}, and no Fast Open option"},
	{anomaly.SynackWithData, onSynAck, synackData, "the SYN,ACK carries {len} octet{s}, and its SYN asked for no Fast Open"},
	{anomaly.RstWithData, onRst, rstData, "the RST carries {len} octet{s}"},
	{anomaly.ScannerFingerprintSyn, onSyn, scannerSyn, "the SYN has SEQ {seq}, IP-ID {id}, TTL {ttl}, window {window} and {options} octet{s} of options, as scanning tools have"},
	{anomaly.StealthScanAnswered, onRst | onEnd, stealthScan, "a segment asks without opening, as those of scanners do; RSTs in answer: {answers}"},
}

func nullFlags(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.Len), num(s.Seg.Seq)), s.Seg.Flags == 0
}

// xmas are the flags of the scan that lights them all.
const xmas = tcp.FIN | tcp.PSH | tcp.URG

// xmasFlags: the last octets of a stream may be urgent.
func xmasFlags(s *Scene) (Evidence, bool) {
	seg := s.Seg
	e := because(anomaly.CauseNone, int64(seg.Len), int64(seg.Urg))
	lawful := seg.Flags&tcp.ACK != 0 && seg.Len > 0 && !s.Step.Outside
	return e, seg.Flags.Has(xmas) && !lawful
}

// both reports whether the segment has all of these flags, and tells its SEQ.
func (s *Scene) both(f tcp.Flags) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.Seg.Flags.Has(f)
}

func synFin(s *Scene) (Evidence, bool) { return s.both(tcp.SYN | tcp.FIN) }
func synRst(s *Scene) (Evidence, bool) { return s.both(tcp.SYN | tcp.RST) }
func finRst(s *Scene) (Evidence, bool) { return s.both(tcp.FIN | tcp.RST) }

func synUrg(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq), int64(s.Seg.Urg)), s.Seg.Flags.Has(tcp.SYN | tcp.URG)
}

// synchronized are the states of an end that has the number of its peer, and whose
// every segment but a RST has an ACK (RFC 9293 §3.1).
var synchronized = conn.Of(conn.SynReceived, conn.Established, conn.FinWait1, conn.FinWait2, conn.CloseWait,
	conn.Closing, conn.LastAck, conn.TimeWait)

func missingAck(s *Scene) (Evidence, bool) {
	seg, me, p := s.Seg, s.Me(), s.Peer()
	e := because(anomaly.CauseNone, int64(seg.Len), num(seg.Seq))
	if seg.Flags&(tcp.ACK|tcp.SYN|tcp.RST) != 0 || !me.HasRcv || !p.HasRcv {
		return no()
	}
	return e, me.Possible&^synchronized == 0 && p.Possible&^synchronized == 0
}

func finAlone(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, num(s.Seg.Seq)), s.Seg.Flags&(tcp.FIN|tcp.ACK|tcp.SYN) == tcp.FIN
}

// fastOpen are the options that ask for Fast Open.
const fastOpen = tcp.OptTFO | tcp.OptTFOExp

func synData(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.Len)), s.Seg.Len > 0 && s.Seg.Opts&fastOpen == 0 && s.Seg.Flags&tcp.RST == 0
}

// synackData: a SYN that was missed may have asked for it.
func synackData(s *Scene) (Evidence, bool) {
	p, seg := s.Peer(), s.Seg
	return because(anomaly.CauseNone, int64(seg.Len)), seg.Len > 0 && seg.Opts&fastOpen == 0 && opener(p) && !p.SynData
}

func rstData(s *Scene) (Evidence, bool) {
	return because(anomaly.CauseNone, int64(s.Seg.Len)), s.Seg.Len > 0
}

// What tools put into the SYNs that they make by themselves.
const (
	shaftSeq    = 674711609 // the shaft agent: Dietrich et al., LISA 2000
	zmapID      = 54321     // ZMap: Durumeric et al., USENIX Security 2013
	masscanWin  = 1024      // masscan and nmap: their source
	scannerTTL  = 200       // above it: 255 and some hops; most hosts begin with 64 or 128
	weakMarks   = 2         // so many marks of which one alone says little
	probeAtMost = 3         // packets of a probe: it, and what repeats it
)

// scannerSyn: Mirai's SEQ is the address that it tries, which chance gives once in
// 2³²; the other marks are weak alone.
func scannerSyn(s *Scene) (Evidence, bool) {
	seg, options := s.Seg, optionOctets(s.View)
	if seg.Seq != shaftSeq && (s.View.Key.V6 || seg.Seq != addressee(s.View)) && s.weakMarks(options) < weakMarks {
		return no()
	}
	return because(anomaly.CauseNone, num(seg.Seq), int64(seg.IPID), int64(seg.TTL), int64(seg.Win), int64(options)), true
}

// weakMarks counts those marks of a scanner in a SYN with so many octets of options of
// which one alone says little; a SYN that was read as text has none.
func (s *Scene) weakMarks(options uint32) (n int) {
	if s.View.TCP == nil {
		return 0
	}
	seg := s.Seg
	if seg.IPID == zmapID {
		n++
	}
	if options != 0 {
		return n
	}
	if seg.TTL > scannerTTL {
		n++
	}
	if seg.Win == masscanWin {
		n++
	}
	return n
}

// addressee returns the IPv4 address that a packet goes to, as a number.
func addressee(v *packet.View) tcp.Seq {
	a := &v.Key.B
	if v.FromB {
		a = &v.Key.A
	}
	return tcp.Seq(a[12])<<24 | tcp.Seq(a[13])<<16 | tcp.Seq(a[14])<<8 | tcp.Seq(a[15])
}

// stealthScan: an ACK alone may be the last one of a connection that was forgotten.
// It is a probe only if the capture has run for long enough to know all that live,
// and the addressee denies it.
func stealthScan(s *Scene) (Evidence, bool) {
	probe := s.Case.probed
	by := probe.by()
	switch {
	case probe == notProbed:
		return no()
	case s.End == nil:
		return s.deniesProbe(by, probe)
	}
	e := because(anomaly.CauseNone, 0)
	e.ByPeer = by == tcp.Server
	return e, !probe.bare() && s.End.Octets == [2]uint64{} && s.End.Packets[by] <= probeAtMost && s.End.Packets[by^1] == 0
}

// deniesProbe accuses the segment before the RST, which has no payload.
func (s *Scene) deniesProbe(by tcp.Dir, probe probed) (Evidence, bool) {
	e := because(anomaly.CauseNone, 1)
	e.ByPeer, e.Accused = true, s.earlier(s.Case.last)
	first := s.Seg.Dir != by && !s.Me().Seen && s.Case.side[by].largest == 0
	return e, first && (!probe.bare() || s.inspector.capture.runs(s))
}

// probed is how the first segment of a record probed, if it did.
type probed uint8

const (
	notProbed      probed = iota
	probedOdd                 // without any flag, or with FIN and no ACK
	probedAck                 // a bare ACK
	probedByServer probed = 4 // beside these
)

func (p probed) by() tcp.Dir { return tcp.Dir(p / probedByServer) }
func (p probed) bare() bool  { return p&^probedByServer == probedAck }

// noteProbe remembers how a record begins.
func (c *Case) noteProbe(s *Scene) {
	if c.last != 0 || s.Seg.Len > 0 {
		return
	}
	switch f := s.Seg.Flags; {
	case f == tcp.ACK:
		c.probed = probedAck
	case f&(tcp.SYN|tcp.RST|tcp.ACK) == 0:
		c.probed = probedOdd
	default:
		return
	}
	c.probed += probed(s.Seg.Dir) * probedByServer
}
