package tcpstates

import "onpath/tcp"

// Pair is the state machine of one connection that somebody else tracks: plain
// memory of 40 octets. The zero Pair has seen nothing. It may pass through
// several flows, as Tranalyzer2 counts them, which it ends when the timeouts of
// both directions are over.
//
// It gives the values of a Table where each segment reaches both, but:
//
//   - The tracker's records cut where Tranalyzer2's flows may go on. A flow that
//     spans two records is two flows here, and each ends as open.
//   - Frames that the tracker puts together or leaves out are one segment or
//     none here, and other things in a Table: fragments of IP, TCP headers with a
//     bad data offset, of less than 20 octets, in IPv4 datagrams of less than 40.
//   - A Table has its own keys: directions with different VLAN tags are two flows
//     there; tunnels with equal addresses inside are one; a segment to its own
//     address and port has no direction.
//   - A Table does not follow all tunnels and link types that package packet
//     reads.
//   - Where time steps backwards, a Table's list decides which flow is looked at;
//     a Pair ends whenever its own timeouts are over.
//   - A Table is full at some point, and evicts.
//   - A Table's timeouts are always the defaults.
//
// In 556 public captures 5,669 directions of connections had the same flags in
// both and 111 had not, all of them in tunnels, fragments or on link types that a
// Table sees otherwise (TestPairOnCorpus).
type Pair struct {
	last [2]int64 // ns since the Unix epoch, of each direction's last segment
	side [2]side
}

// Observe takes the next segment and returns the flags of its direction in the
// current flow, as the packet file shows them: before what the flow's end adds.
func (p *Pair) Observe(s *tcp.Segment, l *Limits) Flags {
	d := s.Dir & 1
	c, o := &p.side[d], &p.side[d^1]
	if p.over(d, s.At, l) && p.over(d^1, s.At, l) {
		p.restart()
	}
	p.last[d] = s.At
	c.marks |= present
	if c.state != established || s.Flags&four != tcp.ACK {
		observe(c, o, s.Flags, s.Seq, s.Ack)
	}
	return c.flags
}

// Recall takes the first segment of all, a SYN of the client and nothing else, as Observe
// would, in a tenth of its instructions. It has no flags.
func (p *Pair) Recall(s *tcp.Segment) {
	p.last[tcp.Client] = s.At
	p.side[tcp.Client] = side{synSeq: s.Seq, state: opening, marks: present | synSeen}
}

// Goes reports whether Observe of another segment with ACK, and at most PSH beside it, would
// note nothing but its time, unless its flow has ended before.
func (p *Pair) Goes() bool { return p.side[0].state == established && p.side[1].state == established }

// GoOn is Observe for such a segment of direction d. It reports false, and does nothing, if
// the flow may have ended before.
func (p *Pair) GoOn(d tcp.Dir, at int64, l *Limits) (f Flags, ok bool) {
	d &= 1
	if over(at, p.last[d], l[established]) {
		return 0, false
	}
	p.last[d] = at
	return p.side[d].flags, true
}

// over reports whether direction d is too old at now, or does not exist.
func (p *Pair) over(d tcp.Dir, now int64, l *Limits) bool {
	s := &p.side[d]
	return !s.has(present) || over(now, p.last[d], l[s.state])
}

// restart ends the flow and begins another.
func (p *Pair) restart() {
	client, server := p.Final()
	p.side = [2]side{{past: client}, {past: server}}
}

// Final returns, by direction, the flags of all flows so far, with what the end
// of each adds, as if the current one ended now. It changes nothing.
func (p *Pair) Final() (client, server Flags) {
	c, s := &p.side[tcp.Client], &p.side[tcp.Server]
	client, server = final(c, s)
	return client | c.past, server | s.past
}

// Adopt makes p, out of a checkpoint, one of this program: a side whose state is none has
// seen nothing.
func (p *Pair) Adopt() {
	for d := range p.side {
		if p.side[d].state >= numStates {
			p.side[d] = side{}
		}
	}
}
