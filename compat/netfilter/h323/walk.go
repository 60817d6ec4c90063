package h323

import "math/bits"

// asn is a type of ASN.1, as far as is needed to read over it.
type asn struct {
	kind   uint8
	lo, hi uint32   // of a number; of the size of a string
	ext    bool     // a sequence or choice that may be extended
	fields []member // of a sequence; the alternatives of a choice; the element of a list
	more   []member // the first of the extensions; those without a type are read over
}

// member is a part of a type.
type member struct {
	of       *asn
	optional bool
	mark     Mark // found there is told; inherited by what is inside
}

// The kinds. A string of characters has a number of bits for each; asnEnd ends the
// walk: nothing behind it is needed.
const (
	asnNull uint8 = iota
	asnBool
	asnNumber
	asnOctets // lo to hi octets; any number if hi is 0
	asnPairs  // BMPString
	asnDigits // of an alphabet that takes 4 bits
	asnObject // object identifier
	asnSequence
	asnChoice
	asnList
	asnAddress // an IP address of lo octets and a port
	asnEnd
)

// walk reads a value of type t and collects what stands at marks. It returns false
// when there is no more to read.
func (p *per) walk(t *asn, mark Mark, to *Message) bool {
	switch t.kind {
	case asnBool:
		p.bits(1)
	case asnNumber:
		v := p.number(t.lo, t.hi)
		if mark == timeToLive {
			to.TimeToLive = v
		}
	case asnOctets, asnPairs, asnDigits, asnObject:
		p.walkString(t, mark, to)
	case asnAddress:
		p.walkAddress(t, mark, to)
	case asnSequence:
		return p.walkSequence(t, mark, to)
	case asnChoice:
		return p.walkChoice(t, mark, to)
	case asnList:
		for n := p.length(); n > 0 && !p.bad; n-- {
			if !p.walkMember(&t.fields[0], mark, to) {
				return false
			}
		}
	case asnEnd:
		return false
	}
	return !p.bad
}

// walkMember reads a part, whose mark counts before that of the whole.
func (p *per) walkMember(m *member, mark Mark, to *Message) bool {
	if m.mark != 0 {
		mark = m.mark
	}
	return p.walk(m.of, mark, to)
}

// walkString reads a string of any kind.
func (p *per) walkString(t *asn, mark Mark, to *Message) {
	n := int(t.lo)
	switch {
	case t.hi == 0:
		n = p.length()
	case t.hi > t.lo:
		n = int(p.number(t.lo, t.hi))
	}
	switch t.kind {
	case asnPairs:
		p.octets(2 * n)
	case asnDigits:
		p.octets(0)
		for range n {
			p.bits(4)
		}
	default:
		data := p.octets(n)
		if mark != 0 && t.kind == asnOctets && !p.bad {
			to.add(Told{Mark: mark, Data: data})
		}
	}
}

// walkAddress reads an IP address and a port.
func (p *per) walkAddress(t *asn, mark Mark, to *Message) {
	extended := t.ext && p.bool()
	b := p.octets(int(t.lo))
	port := uint16(bigEndian(p.octets(2)))
	if extended {
		p.walkExtensions(t, mark, to)
	}
	if mark == 0 || p.bad {
		return
	}
	h := Told{Mark: mark, Port: port}
	if copy(h.Addr[:], b) == 4 {
		h.Addr = [16]byte{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}
	}
	to.add(h)
}

// walkSequence reads the members of a sequence, and its extensions.
func (p *per) walkSequence(t *asn, mark Mark, to *Message) bool {
	extended := t.ext && p.bool()
	optional := 0
	for i := range t.fields {
		if t.fields[i].optional {
			optional++
		}
	}
	present := p.bits(optional)
	for i := range t.fields {
		m := &t.fields[i]
		if m.optional {
			optional--
			if present>>optional&1 == 0 {
				continue
			}
		}
		if !p.walkMember(m, mark, to) {
			return false
		}
	}
	if extended {
		return p.walkExtensions(t, mark, to)
	}
	return !p.bad
}

// walkExtensions reads what was added to a sequence after its first version (§19.7).
func (p *per) walkExtensions(t *asn, mark Mark, to *Message) bool {
	n := p.small() + 1
	present := uint64(p.bits(min(n, 32))) << 32
	if n > 32 {
		present |= uint64(p.bits(n-32)) << (64 - n)
	} else {
		present <<= 32 - n
	}
	for i := 0; i < n && !p.bad; i++ {
		if present>>(63-i)&1 == 1 && !p.walkOpen(t.more, i, mark, to) {
			return false
		}
	}
	return !p.bad
}

// walkOpen reads the extension of that number, which may not be known here.
func (p *per) walkOpen(known []member, i int, mark Mark, to *Message) bool {
	inner := p.open()
	if i < len(known) && known[i].of != nil {
		inner.walkMember(&known[i], mark, to)
		p.bad = p.bad || inner.bad
	}
	return !p.bad
}

// walkChoice reads the alternative that was chosen.
func (p *per) walkChoice(t *asn, mark Mark, to *Message) bool {
	if t.ext && p.bool() {
		i := p.small()
		to.separate = to.separate || mark == protocol && i == separateLANStack
		return p.walkOpen(t.more, i, mark, to)
	}
	i := p.bits(bits.Len(uint(len(t.fields) - 1)))
	if p.bad || int(i) >= len(t.fields) {
		p.bad = true
		return false
	}
	if mark == reason {
		to.reason = i
	}
	return p.walkMember(&t.fields[i], mark, to)
}
