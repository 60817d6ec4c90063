package netfilter

import "onpath/tcp"

// leastACKWindow is how far an old ACK may lag at least, in octets: van Rooij's
// MAXACKWINDOW.
const leastACKWindow = 66000

// judgement is what the windows say of a segment.
type judgement uint8

const (
	accepted judgement = iota
	passed             // let through; nothing is learnt from it
	refused
)

// numbers are what is compared with the bounds.
type numbers struct {
	seq, end  uint32
	ack, sack uint32 // sack is ack, or the highest octet of a SACK option
	win       uint32 // as on the wire
}

// read fills n in where it stays: to return it would be to read what was just written in
// parts, for which the processor waits.
func (n *numbers) read(s *segment, peer *Side) {
	n.seq, n.end, n.ack, n.sack, n.win = s.seq, s.end, s.ack, s.ack, uint32(s.win)
	if peer.Flags&FlagSACK != 0 && len(s.header) > tcp.MinHeader {
		n.sack = highestSACK(s.header, s.ack)
	}
}

// window judges a segment by the four bounds of van Rooij and moves them.
func (t *Tracker) window(e *entry, dir Dir, s *segment, state TCPState, why *Reason) judgement {
	sender, peer := &e.sides[dir], &e.sides[1-dir]
	var n numbers
	n.read(s, peer)
	if begin(sender, peer, dir, s, &n, state) {
		return accepted
	}
	n.pretend(sender, peer, s, state)
	if j := bounds(sender, peer, &n, why); j != accepted {
		if t.config.Liberal || sender.Flags&FlagLiberal != 0 {
			*why = Reason{}
			return accepted
		}
		return j
	}
	n.update(sender, peer, s)
	e.countRepeats(dir, s)
	return accepted
}

// begin learns of a sender that was not seen yet, or that begins anew. It reports
// whether the segment is to be accepted with that: the SYN of a simultaneous open.
func begin(sender, peer *Side, dir Dir, s *segment, n *numbers, state TCPState) bool {
	bareSYN := s.kind == kindSYN
	syn := bareSYN || s.kind == kindSYNACK
	switch {
	case sender.MaxWin == 0 && syn:
		sender.synchronize(peer, dir, s)
		return bareSYN
	case sender.MaxWin == 0:
		sender.join(peer, n)
	case syn && after(n.end, sender.End) && (state == SynSent || state == SynRecv):
		sender.synchronize(peer, dir, s)
		return bareSYN && dir == Reply
	}
	return false
}

// synchronize sets s to what its SYN says. In the reply direction it is known
// whether both sides offered a window scale, without which neither has one (RFC 7323 §2.2).
func (s *Side) synchronize(peer *Side, dir Dir, seg *segment) {
	s.End, s.MaxEnd, s.MaxWin = seg.end, seg.end, max(uint32(seg.win), 1)
	s.readOptions(seg.header)
	if dir == Reply && s.Flags&peer.Flags&FlagWScale == 0 {
		s.Scale, peer.Scale = 0, 0
	}
}

// join guesses what s is from a segment in the middle of its stream.
func (s *Side) join(peer *Side, n *numbers) {
	s.End, s.MaxWin = n.end, max(n.win<<s.Scale, 1)
	s.MaxEnd = n.end + s.MaxWin
	if peer.MaxWin == 0 {
		peer.End, peer.MaxEnd = n.sack, n.sack
	} else if n.sack == peer.End+1 { // the answer to a keep-alive that was not seen
		peer.End++
	}
}

// pretend fills in what a segment does not say: the ACK of one without it, or of a
// RST with 0, which some stacks send; the place of a RST that answers a SYN.
func (n *numbers) pretend(sender, peer *Side, s *segment, state TCPState) {
	if s.flags&tcp.ACK == 0 || s.kind == kindRST && n.ack == 0 {
		n.ack, n.sack = peer.End, peer.End
	}
	if s.kind == kindRST && n.seq == 0 && state == SynSent {
		n.seq, n.end = sender.End, sender.End
	}
}

// bounds holds the numbers against the four bounds, in the kernel's order. A
// segment that runs over the upper one by less than a window, and is right
// otherwise, moves what its sender is known to have sent.
func bounds(sender, peer *Side, n *numbers, why *Reason) judgement {
	ackLow := peer.End - max(leastACKWindow, sender.MaxWin)
	dataLow := sender.End - peer.MaxWin
	switch {
	case after(n.seq, sender.MaxEnd):
		over := n.end - sender.MaxEnd + 1
		if !after(n.sack, peer.End) && !after(ackLow, n.sack) && peer.MaxWin > 0 && !after(dataLow, n.end) && over <= peer.MaxWin {
			why.bound(CauseOvershoot, n.end, sender.MaxEnd)
			sender.End = n.end
			sender.Flags |= FlagUnacked
			return passed
		}
		why.bound(CauseSeqOver, n.seq, sender.MaxEnd)
		return refused
	case after(n.sack, peer.End):
		why.bound(CauseAckOver, n.sack, peer.End)
		why.SACK = n.sack != n.ack
		return refused
	case peer.MaxWin > 0 && after(dataLow, n.end):
		why.bound(CauseSeqUnder, n.end, dataLow)
		return passed
	case after(ackLow, n.sack):
		why.bound(CauseAckUnder, n.sack, ackLow)
		why.SACK = n.sack != n.ack
		return passed
	}
	return accepted
}

// update moves the four numbers of both sides after a segment that kept them.
func (n *numbers) update(sender, peer *Side, s *segment) {
	win := n.win
	if s.flags&tcp.SYN == 0 {
		win <<= sender.Scale
	}
	sender.MaxWin = max(sender.MaxWin, win+n.sack-n.ack)
	if after(n.end, sender.End) {
		sender.End = n.end
		sender.Flags |= FlagUnacked
	}
	if s.flags&tcp.ACK != 0 && (sender.Flags&FlagMaxAck == 0 || after(n.ack, sender.MaxAck)) {
		sender.MaxAck = n.ack
		sender.Flags |= FlagMaxAck
	}
	if peer.MaxWin != 0 && after(n.end, sender.MaxEnd) {
		peer.MaxWin += n.end - sender.MaxEnd
	}
	if reach := n.sack + win; after(reach, peer.MaxEnd-1) {
		peer.MaxEnd = reach
		if win == 0 { // a probe of one octet may come
			peer.MaxEnd++
		}
	}
	if n.ack == peer.End {
		peer.Flags &^= FlagUnacked
	}
}

// countRepeats counts how often in a row the last ACK came again.
func (e *entry) countRepeats(dir Dir, s *segment) {
	if s.kind != kindACK {
		return
	}
	l := &e.last
	if l.dir == dir && l.seq == s.seq && l.ack == s.ack && l.end == s.end && l.win == s.win {
		l.retrans++
		return
	}
	l.dir, l.seq, l.ack, l.end, l.win, l.retrans = dir, s.seq, s.ack, s.end, s.win, 0
}
