package conn

import (
	"math/bits"

	"onpath/tcp"
)

// facts are what is known of an end.
type facts uint32

const (
	on        facts = 1 << iota // a position of its stream is known: it sent, or was acknowledged
	seen                        // a segment of its own passed, in this incarnation
	hasISS                      // iss is known
	hasAlt                      // alt is known
	altNew                      // alt is the ISN of a candidate for the next incarnation, not of the last one
	hasIRS                      // irs is known, and so is the peer's iss
	hasRcv                      // rcv, edge and shut are known
	hasFin                      // fin is known
	hasUna                      // una is known
	hasTS                       // tsMax is known
	hasReal                     // real is known
	odd1                        // odd[0] is known
	odd2                        // odd[1] is known
	maybe                       // the octet below top never passed: it may be a FIN
	cw                          // it was in CLOSE-WAIT with its FIN unsent
	lossy                       // something towards it was not seen
	preLossy                    // its peer was lossy before the tentative ACK
	tentative                   // its peer acknowledged more than it was seen to send
	synData                     // its SYN carried data, or asked for Fast Open (RFC 7413)
	answered                    // its SYN carried an ACK: it is the passive opener, or both opened at once
	mptcp                       // its SYN carried an MPTCP option (RFC 8684)
	synDup                      // a copy of the SYN that it lives with passed towards it again
	synSeen                     // its own SYN passed, so its options are known
	swapped                     // iss and alt changed places: its peer took the other SYN,ACK
	rstPend                     // rstMin to rstMax hold RSTs that passed towards it and are not exact yet
	rstAny                      // a RST of its own passed
	rstIn                       // one that lies inside its stream did; rstLine is known
	moved                       // base left the ISS behind: the stream is longer than the circle lets numbers be compared
	knowsTS                     // tsRecent is known
	hasShift                    // its SYN announced a window shift
	shut                        // it granted a closed window together with ACK = rcv
	hasWL                       // wl1 and wl2 are known
)

// end is the belief about one end, and its virtual stack. Nothing is shared
// between the two, because they may live in different incarnations for a while
// (RFC 9293 figures 8 and 9).
//
// What opens and closes needs stands first, so that the rest, which each segment needs, lies
// together.
type end struct {
	lead     Set     // those of set in its newest incarnation, if the one before may still live; else 0
	before   event   // of pend, what passed before lead's incarnation began
	iss      tcp.Seq // ISN
	fin      tcp.Seq // SEQ of its FIN
	irs      tcp.Seq // IRS: ISN of the peer it lives with
	up       tcp.Seq // SND.UP
	set      Set     // states that it may be in; closed under pend
	pend     event   // what passed towards it and is not proven
	bits     facts
	base     tcp.Seq // lowest SEQ known of its stream: ISS, or the first seen in mid-stream
	contig   tcp.Seq // all before it passed or was acknowledged, SYN and FIN included: presumed RCV.NXT of the peer
	nxt      tcp.Seq // SND.NXT: end of the highest octet that passed or was acknowledged
	top      tcp.Seq // SND.MAX: highest SEQ or end shown by anyone
	real     tcp.Seq // the same, shown by its own segments
	una      tcp.Seq // SND.UNA: highest ACK at most top that passed towards it
	rcv      tcp.Seq // highest ACK it sent: proven RCV.NXT
	edge     tcp.Seq // highest ACK + window that it granted
	wmax     uint32  // its largest window
	tsMax    uint32  // highest TSval it sent
	wl1, wl2 tcp.Seq // SND.WL1, SND.WL2
	wnd, win uint32  // SND.WND: the peer's window; RCV.WND: its own latest; in octets
	sent     stream  // payload octets of it that passed
	tsRecent uint32  // TS.Recent: TSval that it must echo next (RFC 7323 §4.3), presumed
	nSacked  uint8   // how many spans of it its peer told to have: aside.sacked
	shift    uint8   // window shift that its SYN announced, at most 14

	ttl, ttlRun uint8 // TTL with which its segments come here; how many in a row, at most maxRun
}

