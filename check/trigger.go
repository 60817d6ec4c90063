package check

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// trigger is a set of what a segment shows that some rule asks about. A rule is
// asked about a segment that shows any of its triggers.
type trigger uint32

const (
	onSyn       trigger = 1 << iota // SYN without ACK
	onSynAck                        // SYN and ACK
	onFin                           // FIN
	onRst                           // RST
	onBits                          // neither SYN, FIN, RST nor a plain ACK: no ACK, or URG
	onHeader                        // the header is odd: options, reserved bits, checksum, ports, addresses
	onECN                           // any of ECE, CWR, AE, a marked IP header, or an AccECN option
	onTS                            // the timestamps option comes, or goes
	onSACK                          // SACK blocks
	onRepeat                        // octets that had passed before
	onDelivery                      // not simply new: see Step.Delivery
	onGap                           // its ACK covers octets that never passed, or it begins beyond the stream
	onOutside                       // outside of every window
	onAck                           // a pure ACK that is not Plain
	onWindow                        // the window is 0, was 0, or its edge moved left
	onLong                          // data that is not Plain
	onCalm                          // what comes next, but not Plain: nearly no rule has anything to ask
	onBig                           // more payload than the peer's MSS, or than a packet holds
	onBegin                         // another incarnation begins
	onShow                          // an end's shown state has changed
	onClash                         // octets that came again are not those that passed before
	onOpening                       // not both ends have spoken behind the handshake
	onClosing                       // a FIN, or a RST inside of its stream, has passed before
	onICMP                          // an ICMP error quotes the segment
	onCut                           // the first frame of an end that was not captured whole
	onEnd                           // the record ends; there is no segment
	numTriggers = iota
)

// The two ECN bits of the IP header (RFC 3168 §5).
const (
	markable = 0x1c // ECE, CWR and AE, as ecnOf shifts them
	ceMark   = 3    // congestion experienced
)

// odd are the option sets of a segment whose option list is strange.
const odd = tcp.OptBad | tcp.OptLength | tcp.OptTwice | tcp.OptCut

// rare are those of a segment that no plain segment has: a SYN's, and what few use.
const rare = tcp.OptMSS | tcp.OptWScale | tcp.OptSACKOK | tcp.OptTFO | tcp.OptTFOExp | tcp.OptOther | tcp.OptExp

// shows returns what the segment shows of itself, before conn has moved.
func (c *Case) shows(v *packet.View) (t trigger) {
	s := &v.Seg
	if s.Flags&^tcp.PSH != tcp.ACK {
		t = byFlags(s.Flags)
	}
	if s.Opts&(odd|rare) != 0 || s.Sum == tcp.SumBad || reserved(v) {
		t |= onHeader
	}
	me := &c.side[s.Dir]
	if e := ecnOf(s); e != me.ecn || e&^markable == ceMark || s.Flags&(tcp.ECE|tcp.CWR) != 0 || s.Opts&tcp.OptAccECN != 0 {
		t |= onECN
	}
	if s.Opts&tcp.OptTimestamp == 0 != (me.saw&sawTS == 0) {
		t |= onTS
	}
	if s.Win == 0 != (me.saw&sawZero != 0) {
		t |= onWindow
	}
	if s.NumSACK != 0 || s.Opts&tcp.OptSACK != 0 {
		t |= onSACK
	}
	if s.Len > uint32(me.largest) {
		t |= onBig
	}
	return t
}

// byFlags returns the triggers of control bits other than ACK and PSH alone.
func byFlags(f tcp.Flags) (t trigger) {
	switch f & (tcp.SYN | tcp.ACK) {
	case tcp.SYN:
		t = onSyn
	case tcp.SYN | tcp.ACK:
		t = onSynAck
	case 0:
		t = onBits
	}
	if f&tcp.FIN != 0 {
		t |= onFin
	}
	if f&tcp.RST != 0 {
		t |= onRst
	}
	if f&tcp.URG != 0 {
		t |= onBits
	}
	return t
}

// reserved reports whether a header has reserved bits set, a port 0, or an urgent
// pointer without its flag. A segment that was read as text has no header.
func reserved(v *packet.View) bool {
	if v.TCP == nil {
		return false
	}
	h := (*[tcp.MinHeader]byte)(v.TCP)
	return h[12]&0x0e != 0 || v.Key.APort == 0 || v.Key.BPort == 0 || v.Seg.Flags&tcp.URG == 0 && h[18]|h[19] != 0
}

// calm reports whether a segment of no open connection is nevertheless what comes
// next: nothing about it is surprising, and it carries octets or acknowledges some.
func calm(s *tcp.Segment, step *conn.Step) bool {
	return step.Explanation == conn.Unsurprising && (s.Len > 0 || step.Advances)
}

// moved returns what conn says of a segment that was not Plain.
func moved(s *tcp.Segment, step *conn.Step) (t trigger) {
	if step.Repeated > 0 {
		t |= onRepeat
	}
	if step.Shrunk > 0 {
		t |= onWindow
	}
	if step.Delivery != conn.New {
		t |= onDelivery
	}
	if step.Gap > 0 {
		t |= onGap
	}
	if step.Outside {
		t |= onOutside
	}
	if step.Begin != conn.Same {
		t |= onBegin
	}
	switch {
	case s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0:
	case t == 0 && calm(s, step):
		t = onCalm
	case s.Len == 0:
		t |= onAck
	default:
		t |= onLong
	}
	return t
}
