package check

import (
	"onpath/packet"
	"onpath/tcp"
)

// Expect reads the note that the segment in v, sent in direction d, will have, so that it
// is at hand then. What it returns means nothing.
func (in *Inspector) Expect(c *Case, v *packet.View, d tcp.Dir) uint64 { return in.overlap.expect(c, v, d) }

// ExpectTurn is Expect for what else judging the segment will need, of what is remembered
// beside its Case, if it does more than to go on.
func (in *Inspector) ExpectTurn(c *Case, v *packet.View) uint64 {
	if c.stage() == 0 {
		return 0
	}
	return in.ExpectFirst(v)
}

// expect reads the note of the segment in v, but not in a page of memory that is fresh: that
// would be made twice, to be read and to be written.
func (o *overlap) expect(c *Case, v *packet.View, d tcp.Dir) uint64 {
	if v.Seg.Len == 0 || o.notes == nil || c.stream == 0 {
		return 0
	}
	i := o.place(c.stream<<1|uint32(d), v.Seg.Data(), scaleOf(v.Seg.Len))
	if o.fresh(i) {
		return 0
	}
	return uint64(o.notes[i].owner)
}

// ExpectFirst is Expect for the first segment of a connection: it reads what is known of
// the host that sent v, and of its network.
func (in *Inspector) ExpectFirst(v *packet.View) (read uint64) {
	w := in.world
	if w == nil {
		return 0
	}
	tag := mixed(sender(v))
	if w.sums.hosts != nil {
		read += uint64(w.sums.at(tag).tag)
	}
	if v.Seg.Flags&(tcp.SYN|tcp.ACK) != tcp.SYN|tcp.ACK {
		return read
	}
	if w.isns.hosts != nil {
		read += uint64(w.isns.at(tag).tag)
	}
	if n := &w.networks; n.bits != nil {
		read += n.bits[pairOf(&v.Key)/64]
	}
	return read
}
