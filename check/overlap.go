package check

import (
	"math/bits"

	"onpath/packet"
	"onpath/tcp"
)

// What passed is noted, to be compared with what comes again however it is cut: a
// note for each segment, of 32 octets, with a sum of all its octets and digests of its
// first blocks. The sum costs nothing, as it follows from the checksum that was found
// to be good. (To keep octets as they are costs two lines of the cache for 100 of
// them, and a digest of each block of a segment as much as the checksum.)
//
// So a difference is found once all of a segment has come again, in whatever pieces
// and in their order, but for 1 of 65,535; and of a piece that holds a whole block
// among the first, but for 1 of 256. It is not found in a piece of a block, or of what
// lies behind the blocks; nor if somebody chooses octets with the same sum.

// Blocks are of so many octets, and so many have a digest.
const (
	blockOctets = 8
	headBlocks  = 12
	headOctets  = headBlocks * blockOctets
)

// note is a segment that passed.
type note struct {
	owner uint32  // stream: twice its connection's number, and the direction; 0: none
	from  tcp.Seq // first octet
	origin
	len  uint16
	sum  uint16            // of its octets; or what its header adds to that, with the bit carried
	head [headBlocks]uint8 // digests of its first blocks; with the bit bare, its octets
}

// noteSize is a note's size in octets: two share a line of the cache.
const noteSize = 32

// origin tells segments of different senders apart.
type origin struct {
	frame uint32 // the low bits of its number; 0: none
	id    uint16
	ttl   uint8
	bits  noteBits
}

func originOf(v *packet.View) origin {
	o := origin{frame: uint32(v.Number), id: v.Seg.IPID, ttl: v.Seg.TTL}
	if v.Seg.Opts&tcp.OptTimestamp != 0 {
		o.bits = stamped
	}
	return o
}

type noteBits uint8

const (
	carried noteBits = 1 << iota // sum is that of the header and the length: see again.total
	stamped                      // it had timestamps
	bare                         // head is its octets
)

// A scale says where a stream's notes stand: by the numbers of their first octets,
// so that a new one takes the place of an old one.
type scale struct {
	longest uint32 // payload of the segments that stand there, octets
	cell    uint8  // 2^cell numbers share a place
	cells   uint8  // a stream uses at most 2^cells places
	mix     uint64 // makes streams stand anywhere
	noted   fate   // that octets of an end were noted there
}

// scales are for keys that were pressed, of which the last 16 KiB of a stream are
// noted, for short segments, of 128 KiB, and for long ones, of 4 MiB. What is as long
// as a cell has its place alone.
var scales = [3]scale{
	{tiny, 4, 10, 0xa0761d6478bd642f, notedTiny},
	{1<<10 - 1, 6, 11, 0xd6e8feb86659fd93, notedShort},
	{jumbo, 10, 12, 0x9e3779b97f4a7c15, notedLong},
}

// scaleOf returns the scale for a segment of so many octets.
func scaleOf(octets uint32) *scale {
	switch {
	case octets > scales[1].longest:
		return &scales[2]
	case octets > tiny:
		return &scales[1]
	}
	return &scales[0]
}

// tiny is how long a segment is at most, in octets, to stand with keys that were
// pressed.
const tiny = 24

// jumbo is how far, in octets, before a segment's first octet another that is
// compared with it may begin.
const jumbo = 9 << 10

// DefaultOverlap is how much memory holds notes, if a Config does not say, in octets.
const DefaultOverlap = 64 << 20

// overlap holds the notes of all connections. A new one takes the place of an old
// one.
type overlap struct {
	notes  []note
	places uint32 // 0: nothing is noted
	last   uint32 // number of the connection that began to be noted last
	partly partly
	found  clash
}

// newOverlap returns one of so many octets; one that notes nothing if n is negative.
func newOverlap(n int) overlap {
	if n == 0 {
		n = DefaultOverlap
	}
	return overlap{places: uint32(min(max(n, 0)/noteSize, 1<<30))}
}

