package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// identifier reads what the qualifiers are for.
func (p *parser) identifier(q *qualifiers) condition {
	t := p.peek()
	if !t.word || isKeyword(t) {
		p.fail(t, "expected what "+q.kind+" is to be")
		return nil
	}
	p.at++
	switch q.kind {
	case "port", "portrange":
		return p.port(q, t)
	case "proto":
		return p.proto(q, t)
	}
	return p.host(q, t)
}

// port reads a port, or a range of them. A range may go backwards.
func (p *parser) port(q *qualifiers, t token) condition {
	protos := q.word.ports
	if q.proto.text == "" {
		protos = over(t.text)
	}
	lo, hi, why := ports(t.text, q.kind == "portrange")
	switch {
	case protos == nil:
		p.fail(q.proto, "it has no ports")
	case why != "":
		p.fail(t, why)
	case !slices.Contains(over(t.text), protos[0]):
		p.fail(t, "this service is not one of "+q.proto.text)
	}
	return func(g *generator) *formula { return g.port(t, q.dir, protos, min(lo, hi), max(lo, hi)) }
}

// over returns the protocols over which a service is looked for; a number is none.
func over(service string) []uint32 {
	service = strings.ToLower(service)
	switch {
	case onlyTCP[service]:
		return []uint32{protoTCP}
	case onlyUDP[service]:
		return []uint32{protoUDP}
	}
	return anyPorts
}

// ports reads one port, or if it may be a range two with a dash between, which names of
// services have too.
func ports(word string, isRange bool) (lo, hi uint32, why string) {
	if lo, why = port(word); why == "" {
		return lo, lo, ""
	}
	for i := range word {
		if !isRange || word[i] != '-' {
			continue
		}
		lo, low := port(word[:i])
		hi, high := port(word[i+1:])
		if low == "" && high == "" {
			return lo, hi, ""
		}
	}
	return 0, 0, why
}

// port reads a number or a name; why says what is wrong with it.
func port(word string) (n uint32, why string) {
	n, ok := number(word)
	if !ok {
		n, ok = service(word)
	}
	switch {
	case !ok:
		return 0, "this is no port, nor a service whose port is known here"
	case n > 1<<16-1:
		return 0, "ports go up to 65535"
	}
	return n, ""
}

// proto reads a protocol of IP, or behind ether one of the link.
func (p *parser) proto(q *qualifiers, t token) condition {
	names := ipProtos
	if q.word.link {
		names = etherProtos
	}
	n, ok := number(t.text)
	if !ok {
		n, ok = names[t.text]
	}
	switch w := q.word; {
	case !ok:
		p.fail(t, "this is no protocol that is known here")
	case q.dir != anyEnd:
		p.fail(t, "a protocol has no direction")
	case q.proto.text != "" && !w.link && w.ethertype != typeIPv4 && w.ethertype != typeIPv6:
		p.fail(q.proto, "proto stands alone or behind ip, ip6 or ether")
	}
	return func(g *generator) *formula {
		if q.word.link {
			return g.carries(t, n)
		}
		return g.proto(t, q.word.ethertype, n)
	}
}

// host reads an address, or a network.
func (p *parser) host(q *qualifiers, t token) condition {
	switch mac, ok := station(t.text); {
	case q.word.link && q.kind == "host" && ok:
		return func(g *generator) *formula { return g.ether(t, q.dir, mac) }
	case q.word.link:
		p.fail(t, "ether takes addresses of Ethernet")
	case q.proto.text != "" && q.word.ethertype == 0:
		p.fail(q.proto, "it has no addresses of its own; say "+q.proto.text+" and host …")
	case strings.Count(t.text, ":") > 1:
		return p.host6(q, t)
	}
	return p.host4(q, t)
}

// host6 reads an address of IPv6, with the length of a prefix or without.
func (p *parser) host6(q *qualifiers, t token) condition {
	a, err := netip.ParseAddr(t.text)
	_, isStation := station(t.text)
	switch {
	case err != nil && isStation:
		p.fail(t, "an address of Ethernet needs ether before it")
	case err != nil:
		p.fail(t, "this is no address of IPv6")
	case q.word.ethertype != 0 && q.word.ethertype != typeIPv6:
		p.fail(q.proto, "its addresses are not those of IPv6")
	}
	bits := p.bits(q, 128)
	addr, mask := words(a, bits)
	for i := range addr {
		if addr[i]&^mask[i] != 0 {
			p.fail(t, fmt.Sprintf("it has bits behind the first %d", bits))
		}
	}
	return func(g *generator) *formula { return g.host6(t, q.dir, addr, mask) }
}

// bits reads the length of a prefix behind a slash; if there is none, it is most.
func (p *parser) bits(q *qualifiers, most uint32) uint32 {
	slash, ok := p.take("/")
	switch {
	case !ok:
		return most
	case q.kind != "net":
		p.fail(slash, "a network needs net before it")
	}
	t := p.peek()
	n, ok := number(t.text)
	if !ok || n > most {
		p.fail(t, fmt.Sprintf("expected how many bits the prefix has, up to %d", most))
		return 0
	}
	p.at++
	return n
}

// host4 reads an address of IPv4 or the beginning of one, with a mask or without.
func (p *parser) host4(q *qualifiers, t token) condition {
	addr, mask, why := address4(t.text, q.kind == "net")
	switch {
	case why != "":
		p.fail(t, why)
	case q.word.ethertype == typeIPv6:
		p.fail(q.proto, "its addresses are not those of IPv4")
	case p.peek().text == "/":
		mask = prefix(p.bits(q, 32))
	}
	if _, ok := p.take("mask"); ok && q.kind == "net" {
		mask = p.mask()
	} else if ok {
		p.fail(t, "mask stands behind net")
	}
	if addr&^mask != 0 {
		p.fail(t, "it has bits that the mask leaves open")
	}
	return func(g *generator) *formula { return g.host4(t, q.dir, q.word.ethertype, addr, mask) }
}

// mask reads a mask of IPv4.
func (p *parser) mask() uint32 {
	t := p.peek()
	m, _, ok := dotted(t.text)
	if !ok {
		p.fail(t, "expected a mask as in 255.255.0.0")
	}
	p.at++
	return m
}

// address4 reads an address of IPv4, or a network of its leading octets. A number is
// the address itself, or behind net the leading octets of one.
func address4(word string, net bool) (addr, mask uint32, why string) {
	if n, ok := number(word); ok {
		if addr, mask = n, ^uint32(0); net {
			addr, mask = network(n)
		}
		return addr, mask, ""
	}
	addr, mask, ok := dotted(word)
	switch {
	case ok:
		return addr, mask, ""
	case strings.Trim(word, "0123456789.") == "":
		return 0, 0, "this is no address of IPv4"
	}
	return 0, 0, "names of hosts are not looked up; give an address"
}
