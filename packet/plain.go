package packet

import (
	"encoding/binary"

	"onpath/tcp"
)

// Octets of the headers of plain frames: of Ethernet, and of IP and UDP, which are the
// least that there are.
const (
	plainEther = 14
	plainIP4   = 20 + 8
	plainIP6   = 40 + 8
)

// plainTags is how many VLAN tags a plain frame has at most.
const plainTags = 2

// plain reads what most frames are: Ethernet II with or without VLAN tags, IPv4 or IPv6
// without options, a whole TCP segment or UDP datagram that is no tunnel's. It reports
// whether f is that. It only saves time: walk makes the same View of the same frame.
func (d *Decoder) plain(f *Frame, v *View) bool {
	b, ethertype, vlan := plainLink(f)
	switch ethertype {
	case typeIPv4:
		ip, total := plainIPv4(b)
		if ip == nil {
			return false
		}
		v.plain4(ip, total, vlan)
	case typeIPv6:
		ip, total := plainIPv6(b)
		if ip == nil {
			return false
		}
		v.plain6(ip, total, vlan)
	default:
		return false
	}
	if d.checksums {
		v.plainSums()
	}
	return true
}

// plainLink returns what the Ethernet header of f, with few tags or none, says of what
// lies behind it: at least plainIP4 octets, and the id in the last tag. The type is 0 if
// it is not plain.
func plainLink(f *Frame) (ip []byte, ethertype, vlan uint16) {
	b, be := f.Data, binary.BigEndian
	if f.Link != LinkEthernet || len(b) < plainEther+plainIP4 {
		return nil, 0, 0
	}
	ethertype, ip = be.Uint16(b[12:]), b[plainEther:]
	for n := 0; ethertype == typeVLAN || ethertype == typeQinQ; n++ {
		if n == plainTags || len(ip) < 4+plainIP4 {
			return nil, 0, 0
		}
		ethertype, vlan, ip = be.Uint16(ip[2:]), be.Uint16(ip)&0xfff, ip[4:]
	}
	return ip, ethertype, vlan
}

// plainIPv4 returns what b, which has plainIP4 octets at least, holds of an IPv4 datagram of
// total octets. It is nil if that is not plain.
func plainIPv4(b []byte) (ip []byte, total uint32) {
	h, be := (*[plainIP4]byte)(b), binary.BigEndian
	total = uint32(be.Uint16(h[2:]))
	ip = b[:min(uint32(len(b)), total)]
	if h[0] != 0x45 || be.Uint16(h[6:])&0x3fff != 0 || !plainPayload(ip, 20, h[9]) {
		return nil, 0
	}
	return ip, total
}

// plainIPv6 is plainIPv4 for IPv6. Without a payload length it is not plain.
func plainIPv6(b []byte) (ip []byte, total uint32) {
	if len(b) < plainIP6 {
		return nil, 0
	}
	length := uint32(binary.BigEndian.Uint16(b[4:]))
	ip = b[:min(uint32(len(b)), 40+length)]
	if b[0]>>4 != 6 || length == 0 || !plainPayload(ip, 40, b[6]) {
		return nil, 0
	}
	return ip, 40 + length
}

// plainPayload reports whether what stands n octets behind the start of ip is plain: a
// header of TCP that was captured whole, or one of UDP whose ports are no tunnel's.
func plainPayload(ip []byte, n int, proto uint8) bool {
	be := binary.BigEndian
	if proto == ProtoTCP && len(ip) >= n+tcp.MinHeader {
		header := int(ip[n+12]>>4) * 4
		return header >= tcp.MinHeader && len(ip) >= n+header
	}
	if proto != ProtoUDP || len(ip) < n+8 {
		return false
	}
	src, dst := be.Uint16(ip[n:]), be.Uint16(ip[n+2:])
	return udpTunnels(src) == end && udpTunnels(dst) == end
}

// plain4 sets what a plain IPv4 datagram holds.
func (v *View) plain4(ip []byte, total uint32, vlan uint16) {
	h, be := (*[plainIP4]byte)(ip), binary.BigEndian
	v.FromB = v.Key.ends4(h[12:20], be.Uint16(h[20:]), be.Uint16(h[22:]))
	v.Key.label(vlan, h[9], false)
	v.setPlain(ip, 20, total)
	if h[9] != ProtoTCP {
		v.plainUDP(total - 20)
		return
	}
	v.plainTCP(total - 20)
	v.Seg.IPID, v.Seg.TTL, v.Seg.ECN = be.Uint16(h[4:]), h[8], h[1]&3
}

// plain6 is plain4 for IPv6.
func (v *View) plain6(ip []byte, total uint32, vlan uint16) {
	h, be := (*[plainIP6]byte)(ip), binary.BigEndian
	v.FromB = v.Key.ends6(h[8:40], be.Uint16(h[40:]), be.Uint16(h[42:]))
	v.Key.label(vlan, h[6], true)
	v.setPlain(ip, 40, total)
	if h[6] != ProtoTCP {
		v.plainUDP(total - 40)
		return
	}
	v.plainTCP(total - 40)
	v.Seg.IPID, v.Seg.TTL, v.Seg.ECN = 0, h[7], h[1]>>4&3
}

// label sets what is beside the ends in a Key, outside of overlay networks.
func (k *Key) label(vlan uint16, proto uint8, v6 bool) {
	k.ID, k.VLAN, k.Net, k.Proto, k.V6 = 0, vlan, 0, proto, v6
}

// setPlain sets what is so of a plain datagram of total octets, whose header has n.
func (v *View) setPlain(ip []byte, n int, total uint32) {
	v.Depth, v.IPSum, v.L4Sum = 1, tcp.SumUnknown, tcp.SumUnknown
	v.Fragment, v.Fragments, v.Overlap, v.Differ = nil, 0, false, false
	v.IP, v.L4, v.IPLen = ip, ip[n:], total
}

// plainTCP reads the TCP header in v.L4, which was captured whole, of a segment of so many
// octets.
func (v *View) plainTCP(length uint32) {
	b := v.L4
	n := int(b[12]>>4) * 4
	v.TCP, v.Payload, v.L4Len = tcp.Header(b[:n:n]), b[n:], length-uint32(n)
	s := &v.Seg
	s.Read(v.TCP, v.L4Len)
	s.At, s.Dir, s.Sum = v.At, tcp.Client, tcp.SumUnknown
}

// plainUDP reads the UDP header in v.L4, of a datagram of so many octets. A length that
// lies is ignored.
func (v *View) plainUDP(length uint32) {
	payload := v.L4[8:]
	length -= 8
	if n := uint32(binary.BigEndian.Uint16(v.L4[4:])); n >= 8 {
		length = min(length, n-8)
		payload = payload[:min(uint32(len(payload)), length)]
	}
	v.TCP, v.Payload, v.L4Len = nil, payload, length
	v.Seg = tcp.Segment{}
}
