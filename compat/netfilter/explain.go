package netfilter

import (
	"onpath/packet"
	"onpath/tcp"
)

// Account is a verdict and what it came from.
type Account struct {
	Verdict Verdict
	Before  *Entry // before the packet; nil if there was none
	After   *Entry // after it; nil if there is none, or none any more
	Master  *Entry // the one whose helper announced After; nil if none did, or it is gone
	Anew    bool   // the packet ended Before, and began After in its place
	About   bool   // the packet is an ICMP error: After is the entry that it is about
	Silent  int64  // ns since Before's time was over; 0 if it was not, or there is none
	Segment bool   // it is a TCP segment of Before that could be read; what follows is of it
	SYN     bool   // its window is not scaled
	Assumed bool   // Numbers.Ack is not the segment's, which says none
	Numbers Numbers
	Asked   bool     // the bounds were asked
	Liberal bool     // but a broken one forgiven, as windows are not enforced on the sender
	Sender  Side     // as the bounds found the sender: after what its SYN said
	Peer    Side     // the other side, likewise
	Bounds  [4]Bound // in the order in which they are asked
}

// Numbers are those of a segment that the bounds look at, with what a segment
// without ACK or a RST is taken to say filled in.
type Numbers struct {
	Seq, End uint32 // End is SEQ + octets, SYN and FIN counted
	Ack      uint32
	Sack     uint32 // highest octet of a SACK option, else Ack
	Win      uint32 // as on the wire
}

// Bound is one of van Rooij's four: Got must be at most Bound if it is an upper
// one, else at least, as points on the circle of sequence numbers.
type Bound struct {
	Got, Bound uint32
	Upper      bool
	Unknown    bool // not asked: the peer's window is not known yet
}

// Over returns by how many octets the bound is broken; 0 or less if it holds.
func (b Bound) Over() int32 {
	if b.Upper {
		return int32(b.Got - b.Bound)
	}
	return int32(b.Bound - b.Got)
}

// Holds reports whether the bound is kept, or not asked.
func (b Bound) Holds() bool { return b.Unknown || b.Over() <= 0 }

// Explain does what Observe does, and tells what it came from. It allocates.
func (t *Tracker) Explain(v *packet.View) *Account {
	a := &Account{}
	i, dir := t.account(v, a)
	var before entry
	if i != 0 {
		before = *t.table.at(i)
	}
	t.Observe(v, &a.Verdict)
	if e := a.Verdict.Entry; e != nil && !a.Verdict.Deleted {
		after := *e
		a.After, a.Master = &after, t.masterOf(e)
	}
	a.About = a.After != nil && isQuery(protoOf(v)) && (a.Verdict.State == StateRelated || a.Verdict.Why.Cause == CauseOuter)
	a.Anew = a.Before != nil && a.After != nil && a.Silent == 0 && a.Before.ID != a.After.ID
	if i != 0 && a.Silent == 0 && !a.Anew && before.proto == packet.ProtoTCP {
		t.compare(v, before, dir, a)
	}
	return a
}

// masterOf returns a copy of the entry that announced e; nil if there is none.
func (t *Tracker) masterOf(e *Entry) *Entry {
	if e.Master == 0 {
		return nil
	}
	for _, i := range t.inOrder() {
		if m := t.table.at(i); m.id == e.Master {
			kept := t.view // which e may be
			master := *t.show(m)
			t.view = kept
			return &master
		}
	}
	return nil
}

// protoOf returns the protocol of the outermost IP packet; 0 if there is none.
func protoOf(v *packet.View) uint8 {
	if v.Depth == 0 {
		return 0
	}
	return v.Outer().Proto
}

// account finds what is kept of the packet's connection before it counts.
func (t *Tracker) account(v *packet.View, a *Account) (uint32, Dir) {
	var d datagram
	if t.read(v, &d) != CauseNone || !d.tuple() {
		return 0, Original
	}
	t.complete(&d.Tuple)
	i, dir := t.table.find(&d.Tuple, t.hash(&d.Tuple))
	if i == 0 {
		return 0, Original
	}
	e := t.table.at(i)
	before := *t.show(e)
	a.Before, a.Silent = &before, max(0, v.At-e.expires)
	return i, dir
}

// compare holds the segment against the bounds once more, on a copy of its entry.
func (t *Tracker) compare(v *packet.View, e entry, dir Dir, a *Account) {
	var d datagram
	var s segment
	if t.read(v, &d) != CauseNone || readSegment(&d, !t.config.NoChecksums, &s) != CauseNone {
		return
	}
	a.Segment, a.SYN = true, s.flags&tcp.SYN != 0
	var why Reason
	m := move{old: e.tcp, to: transitions[dir][s.kind][e.tcp]}
	asked := t.consider(&e, dir, &s, &m, &why) == accepted && !m.unchecked
	state := e.tcp
	sender, peer := &e.sides[dir], &e.sides[1-dir]
	var n numbers
	n.read(&s, peer)
	begun := begin(sender, peer, dir, &s, &n, state)
	said := n.ack
	n.pretend(sender, peer, &s, state)
	a.Assumed = s.flags&tcp.ACK == 0 || n.ack != said
	a.Asked, a.Liberal = asked && !begun, t.config.Liberal || sender.Flags&FlagLiberal != 0
	a.Sender, a.Peer = *sender, *peer
	a.Numbers = Numbers{n.seq, n.end, n.ack, n.sack, n.win}
	a.Bounds = n.against(sender, peer)
}

// against returns the four bounds for a segment.
func (n *numbers) against(sender, peer *Side) [4]Bound {
	return [4]Bound{
		{Got: n.seq, Bound: sender.MaxEnd, Upper: true},
		{Got: n.sack, Bound: peer.End, Upper: true},
		{Got: n.end, Bound: sender.End - peer.MaxWin, Unknown: peer.MaxWin == 0},
		{Got: n.sack, Bound: peer.End - max(leastACKWindow, sender.MaxWin)},
	}
}
