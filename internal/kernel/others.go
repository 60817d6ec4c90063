package kernel

import (
	"fmt"
	"net/netip"
)

// other makes a packet that is not a segment of a talk.
func (s *stage) other() *Packet {
	kinds := [...]func() *Packet{s.complaint, s.query, s.call, s.stranger, s.multicast, s.damaged}
	if s.plan.Aged { // the oracle does not age what the others belong to
		return s.query()
	}
	return kinds[s.weighted([]int{40, 20, 20, 5, 3, 4})]()
}

// plain is the packet of IP octets that a scenario cannot say.
func plain(from, to netip.Addr, ip []byte) *Packet {
	return &Packet{IP: ip, from: netip.AddrPortFrom(from, 1), to: netip.AddrPortFrom(to, 1)}
}

// errors4 and errors6 are kinds of ICMP errors: type, code.
var (
	errors4 = [...][2]uint8{{3, 0}, {3, 1}, {3, 3}, {3, 4}, {4, 0}, {5, 1}, {11, 0}, {11, 1}, {12, 0}}
	errors6 = [...][2]uint8{{1, 0}, {1, 4}, {2, 0}, {3, 0}, {4, 1}, {100, 0}, {127, 0}, {redirect, 0}}
)

// complaint makes an ICMP error about a packet that passed, by a router; or one
// that is wrong in some way.
func (s *stage) complaint() *Packet {
	if len(s.made) == 0 {
		return s.query()
	}
	about := s.made[max(0, len(s.made)-1-s.IntN(12))]
	if v6 := about.IP[0]>>4 == 6; v6 != s.plan.V6 || len(about.IP) < 28 {
		return s.query()
	}
	router, kind, quote := netip.MustParseAddr("10.9.9.9"), errors4[s.IntN(len(errors4))], about.IP[:28]
	if s.plan.V6 {
		router, kind, quote = netip.MustParseAddr("fd00::9"), errors6[s.IntN(len(errors6))], about.IP[:min(len(about.IP), 1232)]
	}
	if kind[0] == redirect {
		return s.redirect(about, router, quote)
	}
	if s.chance(60) {
		p := plain(router, about.from.Addr(), icmp(router, about.from.Addr(), kind[0], kind[1], 0, quote, false))
		p.words, p.quotes = fmt.Sprintf("ICMP %d/%d", kind[0], kind[1]), about
		return p
	}
	return s.wrongComplaint(about, router, kind, quote)
}

// redirect is ICMPv6's: it quotes a packet in an option behind two addresses
// (RFC 4861 §4.5), or has none, or one that is wrong.
const redirect = 137

// redirect tells the sender of a packet about a better way.
func (s *stage) redirect(about *Packet, router netip.Addr, quote []byte) *Packet {
	body := append(router.AsSlice(), about.to.Addr().AsSlice()...)
	if s.chance(30) { // another option first
		body = append(body, 2, 1, 2, 0, 0, 0, 0, 1)
	}
	option := append([]byte{4, byte(1 + len(quote)/8), 0, 0, 0, 0, 0, 0}, quote[:len(quote)/8*8]...)
	switch s.IntN(6) {
	case 0:
		option[s.IntN(2)] ^= 1 << s.IntN(4)
	case 1:
		option = option[:s.IntN(len(option))]
	}
	to := about.from.Addr()
	if s.chance(15) {
		to = s.host()
	}
	if s.chance(85) { // as it must be: from the link, and never forwarded
		router = netip.MustParseAddr("fe80::9")
	}
	ip := icmp(router, to, redirect, 0, 0, append(body, option...), false)
	if s.chance(85) {
		ip[7] = 255
	}
	return plain(router, to, ip)
}

// wrongComplaint goes to somebody else, or quotes too little, or something else.
func (s *stage) wrongComplaint(about *Packet, router netip.Addr, kind [2]uint8, quote []byte) *Packet {
	to, wrong := about.from.Addr(), false
	quote = append([]byte{}, quote...)
	switch s.IntN(8) {
	case 0:
		to = about.to.Addr()
	case 1:
		to = s.host()
	case 2:
		quote = quote[:s.short(s.IntN(len(quote)))]
	case 3:
		quote = quote[:s.short(min(len(quote), one(s.dice, 20, 23, 24, 27, 40, 43, 44, 47, 48)))]
	case 4:
		quote = append([]byte{}, about.IP...)
	case 5:
		at := 1 + s.IntN(len(quote)-1)
		quote[at] ^= 1 << s.IntN(8)
	case 6:
		wrong = true
	case 7:
		router = about.to.Addr() // the addressee itself
	}
	return plain(router, to, icmp(router, to, kind[0], kind[1], 0, quote, wrong))
}

// short returns n, but for lengths of quotes that the oracle cannot ask about: 28 to
// 39 octets of IPv6.
func (s *stage) short(n int) int {
	if s.plan.V6 && n >= 28 && n < 40 {
		return 27
	}
	return n
}

