package filter

// arith is an arithmetic expression over numbers and octets of the frame.
type arith struct {
	op   string // of signs below; "-1": negation; "": a number, len or octets
	a, b *arith
	k    uint32  // a number, if n and length say nothing else
	len  bool    // the frame's length
	n    octets  // how many octets, from index a on
	in   *header // of which header
	at   token
}

// operations are the signs with two sides: their instruction, how tight they bind, and
// how tight what stands to the right must bind to be theirs. % and ^ take from the left
// what is next to them and from the right all there is; tcpdump's grammar has them so.
var operations = map[string]struct {
	alu          uint16
	tight, right int
}{
	"|": {aluOr, 1, 2}, "&": {aluAnd, 2, 3}, "<<": {aluLsh, 3, 4}, ">>": {aluRsh, 3, 4},
	"+": {aluAdd, 4, 5}, "-": {aluSub, 4, 5}, "*": {aluMul, 5, 6}, "/": {aluDiv, 5, 6},
	"%": {aluMod, tightest, 1}, "^": {aluXor, tightest, 1},
}

// tightest is how tight % and ^ bind to their left: tighter than a minus before it.
const tightest = 6

// constant reports whether the expression is a number.
func (e *arith) constant() bool { return e.op == "" && !e.len && e.n == 0 }

// header is what octets can be taken of.
type header struct {
	name      string
	ethertype uint32 // 0: the link header
	proto     uint32 // 0: the header that the ethertype names
	base      uint32 // of IPv6's transport, behind the network header
}

// headers are those that the language can look into.
var headers = []header{
	{name: "ether"}, {name: "link"}, {name: "ppp"},
	{name: "ip", ethertype: typeIPv4}, {name: "ip6", ethertype: typeIPv6},
	{name: "arp", ethertype: typeARP}, {name: "rarp", ethertype: typeRARP},
	{name: "tcp", ethertype: typeIPv4, proto: protoTCP}, {name: "udp", ethertype: typeIPv4, proto: protoUDP},
	{name: "sctp", ethertype: typeIPv4, proto: protoSCTP}, {name: "icmp", ethertype: typeIPv4, proto: protoICMP},
	{name: "igmp", ethertype: typeIPv4, proto: 2}, {name: "igrp", ethertype: typeIPv4, proto: 9},
	{name: "pim", ethertype: typeIPv4, proto: 103}, {name: "vrrp", ethertype: typeIPv4, proto: 112}, {name: "carp", ethertype: typeIPv4, proto: 112},
	{name: "icmp6", ethertype: typeIPv6, proto: protoICMPv6, base: ip6Len},
}

// under tests for the network header that holds another one, over tests for a header.
// Those of an index are asked in between: tcpdump has them so, and of frames cut short
// it matters.
func (g *generator) under(t token, h *header) *formula {
	if h.proto > 0 && h.ethertype == typeIPv4 {
		return g.carries(t, typeIPv4)
	}
	return always
}

func (g *generator) over(t token, h *header) *formula {
	switch {
	case h.ethertype == 0:
		return always
	case h.proto == 0:
		return g.carries(t, h.ethertype)
	case h.ethertype == typeIPv6:
		return and(g.carries(t, typeIPv6), equal(g.net+ip6Next, 1, h.proto))
	}
	return and(equal(g.net+ip4Proto, 1, h.proto), g.first())
}

// relate compares two expressions, or asks for the contrary, where the frame has all
// headers that they look into.
func (g *generator) relate(a, b *arith, r relation, t token) *formula {
	if a.constant() && b.constant() {
		return certain(holds(r.jump, a.k, b.k) != r.contrary)
	}
	c := &calculator{g: g, has: always, msh: noMsh}
	test := test{jump: r.jump, k: b.k}
	c.value(a, 0)
	if !b.constant() {
		c.emit(opSt, 0)
		c.value(b, 1)
		c.emit(opMisc|miscTAX, 0)
		c.emit(opLd|modeMem, 0)
		test.jump, test.k = r.jump|srcX, 0
	}
	if c.deep {
		return g.fail(t, "this needs more than %d intermediate results", scratch)
	}
	test.msh, test.code = c.msh, c.code
	f := &formula{op: isTest, test: test}
	if r.contrary {
		f = not(f)
	}
	return and(c.has, f)
}

// calculator writes the instructions of an expression.
type calculator struct {
	g    *generator
	code []Instruction
	msh  uint32   // the header whose length the first of them finds in X
	has  *formula // the headers it looks into
	deep bool     // more words of memory than there are
}

func (c *calculator) emit(op uint16, k uint32) {
	c.code = append(c.code, Instruction{Op: op, K: k})
}

// value leaves an expression's value in A. Words of memory below free are taken.
func (c *calculator) value(e *arith, free uint32) {
	if free+1 >= scratch {
		c.deep = true
		return
	}
	switch {
	case e.len:
		c.emit(opLd|modeLen, 0)
	case e.n > 0:
		c.octets(e, free)
	case e.op == "":
		c.emit(opLd|modeImm, e.k)
	case e.b == nil:
		c.value(e.a, free)
		c.emit(opALU|aluNeg, 0)
	case e.b.constant():
		c.value(e.a, free)
		c.emit(opALU|operations[e.op].alu, e.b.k)
	default:
		c.value(e.a, free)
		c.emit(opSt, free)
		has := c.has // tcpdump demands the headers of the left side alone
		c.value(e.b, free+1)
		c.has = has
		c.emit(opMisc|miscTAX, 0)
		c.emit(opLd|modeMem, free)
		c.emit(opALU|operations[e.op].alu|srcX, 0)
	}
}

// octets leaves octets of a header in A.
func (c *calculator) octets(e *arith, free uint32) {
	g, h := c.g, e.in
	base := g.net + h.base
	if h.ethertype == 0 {
		base = g.link
	}
	behind := h.proto > 0 && h.ethertype == typeIPv4 // a header of any length
	c.has = and(c.has, g.under(e.at, h))
	if e.a.constant() {
		c.fixed(e, base+e.a.k, behind)
	} else {
		c.value(e.a, free)
		if behind {
			c.emit(opLdx|sizeB|modeMsh, base)
			c.emit(opALU|aluAdd|srcX, 0)
		}
		c.emit(opMisc|miscTAX, 0)
		c.emit(opLd|modeInd|e.n.size(), base)
	}
	c.has = and(c.has, g.over(e.at, h))
}

// fixed reads octets at an offset that is known, but for the length of an IPv4 header.
func (c *calculator) fixed(e *arith, at uint32, behind bool) {
	if int32(at) < 0 {
		c.g.fail(e.at, "octet %d of %s lies before the frame", int32(e.a.k), e.at.text)
		return
	}
	if !behind {
		c.emit(opLd|modeAbs|e.n.size(), at)
		return
	}
	if len(c.code) == 0 {
		c.msh = c.g.net
	} else {
		c.emit(opLdx|sizeB|modeMsh, c.g.net)
	}
	c.emit(opLd|modeInd|e.n.size(), at)
}
