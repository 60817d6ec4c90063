package conn

import "onpath/tcp"

// bits are what is known of an end.
type bits uint16

const (
	known    bits = 1 << iota // a position of its stream is known: it sent, or was acknowledged
	seen                      // a segment of its own passed, in this incarnation
	hasISS                    // iss is known
	synSeen                   // its own SYN passed, so its options are known
	hasAlt                    // alt holds the ISN of a SYN that may begin a new incarnation
	finSent                   // fin is known
	finGot                    // the peer's FIN arrived, or is presumed to have
	hasAck                    // acked and edge are known
	hasShift                  // its SYN announced a window shift
	hasWL                     // wl1 and wl2 are known
	rstGot                    // presumed reset by the peer's RST at Conn.rst
	rstSent                   // it sent a RST inside its stream
	rstLine                   // Conn.line holds for its RST
	oddSent                   // it sent the segment that Conn.odd remembers
)

// end is the virtual stack of one end of a connection. Names are those of
// RFC 9293 §3.3.1 where it has one. Two variables of it stand with the peer:
// RCV.NXT is where the peer's stream is contiguous, IRS is the peer's ISS.
type end struct {
	iss, alt tcp.Seq // ISN; ISN of a candidate for the next incarnation
	una      tcp.Seq // SND.UNA: highest ACK of it that passed, at most max
	nxt      tcp.Seq // SND.NXT: end of the highest octet that passed
	max      tcp.Seq // SND.MAX: highest SEQ, end, or ACK of it that was shown by anyone
	up       tcp.Seq // SND.UP: highest urgent pointer sent
	wl1, wl2 tcp.Seq // SND.WL1, SND.WL2: SEQ and ACK of the last window update
	wnd      uint32  // SND.WND: the peer's window in octets
	acked    tcp.Seq // highest ACK it sent: proven RCV.NXT
	edge     tcp.Seq // highest ACK + window that it granted
	win      uint32  // RCV.WND: its latest window in octets
	wmax     uint32  // its largest window in octets
	fin      tcp.Seq // SEQ of its FIN
	sent     stream  // the octets of it that passed
	bits     bits
	state    State // presumed
	pair     uint8 // was and shift, four bits each: the end has 88 octets so, not 92
}

// was returns its state before a RST closed it, to take that back.
func (p *end) was() State { return State(p.pair >> 4) }

// shift returns the window shift that its SYN announced, at most 14.
func (p *end) shift() uint8 { return p.pair & 15 }

func (p *end) setWas(s State)   { p.pair = uint8(s)<<4 | p.pair&15 }
func (p *end) setShift(n uint8) { p.pair = p.pair&^15 | n }

func (p *end) has(b bits) bool { return p.bits&b == b }

// contig returns where the stream of p is contiguous, its FIN included: the
// RCV.NXT of its peer, if all that passed arrived and what the peer acknowledged.
func (p *end) contig(peer *end) tcp.Seq {
	c := p.sent.contig
	if p.has(finSent) && c == p.fin {
		c++
	}
	if peer.has(hasAck) && c.Before(peer.acked) {
		c = peer.acked
	}
	return c
}

// Conn is what is known of one incarnation of a connection. The zero Conn has
// seen nothing and is ready to use, through a Tracker.
type Conn struct {
	side [2]end
	rst  tcp.Seq // SEQ of the last RST that closed something
	line tcp.Seq // SND.MAX of that RST's addressee when it passed
	odd  tcp.Seq // end of the last segment that lay outside of every window
}

// Phase is how far a connection has come, coarser than its two states. It says
// how long silence may last.
type Phase uint8

const (
	Opening    Phase = iota // not both ends are synchronized
	Open                    // both are
	HalfClosed              // a FIN passed
	Finished                // both FINs passed, and both were acknowledged
	Reset                   // a RST closed it, and nobody went on
)

// Phase returns how far c has come.
func (c *Conn) Phase() Phase {
	a, b := &c.side[0], &c.side[1]
	switch {
	case (a.bits|b.bits)&(rstSent|rstGot) != 0:
		return Reset
	case a.bits&b.bits&finSent != 0 && over(a.state) && over(b.state):
		return Finished
	case (a.bits|b.bits)&finSent != 0:
		return HalfClosed
	case a.state >= Established && b.state >= Established:
		return Open
	}
	return Opening
}

// over reports whether nothing more is expected of an end in s.
func over(s State) bool { return s == Closed || s == TimeWait }

// State returns the presumed state of the end that sends in direction d. LISTEN
// is shown as CLOSED: the wire cannot tell the two apart.
func (c *Conn) State(d tcp.Dir) State { return c.side[d].state }

// BothFins reports whether a FIN of each end passed.
func (c *Conn) BothFins() bool { return c.side[0].bits&c.side[1].bits&finSent != 0 }

// Stack is the virtual stack of one end, with tcpad's rows (seed document
// 001). Numbers are absolute; a number that is not known is 0.
type Stack struct {
	State    State
	ISS      tcp.Seq
	SndUna   tcp.Seq // presumed: an ACK of it passed
	SndNxt   tcp.Seq // end of the highest octet that passed
	SndMax   tcp.Seq // highest number of its stream shown by either end
	SndUp    tcp.Seq // highest urgent pointer it sent
	SndWL1   tcp.Seq // SEQ of the segment that last set SndWnd
	SndWL2   tcp.Seq // ACK of that segment
	SndWnd   uint32  // octets, scaled
	IRS      tcp.Seq
	RcvNxt   tcp.Seq // presumed: all before it passed towards this end, or was acknowledged
	RcvAcked tcp.Seq // proven: its highest ACK
	RcvWnd   uint32  // octets, scaled
	RcvUp    tcp.Seq // highest urgent pointer that passed towards it
	SndScale uint8   // Snd.Wind.Shift of RFC 7323 §2.2: applies to windows it receives
	RcvScale uint8   // Rcv.Wind.Shift: applies to windows it sends
}

// Stack returns the virtual stack of the end that sends in direction d.
func (c *Conn) Stack(d tcp.Dir) Stack {
	e, p := &c.side[d], &c.side[d^1]
	s := Stack{
		State: e.state, ISS: e.iss, SndUna: e.una, SndNxt: e.nxt, SndMax: e.max, SndUp: e.up,
		SndWL1: e.wl1, SndWL2: e.wl2, SndWnd: e.wnd, IRS: p.iss,
		RcvAcked: e.acked, RcvWnd: e.win, RcvUp: p.up,
	}
	if p.has(known) {
		s.RcvNxt = p.contig(e)
	}
	if scaled(e, p) {
		s.SndScale, s.RcvScale = p.shift(), e.shift()
	}
	return s
}

// scaled reports whether window scaling is on: both SYNs must have offered it
// (RFC 7323 §2.2).
func scaled(a, b *end) bool { return a.bits&b.bits&hasShift != 0 }
