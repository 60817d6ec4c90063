package flow

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"onpath/internal/genload"
	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/record"
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
func (c *calmTwins) see(t *testing.T, v *packet.View) {
	t.Helper()
	c.segments++
	c.disturb(&v.Seg)
	v.Seg.At += c.moved
	v.At = v.Seg.At
	for _, w := range c.both {
		again := *v
		w.see([]packet.View{again}, c.segments%5 == 0)
	}
	if c.alike(t) {
		c.calm++
	}
}

// alike compares what both remember, and reports whether some connection is calm.
func (c *calmTwins) alike(t *testing.T) (calm bool) {
	t.Helper()
	x, y := c.both[0].table, c.both[1].table
	for i := uint32(1); i < max(x.slab.used, y.slab.used); i++ {
		a, b := *x.slab.at(i), *y.slab.at(i)
		calm = calm || a.conn.Calm != 0
		a.conn.Calm, b.conn.Calm = 0, 0
		if a != b {
			t.Fatalf("seed %d, segment %d: entry %d is\n%+v, else\n%+v", c.seed, c.segments, i, a, b)
		}
		if m := x.times.of(&a); m != nil && *m != *y.times.of(&b) {
			t.Fatalf("seed %d, segment %d: the times of entry %d are\n%+v, else\n%+v", c.seed, c.segments, i, *m, *y.times.of(&b))
		}
	}
	return calm
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
	case n%397 == 0:
		c.moved += 720e9
	case n%389 == 0:
		c.moved -= 700e9
	}
}

// TestCalm: to leave out what a segment cannot change changes nothing that a Table
// remembers, and nothing that is seen of it, while segments have marks of congestion, time leaps and steps back, and records
// end and are continued.
func TestCalm(t *testing.T) { calmOver(t, "bulk", 0.006, 80) }

// TestCalmOpens: the same for what opens and closes.
func TestCalmOpens(t *testing.T) { calmOver(t, "small", 0.0006, 20) }

// calmOver shows calm twins a load: behind so many of 100 segments something can be left out.
func calmOver(t *testing.T, name string, scale float64, percent int) {
	load, _ := genload.Find(name)
	var capture bytes.Buffer
	if _, err := genload.Write(&capture, load.Scale(scale), genload.Options{Seed: 3}); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(4) {
		c := newCalmTwins(seed)
		in, err := source.New(name, bytes.NewReader(capture.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		decoder, f := packet.NewDecoder(packet.Config{}), packet.Frame{}
		for in.Next(&f) == nil {
			var v packet.View
			decoder.Decode(&f, &v)
			c.see(t, &v)
			if c.segments%100 == 0 {
				same(t, c.both, fmt.Sprint("seed ", seed))
			}
		}
		ends(t, c.both, fmt.Sprint("seed ", seed))
		if c.calm < c.segments*percent/100 || c.segments < 2000 {
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
				c.see(t, &packet.View{Seg: p.Seg, Key: tcpKey(40000), FromB: p.Seg.Dir == tcp.Client, IPLen: 40 + p.Seg.Len, L4Len: p.Seg.Len, Depth: 1})
			})
			ends(t, c.both, m.Name)
		}
	}
}

// TestOpens: the SYN,ACK and the ACK of a usual handshake take the short way.
func TestOpens(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	key := tcpKey(40000)
	for n, s := range []tcp.Segment{
		{Flags: tcp.SYN, Seq: 100, Win: 1000, TTL: 64},
		{Flags: tcp.SYN | tcp.ACK, Seq: 300, Ack: 101, Win: 1000, TTL: 64, Dir: tcp.Server},
		{Flags: tcp.ACK, Seq: 101, Ack: 301, Win: 1000, TTL: 64},
	} {
		s.At, s.Digest = int64(1e18+n*1e6), uint32(n)
		v := &packet.View{Key: key, At: s.At, FromB: s.Dir == tcp.Client, IPLen: 40, Depth: 1, Number: uint64(n + 1), Seg: s}
		if n == 0 {
			table.Observe(v)
			continue
		}
		i := table.known(v, table.hash(&v.Key), 0)
		e := table.slab.at(i)
		table.move(e, v)
		if !table.opens(i, e, v, &table.step) {
			t.Errorf("segment %d: %+v, %+v", n+1, table.step, e.trail)
		}
	}
}