// queries4 and queries6 are ICMP types: what opens a pseudo-connection and what
// answers it, what does not, what is not tracked, and what nobody has assigned.
var (
	queries4 = [...]uint8{8, 8, 8, 0, 0, 0, 13, 14, 15, 16, 17, 18, 9, 10, 1, 19, 30, 42, 200}
	queries6 = [...]uint8{128, 128, 128, 129, 129, 129, 139, 140, 130, 131, 132, 133, 134, 135, 136, 137, 143, 144, 148, 200}
)

// query makes an ICMP message that is no error.
func (s *stage) query() *Packet {
	from, to := s.two()
	kind := queries4[s.IntN(len(queries4))]
	if s.plan.V6 {
		kind = queries6[s.IntN(len(queries6))]
	}
	code := uint8(0)
	if s.chance(10) {
		code = 1
	}
	id := uint32(1+s.IntN(2)) << 16
	return plain(from, to, icmp(from, to, kind, code, id, filling(s.IntN(20)), s.chance(5)))
}

// two returns two hosts, who differ.
func (s *stage) two() (from, to netip.Addr) {
	from, to = s.host(), s.host()
	for from == to {
		to = s.host()
	}
	return from, to
}

// call makes a UDP datagram between few ends, mostly well formed.
func (s *stage) call() *Packet {
	from, to := s.two()
	ports := [2]uint16{5000, 53}
	if s.chance(50) {
		ports = [2]uint16{53, 5000}
	}
	a, b := netip.AddrPortFrom(from, ports[0]), netip.AddrPortFrom(to, ports[1])
	ip := udp(a, b, filling(s.IntN(40)), s.chance(80), s.chance(6))
	if s.chance(8) { // a length field that is not that of the datagram
		be.PutUint16(behind(ip)[4:], one[uint16](s.dice, 0, 7, 8, 9, 400))
	}
	return plain(from, to, ip)
}

// behind is what stands behind the IP header.
func behind(ip []byte) []byte {
	if ip[0]>>4 == 6 {
		return ip[40:]
	}
	return ip[20:]
}

// stranger makes a packet of a protocol that the kernel does not know, or not in
// this version of IP; or of GRE, which has no ports either.
func (s *stage) stranger() *Packet {
	from, to := s.two()
	proto := one[uint8](s.dice, 99, 99, 89, 103, protoGRE, protoICMPv6)
	if s.plan.V6 && proto == protoICMPv6 {
		proto = protoICMP
	}
	return plain(from, to, datagram(from, to, proto, filling(s.IntN(12))))
}

// multicast makes a datagram to a group, which is not forwarded here.
func (s *stage) multicast() *Packet {
	from, to := s.host(), netip.MustParseAddr("239.1.1.1")
	if s.plan.V6 {
		to = netip.MustParseAddr("ff0e::1")
	}
	return plain(from, to, udp(netip.AddrPortFrom(from, 5353), netip.AddrPortFrom(to, 5353), filling(4), true, false))
}

// damaged makes a segment whose IP header is wrong, or unusual, or that is cut.
func (s *stage) damaged() *Packet {
	t := newTalk(s.dice, netip.AddrPortFrom(s.host(), 40002), netip.AddrPortFrom(s.host(), 80))
	g, _ := t.say(s.dice)
	ip := g.octets()
	l4 := behind(ip)
	from, to := g.from.Addr(), g.to.Addr()
	switch s.IntN(3) {
	case 0: // fewer octets than a header has
		ip = datagram(from, to, s.short4(), l4[:s.IntN(20)])
	case 1:
		if !s.plan.V6 && !s.plan.Unsummed {
			ip[10] ^= 0x55
		}
	case 2:
		ip = s.unusual(ip)
	}
	return plain(from, to, ip)
}

// short4 is a protocol whose header is to be cut.
func (s *stage) short4() uint8 {
	icmp := uint8(protoICMP)
	if s.plan.V6 {
		icmp = protoICMPv6
	}
	return one[uint8](s.dice, protoTCP, protoUDP, icmp)
}

// unusual gives the datagram ip an IP option of no-operations, or a header to pass
// over.
func (s *stage) unusual(ip []byte) []byte {
	if s.plan.V6 {
		h := append([]byte{}, ip[:40]...)
		next := h[6]
		h[6] = 60 // destination options
		be.PutUint16(h[4:], uint16(len(ip)-40+8))
		return append(append(h, next, 0, 1, 4, 0, 0, 0, 0), ip[40:]...)
	}
	h := append(append([]byte{}, ip[:20]...), 1, 1, 1, 0)
	h[0], h[10], h[11] = 0x46, 0, 0
	be.PutUint16(h[2:], uint16(len(ip)+4))
	be.PutUint16(h[10:], fold(add(0, h)))
	return append(h, ip[20:]...)
}
