package packet

import (
	"bytes"
	"encoding/binary"
)

// Frames for tests are written inside out: each function here puts one header
// before what it is given.

type be []byte

func (b be) u8(v uint8) be   { return append(b, v) }
func (b be) u16(v uint16) be { return binary.BigEndian.AppendUint16(b, v) }
func (b be) u32(v uint32) be { return binary.BigEndian.AppendUint32(b, v) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var (
	hostA  = [4]byte{10, 0, 0, 1}
	hostB  = [4]byte{10, 0, 0, 2}
	host6A = host6(1)
	host6B = host6(2)
)

// hostN spreads addresses so that which of two is lower alternates.
func hostN(i int) [4]byte { return [4]byte{10, byte(i * 37), byte(i * 11), byte(i)} }

func host6(i int) [16]byte { return [16]byte{0x20, 1, 0xd, 0xb8, 15: byte(i)} }

var macs = []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}

func ether(t uint16, rest ...[]byte) []byte { return join(macs, be{}.u16(t), join(rest...)) }

// tag is a VLAN tag behind its TPID.
func tag(id, t uint16, rest ...[]byte) []byte { return join(be{}.u16(id).u16(t), join(rest...)) }

func snap(t uint16, rest ...[]byte) []byte {
	return join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be{}.u16(t), join(rest...))
}

// ip4 is a header of 20 octets with a good checksum.
func ip4(src, dst [4]byte, proto uint8, rest ...[]byte) []byte {
	return ip4Fragment(src, dst, proto, 0, rest...)
}

func ip4Fragment(src, dst [4]byte, proto uint8, fragment uint16, rest ...[]byte) []byte {
	body := join(rest...)
	h := be{0x45, 3}.u16(uint16(20 + len(body))).u16(0x1234).u16(fragment).u8(64).u8(proto).u16(0)
	h = append(append(h, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(h[10:], ^onesSum(h))
	return join(h, body)
}

func ip6(src, dst [16]byte, next uint8, rest ...[]byte) []byte {
	body := join(rest...)
	return join(be{0x60, 0, 0, 0}.u16(uint16(len(body))).u8(next).u8(64), src[:], dst[:], body)
}

// timestamps are the option of RFC 7323 as its appendix A lays it out.
var timestamps = []byte{1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 8}

// segment is a TCP segment with a checksum of 0.
func segment(src, dst uint16, payload string) []byte {
	return tcpOptions(src, dst, []byte(payload), nil)
}

func tcpOptions(src, dst uint16, payload, options []byte) []byte {
	h := be{}.u16(src).u16(dst).u32(1000).u32(2000).u8(byte(20+len(options)) << 2).u8(0x18).u16(512).u16(0).u16(0)
	return join(h, options, payload)
}

func udp(src, dst uint16, rest ...[]byte) []byte {
	body := join(rest...)
	return join(be{}.u16(src).u16(dst).u16(uint16(8+len(body))).u16(0), body)
}

func vxlanHeader(vni uint32) []byte { return be{8, 0, 0, 0}.u32(vni << 8) }

// web is what most frames in the tests carry in the end: TCP from hostA:1000 to
// hostB:80 with the payload "GET".
func web() []byte { return ip4(hostA, hostB, ProtoTCP, segment(1000, 80, "GET")) }

func web6() []byte { return ip6(host6A, host6B, ProtoTCP, segment(1000, 80, "GET")) }

func label(n uint32, bottom bool) []byte {
	entry := n<<12 | 64
	if bottom {
		entry |= mplsBottom
	}
	return be{}.u32(entry)
}

// wifi is a header of 24 octets: frame control, duration, three addresses,
// sequence control.
func wifi(type_, flags byte, rest ...[]byte) []byte {
	return join([]byte{type_, flags, 0, 0}, macs, macs[:6], []byte{0x10, 0}, join(rest...))
}

func withOptions4(ip []byte, options ...byte) []byte {
	out := join(ip[:20], options, ip[20:])
	out[0] += byte(len(options) / 4)
	binary.BigEndian.PutUint16(out[2:], uint16(len(out)))
	return out
}

func withLength4(ip []byte, length uint16) []byte {
	binary.BigEndian.PutUint16(ip[2:], length)
	return ip
}

func withLength6(ip []byte, length uint16) []byte {
	binary.BigEndian.PutUint16(ip[4:], length)
	return ip
}

// ah has 12 octets of integrity check value.
func ah(next uint8) []byte { return join([]byte{next, 4, 0, 0}, make([]byte, 20)) }

// extension is any extension header of 8 octets; as a fragment header it is
// that of a whole datagram.
func extension(next uint8) []byte { return []byte{next, 0, 0, 0, 0, 0, 0, 0} }

// nested is n IP headers one in another.
func nested(n int) []byte {
	packet := web()
	for range n - 1 {
		packet = ip4(hostA, hostB, ProtoIPv4, packet)
	}
	return packet
}

var host6C = host6(3)

// summed6 sets the checksum of a TCP segment.
func summed6(src, dst [16]byte, l4 []byte) []byte {
	sum := bigFold(pseudoSum(&src, &dst, true, ProtoTCP, uint32(len(l4))))
	binary.BigEndian.PutUint16(l4[16:], ^fold(uint64(onesSum(l4))+uint64(sum)))
	return l4
}
