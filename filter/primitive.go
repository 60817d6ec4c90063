package filter

// direction says which of two fields is compared.
type direction uint8

const (
	anyEnd direction = iota
	srcEnd
	dstEnd
	bothEnds
)

// pick joins what is asked of the source and of the destination.
func (d direction) pick(src, dst *formula) *formula {
	switch d {
	case srcEnd:
		return src
	case dstEnd:
		return dst
	case bothEnds:
		return and(src, dst)
	}
	return or(src, dst)
}

// Where fields lie in the network headers (RFC 791, RFC 8200, RFC 826), in octets.
const (
	ip4Fragment = 6
	ip4Proto    = 9
	ip4Src      = 12
	ip4Dst      = 16
	ip6Next     = 6
	ip6Src      = 8
	ip6Dst      = 24
	ip6Len      = 40
	arpSrc      = 14
	arpDst      = 24
)

// Protocols of IP (IANA) that the language names by themselves.
const (
	protoICMP     = 1
	protoTCP      = 6
	protoUDP      = 17
	protoFragment = 44
	protoICMPv6   = 58
	protoSCTP     = 132
)

// host4 tests addresses of IPv4, in IPv4, ARP and RARP or one of them.
func (g *generator) host4(t token, dir direction, ethertype, addr, mask uint32) *formula {
	asked := func(n uint32) bool { return ethertype == n || ethertype == 0 && (g.labels == 0 || n == typeIPv4) }
	ends := func(src, dst uint32) *formula {
		return dir.pick(masked(g.net+src, 4, mask, addr), masked(g.net+dst, 4, mask, addr))
	}
	ip, arp := never, never
	if asked(typeIPv4) {
		ip = g.carries(t, typeIPv4)
	}
	for _, n := range []uint32{typeARP, typeRARP} {
		if asked(n) {
			arp = or(arp, g.carries(t, n))
		}
	}
	return or(and(ip, ends(ip4Src, ip4Dst)), and(arp, ends(arpSrc, arpDst)))
}

// host6 tests addresses of IPv6.
func (g *generator) host6(t token, dir direction, addr, mask [4]uint32) *formula {
	src, dst := always, always
	for i := range addr {
		at := g.net + uint32(4*i)
		src = and(src, masked(at+ip6Src, 4, mask[i], addr[i]))
		dst = and(dst, masked(at+ip6Dst, 4, mask[i], addr[i]))
	}
	return and(g.carries(t, typeIPv6), dir.pick(src, dst))
}

// proto tests the protocol that an IP header names, or of IPv6 a fragment header behind
// it; other headers are not followed.
func (g *generator) proto(t token, ethertype, proto uint32) *formula {
	var f4, f6 = never, never
	if ethertype != typeIPv6 {
		f4 = and(g.carries(t, typeIPv4), equal(g.net+ip4Proto, 1, proto))
	}
	if ethertype != typeIPv4 {
		next := g.net + ip6Next
		fragment := and(equal(next, 1, protoFragment), equal(g.net+ip6Len, 1, proto))
		f6 = and(g.carries(t, typeIPv6), or(equal(next, 1, proto), fragment))
	}
	return or(f4, f6)
}

// first tests that an IPv4 packet is no later fragment.
func (g *generator) first() *formula {
	return not(compare(g.net+ip4Fragment, 2, jmpSet, 0x1fff))
}

// port tests ports from lo to hi of some protocols: behind the header of IPv4, in first
// fragments; and where they lie if IPv6 has no extension headers.
func (g *generator) port(t token, dir direction, protos []uint32, lo, hi uint32) *formula {
	p4, p6 := never, never
	for _, p := range protos {
		p4, p6 = or(p4, equal(g.net+ip4Proto, 1, p)), or(p6, equal(g.net+ip6Next, 1, p))
	}
	in := func(at func(jump uint16, k uint32) *formula) *formula {
		if lo == hi {
			return at(jmpEQ, lo)
		}
		return and(at(jmpGE, lo), not(at(jmpGT, hi)))
	}
	ip4 := func(at uint32) *formula {
		return in(func(jump uint16, k uint32) *formula { return behind(g.net, at, jump, k) })
	}
	ip6 := func(at uint32) *formula {
		return in(func(jump uint16, k uint32) *formula { return compare(g.net+ip6Len+at, 2, jump, k) })
	}
	return or(
		and(g.carries(t, typeIPv6), p6, dir.pick(ip6(0), ip6(2))),
		and(g.carries(t, typeIPv4), p4, g.first(), dir.pick(ip4(0), ip4(2))))
}

// ether tests addresses of the link, the later octets first, as tcpdump does: of a frame
// that ends between them something is known.
func (g *generator) ether(t token, dir direction, mac uint64) *formula {
	if g.kind != kindEthernet {
		return g.fail(t, "frames of %s have no Ethernet addresses", g.name)
	}
	at := func(at uint32) *formula {
		return and(equal(g.link+at+2, 4, uint32(mac)), equal(g.link+at, 2, uint32(mac>>32)))
	}
	return dir.pick(at(6), at(0))
}

// broadcastMAC is the address that everybody listens to.
const broadcastMAC = 1<<48 - 1

// broadcast tests for frames, or for packets of IPv4, to everybody. No capture tells the
// mask of its network: of IPv4 it means 0.0.0.0 and 255.255.255.255.
func (g *generator) broadcast(t token, ethertype uint32) *formula {
	if ethertype == 0 {
		return g.ether(t, dstEnd, broadcastMAC)
	}
	dst := g.net + ip4Dst
	return and(g.carries(t, typeIPv4), or(equal(dst, 4, 0), equal(dst, 4, ^uint32(0))))
}

// multicast tests for frames, or for packets, to a group.
func (g *generator) multicast(t token, ethertype uint32) *formula {
	switch {
	case ethertype == typeIPv4:
		return and(g.carries(t, typeIPv4), compare(g.net+ip4Dst, 1, jmpGE, 224))
	case ethertype == typeIPv6:
		return and(g.carries(t, typeIPv6), equal(g.net+ip6Dst, 1, 255))
	case g.kind != kindEthernet:
		return g.fail(t, "frames of %s have no Ethernet addresses", g.name)
	}
	return compare(g.link, 1, jmpSet, 1)
}
