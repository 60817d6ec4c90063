package check

import (
	"onpath/packet"
	"onpath/tcp"
)

// Expect reads what judging the segment in v, sent in direction d, will need of what is
// remembered beside its Case, so that it is at hand then. What it returns means nothing.
func (in *Inspector) Expect(c *Case, v *packet.View, d tcp.Dir) uint64 {
	read := in.overlap.expect(c, v, d)
	if c.stage() != 0 {
		read += in.ExpectFirst(v)
	}
	return read
}

// expect touches the note of the segment in v. It writes there, though nothing new: a
// page of memory that is fresh would be made twice if it was read first.
func (o *overlap) expect(c *Case, v *packet.View, d tcp.Dir) uint64 {
	if v.Seg.Len == 0 || o.notes == nil || c.stream == 0 {
		return 0
	}
	n := o.place(c.stream<<1|uint32(d), v.Seg.Data(), scaleOf(v.Seg.Len))
	n.owner += o.zero
	return uint64(n.owner)
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