func (p *end) has(b facts) bool { return p.bits&b == b }

// fromISS reports whether numbers of p can be compared with its ISS: it is known,
// and less than half the circle away.
func (p *end) fromISS() bool { return p.bits&(hasISS|moved) == hasISS }

// longStream is after how many octets base leaves the ISS behind. Numbers are
// compared on a circle of 2³²; twice this is as far as that goes.
const longStream = 1 << 30

// rebase keeps base near enough to top to be compared with.
func (p *end) rebase() {
	if uint32(p.top-p.base) <= longStream {
		return
	}
	p.base = p.top - longStream/2
	p.bits |= moved
	if !p.has(altNew) {
		p.bits &^= hasAlt
	}
}

// Conn is what is known of a connection: of its newest incarnation, and of the
// one before or a candidate for the next, as much as is needed to tell them
// apart. The zero Conn has seen nothing and is ready to use, through a Tracker.
type Conn struct {
	aside  uint32 // what it was lent; 0: nothing
	side   [2]end
	opened ticks // when the last SYN passed
	Turn   uint8 // for whoever follows several incarnations of a connection; it is not looked at here
	Calm   uint8 // for whoever keeps many of these: likewise
	seen   [2]evidence
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
	fins := (a.bits|b.bits)&hasFin != 0
	if !fins && a.isOpen() && b.isOpen() { // so are most
		return Open
	}
	switch {
	case fins && a.finished(b) && b.finished(a):
		return Finished
	case (a.set|b.set)&gone != 0 && (a.wasReset(b) || b.wasReset(a)):
		return Reset
	case fins && (a.closes(b) || b.closes(a)):
		return HalfClosed
	case c.synchronized(tcp.Client) && c.synchronized(tcp.Server):
		return Open
	}
	return Opening
}

// isOpen reports whether p may be in ESTABLISHED, of no other incarnation, and cannot have
// ended: then it is synchronized, as nothing takes ESTABLISHED out of what is presumed.
func (p *end) isOpen() bool { return p.set&(inES|gone) == inES && p.lead == 0 }

// finished reports whether the FIN of p was acknowledged.
func (p *end) finished(peer *end) bool { return p.closes(peer) && p.has(hasUna) && p.una.After(p.fin) }

// closes reports whether the FIN of p passed, in the incarnation of its peer that
// is followed.
func (p *end) closes(peer *end) bool { return p.has(hasFin) && p.livesWith(peer) }

// wasReset reports whether p may have ended by a RST that passed in this
// incarnation: its own, or one towards it.
func (p *end) wasReset(peer *end) bool {
	return p.set&gone != 0 && (p.has(rstIn) && p.livesWith(peer) || p.pend&^p.before&(evRst|evRstSyn) != 0)
}

// synchronized reports whether an end is taken to be: what is shown, or where
// something was missed what may be. Where all states of the set tell the same, so does
// the shown one.
func (c *Conn) synchronized(d tcp.Dir) bool {
	p := &c.side[d&1]
	if some := p.set & sync; some == 0 || some == p.set {
		return some != 0
	}
	if p.set.in(inSS|inSR|inES) && p.lead == 0 && !p.has(lossy) {
		return true // the most advanced is shown
	}
	return sync.Has(c.State(d)) || p.has(lossy)
}

// BothFins reports whether a FIN of each end passed.
func (c *Conn) BothFins() bool {
	a, b := &c.side[0], &c.side[1]
	return a.closes(b) && b.closes(a)
}

// Possible returns all states that the end which sends in direction d may be in.
func (c *Conn) Possible(d tcp.Dir) Set {
	p := &c.side[d]
	switch {
	case p.set == 0:
		return gone
	case p.pend&evOther != 0, p.relistens(&c.side[d^1]):
		return p.set | inSR
	}
	return p.set
}

