package flow

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"onpath/internal/genload"
	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/source"
	"onpath/tcp"
)

// calmTwins are Tables that see the same: one leaves out what a segment cannot change, the
// other does not.
type calmTwins struct {
	both     [2]*twin
	seed     uint64
	moved    int64 // by how much time has leapt, ns
	segments int
	calm     int // segments behind which something could be left out
}

func newCalmTwins(seed uint64) *calmTwins {
	timeouts := Timeouts{Established: time.Duration(seed%3) * 700 * time.Second}
	c := &calmTwins{both: twins(Config{Timeouts: timeouts}, false), seed: seed, moved: 1e18}
	c.both[1].table.whole = false
	return c
}

// see shows both a packet, changed somehow.
func (c *calmTwins) see(v *packet.View) {
	c.segments++
	c.disturb(&v.Seg)
	v.Seg.At += c.moved
	v.At = v.Seg.At
	for _, w := range c.both {
		again := *v
		w.see([]packet.View{again}, c.segments%5 == 0)
	}
	if c.both[0].table.isCalm() {
		c.calm++
	}
}

// disturb changes some segments, and lets time leap and step back if the seed is odd.
func (c *calmTwins) disturb(s *tcp.Segment) {
	n := c.segments
	switch n % 41 {
	case 3:
		s.ECN = 3
	case 11:
		s.Flags |= tcp.ECE
	case 17:
		s.Sum = tcp.SumBad
	case 23:
		s.Flags ^= tcp.PSH
	}
	switch {
	case c.seed%2 == 0:
	case n%997 == 0:
		c.moved += 650e9
	case n%889 == 0:
		c.moved -= 620e9
	}
}

// isCalm reports whether some entry of t is.
func (t *Table) isCalm() bool {
	for i := uint32(1); i < t.slab.used; i++ {
		if t.slab.at(i).trail.Calm != 0 {
			return true
		}
	}
	return false
}

// TestCalm: to leave out what a segment cannot change changes nothing that is seen of a
// Table, while segments have marks of congestion, time leaps and steps back, and records
// end and are continued.
func TestCalm(t *testing.T) {
	load, _ := genload.Find("bulk")
	var capture bytes.Buffer
	if _, err := genload.Write(&capture, load.Scale(0.006), genload.Options{Seed: 3}); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(3) {
		c := newCalmTwins(seed)
		in, err := source.New("bulk", bytes.NewReader(capture.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		decoder, f := packet.NewDecoder(packet.Config{}), packet.Frame{}
		for in.Next(&f) == nil {
			var v packet.View
			decoder.Decode(&f, &v)
			c.see(&v)
			if c.segments%100 == 0 {
				same(t, c.both, fmt.Sprint("seed ", seed))
			}
		}
		ends(t, c.both, fmt.Sprint("seed ", seed))
		if c.calm < c.segments*9/10 || c.segments < 2000 {
			t.Errorf("only behind %d of %d segments something could be left out", c.calm, c.segments)
		}
	}
}

// TestCalmSimulated: the same, whatever the path and the ends do.
func TestCalmSimulated(t *testing.T) {
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		var sim simulate.Sim
		for seed := range uint64(10) {
			dice, c := simulate.Seeded(seed), newCalmTwins(seed)
			sim.Run(m, &dice, func(p *simulate.Passage) {
				c.see(&packet.View{Seg: p.Seg, Key: tcpKey(40000), FromB: p.Seg.Dir == tcp.Client, IPLen: 40 + p.Seg.Len, L4Len: p.Seg.Len, Depth: 1})
			})
			ends(t, c.both, m.Name)
		}
	}
}
