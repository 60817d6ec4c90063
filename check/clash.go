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
	return s.Seg.Len > 1 || s.Seg.Seq != s.Me().Nxt-1
}

// again is a segment whose octets came again.
type again struct {
	v  *packet.View
	at tcp.Seq // first octet
}

// meets reports whether some octets of a are those of n.
func (a *again) meets(n *note) bool {
	return a.at.Before(n.from.Add(n.len)) && n.from.Before(a.at.Add(a.v.Seg.Len))
}

// take compares the octets that a and n share.
func (f *clash) take(n *note, a *again) {
	x, y := uint32(max(a.at.Sub(n.from), 0)), min(uint32(a.at.Add(a.v.Seg.Len)-n.from), n.len)
	b := a.v.Payload[n.from.Add(x).Sub(a.at):][:y-x]
	f.recut = f.recut || a.at != n.from || a.v.Seg.Len != n.len
	if f.heads(n, x, b) || n.len <= headOctets || !n.complete(x, b) {
		return
	}
	f.compared += n.len - headOctets
	if total, ok := a.total(n); ok && total != n.part%ones {
		f.differ(n, headOctets)
	}
	n.done, n.part = 0, 0
}

// heads compares octets from x on with those of n that were noted as they are.
func (f *clash) heads(n *note, x uint32, b []byte) (differ bool) {
	noted := min(n.len, headOctets)
	for i := 0; i < len(b) && x < noted; i, x = i+1, x+1 {
		f.compared++
		if b[i] != n.head[x] {
			f.differ(n, x)
			differ = true
		}
	}
	return differ
}

// differ counts a difference at or behind octet x of n.
func (f *clash) differ(n *note, x uint32) {
	if f.differing++; f.differing == 1 {
		f.first, f.origin = n.from.Add(x), n.origin
	}
}

// complete adds octets from x on to what came again of n, and reports whether that
// is all.
func (n *note) complete(x uint32, b []byte) bool {
	if x == 0 {
		n.done, n.part = 0, 0
	}
	if x > n.done || x+uint32(len(b)) <= n.done {
		return false
	}
	part := fold(sum(b[n.done-x:]))
	if n.done&1 != 0 {
		part = bits.ReverseBytes16(part) // RFC 1071 §2 B
	}
	n.done, n.part = x+uint32(len(b)), fold(uint64(n.part)+uint64(part))
	return n.done == n.len
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

// carriedBy returns the sum of a segment's header and its length.
func carriedBy(v *packet.View) uint16 {
	return fold(sum(v.TCP) + uint64(len(v.TCP)) + uint64(v.Seg.Len))
}

// sum adds b in words of 16 bits, the last padded with 0 (RFC 1071 §1); folded they
// are the sum.
func sum(b []byte) (n uint64) {
	for ; len(b) >= 4; b = b[4:] {
		n += uint64(binary.BigEndian.Uint32(b))
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
	return s.View.Number - uint64(uint32(s.View.Number)-low)
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
