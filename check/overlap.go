package check

import (
	"math/bits"

	"onpath/packet"
	"onpath/tcp"
)

// What passed is noted, to be compared with what comes again however it is cut: a
// note for each segment, with its first octets as they are and a sum of all of
// them. The sum costs nothing, as it follows from the checksum that was found to be
// good. (To keep all octets costs 220 ns for each full segment, more than the rest
// of check; a digest of each block as much as the checksum.) So a difference among
// a segment's first octets is always found, and one behind them once all of the
// segment has come again, in whatever pieces, but for 1 of 65,535. Who chooses
// octets with the same sum is not found.

// headOctets is how many octets of a segment are noted as they are.
const headOctets = 100

// note is a segment that passed.
type note struct {
	owner uint32  // stream: twice its connection's number, and the direction; 0: none
	from  tcp.Seq // first octet
	len   uint32
	done  uint32 // octets of it, from the first on, that came again, and whose sum is part
	origin
	part uint16
	sum  uint16 // of its octets; or what its header adds to that, with the bit carried
	head [headOctets]byte
}

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
	carried noteBits = 1 << iota // sum is that of the header and the length: see note.total
	stamped                      // it had timestamps
)

// noteSize is a note's size in octets.
const noteSize = 128

// A scale says where a stream's notes stand: by the numbers of their first octets,
// so that a new one takes the place of an old one.
type scale struct {
	cell  uint8  // 2^cell numbers share a place
	cells uint8  // a stream uses at most 2^cells places
	mix   uint64 // makes streams stand anywhere
}

// scales are for long segments, of which the last 4 MiB of a stream are noted, and for
// short ones, of 128 KiB. What is as long as a cell has its place alone.
var scales = [2]scale{{10, 12, 0x9e3779b97f4a7c15}, {7, 10, 0xd6e8feb86659fd93}}

// scaleOf returns the scale for a segment of so many octets.
func scaleOf(octets uint32) *scale {
	if octets>>scales[0].cell == 0 {
		return &scales[1]
	}
	return &scales[0]
}

// jumbo is how far, in octets, before a segment's first octet another that is
// compared with it may begin.
const jumbo = 9 << 10

// DefaultOverlap is how much memory holds notes, if a Config does not say, in octets.
const DefaultOverlap = 64 << 20

// overlap holds the notes of all connections. A new one takes the place of an old
// one.
type overlap struct {
	notes   []note
	places  uint32 // 0: nothing is noted
	last    uint32 // number of the connection that began to be noted last
	longest uint32 // payload of the longest segment that was noted, at most jumbo
	found   clash
}

// newOverlap returns one of so many octets; one that notes nothing if n is negative.
func newOverlap(n int) overlap {
	if n == 0 {
		n = DefaultOverlap
	}
	return overlap{places: uint32(min(max(n, 0)/noteSize, 1<<30))}
}

// keeps reports whether the payload of v can be noted at all: it is whole, and not
// damaged.
func (o *overlap) keeps(v *packet.View) bool {
	return v.Seg.Len > 0 && o.places > 0 && v.Seg.Sum != tcp.SumBad && uint32(len(v.Payload)) == v.Seg.Len
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

// place returns the note of the numbers around seq.
func (o *overlap) place(owner uint32, seq tcp.Seq, k *scale) *note {
	if o.notes == nil {
		o.notes = make([]note, o.places)
	}
	mixed, _ := bits.Mul64(uint64(owner)*k.mix, uint64(o.places))
	i := uint32(mixed) + uint32(seq)>>k.cell&(1<<k.cells-1)
	if i >= o.places {
		i %= o.places
	}
	return &o.notes[i]
}

// tiny is how long a segment is at most, in octets, to be noted together with the
// one before, as a key that was pressed.
const tiny = 24

// note notes the segment in v. Unless it is tiny nothing is read of its note, so that
// nothing waits for memory.
func (o *overlap) note(c *Case, v *packet.View) {
	seg := &v.Seg
	owner, at := o.owner(c, seg.Dir), seg.Data()
	n := o.place(owner, at, scaleOf(seg.Len))
	if seg.Len <= tiny && n.owner == owner && n.from.Add(n.len) == at && n.len+seg.Len <= headOctets {
		copy(n.head[n.len:], v.Payload)
		n.len, n.origin = n.len+seg.Len, originOf(v)
		return
	}
	n.owner, n.from, n.len, n.done, n.part, n.origin = owner, at, seg.Len, 0, 0, originOf(v)
	if seg.Len > headOctets {
		n.sum, n.bits = sumOf(v, n.bits)
	}
	copy(n.head[:], v.Payload)
	o.longest = max(o.longest, min(seg.Len, jumbo))
}

// sumOf returns the sum of a segment for its note, and what it is the sum of.
func sumOf(v *packet.View, b noteBits) (uint16, noteBits) {
	if v.Seg.Sum == tcp.SumGood {
		return carriedBy(v), b | carried
	}
	return fold(sum(v.Payload)), b
}

// compare compares the segment in v with the notes of what passed. It reports
// whether there were any.
func (o *overlap) compare(c *Case, v *packet.View) (any bool) {
	a := again{v: v, at: v.Seg.Data()}
	any = o.compareWith(&scales[0], o.owner(c, v.Seg.Dir), &a, o.longest)
	return o.compareWith(&scales[1], o.owner(c, v.Seg.Dir), &a, 1<<scales[0].cell) || any
}

// compareWith compares a with the notes of one scale, of segments of up to so many
// octets.
func (o *overlap) compareWith(k *scale, owner uint32, a *again, longest uint32) (any bool) {
	at, end := a.at-tcp.Seq(longest), a.at.Add(a.v.Seg.Len+1<<k.cell)
	for range 1 << k.cells {
		if !at.Before(end) {
			break
		}
		if n := o.place(owner, at, k); n.owner == owner && a.meets(n) {
			any = true
			o.found.take(n, a)
		}
		at += 1 << k.cell
	}
	return any
}
