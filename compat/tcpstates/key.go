package tcpstates

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"onpath/packet"
)

// kind says what the addresses of a key are.
type kind uint8

const (
	layer2 kind = iota // MAC addresses, in the first six octets
	ipv4               // as ::ffff:a.b.c.d
	ipv6
)

// key names a flow, which is one direction. Tunnels, MAC addresses of IP
// packets and outer VLAN tags are not in it.
type key struct {
	src, dst     [16]byte
	sport, dport uint16 // 0 where the protocol has none, or they could not be read
	ethertype    uint16
	vlan         uint16 // 12 bits of the innermost tag, 0 if untagged
	proto        uint8
	kind         kind
}

// reversed returns the key of the other direction.
func (k *key) reversed() key {
	r := *k
	r.src, r.dst, r.sport, r.dport = k.dst, k.src, k.dport, k.sport
	return r
}

// isReverse reports whether k is the key of the other direction of j.
func (k *key) isReverse(j *key) bool {
	return k.sport == j.dport && k.dport == j.sport && k.src == j.dst && k.dst == j.src &&
		k.ethertype == j.ethertype && k.vlan == j.vlan && k.proto == j.proto && k.kind == j.kind
}

// hash mixes k under seed. Both directions have one hash: each end is mixed
// alone, and the two are added. The constants are wyhash's, for a seed of zeros.
func (k *key) hash(seed *packet.Seed) uint64 {
	rest := uint64(k.ethertype) | uint64(k.vlan)<<16 | uint64(k.proto)<<32 | uint64(k.kind)<<40
	ends := endHash(&k.src, k.sport, seed) + endHash(&k.dst, k.dport, seed)
	return mix(ends^seed[2]^0x8ebc6af09c88c6e3, rest^seed[3]^0x589965cc75374cc3)
}

func endHash(addr *[16]byte, port uint16, seed *packet.Seed) uint64 {
	le := binary.LittleEndian
	high := le.Uint64(addr[:]) ^ uint64(port)<<32
	return mix(high^seed[0]^0xa0761d6478bd642f, le.Uint64(addr[8:])^seed[1]^0xe7037ed1a0b428db)
}

// mix folds the 128-bit product, as wyhash does.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// addr returns an address as netip shows it, the zero Addr for a MAC address.
func (k *key) addr(a *[16]byte) netip.Addr {
	switch k.kind {
	case ipv4:
		return netip.AddrFrom4([4]byte(a[12:]))
	case ipv6:
		return netip.AddrFrom16(*a)
	}
	return netip.Addr{}
}
