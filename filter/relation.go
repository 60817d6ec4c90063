package filter

// relation is what may be said of two expressions: a jump, or its contrary.
type relation struct {
	jump     uint16
	contrary bool
}

// relations are the signs for them.
var relations = map[string]relation{
	"=": {jmpEQ, false}, "==": {jmpEQ, false}, "!=": {jmpEQ, true},
	">": {jmpGT, false}, "<=": {jmpGT, true}, ">=": {jmpGE, false}, "<": {jmpGE, true},
}

// relation reads two expressions and what is said of them.
func (p *parser) relation() condition {
	a := p.arithmetic(1)
	sign := p.peek()
	r, ok := relations[sign.text]
	if p.err == nil && !ok {
		p.fail(sign, "expected =, !=, <, <=, > or >=")
	}
	p.at++
	b := p.arithmetic(1)
	p.inherit = nil
	return func(g *generator) *formula { return g.relate(a, b, r, sign) }
}

// arithmetic reads an expression of signs that bind at least so tight.
func (p *parser) arithmetic(tight int) *arith {
	a := p.operand()
	for p.err == nil {
		sign := p.peek()
		op, ok := operations[sign.text]
		if !ok || op.tight < tight {
			break
		}
		p.at++
		b := p.arithmetic(op.right)
		if p.err != nil {
			break
		}
		var why string
		if a, why = fold(a, b, sign); why != "" {
			p.fail(sign, why)
		}
	}
	return a
}

// operand reads a number, a name of one, len, octets of a header, or what stands in
// parentheses or behind a minus.
func (p *parser) operand() *arith {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	t := p.peek()
	p.at++
	switch {
	case t.text == "-":
		if e := p.arithmetic(tightest); p.err == nil {
			return negate(e, t)
		}
		return nil
	case t.text == "(":
		e := p.arithmetic(1)
		p.close(")")
		return e
	case t.text == "len":
		return &arith{len: true, at: t}
	case p.peek().text == "[":
		return p.octets(t)
	}
	if k, ok := constants[t.text]; ok && !t.quoted {
		return &arith{k: k, at: t}
	}
	k, ok := number(t.text)
	if !ok {
		p.fail(t, "expected a number, len, or octets of a header as in tcp[13]")
	}
	return &arith{k: k, at: t}
}

// octets reads an index, and how many octets it means.
func (p *parser) octets(t token) *arith {
	e := &arith{n: 1, at: t}
	for i := range headers {
		if headers[i].name == t.text {
			e.in = &headers[i]
		}
	}
	if e.in == nil {
		p.fail(t, "there are no octets of this; they can be taken of ether, ip, ip6, arp, tcp, udp, icmp and others")
		return nil
	}
	p.take("[")
	e.a = p.arithmetic(1)
	if _, ok := p.take(":"); ok {
		n := p.operand()
		if p.err == nil && (!n.constant() || n.k != 1 && n.k != 2 && n.k != 4) {
			p.fail(n.at, "octets are taken one, two or four at a time")
			return nil
		}
		if p.err == nil {
			e.n = octets(n.k)
		}
	}
	p.close("]")
	return e
}
