package tcpstates

import "onpath/tcp"

// A state is what the machine thinks of one direction. The original's NEW is
// two of them here, as it has two timeouts: then the state alone tells the
// timeout.
type state uint8

const (
	fresh       state = iota // NEW, without a SYN from this direction
	opening                  // NEW, after one
	established              // or taken for it: the machine is benevolent
	closing                  // this direction sent a FIN
	closed                   // both did, and both were acknowledged
	reset
	numStates
)

// What a side remembers beside its state.
const (
	present  = 1 << iota // the direction exists: a packet of it was seen
	synSeen              // synSeq is known
	synAcked             // and the peer acknowledged it
	finSeen              // finSeq is known
	finAcked             // and the peer acknowledged it
	finScan              // began with FIN and ACK, and had no peer
)

// side is one direction of a flow. The zero side is a direction that does not
// exist.
//
//	fresh, opening ──both SYNs acknowledged, or anything odd──▶ established (both)
//	established ──its FIN──▶ closing (the sender alone)
//	closing ──both FINs acknowledged──▶ closed (both)
//	any but reset ──RST of either──▶ reset (both)
type side struct {
	synSeq, finSeq tcp.Seq // of the last SYN, the first FIN; 0 before
	state          state
	marks          uint8
	flags          Flags
	past           Flags // Pair: of its flows that have ended
}

func (s *side) has(marks uint8) bool { return s.marks&marks == marks }

// enter moves s, and the other side if there is one, to a state of both.
func enter(s, o *side, to state) {
	s.state = to
	if o.has(present) {
		o.state = to
	}
}

// flag sets what a segment shows of its sender and of the other side.
func flag(c, o *side, sender, other Flags) {
	c.flags |= sender
	if o.has(present) {
		o.flags |= other
	}
}

// follows reports whether ack is the number behind seq. The original adds in 64
// bits, so nothing follows 2³²−1.
func follows(ack, seq tcp.Seq) bool { return ack == seq+1 && ack != 0 }

// Flags that the machine looks at.
const (
	four = tcp.FIN | tcp.SYN | tcp.RST | tcp.ACK
	six  = four | tcp.PSH | tcp.URG
	xmas = tcp.FIN | tcp.PSH | tcp.URG
)

// observe moves the machine by one segment that c sent. o is the other side,
// zero where the flow has one direction only.
func observe(c, o *side, f tcp.Flags, seq, ack tcp.Seq) {
	if f&six == xmas || f&six == 0 {
		c.flags |= Scan
	}
	switch c.state {
	case established:
		inEstablished(c, o, f, seq, ack)
	case closing:
		inClosing(c, o, f, ack)
	case closed:
		c.flags |= AfterClose
		breakOff(c, o, f)
	case reset:
		c.flags |= AfterReset
	default:
		inNew(c, o, f, seq, ack)
	}
}

// inNew decides by four of the flags.
func inNew(c, o *side, f tcp.Flags, seq, ack tcp.Seq) {
	alone := !o.has(present)
	switch f & four {
	case tcp.SYN, tcp.SYN | tcp.ACK:
		newSyn(c, o, f, seq, ack)
		return
	case tcp.ACK:
		if !alone {
			newAck(c, o, ack)
			return
		}
	case tcp.RST | tcp.ACK:
		if !alone { // refused
			flag(c, o, Reset, 0)
			enter(c, o, reset)
			return
		}
	case tcp.FIN | tcp.ACK:
		newFin(c, o, seq, ack)
		return
	case tcp.FIN:
		c.flags |= Scan
		return
	}
	if f&tcp.RST == 0 {
		odd(c, o)
		return
	}
	flag(c, o, Reset|Establishment, Establishment)
	enter(c, o, reset)
	if alone {
		c.flags |= Scan
	}
}

// odd takes a connection for established that was not established correctly.
func odd(c, o *side) {
	flag(c, o, Establishment, Establishment)
	enter(c, o, established)
}

func newSyn(c, o *side, f tcp.Flags, seq, ack tcp.Seq) {
	c.marks |= synSeen
	c.synSeq, c.state = seq, opening
	switch {
	case f&tcp.ACK == 0:
	case o.has(present) && follows(ack, o.synSeq):
		o.marks |= synAcked
	default:
		odd(c, o)
	}
}

// newAck acknowledges the other's SYN. That of an other without SYN is taken to
// have the number 0.
func newAck(c, o *side, ack tcp.Seq) {
	if !follows(ack, o.synSeq) {
		odd(c, o)
		return
	}
	o.marks |= synAcked
	if c.has(synAcked) {
		enter(c, o, established)
	}
}

func newFin(c, o *side, seq, ack tcp.Seq) {
	flag(c, o, Establishment, Establishment)
	sendFin(c, seq)
	if !o.has(present) {
		c.marks |= finScan
	}
	ackFin(o, ack)
}

// sendFin counts the number of the segment's start as the FIN's, even if it
// carries data.
func sendFin(c *side, seq tcp.Seq) {
	c.marks |= finSeen
	c.finSeq, c.state = seq, closing
}

// ackFin marks the FIN that ack acknowledges. A side that does not exist has
// sent none.
func ackFin(o *side, ack tcp.Seq) {
	if o.has(finSeen) && follows(ack, o.finSeq) {
		o.marks |= finAcked
	}
}

// breakOff resets the connection if f has RST, and reports so.
func breakOff(c, o *side, f tcp.Flags) {
	if f&tcp.RST != 0 {
		flag(c, o, Reset|Teardown, Teardown)
		enter(c, o, reset)
	}
}

// inEstablished does not look at plain ACKs: that of the peer's FIN counts only
// on the own FIN, or later.
func inEstablished(c, o *side, f tcp.Flags, seq, ack tcp.Seq) {
	if f&(tcp.SYN|tcp.ACK) != tcp.ACK {
		flag(c, o, Established, Established)
	}
	if f&tcp.FIN != 0 {
		sendFin(c, seq)
		if f&tcp.ACK != 0 {
			ackFin(o, ack)
		}
	}
	breakOff(c, o, f)
}

// inClosing lets a RST that completes the close be a close.
func inClosing(c, o *side, f tcp.Flags, ack tcp.Seq) {
	breakOff(c, o, f)
	if f&tcp.ACK != 0 {
		ackFin(o, ack)
	}
	if c.has(finSeen|finAcked) && o.has(finSeen|finAcked) {
		enter(c, o, closed)
	}
}

// final returns the flags of both sides when their flow ends, for whatever
// reason. A side that does not exist has none.
func final(c, o *side) (cf, of Flags) {
	switch {
	case !c.has(present):
		return 0, alone(o)
	case !o.has(present):
		return alone(c), 0
	}
	var add Flags
	if !c.has(synSeen|synAcked) || !o.has(synSeen|synAcked) {
		add |= Establishment
	}
	cf, of = c.flags|add, o.flags|add
	if c.has(finSeen|finAcked) && o.has(finSeen|finAcked) {
		return cf, of
	}
	return cf | Teardown | c.scan(), of | Teardown | o.scan()
}

// alone returns the final flags of a side without peer.
func alone(s *side) Flags {
	if !s.has(present) {
		return 0
	}
	return s.flags | Establishment | Teardown | s.scan()
}

// scan returns Scan for a FIN scan that nothing has redeemed.
func (s *side) scan() Flags {
	if s.has(finScan) {
		return Scan
	}
	return 0
}
