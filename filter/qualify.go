package filter

import (
	"fmt"
	"strings"

	"onpath/source/tcpdump"
)

// qualifiers are the words before an identifier.
type qualifiers struct {
	proto token // its text is empty if there is none
	word  protoWord
	dir   direction
	kind  string // host, net, port, portrange or proto
}

// primitive reads what is no relation.
func (p *parser) primitive() condition {
	t := p.peek()
	if c := p.simple(t); c != nil || p.err != nil {
		p.inherit = nil
		return c
	}
	q := &qualifiers{}
	if w, ok := protoWords[t.text]; ok && !t.quoted {
		q.proto, q.word = t, w
		p.at++
	}
	if c := p.everybody(q); c != nil {
		p.inherit = nil
		return c
	}
	dir := p.direction(q)
	kind, typed := p.take("host", "net", "port", "portrange", "proto")
	if q.kind = kind.text; !typed {
		q.kind = "host"
	}
	switch {
	case typed || dir:
	case q.proto.text != "":
		p.inherit = nil
		return p.alone(q)
	default:
		p.fail(t, p.unknown(t))
		return nil
	}
	p.inherit = q
	return p.identifiers(q)
}

// unknown says why a word cannot begin a primitive.
func (p *parser) unknown(t token) string {
	switch {
	case t.text == "":
		return "a condition is missing"
	case unsupported[t.text] && !t.quoted:
		return "this word of tcpdump's language is not supported"
	case !t.word || reserved[t.text]:
		return "a condition cannot begin with this"
	}
	if _, ok := number(t.text); ok || t.text[0] >= '0' && t.text[0] <= '9' {
		return "this needs a word before it that says what it is: host, net, port …"
	}
	if strings.Contains(t.text, "-") {
		return "unknown word; a minus needs spaces around it"
	}
	return "unknown word"
}

// direction reads which ends are meant, and reports whether words say so.
func (p *parser) direction(q *qualifiers) bool {
	t, ok := p.take("src", "dst")
	if !ok {
		return false
	}
	q.dir = srcEnd
	if t.text == "dst" {
		q.dir = dstEnd
	}
	join, next := p.peek().text, p.ahead(1).text
	isBoth := join == "and" || join == "&&"
	if !isBoth && join != "or" && join != "||" || next != "src" && next != "dst" {
		return true
	}
	if next == t.text {
		return true
	}
	p.at += 2
	if q.dir = anyEnd; isBoth {
		q.dir = bothEnds
	}
	return true
}

// alone is a protocol without anything behind it.
func (p *parser) alone(q *qualifiers) condition {
	t, w := q.proto, q.word
	switch {
	case w.link:
		p.fail(t, "it needs host, src, dst, proto, broadcast or multicast behind it")
	case w.ethertype != 0:
		return func(g *generator) *formula { return g.carries(t, w.ethertype) }
	}
	return func(g *generator) *formula { return g.proto(t, w.only, w.proto) }
}

// everybody reads broadcast and multicast.
func (p *parser) everybody(q *qualifiers) condition {
	t, ok := p.take("broadcast", "multicast")
	if !ok {
		return nil
	}
	w := q.word
	isLink := q.proto.text == "" || w.link
	broadcast := t.text == "broadcast"
	if !isLink && w.ethertype != typeIPv4 && (broadcast || w.ethertype != typeIPv6) {
		p.fail(q.proto, "it has no "+t.text)
	}
	return func(g *generator) *formula {
		if broadcast {
			return g.broadcast(t, w.ethertype)
		}
		return g.multicast(t, w.ethertype)
	}
}

// simple reads a primitive that is a word, with a number behind it or without; nil if
// the next word begins none.
func (p *parser) simple(t token) condition {
	if !t.word || t.quoted {
		return nil
	}
	switch t.text {
	case "inbound", "outbound":
		p.at++
		return func(g *generator) *formula { return g.outbound(t, t.text == "outbound") }
	case "pppoed":
		p.at++
		return func(g *generator) *formula { return g.carries(t, typePPPoED) }
	case "less", "greater":
		p.at++
		return p.length(t)
	}
	tag, ok := tags[t.text]
	if !ok {
		return nil
	}
	p.at++
	n, ok := number(p.peek().text)
	if ok && n > tag.most {
		p.fail(p.peek(), fmt.Sprintf("%s goes up to %d", t.text, tag.most))
	}
	if ok {
		p.at++
	}
	return func(g *generator) *formula { return tag.test(g, t, n, !ok) }
}

// tags are words that may have a number behind them, up to a bound.
var tags = map[string]struct {
	most uint32
	test func(g *generator, t token, n uint32, any bool) *formula
}{
	"vlan": {1<<12 - 1, (*generator).vlan}, "mpls": {1<<20 - 1, (*generator).mpls}, "pppoes": {1<<16 - 1, (*generator).pppoes},
}

// length reads how long frames are to be.
func (p *parser) length(t token) condition {
	n, ok := number(p.peek().text)
	if !ok {
		p.fail(p.peek(), "expected a length in octets")
		return nil
	}
	p.at++
	r := relations[">="]
	if t.text == "less" {
		r = relations["<="]
	}
	return func(g *generator) *formula { return g.relate(&arith{len: true}, &arith{k: n}, r, t) }
}

// service returns the port of a name.
func service(name string) (uint32, bool) {
	port, ok := tcpdump.Service(name)
	return uint32(port), ok
}
