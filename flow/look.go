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
	e *entry

	Slot uint32 // where the Table keeps it; below Slots
}

// Slots returns how many slots the Table has: what Walk goes through.
func (t *Table) Slots() uint32 { return t.slab.used }

// Walk shows visit the open records of at most n slots, from slot from on, until it
// returns false. It returns the slot to go on from: 0 behind the last one.
func (t *Table) Walk(from uint32, n int, visit func(Open) bool) (next uint32) {
	for i := max(from, 1); i < t.slab.used; i++ {
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
func (t *Table) Slot(i uint32) (o Open, ok bool) {
	if i == 0 || i >= t.slab.used {
		return o, false
	}
	e := t.slab.at(i)
	return Open{t: t, e: e, Slot: i}, !e.written // what was given back is written
}

// Conn returns the number of the record.
func (o Open) Conn() uint64 { return o.e.num }

// Start returns the time of its first packet, ns since the Unix epoch.
func (o Open) Start() int64 { return o.e.start }

// IPOctets returns what the client and the server sent, IP headers included.
func (o Open) IPOctets() (n [2]uint64) {
	for d, v := range o.t.great.of(o.e) {
		n[d] = v.IPOctets
	}
	return n
}

// Retransmissions returns how many segments both ends sent again, also in vain.
func (o Open) Retransmissions() (n uint64) {
	p := o.t.repairs.of(o.e)
	for d := range p.side {
		n += uint64(p.side[d].Retransmissions()) + uint64(p.side[d].Spurious)
	}
	return n
}

// RTT returns the smoothed round trips from here to the client and to the server, in
// ns; that of the handshake where nothing else was timed. 0: not known.
func (o Open) RTT() [2]int64 {
	if m := o.t.times.of(o.e); m != nil {
		return [2]int64{m.Path[tcp.Client].SRTT, m.Path[tcp.Server].SRTT}
	}
	if !o.e.handshake.Over() {
		return [2]int64{}
	}
	return [2]int64{o.e.handshake.Client(), o.e.handshake.Server()}
}

// Worst returns the greatest severity of what was found by now, and how often that was
// shown; 0: nothing was found.
func (o Open) Worst() (worst anomaly.Severity, count uint64) {
	for _, f := range o.t.rules.Found(&o.e.inquiry) {
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
	t.standing(o.e, t.now)
	return &t.row
}

// Stacks returns both virtual stacks, by tcp.Client, tcp.Server, if it is TCP.
func (o Open) Stacks() (stacks [2]conn.Stack, ok bool) {
	if o.e.key.Proto != packet.ProtoTCP {
		return stacks, false
	}
	return [2]conn.Stack{o.e.conn.Stack(tcp.Client), o.e.conn.Stack(tcp.Server)}, true
}
