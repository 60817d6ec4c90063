package check

import (
	"onpath/internal/prefetch"
	"onpath/packet"
	"onpath/tcp"
)

// Expect asks for the note that the segment in v, sent in direction d, will have, so that it
// is at hand then.
func (in *Inspector) Expect(c *Case, v *packet.View, d tcp.Dir) {
	if o := &in.overlap; v.Seg.Len > 0 && o.notes != nil && c.stream != 0 {
		prefetch.Lines(o.place(c.stream<<1|uint32(d), v.Seg.Data(), scaleOf(v.Seg.Len)), 0, noteSize)
	}
}

// ExpectTurn is Expect for what else judging the segment will need, of what is remembered
// beside its Case, if it does more than to go on.
func (in *Inspector) ExpectTurn(c *Case, v *packet.View) {
	if c.stage() != 0 {
		in.ExpectFirst(v)
	}
}

// ExpectLone asks for what the end of the record of a lone SYN will need that is known of its
// sender, who is Key.B with fromB, and of both networks.
func (in *Inspector) ExpectLone(k *packet.Key, fromB bool) {
	from := &k.A
	if fromB {
		from = &k.B
	}
	in.quota.expect(from)
	if w := in.world; w != nil && w.networks.bits != nil {
		prefetch.Lines(&w.networks.bits[pairOf(k)/64], 0, 1)
	}
}

// ExpectFirst is Expect for the first segment of a connection: what is known of the host
// that sent v, and of its network.
func (in *Inspector) ExpectFirst(v *packet.View) {
	w := in.world
	if w == nil {
		return
	}
	tag := mixed(sender(v))
	if w.sums.hosts != nil {
		prefetch.Lines(w.sums.at(tag), 0, 1)
	}
	if v.Seg.Flags&(tcp.SYN|tcp.ACK) != tcp.SYN|tcp.ACK {
		return
	}
	if w.isns.hosts != nil {
		prefetch.Lines(w.isns.at(tag), 0, 1)
	}
	if n := &w.networks; n.bits != nil {
		prefetch.Lines(&n.bits[pairOf(&v.Key)/64], 0, 1)
	}
}
