package check

import (
	"encoding/binary"
	"math/bits"

	"onpath/packet"
)

// networks is a set of pairs of networks between which a connection was captured
// in both directions: 32 KiB, a bit for a pair. Two pairs may share a bit: one in
// 26 does once 10,000 are known.
type networks struct{ bits []uint64 }

// networkBits is how many bits networks has.
const networkBits = 1 << 18

// add puts the networks of a connection into the set.
func (n *networks) add(k *packet.Key) {
	if n.bits == nil {
		n.bits = make([]uint64, networkBits/64)
	}
	i := pairOf(k)
	n.bits[i/64] |= 1 << (i % 64)
}

// TwoWay reports whether a connection between the networks of k passed in both
// directions, so that silence between them means something.
func (in *Inspector) TwoWay(k *packet.Key) bool { return in.others().networks.has(k) }

// has reports whether the networks of a connection are in the set.
func (n *networks) has(k *packet.Key) bool {
	i := pairOf(k)
	return n.bits != nil && n.bits[i/64]>>(i%64)&1 != 0
}

// pairOf returns which bit stands for the two networks of a connection, whichever
// of them is Key.A: those of IPv4 are /24, those of IPv6 /48.
func pairOf(k *packet.Key) uint32 {
	first, last := uint64(1<<64-1), uint64(1<<56-1) // of the octets, the least significant is the first
	if k.V6 {
		first, last = 1<<48-1, 0
	}
	sum := masked(&k.A, first, last) + masked(&k.B, first, last)
	return (sum ^ sum>>16) * 0x9e3779b1 >> 14 % networkBits
}

// mixed is a hash of an address, for places in tables.
func mixed(addr *[16]byte) uint32 { return masked(addr, 1<<64-1, 1<<64-1) }

// masked is a hash of those bits of an address that are set in the masks of its halves:
// two multiplications, as wyhash has them.
func masked(addr *[16]byte, first, last uint64) uint32 {
	le := binary.LittleEndian
	hi, lo := bits.Mul64(le.Uint64(addr[:])&first^0xa0761d6478bd642f, le.Uint64(addr[8:])&last^0xe7037ed1a0b428db)
	n := (hi ^ lo) * 0x9e3779b97f4a7c15
	return uint32(n >> 32)
}

// fnv is the hash FNV-1a of b.
func fnv(b []byte) uint32 {
	h := uint32(2166136261)
	for _, x := range b {
		h = (h ^ uint32(x)) * 16777619
	}
	return h
}