// keeps reports whether the payload of v can be noted at all: it is whole, not
// damaged, and no longer than an IPv4 packet.
func (o *overlap) keeps(v *packet.View) bool {
	n := v.Seg.Len
	return n > 0 && o.places > 0 && v.Seg.Sum != tcp.SumBad && uint32(len(v.Payload)) == n && n < 1<<16
}

// owner returns the number of a stream, which no other has had, so that no octets
// of others can be taken for its own.
func (o *overlap) owner(c *Case, d tcp.Dir) uint32 {
	if c.stream == 0 {
		if o.last = (o.last + 1) & (1<<31 - 1); o.last == 0 {
			o.last = 1
		}
		c.stream = o.last
	}
	return c.stream<<1 | uint32(d)
}

// place returns the note of the numbers around seq. There are notes.
func (o *overlap) place(owner uint32, seq tcp.Seq, k *scale) *note {
	mixed, _ := bits.Mul64(uint64(owner)*k.mix, uint64(o.places))
	i := uint32(mixed) + uint32(seq)>>(k.cell&31)&(1<<(k.cells&31)-1) // &31: no test of the shifts
	if i >= o.places {
		i %= o.places
	}
	return &o.notes[i]
}

// note notes the segment in v. Unless it is a key that was pressed behind another one
// nothing is read of its note, so that nothing waits for memory.
func (o *overlap) note(c *Case, v *packet.View) {
	seg, me := &v.Seg, &c.side[v.Seg.Dir&1]
	owner, at, k := o.owner(c, seg.Dir), seg.Data(), scaleOf(seg.Len)
	if o.notes == nil {
		o.notes = make([]note, o.places)
	}
	n := o.place(owner, at, k)
	me.fate |= k.noted
	if seg.Len < headBlocks || me.saw&sawKey != 0 {
		follows := me.saw&sawKey != 0
		me.set(sawKey, seg.Len < headBlocks)
		if follows && seg.Len < headBlocks && n.takes(owner, at, v) {
			return
		}
	}
	n.owner, n.from, n.len, n.origin = owner, at, uint16(seg.Len), originOf(v)
	if seg.Len <= headBlocks {
		n.bits |= bare
		copy(n.head[:], v.Payload)
		return
	}
	n.sum, n.bits = sumOf(v, n.bits)
	digest(&n.head, v.Payload)
}

// takes adds a key that was pressed to those of the note, if they are what came before
// it and there is room.
func (n *note) takes(owner uint32, at tcp.Seq, v *packet.View) bool {
	have := uint32(n.len)
	if n.owner != owner || n.bits&bare == 0 || n.from.Add(have) != at || have+v.Seg.Len > headBlocks {
		return false
	}
	copy(n.head[have:], v.Payload)
	n.len, n.origin = uint16(have+v.Seg.Len), originOf(v)
	n.bits |= bare
	return true
}

// sumOf returns the sum of a segment for its note, and what it is the sum of.
func sumOf(v *packet.View, b noteBits) (uint16, noteBits) {
	if v.Seg.Sum == tcp.SumGood {
		return carriedBy(v), b | carried
	}
	return fold(sum(v.Payload)), b
}

// compare compares the segment in v with the notes of what passed, in the scales where some
// were made. (Of full segments, that is one with 12 places; in the others 130 would be read.)
// It reports whether there were any.
func (o *overlap) compare(c *Case, v *packet.View) (any bool) {
	a := again{v: v, at: v.Seg.Data()}
	owner, noted := o.owner(c, v.Seg.Dir), c.side[v.Seg.Dir&1].fate
	if o.notes == nil { // a checkpoint has none
		return false
	}
	for i := range scales {
		if k := &scales[i]; noted&k.noted != 0 {
			any = o.compareWith(k, owner, &a) || any
		}
	}
	return any
}

// compareWith compares a with the notes of one scale.
func (o *overlap) compareWith(k *scale, owner uint32, a *again) (any bool) {
	at, end := a.at-tcp.Seq(k.longest), a.at.Add(a.v.Seg.Len+1<<k.cell)
	for range 1 << k.cells {
		if !at.Before(end) {
			break
		}
		if n := o.place(owner, at, k); n.owner == owner && a.meets(n) {
			any = true
			o.take(n, a)
		}
		at += 1 << k.cell
	}
	return any
}
