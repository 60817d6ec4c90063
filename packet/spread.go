package packet

import "encoding/binary"

// Spread is a hash under seed of a connection's ends, by which packets are divided among
// several tables. It is the same in both directions, and for whatever carries the packets
// (Key.VLAN, Key.Net): so what an ICMP error quotes goes where the segment went.
func (k *Key) Spread(seed *Seed) uint32 {
	le := binary.LittleEndian
	h := mix(le.Uint64(k.A[8:])^seed[0]^salt[1], le.Uint64(k.B[8:])^seed[1]^salt[0])
	h = mix(h^uint64(k.APort)<<16^uint64(k.BPort), seed[2]^salt[2]^uint64(k.Proto))
	if k.V6 {
		h = mix(h^le.Uint64(k.A[:]), le.Uint64(k.B[:])^seed[3]^salt[3])
	}
	return uint32(h >> 32)
}

// PlainSpread is Key.Spread of what f holds, and its protocol, if it is what most frames are:
// TCP, or UDP that is no tunnel's, over IP over Ethernet, whole, without options of IP. Such
// a frame needs no Decoder that has seen others. Without a protocol f has to be decoded.
func PlainSpread(f *Frame, seed *Seed) (spread uint32, proto uint8) {
	if f.Text != nil {
		return 0, 0
	}
	be, k := binary.BigEndian, Key{}
	switch b, ethertype, _ := plainLink(f); ethertype {
	case typeIPv4:
		ip, _ := plainIPv4(b)
		if ip == nil {
			return 0, 0
		}
		k.Proto = ip[9]
		k.ends4(ip[12:20], be.Uint16(ip[20:]), be.Uint16(ip[22:]))
	case typeIPv6:
		ip, _ := plainIPv6(b)
		if ip == nil {
			return 0, 0
		}
		k.Proto, k.V6 = ip[6], true
		k.ends6(ip[8:40], be.Uint16(ip[40:]), be.Uint16(ip[42:]))
	default:
		return 0, 0
	}
	return k.Spread(seed), k.Proto
}
