package check

import (
	"bytes"
	"math/bits"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Octets that passed are kept for a while as they are, so that what comes again can
// be compared however it is cut. A digest of blocks would remember longer, but cost
// as much time for each segment as the copy, and could not compare the parts of
// blocks at which a retransmission begins and ends.

// pageSize is how many octets of a stream stand together, aligned to SEQ.
const pageSize = 2048

// streamPages is how many pages a stream has at most: the last 256 KiB of it.
const streamPages = 128

// pageCost is what a page takes with its head, in octets.
const pageCost = pageSize + 64

// DefaultOverlap is how much is kept, if a Config does not say.
const DefaultOverlap = 64 << 20

// overlap keeps the octets of all connections that passed last. Each page has one
// place where it may stand, by its stream and its numbers; a newer page takes the
// place of another.
type overlap struct {
	heads  []head
	octets []byte
	pages  int    // places; 0: nothing is kept
	last   uint32 // number of the connection that began to be kept last
	found  clash
}

// head says what a page holds.
type head struct {
	owner   uint32 // stream, twice its connection's number and the direction; 0: nobody
	page    uint32 // SEQ / pageSize
	known   [2]piece
	origins [4]origin // of the octets that came last
}

// piece is octets [from, to) of a page. If two are known they do not touch.
type piece struct{ from, to uint16 }

// origin is the segment that octets of a page came with.
type origin struct {
	piece
	frame uint32 // the low bits of its number; 0: none
	id    uint16
	ttl   uint8
	opts  uint8 // low bits of its option set
}

// clash is what a segment's octets were found to be, compared with those that
// passed before.
type clash struct {
	compared  uint32
	differing uint32
	first     tcp.Seq // of the differing octets
	origin    origin  // of the octet at first; its frame is 0 if it is not known
	recut     bool    // they lay in other segments before
}

// trigger returns onClash if some octets differed.
func (f *clash) trigger() trigger {
	if f.differing > 0 {
		return onClash
	}
	return 0
}

// newOverlap returns one that keeps up to that many octets; none if n is negative.
func newOverlap(n int) overlap {
	if n == 0 {
		n = DefaultOverlap
	}
	return overlap{pages: max(n, 0) / pageCost}
}

// comparable reports whether a segment's octets are its stream's: not what a probe
// carries, nor what the path has damaged.
func (s *Scene) comparable() bool {
	switch {
	case s.Seg.Flags&tcp.RST != 0, s.Step.Outside, s.Step.Older, s.Step.Delivery == conn.KeepAlive, probesWindow(s):
		return false
	}
	return s.Seg.Len > 1 || s.Step.Delivery != conn.Unknown
}

// keeps reports whether the payload of v can be kept at all.
func (o *overlap) keeps(v *packet.View) bool {
	return v.Seg.Len > 0 && o.pages > 0 && v.Seg.Sum != tcp.SumBad && uint32(len(v.Payload)) == v.Seg.Len
}

// pass compares the payload of v with what passed before, and keeps what is new of
// it.
func (o *overlap) pass(c *Case, v *packet.View) {
	if c.stream == 0 {
		o.begin(c)
	}
	owner := c.stream<<1 | uint32(v.Seg.Dir)
	at := v.Seg.Data()
	for b := v.Payload; len(b) > 0; {
		from := uint32(at) % pageSize
		n := min(uint32(len(b)), pageSize-from)
		h, octets := o.place(owner, uint32(at)/pageSize)
		o.take(h, octets, at, b[:n])
		h.came(piece{uint16(from), uint16(from + n)}, v)
		b, at = b[n:], at.Add(n)
	}
}

// begin gives the streams of c a number, so that no octets of others can be taken
// for theirs.
func (o *overlap) begin(c *Case) {
	if o.heads == nil {
		o.heads, o.octets = make([]head, o.pages), make([]byte, o.pages*pageSize)
	}
	if o.last = (o.last + 1) & (1<<31 - 1); o.last == 0 {
		o.last = 1
	}
	c.stream = o.last
}

// place returns where a page stands, emptied if another stood there.
func (o *overlap) place(owner, page uint32) (*head, []byte) {
	mixed, _ := bits.Mul64(uint64(owner)*0x9e3779b97f4a7c15, uint64(o.pages))
	i := int(mixed) + int(page%streamPages)
	if i >= o.pages {
		i %= o.pages
	}
	h := &o.heads[i]
	if h.owner != owner || h.page != page {
		*h = head{owner: owner, page: page}
	}
	return h, o.octets[i*pageSize : (i+1)*pageSize]
}

// take compares b, whose first octet is at, with what is known of its page, and
// keeps the rest of it.
func (o *overlap) take(h *head, octets []byte, at tcp.Seq, b []byte) {
	p := piece{uint16(uint32(at) % pageSize), 0}
	p.to = p.from + uint16(len(b))
	cur := p.from
	for _, k := range h.known {
		both := piece{max(k.from, p.from), min(k.to, p.to)}
		if both.from >= both.to {
			continue
		}
		o.compare(h, octets, both, b[both.from-p.from:both.to-p.from], at, p)
		if cur < both.from {
			copy(octets[cur:both.from], b[cur-p.from:])
		}
		cur = both.to
	}
	copy(octets[cur:p.to], b[cur-p.from:])
	h.add(p)
}

// compare compares octets that came again, the part both of p.
func (o *overlap) compare(h *head, octets []byte, both piece, b []byte, at tcp.Seq, p piece) {
	f := &o.found
	f.compared += uint32(len(b))
	before := octets[both.from:both.to]
	if org := h.origin(both.from); org.frame != 0 && org.piece != p {
		f.recut = true
	}
	if bytes.Equal(before, b) {
		return
	}
	for i := range b {
		if b[i] == before[i] {
			continue
		}
		if f.differing++; f.differing == 1 {
			f.first = at.Add(uint32(both.from-p.from) + uint32(i))
			f.origin = h.origin(both.from + uint16(i))
		}
	}
}

// origin returns the segment with which an octet came; its frame is 0 if that is
// forgotten.
func (h *head) origin(at uint16) origin {
	for _, o := range h.origins {
		if o.from <= at && at < o.to {
			return o
		}
	}
	return origin{}
}

// came remembers with which segment octets came, unless they had come before.
func (h *head) came(p piece, v *packet.View) {
	if o := h.origin(p.from); o.frame != 0 && o.to >= p.to {
		return
	}
	copy(h.origins[1:], h.origins[:])
	h.origins[0] = origin{p, uint32(v.Number), v.Seg.IPID, v.Seg.TTL, uint8(v.Seg.Opts & tcp.OptTimestamp)}
}

// add adds p to what is known. Of three pieces apart from each other the first is
// forgotten.
func (h *head) add(p piece) {
	k := &h.known
	switch {
	case k[0].to == p.from && k[1].to == 0, k[0].to == 0:
		if k[0].to == 0 {
			k[0] = p
		}
		k[0].to = p.to
	case p.touches(k[0]) || p.touches(k[1]) && k[1].to != 0:
		h.join(p)
	case k[1].to == 0 && p.to < k[0].from:
		k[0], k[1] = p, k[0]
	case k[1].to == 0:
		k[1] = p
	case p.to > k[1].to:
		k[0], k[1] = k[1], p
	case p.to > k[0].to:
		k[0] = p
	}
}

// join adds p, which touches a piece that is known.
func (h *head) join(p piece) {
	k := &h.known
	if k[1].to != 0 && p.touches(k[1]) {
		k[1] = p.with(k[1])
		if k[1].touches(k[0]) {
			k[0], k[1] = k[1].with(k[0]), piece{}
		}
		return
	}
	k[0] = p.with(k[0])
	if k[1].to != 0 && k[0].touches(k[1]) {
		k[0], k[1] = k[0].with(k[1]), piece{}
	}
}

func (p piece) touches(q piece) bool { return p.from <= q.to && q.from <= p.to }

func (p piece) with(q piece) piece { return piece{min(p.from, q.from), max(p.to, q.to)} }

// retransmissionInconsistent accuses both frames, unless one of them alone is
// unlike the others of its sender.
func retransmissionInconsistent(s *Scene) (e Evidence, holds bool) {
	f := &s.inspector.overlap.found
	if f.differing == 0 {
		return no()
	}
	first := s.earlier(f.origin.frame)
	e = because(anomaly.CauseNone, int64(f.differing), int64(f.compared), num(f.first), int64(first))
	if first == 0 {
		return e, true
	}
	now := origin{id: s.Seg.IPID, ttl: s.Seg.TTL, opts: uint8(s.Seg.Opts & tcp.OptTimestamp)}
	switch a, b := f.origin.unlike(s.Me()), now.unlike(s.Me()); {
	case f.origin.id == now.id && now.id != 0 && f.origin.ttl != now.ttl:
		e.Cause, e.Other = anomaly.CauseCapture, first // one packet, taken on both sides of a middlebox
	case a && !b:
		e.Accused = first
	case a == b:
		e.Other = first
	}
	return e, true
}

// earlier returns the number of the last frame with these low bits; 0 for 0.
func (s *Scene) earlier(low uint32) uint64 {
	if low == 0 {
		return 0
	}
	return s.View.Number - uint64(uint32(s.View.Number)-low)
}

// usualHops is how many segments in a row make a TTL usual.
const usualHops = 8

// unlike reports whether a segment is unlike the others of its sender: it came
// another way, without its timestamps, or not by its counter of datagrams.
func (o *origin) unlike(me *conn.Facts) bool {
	d := o.id - me.IPID
	return me.TTLRun >= usualHops && o.ttl != me.TTL ||
		me.HasTS && o.opts == 0 ||
		me.IPIDCount && d >= 1<<12 && -d >= 1<<12
}