// relistens reports whether p, a passive opener that a RST has ended, may be in
// SYN-RECEIVED again: a listener stands behind it, and takes a copy of the SYN that
// was made behind us. Nothing that passed can move it from there, as nothing of
// its new ISN passed; so this is told with the belief, and no part of it.
func (p *end) relistens(peer *end) bool {
	return p.pend&evCopy != 0 && p.set&gone != 0 && p.has(answered) &&
		(p.has(rstAny) || peer.has(rstAny) && p.pend&^p.before&evRst != 0)
}

// State returns the state that is shown for an end: its only possible one, else
// what is presumed, that all that passed arrived: the most advanced, of the newest
// incarnation. Of an end towards which something was missed it is the least
// advanced, but not one of the handshake if it may be past it and no SYN of it,
// or the answer to it, passed. To have ended counts only if something passed that
// ends a connection. To have sent a FIN is presumed of nobody whose FIN did not pass.
// LISTEN is shown as CLOSED.
func (c *Conn) State(d tcp.Dir) State {
	p := &c.side[d]
	s := c.Possible(d)
	if p.lead != 0 {
		s = p.lead
	}
	if s.in(gone) || s&gone != 0 && !p.has(lossy) && p.mayHaveEnded(&c.side[d^1]) {
		return Closed
	}
	if s.only() {
		return State(bits.TrailingZeros16(uint16(s)))
	}
	s &^= gone
	if !p.has(lossy) {
		return p.presumed(s, &c.side[d^1]).most()
	}
	if s&sync != 0 && (!p.has(synSeen) || p.pend&(evAckSyn|evSynAck) != 0) {
		s &= sync
	}
	return p.presumed(s, &c.side[d^1]).least()
}

// presumed leaves out of s what no FIN that passed speaks for: to have sent one, if
// none of its own passed, or to have taken the peer's, which stands behind a hole.
func (p *end) presumed(s Set, peer *end) Set {
	if !p.has(hasFin) && s&^finOut != 0 {
		s &^= finOut
	}
	if peer.has(hasFin) && !peer.contig.After(peer.fin) && s&^finIn != 0 {
		s &^= finIn
	}
	if p.has(cw) && s&^closedFirst != 0 {
		s &^= closedFirst
	}
	if peer.has(cw) && s&^closedSecond != 0 {
		s &^= closedSecond
	}
	return s
}

// closedFirst and closedSecond are the states that only an end comes to which closed
// before it had its peer's FIN, or after.
const (
	closedFirst  = Set(1<<FinWait1 | 1<<FinWait2 | 1<<Closing | 1<<TimeWait)
	closedSecond = Set(1<<CloseWait | 1<<LastAck | 1<<Closing)
)

// mayHaveEnded reports whether something passed that ends this incarnation: a
// RST of its own or towards it, or the ACK of its FIN.
func (p *end) mayHaveEnded(peer *end) bool {
	return p.has(rstAny) || p.pend&^p.before&(evRst|evRstSyn) != 0 || p.finished(peer)
}

// least returns the least advanced state of s, which is not empty and holds
// neither CLOSED nor LISTEN.
func (s Set) least() State {
	for _, st := range order {
		if s.Has(st) {
			return st
		}
	}
	return Closed
}

// most returns the most advanced state of s, which is not empty and holds
// neither CLOSED nor LISTEN.
func (s Set) most() State {
	top := State(bits.Len16(uint16(s|inSS)) - 1)
	if top == Closing && s.Has(CloseWait) { // the one pair that stands otherwise in the RFC
		return CloseWait
	}
	return top
}

// Bounds are the intervals in which an end's variables lie: what is proven, and
// what is presumed.
type Bounds struct {
	RcvNxt [2]tcp.Seq
	SndUna [2]tcp.Seq
	Sent   [2]tcp.Seq // the highest sequence number it sent, SYN and FIN included
}

