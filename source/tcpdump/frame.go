package tcpdump

import (
	"encoding/binary"
	"net/netip"

	"onpath/packet"
	"onpath/tcp"
)

// Where a line does not tell: what most hosts send.
const (
	usualTTL = 64
	etherIP4 = 0x0800
	etherIP6 = 0x86dd
	etherTag = 0x8100
)

// frame builds the octets that a line tells of: link, IP and transport headers,
// with sums that hold. What was behind them is not there, as if it had not been
// captured.
type frame struct {
	octets []byte
	wire   uint32
	link   packet.LinkType
	text   packet.Text
	real   bool // the octets are those of a hex dump
	ip     int  // where the IP header begins
}

// told returns what is true of the frame; nil if all is.
func (f *frame) told() *packet.Text {
	if f.real {
		return nil
	}
	return &f.text
}

// dumped makes a frame of a hex dump whose IP header begins at ip. What the capture
// cut off, that header counts.
func (f *frame) dumped(octets []byte, ip int) {
	f.octets, f.real = append(f.octets[:0], octets...), true
	f.link = packet.LinkRaw
	if ip > 0 {
		f.link = packet.LinkEthernet
	}
	total := 40 + uint32(binary.BigEndian.Uint16(octets[ip+4:]))
	if octets[ip]>>4 == 4 {
		total = uint32(binary.BigEndian.Uint16(octets[ip+2:]))
	}
	f.wire = max(uint32(len(octets)), uint32(ip)+total)
}

// begin begins a frame with its link header: Ethernet if the line has one, else
// none.
func (f *frame) begin(l *linkSaid, v6 bool) {
	f.octets, f.link, f.real = f.octets[:0], packet.LinkRaw, false
	f.text = packet.Text{}
	if l.has || len(l.vlans) > 0 {
		f.link = packet.LinkEthernet
		f.octets = append(append(f.octets, l.dst[:]...), l.src[:]...)
		for _, id := range l.vlans {
			f.octets = binary.BigEndian.AppendUint16(f.octets, etherTag)
			f.octets = binary.BigEndian.AppendUint16(f.octets, id)
		}
		kind := uint16(etherIP4)
		if v6 {
			kind = etherIP6
		}
		f.octets = binary.BigEndian.AppendUint16(f.octets, kind)
	}
	f.ip = len(f.octets)
}

// header appends the IP header of a datagram with payload octets behind it. A
// length that does not fit is 0, as the kernels have it for segments that their
// card was to cut.
func (f *frame) header(i *ipSaid, src, dst netip.Addr, proto uint8, payload uint32) {
	ttl := uint8(usualTTL)
	if i.hasTTL {
		ttl = i.ttl
	}
	if src.Is6() {
		f.header6(i.tos, ttl, src, dst, proto, payload)
		return
	}
	f.wire = uint32(f.ip) + 20 + payload
	h := append(f.octets, 0x45, i.tos, 0, 0, 0, 0, 0, 0, ttl, proto, 0, 0)
	a, b := src.As4(), dst.As4()
	h = append(append(h, a[:]...), b[:]...)
	f.octets = h
	h = h[f.ip:]
	if 20+payload < 1<<16 {
		binary.BigEndian.PutUint16(h[2:], uint16(20+payload))
	}
	binary.BigEndian.PutUint16(h[4:], i.id)
	if i.df || !i.hasFlags {
		h[6] = 0x40
	}
	binary.BigEndian.PutUint16(h[10:], ^fold(sum(0, h)))
}

func (f *frame) header6(class, hops uint8, src, dst netip.Addr, proto uint8, payload uint32) {
	f.wire = uint32(f.ip) + 40 + payload
	length := payload
	if length >= 1<<16 {
		length = 0
	}
	a, b := src.As16(), dst.As16()
	f.octets = append(f.octets, 0x60|class>>4, class<<4, 0, 0, byte(length>>8), byte(length), proto, hops)
	f.octets = append(append(f.octets, a[:]...), b[:]...)
}

