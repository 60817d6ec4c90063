package segtext

import (
	"encoding/binary"

	"onpath/tcp"
)

// Where things stand in a frame.
const (
	frameIP  = 14
	frameTCP = frameIP + 20
)

// The ends of a conversation in frames: 192.0.2.1:40000 and 198.51.100.2:80.
var (
	addresses = [2][4]byte{{192, 0, 2, 1}, {198, 51, 100, 2}}
	ports     = [2]uint16{40000, 80}
)

// text tells of an octet where in the stream it stands.
const text = "onpath sees what passes, and nothing else. "

// Frame returns the line as an Ethernet frame: IPv4, TCP, and its payload, whose
// octets are the same whenever the same sequence numbers are sent, unless Data
// says otherwise. It is as long as on the wire; Cut is for who captures it.
func (l *Line) Frame() []byte {
	if l.ICMP != 0 {
		return l.quote()
	}
	header := l.header()
	f := make([]byte, frameTCP, frameTCP+len(header)+int(l.Len))
	f = append(append(f, header...), l.payload()...)
	copy(f, []byte{2, 0, 0, 0, 0, 2 - byte(l.Dir), 2, 0, 0, 0, 0, 1 + byte(l.Dir), 8, 0})
	l.ip(f[frameIP:])
	l.checksum(f[frameIP:])
	return f
}

// ip fills the IPv4 header in front of b.
func (l *Line) ip(b []byte) {
	be := binary.BigEndian
	b[0], b[1], b[8], b[9] = 0x45, l.ECN, l.TTL, 6
	if l.TTL == 0 {
		b[8] = 64
	}
	be.PutUint16(b[2:], uint16(len(b)))
	be.PutUint16(b[4:], l.IPID)
	be.PutUint16(b[6:], 0x4000)
	copy(b[12:], addresses[l.Dir][:])
	copy(b[16:], addresses[l.Dir^1][:])
	be.PutUint16(b[10:], ^fold(add(0, b[:20])))
}

// header returns the TCP header, its checksum missing.
func (l *Line) header() []byte {
	be := binary.BigEndian
	h := make([]byte, tcp.MinHeader, 60)
	be.PutUint16(h[0:], ports[l.Dir])
	be.PutUint16(h[2:], ports[l.Dir^1])
	be.PutUint32(h[4:], uint32(l.Seq))
	be.PutUint32(h[8:], uint32(l.Ack))
	be.PutUint16(h[14:], l.Win)
	be.PutUint16(h[18:], l.Urg)
	h = l.options(h)
	for len(h)%4 != 0 {
		h = append(h, 0)
	}
	be.PutUint16(h[12:], uint16(len(h)/4)<<12|uint16(l.Reserved)<<9|uint16(l.Flags))
	return h
}

// options appends the options that the segment has a value of, then Raw.
func (l *Line) options(h []byte) []byte {
	be, has := binary.BigEndian, func(o tcp.OptSet) bool { return l.Opts&o != 0 }
	if has(tcp.OptMSS) {
		h = be.AppendUint16(append(h, byte(tcp.KindMSS), 4), l.MSS)
	}
	if has(tcp.OptSACKOK) {
		h = append(h, byte(tcp.KindSACKOK), 2)
	}
	if has(tcp.OptTimestamp) {
		if l.Flags&tcp.SYN == 0 {
			h = append(h, byte(tcp.KindNOP), byte(tcp.KindNOP))
		}
		h = be.AppendUint32(be.AppendUint32(append(h, byte(tcp.KindTimestamp), 10), l.TSval), l.TSecr)
	}
	if has(tcp.OptWScale) {
		h = append(h, byte(tcp.KindNOP), byte(tcp.KindWScale), 3, l.WScale)
	}
	if has(tcp.OptSACK) {
		h = append(h, byte(tcp.KindNOP), byte(tcp.KindNOP), byte(tcp.KindSACK), 2+8*l.NumSACK)
		for _, b := range l.SACK[:l.NumSACK] {
			h = be.AppendUint32(be.AppendUint32(h, uint32(b[0])), uint32(b[1]))
		}
	}
	return append(h, l.Raw...)
}

// payload returns the octets that the segment carries.
func (l *Line) payload() []byte {
	b := make([]byte, l.Len)
	for i := range b {
		if l.Data != "" {
			b[i] = l.Data[i%len(l.Data)]
		} else {
			b[i] = text[(uint64(l.Segment.Data())+uint64(i))%uint64(len(text))]
		}
	}
	return b
}

// checksum sets TCP's checksum in the datagram b: right, wrong, or that of the
// pseudo-header alone, as the line says.
func (l *Line) checksum(b []byte) {
	sum := add(uint32(6+len(b)-20), b[12:20])
	if l.Sum == tcp.SumPartial {
		binary.BigEndian.PutUint16(b[20+16:], fold(sum))
		return
	}
	right := ^fold(add(sum, b[20:]))
	if l.Sum == tcp.SumBad {
		right ^= 0x5555
	}
	binary.BigEndian.PutUint16(b[20+16:], right)
}

// add sums b in words of 16 bits (RFC 1071).
func add(sum uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	return sum
}

func fold(sum uint32) uint16 {
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// router sends the ICMP errors; nextMTU is what it tells of the next hop.
var router = [4]byte{203, 0, 113, 1}

const nextMTU = 1400

// quote returns the frame of an ICMP error that quotes the headers of the line's
// segment, and goes back to its sender.
func (l *Line) quote() []byte {
	segment := *l
	segment.ICMP = 0
	quoted := segment.Frame()[frameIP : frameTCP+tcp.MinHeader]
	back := Line{Segment: tcp.Segment{Dir: l.Dir ^ 1}}
	f := back.Frame()[:frameTCP]
	f = append(f, byte(l.ICMP>>8), byte(l.ICMP), 0, 0, 0, 0, nextMTU>>8, nextMTU&0xff)
	f = append(f, quoted...)
	ip, be := f[frameIP:], binary.BigEndian
	be.PutUint16(ip[2:], uint16(len(ip)))
	ip[9] = 1
	copy(ip[12:], router[:])
	be.PutUint16(ip[10:], 0)
	be.PutUint16(ip[10:], ^fold(add(0, ip[:20])))
	be.PutUint16(ip[22:], ^fold(add(0, ip[20:])))
	return f
}
