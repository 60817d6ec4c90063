package check

import (
	"encoding/binary"
	"math/bits"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// clash is what a segment's octets were found to be, compared with those that
// passed before.
type clash struct {
	compared  uint32
	differing uint32  // at least
	first     tcp.Seq // of the differing octets, or from where on one differs
	origin    origin  // of the octet at first, when it passed before
	recut     bool    // octets lay in other segments before
}

// trigger returns onClash if some octets differed.
func (f *clash) trigger() trigger {
	if f.differing > 0 {
		return onClash
	}
	return 0
}

// comparable reports whether a segment's octets are its stream's, not those of a
// probe. The last octet alone may always be a keep-alive's.
func (s *Scene) comparable() bool {
	switch {
	case s.Seg.Flags&tcp.RST != 0, s.Step.Outside && !behindFin(s), s.Step.Older, s.Step.Delivery == conn.KeepAlive, probesWindow(s):
		return false
	}
	return s.Seg.Len > 1 || s.Seg.Seq != s.Before.Next(s.Seg.Dir)-1
}

// again is a segment whose octets came again.
type again struct {
	v  *packet.View
	at tcp.Seq // first octet
}

// meets reports whether some octets of a are those of n.
func (a *again) meets(n *note) bool {
	return a.at.Before(n.from.Add(uint32(n.len))) && n.from.Before(a.at.Add(a.v.Seg.Len))
}

// take compares the octets that a and n share.
func (o *overlap) take(n *note, a *again) {
	f := &o.found
	x, y := uint32(max(a.at.Sub(n.from), 0)), min(uint32(a.at.Add(a.v.Seg.Len)-n.from), uint32(n.len))
	b := a.v.Payload[n.from.Add(x).Sub(a.at):][:y-x]
	if a.at == n.from && a.v.Seg.Len == uint32(n.len) && n.bits&(bare|carried) == carried && a.v.Seg.Sum == tcp.SumGood {
		f.same(n, b, a.v)
		return
	}
	f.recut = f.recut || a.at != n.from || a.v.Seg.Len != uint32(n.len)
	if n.bits&bare != 0 {
		f.octets(n, x, b)
		return
	}
	if f.blocks(n, x, b) {
		return
	}
	part, all := o.complete(n, x, b)
	if !all {
		return
	}
	f.compared += uint32(n.len) - min(uint32(n.len), headOctets)
	if total, ok := a.total(n); ok && total != part%ones {
		f.differ(n, 0)
	}
}

// same compares a whole segment, of octets b, with n, which was cut like it. Both sums of
// octets follow from the sums of the headers, so these are compared: 150 instructions instead
// of 8,000 where 1,460 octets are added twice.
func (f *clash) same(n *note, b []byte, v *packet.View) {
	var head [headBlocks]uint8
	if digest(&head, b); head != n.head {
		f.blocks(n, 0, b)
		return
	}
	f.compared += uint32(n.len)
	if carriedBy(v)%ones != n.sum%ones {
		f.differ(n, 0)
	}
}

// octets compares octets from x on with those of n, which is bare.
func (f *clash) octets(n *note, x uint32, b []byte) {
	f.compared += uint32(len(b))
	for i := range b {
		if at := x + uint32(i); b[i] != n.head[at] {
			f.differ(n, at)
		}
	}
}

// blocks compares octets from x on, as far as they hold whole blocks, with the digests
// of n. It reports whether any differs.
func (f *clash) blocks(n *note, x uint32, b []byte) (differ bool) {
	end := x + uint32(len(b))
	for i := (x + blockOctets - 1) / blockOctets; i < headBlocks; i++ {
		from := i * blockOctets
		to := min(from+blockOctets, uint32(n.len))
		if from >= to || to > end {
			break
		}
		f.compared += to - from
		if digestOf(b[from-x:to-x]) != n.head[i] {
			f.differ(n, from)
			differ = true
		}
	}
	return differ
}

// digest sets the digests of the first blocks of b.
func digest(head *[headBlocks]uint8, b []byte) {
	if len(b) >= headOctets {
		digestWhole(head, (*[headOctets]byte)(b))
	} else {
		digestShort(head, b)
	}
}

// digestShort is digest for fewer octets, of which the last block may be a part.
func digestShort(head *[headBlocks]uint8, b []byte) {
	*head = [headBlocks]uint8{}
	i := 0
	for ; i < headBlocks-1 && len(b) >= blockOctets; i++ {
		head[i] = mixBlock(binary.LittleEndian.Uint64(b))
		b = b[blockOctets:]
	}
	var part uint64
	for n := len(b) - 1; n >= 0; n-- {
		part = part<<8 | uint64(b[n])
	}
	head[i] = mixBlock(part)
}

// digestWhole is digest for blocks that are all whole: in straight steps, 60 instructions
// where a loop takes 90.
func digestWhole(head *[headBlocks]uint8, b *[headOctets]byte) {
	digestFour((*[4]uint8)(head[0:4]), (*[4 * blockOctets]byte)(b[0:32]))
	digestFour((*[4]uint8)(head[4:8]), (*[4 * blockOctets]byte)(b[32:64]))
	digestFour((*[4]uint8)(head[8:12]), (*[4 * blockOctets]byte)(b[64:96]))
}

func digestFour(head *[4]uint8, b *[4 * blockOctets]byte) {
	le := binary.LittleEndian
	head[0], head[1] = mixBlock(le.Uint64(b[0:])), mixBlock(le.Uint64(b[8:]))
	head[2], head[3] = mixBlock(le.Uint64(b[16:])), mixBlock(le.Uint64(b[24:]))
}

// digestOf returns the digest of a block, which may be shorter at the end of a segment.
func digestOf(b []byte) uint8 {
	var block [blockOctets]byte
	if len(b) < blockOctets {
		copy(block[:], b)
		b = block[:]
	}
	return mixBlock(binary.LittleEndian.Uint64(b))
}

// mixBlock returns the digest of the octets of a block.
func mixBlock(octets uint64) uint8 { return uint8(octets * 0x9e3779b97f4a7c15 >> 56) }

// differ counts a difference at octet x of n, or behind it.
func (f *clash) differ(n *note, x uint32) {
	if f.differing++; f.differing == 1 {
		f.first, f.origin = n.from.Add(x), n.origin
	}
}

// partly is what came again, in order, of notes of which not all has: of few, so that
// nothing of it need stand in the notes.
type partly [64]struct {
	owner, frame uint32
	from         tcp.Seq
	done         uint32 // octets, from the first on
	part         uint16 // their sum
}

// complete adds octets from x on to what came again of n. If that is all, it returns
// the sum.
func (o *overlap) complete(n *note, x uint32, b []byte) (part uint16, all bool) {
	p := &o.partly[(n.owner*0x9e3779b1^uint32(n.from)*0x85ebca6b)>>26]
	done := uint32(0)
	if x > 0 && p.owner == n.owner && p.from == n.from && p.frame == n.frame {
		done, part = p.done, p.part
	}
	end := x + uint32(len(b))
	if x > done || end <= done {
		return 0, false
	}
	more := fold(sum(b[done-x:]))
	if done&1 != 0 {
		more = bits.ReverseBytes16(more) // RFC 1071 §2 B
	}
	part = fold(uint64(part) + uint64(more))
	if end == uint32(n.len) {
		return part, true
	}
	p.owner, p.from, p.frame, p.done, p.part = n.owner, n.from, n.frame, end, part
	return 0, false
}

// ones is 0 in one's complement, of 16 bits.
const ones = 0xffff

// total returns the sum of the octets of n, modulo ones; ok is false if it is not
// known. The checksum makes the sum of octets, header, length and addresses 0; what
// the addresses add is the same for all segments of a direction, and known from a.
func (a *again) total(n *note) (total uint16, ok bool) {
	if n.bits&carried == 0 {
		return n.sum % ones, true
	}
	if a.v.Seg.Sum != tcp.SumGood {
		return 0, false
	}
	own := uint64(fold(sum(a.v.Payload))) + uint64(carriedBy(a.v))
	return uint16((own + ones - uint64(n.sum)) % ones), true
}

// carriedBy returns the sum of a segment's header and its length. The usual headers, with
// timestamps or without options, are added as they lie in memory: with the octets of each
// word swapped, which is a factor of 256 (RFC 1071 §2 B).
func carriedBy(v *packet.View) uint16 {
	h, le := v.TCP, binary.LittleEndian
	var n, more, carry uint64
	switch len(h) {
	case tcp.MinHeader + 12:
		n, carry = bits.Add64(le.Uint64(h), le.Uint64(h[8:]), 0)
		more, carry = bits.Add64(le.Uint64(h[16:]), le.Uint64(h[24:]), carry)
	case tcp.MinHeader:
		n, carry = bits.Add64(le.Uint64(h), le.Uint64(h[8:]), 0)
		more = uint64(le.Uint32(h[16:]))
	default:
		return fold(sum(h) + uint64(len(h)) + uint64(v.Seg.Len))
	}
	n, more = n>>32+n&(1<<32-1), more>>32+more&(1<<32-1)
	return fold((n+more+carry)<<8 + uint64(len(h)) + uint64(v.Seg.Len))
}

// sum adds b in words of 16 bits, the last padded with 0 (RFC 1071 §1); folded they
// are the sum.
func sum(b []byte) (n uint64) {
	for ; len(b) >= 8; b = b[8:] {
		w := binary.BigEndian.Uint64(b)
		n += w>>32 + w&(1<<32-1)
	}
	if len(b) >= 4 {
		n += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		n += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		n += uint64(b[0]) << 8
	}
	return n
}

// fold brings the carries round (RFC 1071 §2).
func fold(n uint64) uint16 { return uint16(n % ones) }

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
	now := originOf(s.View)
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
	now := s.inspector.number
	return now - uint64(uint32(now)-low)
}

// usualHops is how many segments in a row make a TTL usual.
const usualHops = 8

// unlike reports whether a segment is unlike the others of its sender: it came
// another way, without its timestamps, or not by its counter of datagrams.
func (o *origin) unlike(me *conn.Facts) bool {
	d := o.id - me.IPID
	return me.TTLRun >= usualHops && o.ttl != me.TTL ||
		me.HasTS && o.bits&stamped == 0 ||
		me.IPIDCount && d >= 1<<12 && -d >= 1<<12
}