// tcp builds a whole frame of a segment.
func (f *frame) tcp(l *linkSaid, i *ipSaid, src, dst netip.AddrPort, s *segment) {
	v6 := src.Addr().Is6()
	f.begin(l, v6)
	header := s.headerLen(i, v6)
	f.header(i, src.Addr(), dst.Addr(), packet.ProtoTCP, uint32(header)+s.length)
	at := len(f.octets)
	f.octets = binary.BigEndian.AppendUint16(f.octets, src.Port())
	f.octets = binary.BigEndian.AppendUint16(f.octets, dst.Port())
	f.octets = binary.BigEndian.AppendUint32(f.octets, s.seq)
	f.octets = binary.BigEndian.AppendUint32(f.octets, s.ack)
	f.octets = binary.BigEndian.AppendUint16(f.octets, uint16(header/4)<<12|uint16(s.flags))
	f.octets = binary.BigEndian.AppendUint16(f.octets, s.win)
	f.octets = append(f.octets, byte(s.sum>>8), byte(s.sum), byte(s.urg>>8), byte(s.urg))
	f.octets = append(f.octets, s.options.octets...)
	for !s.options.cut && len(f.octets)-at < header {
		f.octets = append(f.octets, byte(tcp.KindEOL))
	}
	f.seal(at, i, s, pseudo(src.Addr(), dst.Addr(), packet.ProtoTCP, uint32(header)+s.length))
}

// headerLen returns the octets of the TCP header: what the IP header's length
// leaves for it, if that can be, else what the options need.
func (s *segment) headerLen(i *ipSaid, v6 bool) int {
	least := tcp.MinHeader + (len(s.options.octets)+3)&^3
	if s.options.cut {
		least = min(least+4, tcp.MinHeader+room)
	}
	ip := uint32(20)
	if v6 {
		ip = 40
	}
	told := int(i.total) - int(ip) - int(s.length)
	if told >= least && told <= tcp.MinHeader+room && told%4 == 0 && told-least < 8 {
		return told
	}
	return least
}

// pseudo adds up the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
func pseudo(src, dst netip.Addr, proto uint8, length uint32) uint32 {
	return sum(sum(uint32(proto)+length>>16+length&0xffff, src.AsSlice()), dst.AsSlice())
}

// seal sets the checksum of the segment at, as if its payload were zeros, unless
// the text has it; and notes what the text says of it.
func (f *frame) seal(at int, i *ipSaid, s *segment, start uint32) {
	if !s.hasSum {
		binary.BigEndian.PutUint16(f.octets[at+16:], ^fold(sum(start, f.octets[at:])))
	}
	said := s.said
	if said == tcp.SumBad && s.hasSum && s.sum == fold(start) {
		said = tcp.SumPartial
	}
	f.text = packet.Text{TTL: i.hasTTL, ID: i.hasID, Sum: said}
}

// sum adds the 16-bit words of b (RFC 1071). b has at most 60 octets.
func sum(n uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		n += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		n += uint32(b[0]) << 8
	}
	return n
}

func fold(n uint32) uint16 {
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	return uint16(n)
}

// datagram builds the frame of a UDP datagram or of an ICMP echo.
func (f *frame) datagram(l *line, src, dst netip.AddrPort) {
	d := &l.datagram
	v6 := src.Addr().Is6()
	f.begin(&l.link, v6)
	f.text = packet.Text{TTL: l.ip.hasTTL, ID: l.ip.hasID}
	if d.echo {
		kind, proto := echoType(d.reply, v6)
		f.header(&l.ip, src.Addr(), dst.Addr(), proto, d.length)
		at := len(f.octets)
		f.octets = append(f.octets, kind, 0, 0, 0, byte(d.id>>8), byte(d.id), byte(d.seq>>8), byte(d.seq))
		start := uint32(0)
		if v6 {
			start = pseudo(src.Addr(), dst.Addr(), proto, d.length)
		}
		binary.BigEndian.PutUint16(f.octets[at+2:], ^fold(sum(start, f.octets[at:])))
		return
	}
	f.header(&l.ip, src.Addr(), dst.Addr(), packet.ProtoUDP, 8+d.length)
	f.octets = binary.BigEndian.AppendUint16(f.octets, src.Port())
	f.octets = binary.BigEndian.AppendUint16(f.octets, dst.Port())
	f.octets = binary.BigEndian.AppendUint16(f.octets, uint16(8+d.length))
	f.octets = append(f.octets, 0, 0) // no checksum
}

// echoType returns the type of the message and the protocol (RFC 792, RFC 4443 §4).
func echoType(reply, v6 bool) (kind, proto uint8) {
	switch {
	case v6 && reply:
		return 129, packet.ProtoICMPv6
	case v6:
		return 128, packet.ProtoICMPv6
	case reply:
		return 0, packet.ProtoICMP
	}
	return 8, packet.ProtoICMP
}
