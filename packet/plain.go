package packet

import (
	"encoding/binary"

	"onpath/tcp"
)

// Where things stand in a plain frame.
const (
	plainIP  = 14
	plainTCP = plainIP + 20
	plainMin = plainTCP + tcp.MinHeader
)

// plain reads what most frames are. It reports whether f is that. It only saves time:
// walk makes the same View of the same frame.
func (d *Decoder) plain(f *Frame, v *View) bool {
	ip, total, n := plainFrame(f)
	if n == 0 {
		return false
	}
	v.setPlain(ip, total, n)
	if d.checksums {
		v.IPSum, v.L4Sum = plainSums(ip, total)
		v.Seg.Sum = v.L4Sum
	}
	return true
}

// plainFrame returns what f holds if it is plain: Ethernet II, IPv4 without options, a
// whole datagram of total octets, TCP whose header of n octets was captured whole. n is 0
// if it is not.
func plainFrame(f *Frame) (ip []byte, total, n int) {
	const ethertypeAndVersion = typeIPv4<<8 | 0x45
	b := f.Data
	if f.Link != LinkEthernet || len(b) < plainMin || binary.BigEndian.Uint32(b[12:])>>8 != ethertypeAndVersion {
		return nil, 0, 0
	}
	if b[plainIP+9] != ProtoTCP || binary.BigEndian.Uint16(b[plainIP+6:])&0x3fff != 0 {
		return nil, 0, 0
	}
	total, n = int(binary.BigEndian.Uint16(b[plainIP+2:])), int(b[plainTCP+12]>>4)*4
	ip = b[plainIP:]
	if total < len(ip) {
		ip = ip[:total]
	}
	if n < tcp.MinHeader || len(ip) < 20+n || total < len(ip) {
		return nil, 0, 0
	}
	return ip, total, n
}

// setPlain fills v from the captured octets of a plain datagram with a TCP header
// of n octets.
func (v *View) setPlain(ip []byte, total, n int) {
	l4 := ip[20:]
	h := tcp.Header(l4[:n:n])
	k := &v.Key
	v.FromB = k.ends4(ip[12:20], h.SrcPort(), h.DstPort())
	k.ID, k.VLAN, k.Net, k.Proto, k.V6 = 0, 0, 0, ProtoTCP, false
	v.Depth, v.IPSum, v.L4Sum = 1, tcp.SumUnknown, tcp.SumUnknown
	v.Fragment, v.Fragments, v.Overlap, v.Differ = nil, 0, false, false
	v.IPLen, v.L4Len = uint32(total), uint32(total-20-n)
	v.IP, v.L4, v.TCP, v.Payload = ip, l4, h, l4[n:]
	s := &v.Seg
	s.Read(h, v.L4Len)
	s.At, s.IPID, s.TTL, s.ECN = v.At, binary.BigEndian.Uint16(ip[4:]), ip[8], ip[1]&3
	s.Dir, s.Sum = tcp.Client, tcp.SumUnknown
	v.keepOuter()
}