// Bounds returns the intervals of the end that sends in direction d. ok is false
// as long as not both streams are known.
func (c *Conn) Bounds(d tcp.Dir) (b Bounds, ok bool) {
	e, p := &c.side[d], &c.side[d^1]
	if !e.has(hasISS|hasRcv|hasIRS) || !p.has(hasISS) || e.irs != p.iss {
		return b, false
	}
	b.RcvNxt = [2]tcp.Seq{e.rcv, p.contig.Max(e.rcv)}
	b.SndUna = [2]tcp.Seq{e.iss, e.iss}
	if e.synTaken(p) {
		b.SndUna[0]++
	}
	if e.has(hasUna) {
		b.SndUna[1] = e.una
	}
	b.SndUna[1] = b.SndUna[1].Max(b.SndUna[0])
	b.Sent = [2]tcp.Seq{e.top, e.right(p)}
	return b, true
}

// synTaken reports whether e must have got an ACK of its SYN: it left the
// handshake, and not by a CLOSE in SYN-RECEIVED (RFC 9293 §3.10.4).
func (e *end) synTaken(p *end) bool {
	if e.set&(inSS|inSR) != 0 || p.has(synData) {
		return false
	}
	return e.set&Of(FinWait1, Closing) == 0 || e.has(hasFin) && e.fin != e.iss+1
}

// Stack is the virtual stack of one end, with tcpad's rows (seed document
// 001). Numbers are absolute; a number that is not known is 0.
type Stack struct {
	State    State
	ISS      tcp.Seq
	SndUna   tcp.Seq // presumed: an ACK of it passed; ISS before the first
	SndNxt   tcp.Seq // end of the highest octet that passed or was acknowledged
	SndMax   tcp.Seq // highest number of its stream shown by either end
	SndUp    tcp.Seq // highest urgent pointer it sent
	SndWL1   tcp.Seq // SEQ of the segment that last set SndWnd
	SndWL2   tcp.Seq // ACK of that segment
	SndWnd   uint32  // octets, scaled
	IRS      tcp.Seq // of the incarnation that it lives with, else presumed: it passed towards this end
	RcvNxt   tcp.Seq // presumed: all before it passed towards this end, or was acknowledged
	RcvAcked tcp.Seq // proven: its highest ACK
	RcvWnd   uint32  // octets, scaled
	RcvUp    tcp.Seq // highest urgent pointer that passed towards it
	SndScale uint8   // Snd.Wind.Shift of RFC 7323 §2.2: applies to windows it receives; joined late: at least
	RcvScale uint8   // Rcv.Wind.Shift: applies to windows it sends
}

// Stack returns the virtual stack of the end that sends in direction d.
func (c *Conn) Stack(d tcp.Dir) Stack {
	e, p := &c.side[d], &c.side[d^1]
	s := Stack{
		State: c.State(d), ISS: e.iss, SndUna: e.una, SndNxt: e.nxt, SndMax: e.top, SndUp: e.up,
		SndWL1: e.wl1, SndWL2: e.wl2, SndWnd: e.wnd, IRS: e.irs, RcvAcked: e.rcv, RcvWnd: e.win, RcvUp: p.up,
	}
	if p.has(on) {
		s.RcvNxt = p.contig
	}
	if !e.has(hasUna) && e.has(hasISS) {
		s.SndUna = e.iss // RFC 9293 §3.10.1: until its SYN is acknowledged
	}
	if !e.has(hasIRS) && p.has(hasISS) {
		s.IRS = p.iss // presumed, as is the state that goes with it
	}
	if scaled(e, p) {
		s.SndScale, s.RcvScale = p.shift, e.shift
	}
	if p.learns(e) {
		s.SndScale = p.shift
	}
	if e.learns(p) {
		s.RcvScale = e.shift
	}
	return s
}

// scaled reports whether window scaling is on: both SYNs must have offered it
// (RFC 7323 §2.2).
func scaled(a, b *end) bool { return a.bits&b.bits&hasShift != 0 }

// Assured reports whether each end was heard in this incarnation, and acknowledged what
// the other one had sent: no address of the two is made up. Netfilter has the word.
func (c *Conn) Assured() bool {
	const needs = seen | hasRcv | hasUna
	return c.side[0].bits&c.side[1].bits&needs == needs
}
