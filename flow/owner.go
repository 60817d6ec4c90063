package flow

import (
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// own notes whose a packet is that was counted to an entry or embryo; 0: it was to none.
func (t *Table) own(v *packet.View, entry uint32) {
	t.of, t.ofLone = nil, 0
	switch {
	case entry == 0:
	case entry&lone != 0:
		t.ofLone = entry
	case v.Key.Proto == packet.ProtoTCP:
		t.of = t.slab.at(entry)
	default:
		t.of = t.quoted
	}
}

// Owner returns whose the packet is that ObserveEach has come to, or the record that is
// being emitted: the connection of a TCP segment, or of the segment that an ICMP error
// quotes, else none; and what was raised. It is valid until the next packet.
func (t *Table) Owner() record.Owner {
	o := record.Owner{Raised: t.rules.Raised()}
	if t.ofLone != 0 {
		t.of, t.ofLone = t.entry(t.ofLone), 0
	}
	if e := t.of; e != nil {
		sent := t.great.of(e)
		o.Conn, o.Key, o.ClientIsB, o.Packets = e.num, e.key, e.swapped, sent[0].Packets+sent[1].Packets
		o.Before, o.Case = t.rules.Before(), &e.inquiry
		if o.Before != nil {
			o.Sacked = [2][2][2]tcp.Seq{t.tracker.Sacked(o.Before, tcp.Client), t.tracker.Sacked(o.Before, tcp.Server)}
		}
	}
	return o
}
