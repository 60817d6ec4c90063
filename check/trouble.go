package check

import "onpath/tcp"

// trouble is what is remembered of a connection on which something was lost or
// sent again, or that a RST ended. Most connections need none; it is lent.
type trouble struct {
	claim claim
	validity
	zeroAt   [2]uint32  // conn.Ticks of the segment with which an end closed its window
	gap      [2]uint16  // Ticks modulo 2¹⁶ of the latest ACK of octets that had not been captured, by who sends them; 0: none
	closing  [2]closing // by who sent it
	repair   [2]repair
	reaction [2]reaction // by the end that reacts
	counters [2]counters // by the end that counts
	missed   [2]uint32   // octets of an end's stream that were acknowledged and never captured
	reset    [2]lastReset
	tamper   tamper
	parts    [2]uint32 // of all sequence numbers, in which an end's blind segments lie
	next     uint32    // free list
}

// DefaultTroubles bounds them if a Config does not: 24 MiB.
const DefaultTroubles = 1 << 16

// TroubleOctets is the memory that a trouble takes.
const TroubleOctets = 376

// troubles are all of them. Number 0 is never lent, so that 0 can mean none.
type troubles struct {
	chunks  [][]trouble
	used    uint32 // handed out at least once
	max     uint32
	free    uint32
	givenUp uint64 // connections for which none was left, counted each time
}

// troublesChunk is how many are allocated at once.
const troublesChunk = 1 << 7

func (t *troubles) at(i uint32) *trouble { return &t.chunks[i/troublesChunk][i%troublesChunk] }

// octets returns the memory of all.
func (t *troubles) octets() int64 { return int64(len(t.chunks)) * troublesChunk * TroubleOctets }

// next returns the number of a trouble that was never lent, 0 if there may be no more.
func (t *troubles) next() uint32 {
	if t.used >= t.max {
		return 0
	}
	t.used++
	if int(t.used)/troublesChunk == len(t.chunks) {
		t.chunks = append(t.chunks, make([]trouble, troublesChunk))
	}
	*t.at(t.used) = trouble{} // a page that is read first would be made twice
	return t.used
}

// lent returns what c was lent, or nil.
func (c *Case) lent(in *Inspector) *trouble {
	if c.trouble == 0 {
		return nil
	}
	return in.troubles.at(c.trouble)
}

// borrow returns what c was lent, now if need be; nil if none is left.
func (c *Case) borrow(in *Inspector) *trouble {
	t := &in.troubles
	switch {
	case c.trouble != 0:
	case t.free != 0:
		c.trouble = t.free
		t.free = t.at(c.trouble).next
		*t.at(c.trouble) = trouble{}
	default:
		if c.trouble = t.next(); c.trouble == 0 {
			t.givenUp++
			return nil
		}
	}
	return t.at(c.trouble)
}

// giveBack takes back what c was lent.
func (t *troubles) giveBack(c *Case) {
	if c.trouble == 0 {
		return
	}
	t.at(c.trouble).next, t.free = t.free, c.trouble
	c.trouble = 0
}

// missed returns the octets of an end's stream that are known to be missed.
func (c *Case) missed(in *Inspector, d tcp.Dir) uint32 {
	if t := c.lent(in); t != nil {
		return t.missed[d]
	}
	return 0
}

// noteMissed counts what the capture missed of the peer's stream, and what of the
// sender's came after all.
func (c *Case) noteMissed(s *Scene) {
	if s.Step.Gap|s.Step.Unsent|s.Step.Filled == 0 {
		return
	}
	if t := c.borrow(s.inspector); t != nil {
		t.missed[s.Seg.Dir^1] -= min(s.Step.Unsent, t.missed[s.Seg.Dir^1])
		t.missed[s.Seg.Dir^1] += s.Step.Gap
		t.missed[s.Seg.Dir] -= min(s.Step.Filled, t.missed[s.Seg.Dir])
	}
}
