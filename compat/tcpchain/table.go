package tcpchain

import (
	"math"
	"math/bits"
	"slices"

	"onpath/packet"
	"onpath/tcp"
)

// Config bounds a Table. The zero Config is a good one.
type Config struct {
	// Rules of the seven fields.
	Rules Rules
	// MaxFlows is how many flows are remembered at once; each takes 160 octets.
	// When one more comes, the one nearest to its end is done. 0 means 1<<16.
	MaxFlows int
	// Seed keys the hash of the flows; no output depends on it. 0 means
	// defaultSeed, which whoever chooses addresses knows too.
	Seed packet.Seed
}

// defaultSeed is the fraction of π: Key.Hash spreads badly under zeros.
var defaultSeed = packet.Seed{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}

// Stats counts what a Table met.
type Stats struct {
	Flows   uint64 // begun, those without a segment too
	Evicted uint64 // done before their time, because the table was full
	NoFlow  uint64 // frames that belong to no flow: not IP, not TCP, cut, later fragments
}

// Table is the flows that are remembered.
type Table struct {
	rules   Rules
	chains  []Chain
	seed    packet.Seed
	max     int
	flows   []Flow   // by slot; the first is none
	free    uint32   // head of those not used, by next
	buckets []uint32 // heads of chains
	lists   [numLists]list
	second  int64 // of the last frame
	stats   Stats
}

// New returns an empty Table that runs chains on each flow, in their order.
func New(c Config, chains ...Chain) *Table {
	if c.MaxFlows <= 0 {
		c.MaxFlows = 1 << 16
	}
	if c.Seed == (packet.Seed{}) {
		c.Seed = defaultSeed
	}
	return &Table{
		rules:   c.Rules,
		chains:  chains,
		seed:    c.Seed,
		max:     min(c.MaxFlows, 1<<31-2),
		flows:   make([]Flow, 1, 64),
		buckets: make([]uint32, 64),
		second:  math.MinInt64,
	}
}

// Stats returns the counts so far.
func (t *Table) Stats() Stats { return t.stats }

// Observe takes the next frame of the capture.
func (t *Table) Observe(f *packet.Frame) {
	second := floor(f.At)
	later := second != t.second
	t.second = second
	if later {
		t.sweep()
	}
	ip := datagram(f)
	h, ok := parse(ip)
	if ok && (h.ported() || h.quoted()) {
		t.take(f.At, ip, &h)
	} else {
		t.stats.NoFlow++
	}
	if later {
		t.hush()
	}
}

// floor returns the second that a time in ns lies in.
func floor(at int64) int64 {
	s := at / 1e9
	if at%1e9 < 0 {
		s--
	}
	return s
}

// take counts a packet of a flow, and lets the chains see it.
func (t *Table) take(at int64, ip []byte, h *header) {
	i, rev := t.find(at, ip, h)
	f := &t.flows[i]
	f.Last = at
	d := 0
	if rev {
		d = 1
	}
	f.Packets[d]++
	f.Octets[d] += uint64(len(ip))
	t.hear(i)
	if seg := h.segment(); seg != nil && !t.segment(f, seg, rev) && f.phase == active {
		t.retire(i, complete)
	}
}

// segment shows a segment to State and to the chains, and reports whether the
// flow goes on.
func (t *Table) segment(f *Flow, h tcp.Header, rev bool) (more bool) {
	f.Segments++
	more = f.TCP.Segment(h.Flags(), rev, t.rules)
	for c := range t.chains {
		if call := t.chains[c].TCP; call != nil && !f.unwatched {
			more = call(f, h, rev) && more
		}
	}
	return more
}

// find returns the flow of a packet, a new one if there is none, and whether the
// packet goes against it.
func (t *Table) find(at int64, ip []byte, h *header) (i uint32, rev bool) {
	k, fromB := h.key()
	hash := uint32(k.Hash(&t.seed) >> 32)
	for i = t.buckets[t.bucket(hash)]; i != 0; i = t.flows[i].chain {
		if f := &t.flows[i]; f.hash == hash && f.key == k {
			break
		}
	}
	if i != 0 && t.flows[i].due(t.second) {
		t.end(i)
		i = 0
	}
	if i == 0 {
		i = t.begin(at, ip, &k, hash, fromB)
	}
	return i, fromB != t.flows[i].fromB || h.self()
}

// begin makes a flow.
func (t *Table) begin(at int64, ip []byte, k *packet.Key, hash uint32, fromB bool) uint32 {
	i := t.slot()
	t.stats.Flows++
	f := &t.flows[i]
	b := t.bucket(hash)
	*f = Flow{First: at, Last: at, Number: t.stats.Flows, Slot: i - 1, key: *k, hash: hash, fromB: fromB, heard: t.second, chain: t.buckets[b]}
	t.buckets[b] = i
	t.link(i, listOf(f.heard))
	for c := range t.chains {
		if call := t.chains[c].NewFlow; call != nil && !f.unwatched {
			f.unwatched = !call(f, ip)
		}
	}
	return i
}

// slot returns a slot for a flow: a free one, a new one, or that of a flow which
// has to go.
func (t *Table) slot() uint32 {
	if t.free == 0 && len(t.flows) > t.max {
		t.evict()
	}
	if i := t.free; i != 0 {
		t.free = t.flows[i].next
		return i
	}
	t.flows = append(t.flows, Flow{})
	if len(t.flows) > len(t.buckets) {
		t.rehash()
	}
	return uint32(len(t.flows) - 1)
}

// end is done with a flow.
func (t *Table) end(i uint32) {
	f := &t.flows[i]
	t.unlink(i)
	at := &t.buckets[t.bucket(f.hash)]
	for *at != i {
		at = &t.flows[*at].chain
	}
	*at = f.chain
	t.done(f)
	f.next, t.free = t.free, i
}

// done shows a flow that has ended to the chains.
func (t *Table) done(f *Flow) {
	for c := range t.chains {
		if call := t.chains[c].Done; call != nil && f.Segments > 0 && !f.unwatched {
			call(f)
		}
	}
}

// Flush ends all flows, in the order of their first packets. The Table is empty
// afterwards.
func (t *Table) Flush() {
	var open []uint32
	for l := range t.lists {
		for i := t.lists[l].head; i != 0; i = t.flows[i].next {
			open = append(open, i)
		}
	}
	slices.SortFunc(open, func(i, j uint32) int {
		if t.flows[i].Number < t.flows[j].Number {
			return -1
		}
		return 1
	})
	for _, i := range open {
		t.end(i)
	}
}

func (t *Table) bucket(hash uint32) uint32 {
	return hash >> (33 - bits.Len(uint(len(t.buckets))))
}

// rehash doubles the buckets. They are never fewer than the flows.
func (t *Table) rehash() {
	t.buckets = make([]uint32, 2*len(t.buckets))
	for l := range t.lists {
		for i := t.lists[l].head; i != 0; i = t.flows[i].next {
			f := &t.flows[i]
			b := t.bucket(f.hash)
			f.chain, t.buckets[b] = t.buckets[b], i
		}
	}
}
