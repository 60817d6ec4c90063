package filter

import "slices"

// Parse reads a filter. No words are a filter that selects everything. Its errors are
// *Error.
func Parse(text string) (*Filter, error) {
	if len(text) > maxText {
		return nil, &Error{text, text[maxText:], maxText, "a filter has at most 65,536 octets"}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	f := &Filter{text: text, cond: func(*generator) *formula { return always }}
	if len(tokens) == 0 {
		return f, nil
	}
	p := &parser{text: text, tokens: tokens}
	cond := p.expression()
	if t := p.peek(); p.err == nil && p.at < len(tokens) {
		p.fail(t, "expected and, or, or the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	f.cond = cond
	f.vlan = slices.ContainsFunc(tokens, func(t token) bool { return t.text == "vlan" && !t.quoted })
	return f, nil
}

// parser reads tokens one after the other. Where two readings are possible it tries one,
// and goes back.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	// what an identifier without qualifiers inherits: those of the last one before it
	inherit *qualifiers
	err     *Error
}

// peek returns the next token; behind the last one it is empty.
func (p *parser) peek() token { return p.ahead(0) }

func (p *parser) ahead(n int) token {
	if p.at+n < len(p.tokens) {
		return p.tokens[p.at+n]
	}
	return token{at: len(p.text)}
}

// take takes the next token if it is one of these.
func (p *parser) take(texts ...string) (token, bool) {
	t := p.peek()
	if p.err != nil || t.text == "" || t.quoted || !slices.Contains(texts, t.text) {
		return t, false
	}
	p.at++
	return t, true
}

// fail notes the first error; what is read behind it has no meaning.
func (p *parser) fail(t token, why string) {
	if p.err == nil {
		p.err = &Error{p.text, t.text, t.at, why}
	}
}

// either reads what the first of two can read, or else the second. If neither can, the
// error is told that lies further behind.
func (p *parser) either(first, second func() condition) condition {
	before := *p
	c := first()
	if p.err == nil {
		return c
	}
	failed := p.err
	*p = before
	c = second()
	if p.err != nil && failed.At >= p.err.At {
		p.err = failed
	}
	return c
}

// deeper goes into something that may hold itself, or fails if it is too deep.
func (p *parser) deeper() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek(), "it is nested too deeply here")
	}
	return p.err == nil
}

// expression reads terms with and and or between them, which bind equally and from the
// left.
func (p *parser) expression() condition {
	left := p.term()
	for p.err == nil {
		sign, ok := p.take("and", "&&", "or", "||")
		if !ok {
			break
		}
		right := p.term
		if p.inherit != nil {
			right = func() condition { return p.either(p.inherited, p.term) }
		}
		left = joined(sign, left, right())
	}
	return left
}

// joined is both or one of two conditions; the left one is made first in any case.
func joined(sign token, left, right condition) condition {
	return func(g *generator) *formula {
		l, r := left(g), right(g)
		if sign.text == "or" || sign.text == "||" {
			return or(l, r)
		}
		return and(l, r)
	}
}

// term reads a primitive, a group, or what not stands before.
func (p *parser) term() condition {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	if _, ok := p.take("not", "!"); ok {
		return inverted(p.term())
	}
	if p.calculates() {
		return p.relation()
	}
	if p.peek().text != "(" {
		return p.primitive()
	}
	return p.either(p.relation, p.group)
}

// calculates reports whether the next word begins an expression of numbers.
func (p *parser) calculates() bool {
	t, next := p.peek(), p.ahead(1).text
	if t.text == "-" || t.text == "len" || next == "[" {
		return true
	}
	_, isNumber := number(t.text)
	_, isConstant := constants[t.text]
	_, relates := relations[next]
	_, continues := operations[next]
	return (isNumber || isConstant) && (relates || continues)
}

func inverted(c condition) condition {
	return func(g *generator) *formula { return not(c(g)) }
}

// group reads what stands in parentheses. Behind it an identifier inherits what it would
// have inherited before.
func (p *parser) group() condition {
	inherit := p.inherit
	p.take("(")
	c := p.expression()
	p.close(")")
	p.inherit = inherit
	return c
}

// close takes a closing sign.
func (p *parser) close(sign string) {
	if t, ok := p.take(sign); !ok {
		p.fail(t, "expected "+sign)
	}
}

// inherited reads identifiers that have no qualifiers of their own.
func (p *parser) inherited() condition {
	c := p.identifiers(p.inherit)
	if t := p.peek(); p.err == nil && t.text != "" && !slices.Contains([]string{"and", "&&", "or", "||", ")"}, t.text) {
		p.fail(t, "this is no identifier")
	}
	return c
}

// identifiers reads an identifier, or several in parentheses, with not before them.
func (p *parser) identifiers(q *qualifiers) condition {
	if !p.deeper() {
		return nil
	}
	defer func() { p.depth-- }()
	if _, ok := p.take("not", "!"); ok {
		return inverted(p.identifiers(q))
	}
	if _, ok := p.take("("); !ok {
		return p.identifier(q)
	}
	c := p.identifiers(q)
	for p.err == nil {
		sign, ok := p.take("and", "&&", "or", "||")
		if !ok {
			break
		}
		c = joined(sign, c, p.identifiers(q))
	}
	p.close(")")
	return c
}
