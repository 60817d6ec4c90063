package flow

import (
	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// Open is a record that has not ended, for who looks on. It is valid until the next
// packet, and looking changes nothing of what will be written.
type Open struct {
	t *Table
	i uint32

	Slot uint32 // where the Table keeps it; below Slots
}

// Slots returns how many slots the Table has: what Walk goes through.
func (t *Table) Slots() uint32 { return 2 * max(t.slab.used, t.slab.embryos.used) }

// numberOf returns what is in a slot, entry or embryo: they take turns. 0: nothing.
func (s *slab) numberOf(slot uint32) uint32 {
	switch i := slot / 2; {
	case i == 0:
	case slot%2 == 0 && i < s.used:
		return i
	case slot%2 == 1 && i < s.embryos.used:
		return lone | i
	}
	return 0
}

// Walk shows visit the open records of at most n slots, from slot from on, until it
// returns false. It returns the slot to go on from: 0 behind the last one.
func (t *Table) Walk(from uint32, n int, visit func(Open) bool) (next uint32) {
	for i := max(from, 1); i < t.Slots(); i++ {
		if t.slab.numberOf(i) == 0 {
			continue
		}
		if n == 0 {
			return i
		}
		n--
		if o, ok := t.Slot(i); ok && !visit(o) {
			return i
		}
	}
	return 0
}

// Slot returns the open record in a slot, if there is one.
func (t *Table) Slot(slot uint32) (o Open, ok bool) {
	i := t.slab.numberOf(slot)
	switch { // what was given back is written
	case i == 0:
	case i&lone != 0:
		ok = !t.slab.embryos.at(i).has(ended)
	default:
		ok = !t.slab.at(i).written
	}
	return Open{t, i, slot}, ok
}

// Conn returns the number of the record.
func (o Open) Conn() uint64 { return o.t.slab.num(o.i) }

// Start returns the time of its first packet, ns since the Unix epoch.
func (o Open) Start() int64 {
	if o.i&lone != 0 {
		return o.t.slab.embryos.at(o.i).at
	}
	return o.t.slab.at(o.i).start
}

// IPOctets returns what the client and the server sent, IP headers included.
func (o Open) IPOctets() (n [2]uint64) {
	if o.i&lone != 0 {
		return [2]uint64{tcp.Client: uint64(o.t.slab.embryos.at(o.i).ipLen)}
	}
	for d, v := range o.t.great.of(o.t.slab.at(o.i)) {
		n[d] = v.IPOctets
	}
	return n
}

// Retransmissions returns how many segments both ends sent again, also in vain.
func (o Open) Retransmissions() (n uint64) {
	if o.i&lone != 0 {
		return 0
	}
	p := o.t.repairs.of(o.t.slab.at(o.i))
	for d := range p.side {
		n += uint64(p.side[d].Retransmissions()) + uint64(p.side[d].Spurious)
	}
	return n
}

// RTT returns the smoothed round trips from here to the client and to the server, in
// ns; that of the handshake where nothing else was timed. 0: not known.
func (o Open) RTT() [2]int64 {
	if o.i&lone != 0 {
		return [2]int64{}
	}
	e := o.t.slab.at(o.i)
	if m := o.t.times.of(e); m != nil {
		return [2]int64{m.Path[tcp.Client].SRTT, m.Path[tcp.Server].SRTT}
	}
	if !e.handshake.Over() {
		return [2]int64{}
	}
	return [2]int64{e.handshake.Client(), e.handshake.Server()}
}

// Worst returns the greatest severity of what was found by now, and how often that was
// shown; 0: nothing was found.
func (o Open) Worst() (worst anomaly.Severity, count uint64) {
	if o.i&lone != 0 {
		return 0, 0
	}
	for _, f := range o.t.rules.Found(&o.t.slab.at(o.i).inquiry) {
		if f.Severity > worst {
			worst, count = f.Severity, 0
		}
		if f.Severity == worst {
			count += f.Count
		}
	}
	return worst, count
}

// Record returns the record as it stands: with the Ending EndOpen, with what was found
// by now, and the outcome as far as it can be told.
func (o Open) Record() *record.Record {
	t := o.t
	t.standing(t.entry(o.i), t.now)
	return &t.row
}

// Stacks returns both virtual stacks, by tcp.Client, tcp.Server, if it is TCP.
func (o Open) Stacks() (stacks [2]conn.Stack, ok bool) {
	e := o.t.entry(o.i)
	if e.key.Proto != packet.ProtoTCP {
		return stacks, false
	}
	return [2]conn.Stack{e.conn.Stack(tcp.Client), e.conn.Stack(tcp.Server)}, true
}
