package packet

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// IP protocol numbers that the packet path names (IANA "Protocol Numbers").
const (
	ProtoHopByHop = 0
	ProtoICMP     = 1
	ProtoIGMP     = 2
	ProtoIPv4     = 4
	ProtoTCP      = 6
	ProtoUDP      = 17
	ProtoIPv6     = 41
	ProtoRouting  = 43
	ProtoFragment = 44
	ProtoGRE      = 47
	ProtoESP      = 50
	ProtoAH       = 51
	ProtoICMPv6   = 58
	ProtoNoNext   = 59
	ProtoDestOpts = 60
	ProtoEtherIP  = 97
	ProtoL2TP     = 115
	ProtoSCTP     = 132
	ProtoMobility = 135
	ProtoUDPLite  = 136
	ProtoMPLS     = 137
	ProtoHIP      = 139
	ProtoShim6    = 140
	ProtoDCCP     = 33
)

// Key names a connection without direction: the end whose (address, port) is
// lower stands first, so both directions have one Key. It is plain memory of 48
// octets and can be compared with ==. The zero Key names nothing.
type Key struct {
	A, B         [16]byte // IPv4 as ::ffff:a.b.c.d
	APort, BPort uint16   // 0 where the protocol has none; ICMP: see ICMPPorts
	ID           uint16   // identifier of an ICMP query, 0 otherwise
	VLAN         uint16   // id of the innermost VLAN tag before the IP header, 0 if untagged
	Net          uint32   // NetVXLAN or NetGeneve with the VNI; 0 outside of both
	Proto        uint8    // IP protocol number
	V6           bool     // the addresses are IPv6
	//lint:ignore U1000 it is 0; a name lets == compare memory in one go
	pad [2]byte
}

// Equal is ==, in a third of the instructions: the compiler calls a function for that.
func (k *Key) Equal(o *Key) bool {
	return k.A == o.A && k.B == o.B && k.ports() == o.ports() && k.Net == o.Net && k.Proto == o.Proto && k.V6 == o.V6
}

// ports returns the fields that stand behind the addresses, which the compiler reads at once.
func (k *Key) ports() uint64 {
	return uint64(k.APort) | uint64(k.BPort)<<16 | uint64(k.ID)<<32 | uint64(k.VLAN)<<48
}

// Kinds of overlay networks in Key.Net, above the 24 bits of the VNI: the same
// addresses in two of them belong to two tenants.
const (
	NetVXLAN  uint32 = 1 << 24
	NetGeneve uint32 = 2 << 24
)

// AddrA returns the address of end A as netip shows it.
func (k *Key) AddrA() netip.Addr { return k.addr(k.A) }

// AddrB returns the address of end B as netip shows it.
func (k *Key) AddrB() netip.Addr { return k.addr(k.B) }

func (k *Key) addr(a [16]byte) netip.Addr {
	if k.V6 {
		return netip.AddrFrom16(a)
	}
	return netip.AddrFrom4([4]byte(a[12:]))
}

// order puts the lower end first and reports whether it had to swap, which is
// whether the sender is B. It is called once, with the sender as A.
func (k *Key) order() (fromB bool) {
	if !k.aAfterB() {
		return false
	}
	k.A, k.B = k.B, k.A
	k.APort, k.BPort = k.BPort, k.APort
	return true
}

func (k *Key) aAfterB() bool {
	a, b := binary.BigEndian.Uint64(k.A[8:]), binary.BigEndian.Uint64(k.B[8:])
	if k.V6 {
		ah, bh := binary.BigEndian.Uint64(k.A[:]), binary.BigEndian.Uint64(k.B[:])
		if ah != bh {
			return ah > bh
		}
	}
	if a != b {
		return a > b
	}
	return k.APort > k.BPort
}

// Seed keys Hash. Whoever runs a table draws it at random, so that nobody who
// chooses addresses and ports can make one chain long; no output depends on it.
type Seed [4]uint64

// Hash mixes the Key under seed. Both directions of a connection have one hash.
func (k *Key) Hash(seed *Seed) uint64 {
	le := binary.LittleEndian
	rest := uint64(k.Net) | uint64(k.Proto)<<32
	if k.V6 {
		rest |= 1 << 40
	}
	h := mix(le.Uint64(k.A[8:])^seed[0]^salt[0], le.Uint64(k.B[8:])^seed[1]^salt[1])
	h = mix(h^k.ports(), rest^seed[2]^salt[2])
	if k.V6 {
		h = mix(h^le.Uint64(k.A[:]), le.Uint64(k.B[:])^seed[3]^salt[3])
	}
	return h
}

// salt lets the zero Seed mix well, too: the first digits of π, in base 16.
var salt = Seed{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}

// mix folds the 128-bit product, as wyhash does.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
