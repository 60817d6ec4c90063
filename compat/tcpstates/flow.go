package tcpstates

import (
	"net/netip"

	"onpath/packet"
)

// Flow is one direction when it ends: a row of the flow file.
type Flow struct {
	Number      uint64 // flowInd, from 1; both directions have it
	First, Last int64  // packets of this direction, ns since the Unix epoch
	B           bool   // direction B; a flow without its opposite is A
	Opposite    bool   // the other direction exists
	Proto       uint8  // IP protocol number, 0 if it is not IP
	Flags       Flags  // 0 for what is not TCP
	EtherType   uint16
	SrcPort     uint16     // 0 where there is none
	DstPort     uint16     // 0 where there is none
	Src, Dst    netip.Addr // the zero Addr if it is not IP
	tags        [3]uint16
	numTags     uint8
}

// VLANs returns the VLAN tags of the first packet, all 16 bits of each, outermost
// first, at most three. The slice is valid as long as f.
func (f *Flow) VLANs() []uint16 { return f.tags[:f.numTags] }

// TCP reports whether f is a flow of TCP, the only ones that have flags.
func (f *Flow) TCP() bool { return f.Proto == packet.ProtoTCP && f.Src.IsValid() }

// remove ends a pair and hands its flows over.
func (t *Table) remove(i uint32) {
	p := t.slab.pair(i)
	flags := [2]Flags{}
	if p.key.proto == packet.ProtoTCP && p.key.kind != layer2 {
		flags[0], flags[1] = final(&p.dirs[0].side, &p.dirs[1].side)
	}
	a := ref(p.meta[0] & isB) // the direction that goes first
	for _, d := range [2]ref{a, a ^ 1} {
		if p.dirs[d].side.has(present) {
			t.yield(p, d, flags[d])
			t.forget(refOf(i) + d)
		}
	}
	t.leave(i)
	t.slab.give(i)
}

// forget takes an entry out of the list and the fragment index.
func (t *Table) forget(r ref) {
	t.unawait(r)
	t.unlink(r)
	t.live--
}

// yield hands direction d of p over.
func (t *Table) yield(p *pair, d ref, flags Flags) {
	k, e, f := p.key, &p.dirs[d], &t.flow
	if d == 1 {
		k = k.reversed()
	}
	*f = Flow{
		Number: p.number, First: e.first, Last: e.last, Flags: flags,
		Opposite: p.dirs[d^1].side.has(present),
		Proto:    k.proto, EtherType: k.ethertype,
		Src: k.addr(&k.src), Dst: k.addr(&k.dst), SrcPort: k.sport, DstPort: k.dport,
		tags: e.tags, numTags: p.meta[d] >> tagShift,
	}
	f.B = f.Opposite && p.meta[d]&isB != 0
	t.report.add(f)
	if t.emit != nil {
		t.emit(f)
	}
}
