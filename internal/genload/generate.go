package genload

import (
	"io"
	"math"
	"math/rand/v2"
)

// Options say how a Load is written. The zero Options are good ones.
type Options struct {
	Seed  uint64 // another Seed plays the same Load with other dice
	Nanos bool   // time stamps in ns instead of µs
}

// Stats are what a capture truly holds.
type Stats struct {
	Frames      uint64
	Octets      uint64 // of frames, without the records' headers
	TCP         uint64 // frames with a TCP segment
	Connections uint64 // TCP conversations that began, those of Syns included
	Data        uint64 // TCP payload octets of Connections, each counted once
	Repeated    uint64 // TCP payload octets that passed a second time
}

// start is the time of the first packet: 2026-01-01 00:00:00 UTC, in ns.
const start = 1_767_225_600_000_000_000

// A generator plays one Load.
type generator struct {
	*capture
	Stats
	load   Load
	rand   *rand.Rand
	now    int64 // packet time, ns since the Unix epoch
	open   []conv
	begun  int // conversations begun so far
	option [64]byte
}

// Write plays l and writes the capture to w. The error is w's.
func Write(w io.Writer, l Load, o Options) (Stats, error) {
	g := &generator{
		capture: newCapture(w, o.Nanos),
		load:    l,
		rand:    rand.New(rand.NewPCG(o.Seed, 0x6f6e70617468)),
		now:     start,
	}
	for range l.Open {
		g.open = append(g.open, g.conv())
	}
	for g.err == nil && len(g.open) > 0 && (l.Packets == 0 || g.Frames < uint64(l.Packets)) {
		g.packet()
	}
	g.flush()
	return g.Stats, g.err
}

// packet writes one packet: of no conversation, or of a random open one.
func (g *generator) packet() {
	switch {
	case g.chance(g.load.Syns):
		g.syn()
		return
	case g.chance(g.load.Other):
		g.other()
		return
	}
	i := g.rand.IntN(len(g.open))
	c := &g.open[i]
	if c.phase == sendSyn {
		g.Connections++
	}
	g.step(c)
	if c.phase != over {
		return
	}
	if g.begun < g.load.Connections {
		*c = g.conv()
		return
	}
	last := len(g.open) - 1
	*c = g.open[last]
	g.open = g.open[:last]
}

// syn writes the SYN of a source that nobody will hear of again.
func (g *generator) syn() {
	c := conv{path: g.path(0)}
	be.PutUint32(c.addr[0][:], g.source())
	c.v6, c.wrap = false, plain
	c.addr[1] = [16]byte{198, 18, 0, 1}
	c.end[0].port, c.end[1].port = uint16(1024+g.rand.IntN(64512)), 443
	g.Connections++
	g.segment(&c, 0, syn, g.rand.Uint32(), 0)
}

// source returns a random address that a host can have (RFC 6890): routers drop what comes
// from this network, loopback, multicast and reserved ones.
func (g *generator) source() uint32 {
	for {
		a := g.rand.Uint32() | 1
		if net := a >> 24; net != 0 && net != 127 && net < 224 {
			return a
		}
	}
}

// conv returns the next conversation, its SYN not sent yet.
func (g *generator) conv() conv {
	c := conv{path: g.path(g.begun), rounds: g.between(g.load.Rounds)}
	for s := range c.end {
		c.end[s].next = g.rand.Uint32()
		c.end[s].clock = g.rand.Uint32()
	}
	c.end[0].port = uint16(1024 + g.begun%16*4000 + g.rand.IntN(4000))
	c.end[1].port = [...]uint16{443, 80, 22, 25, 8080, 5432}[g.rand.IntN(6)]
	g.begun++
	return c
}

// path returns the path of conversation n, always the same one. Sixteen
// neighbours share a client; with ports of 16 classes, no two conversations have
// the same four numbers.
func (g *generator) path(n int) path {
	client := uint32(n/16) * 0x9e3779b1 & 0xffffff
	server := uint32(n) * 0x85ebca6b >> 20
	p := path{v6: dice(n, 1) < g.load.V6, ttl: [2]uint8{64, 57}, tag: uint16(1 + client%4000)}
	if dice(n, 2) < g.load.Wrapped {
		p.wrap = vlan + wrap(dice(n, 3)*float64(numWraps-vlan))
	}
	be.PutUint32(p.addr[0][:], 10<<24|client)
	be.PutUint32(p.addr[1][:], 198<<24|18<<16|server) // RFC 2544: 198.18.0.0/15
	if p.v6 {
		for s := range p.addr {
			copy(p.addr[s][12:], p.addr[s][:4])
			copy(p.addr[s][:12], []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, byte(s)})
		}
	}
	return p
}

// dice returns a number in [0, 1) that belongs to conversation n and a question.
func dice(n, question int) float64 {
	h := (uint64(n)<<8 + uint64(question)) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return float64(h>>11) / (1 << 53)
}

// finishFrame ends the frame in buf and moves the time on.
func (g *generator) finishFrame() {
	n := g.end(g.now, g.load.MinFrame)
	g.Frames++
	g.Octets += uint64(n)
	g.now += int64(g.load.Gap)/2 + g.rand.Int64N(int64(g.load.Gap)+1)
}

// chance is true in share of all cases.
func (g *generator) chance(share float64) bool { return share > 0 && g.rand.Float64() < share }

// between returns a number between the bounds, log-uniform.
func (g *generator) between(bounds [2]int) int {
	low, high := float64(bounds[0]), float64(bounds[1])
	return int(low * math.Pow(high/low, g.rand.Float64()))
}
