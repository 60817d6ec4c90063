package tcpdump

import (
	"bytes"

	"onpath/tcp"
)

// connKey names a connection as tcpdump does: addresses and ports, whatever VLAN
// or tunnel they were found in. The end with the lower port stands first, of equal
// ports that with the lower address.
type connKey struct {
	a, b         [16]byte
	aPort, bPort uint16
	v6           bool
}

// bases are what a connection's numbers are relative to: those of its end a, and
// those of its end b.
type bases struct{ a, b tcp.Seq }

// conns remembers the bases of the connections that were printed, in a ring from
// which the oldest is taken when a new one needs its place.
type conns struct {
	at        map[connKey]uint32 // place in ring
	ring      []conn
	max       int
	next      uint32 // the oldest, once the ring is full
	forgotten uint64
}

type conn struct {
	key connKey
	bases
}

// defaultMaxConns costs 30 MB when it is used up.
const defaultMaxConns = 1 << 18

func newConns(max int) conns {
	if max <= 0 {
		max = defaultMaxConns
	}
	return conns{at: map[connKey]uint32{}, max: max}
}

// key returns the connection's name, and whether the sender is its end b.
func (w *walk) key(src, dst uint16) (k connKey, fromB bool) {
	if src > dst || src == dst && bytes.Compare(w.src[:], w.dst[:]) > 0 {
		return connKey{w.dst, w.src, dst, src, w.v6}, true
	}
	return connKey{w.src, w.dst, src, dst, w.v6}, false
}

// relative returns the bases of a segment with the ACK flag: that of its own
// numbers and that of those which it acknowledges. set is true where they were
// taken from this segment, whose own numbers tcpdump prints absolute: one with
// SYN, or the first with ACK that it sees of the connection.
func (c *conns) relative(k connKey, fromB bool, seq, ack tcp.Seq, syn bool) (own, peer tcp.Seq, set bool) {
	i, known := c.at[k]
	if !known {
		i = c.place(k)
	}
	b := &c.ring[i].bases
	if set = syn || !known; set {
		*b = bases{seq, ack - 1}
		if fromB {
			*b = bases{ack - 1, seq}
		}
	}
	if fromB {
		return b.b, b.a, set
	}
	return b.a, b.b, set
}

// place returns where a new connection may be kept.
func (c *conns) place(k connKey) uint32 {
	if len(c.ring) < c.max {
		c.ring = append(c.ring, conn{key: k})
		c.at[k] = uint32(len(c.ring) - 1)
		return uint32(len(c.ring) - 1)
	}
	i := c.next
	c.next = (i + 1) % uint32(c.max)
	delete(c.at, c.ring[i].key)
	c.ring[i].key = k
	c.at[k] = i
	c.forgotten++
	return i
}
