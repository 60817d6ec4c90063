package tcpstates

import (
	"net/netip"

	"onpath/packet"
	"onpath/tcp"
)

// DefaultMaxFlows is how many flows, that is directions, Tranalyzer2 remembers
// at once if it is not told otherwise.
const DefaultMaxFlows = 1 << 18

// Config bounds a Table. The zero Config is a good one.
type Config struct {
	MaxFlows int         // directions remembered at once, at least 2; 0 means DefaultMaxFlows
	Seed     packet.Seed // keys the hash; no output depends on it
}

// Table is the core of Tranalyzer2 with the plugin tcpStates: fed with frames,
// it tells the flags of each and hands over each flow when it ends. It belongs
// to one goroutine.
type Table struct {
	slab    slab
	index   index
	frags   fragIndex
	seed    packet.Seed
	max     int
	live    int // entries now
	numbers uint64
	emit    func(*Flow)
	flow    Flow // handed to emit
	walk    walk
	report  Report
}

// New returns an empty Table. It calls emit for each flow that ends, A before B;
// the Flow is valid for the call.
func New(c Config, emit func(*Flow)) *Table {
	if c.MaxFlows == 0 {
		c.MaxFlows = DefaultMaxFlows
	}
	t := &Table{seed: c.Seed, max: max(c.MaxFlows, 2), emit: emit}
	t.index.heads = make([]uint32, firstHeads)
	t.startList()
	return t
}

// Packet is what a Table says of one frame: a row of the packet file.
type Packet struct {
	Number uint64 // the frame's
	At     int64  // ns since the Unix epoch
	Flow   uint64 // flowInd, from 1
	B      bool   // the direction is B in packets: unlike in flows, even if there is no A
	TCP    bool   // the machine looked at it: TCP, no later fragment, 14 octets of header captured
	Flags  Flags  // of this direction after this packet, before what the flow's end adds; 0 if not TCP
	key    key    // of the frame: a fragment has no ports though its flow has
}

// Src returns the sender's address, the zero Addr if the frame is not IP.
func (p *Packet) Src() netip.Addr { return p.key.addr(&p.key.src) }

// Proto returns the IP protocol number, 0 if the frame is not IP.
func (p *Packet) Proto() uint8 { return p.key.proto }

// Dst returns the addressee's address, the zero Addr if the frame is not IP.
func (p *Packet) Dst() netip.Addr { return p.key.addr(&p.key.dst) }

// Observe takes the next frame, of any protocol and in the order of the capture,
// and fills p. It reports whether the frame belongs to a flow; if not, p is void.
// Give it every frame: the time of one that belongs to none ends flows too.
func (t *Table) Observe(f *packet.Frame, p *Packet) bool {
	t.pass(f.At)
	if !t.walk.read(f) {
		return false
	}
	x := &t.walk.x
	r := t.entryOf(x, f.At)
	e, own := t.slab.at(r), t.slab.pair(r.pair())
	e.last = f.At
	p.Number, p.At, p.Flow, p.key = f.Number, f.At, own.number, x.key
	p.B, p.TCP, p.Flags = own.meta[r&1]&isB != 0, x.isTCP(), 0
	if p.TCP {
		observe(&e.side, &t.slab.at(r.opposite()).side, x.flags(), x.seq(), x.ack())
		p.Flags = e.side.flags
	}
	return true
}

// entryOf returns the entry that a frame belongs to, new if need be.
func (t *Table) entryOf(x *facts, at int64) ref {
	hash := x.key.hash(&t.seed)
	if x.later() {
		if r := t.awaited(x); r != 0 {
			return r
		}
	}
	r, found := t.find(hash, &x.key)
	if found {
		t.touch(r)
	} else {
		r = t.create(x, hash, at)
	}
	if x.later() || x.firstFragment() {
		t.await(r, x)
	}
	return r
}

// create makes the entry of a flow that was not there.
func (t *Table) create(x *facts, hash uint64, at int64) ref {
	if t.live >= t.max {
		t.evict()
	}
	t.live++
	r, _ := t.find(hash, &x.key)
	if r == 0 {
		r = t.createPair(x, hash)
	} else {
		o := t.slab.pair(r.pair())
		o.meta[1] = ^o.meta[0] & isB
	}
	own := t.slab.pair(r.pair())
	e := &own.dirs[r&1]
	e.first, e.last, e.tags = at, at, x.tags
	e.side.marks |= present
	own.meta[r&1] |= x.numTags << tagShift
	t.link(r, anchor)
	return r
}

// createPair makes the pair of a flow whose other direction is not there either.
func (t *Table) createPair(x *facts, hash uint64) ref {
	i := t.slab.take()
	t.numbers++
	p := t.slab.pair(i)
	p.number, p.key = t.numbers, x.key
	if x.looksB() {
		p.meta[0] = isB
	}
	t.enter(i, hash)
	return refOf(i)
}

// looksB guesses from the first packet of a pair that its sender is the server.
func (x *facts) looksB() bool {
	k := &x.key
	const synAck = tcp.SYN | tcp.ACK
	return k.sport < 1024 && k.sport < k.dport || k.sport&0xfff6 == 8080 ||
		k.proto == packet.ProtoTCP && k.kind != layer2 && x.flags().Has(synAck)
}

// evict ends the flow that was silent for longest, with its other direction.
func (t *Table) evict() {
	t.report.Evicted++
	t.remove(t.nextEntry(anchor).pair())
}

// Flush ends all flows, the one silent for longest first, as the end of the
// capture does.
func (t *Table) Flush() {
	for t.live > 0 {
		t.remove(t.nextEntry(anchor).pair())
	}
}

// Live returns how many flows, that is directions, are remembered now.
func (t *Table) Live() int { return t.live }

// Report returns what the end report needs: of the flows that have ended.
func (t *Table) Report() Report { return t.report }
