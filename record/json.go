package record

import "slices"

// Object writes rows of a table as JSON objects: every key is a column's name, in the
// table's order, and a null is written. It remembers what it wrote of groups with a State, so
// it belongs to one writer; one without such groups and odd columns remembers nothing, and any
// number may use it.
type Object[R any] struct {
	layout *Layout[R, member[R]]
	write  func([]byte, []member[R], *R) []byte // o.members
	text   []byte
}

// member is a column with what stands before its value: mark, name, colon, and the quote
// that opens a value. It is shorter than a line of the cache.
type member[R any] struct {
	key    [keyRoom]byte // the first octets of it
	append func([]byte, *R) []byte
	odd    *odd  // nil: most are not
	open   uint8 // octets of key before a value
	bare   uint8 // before null
	quoted bool
}

// odd is a column whose key is long, or whose text is no JSON.
type odd struct {
	key      string                        // without the quote
	compound func(dst, text []byte) []byte // appends the text as JSON; nil: it is JSON
}

// compounds are the types whose texts are no JSON.
var compounds = map[Type]func(dst, text []byte) []byte{List: appendWords, Numbers: appendNumberObject}

// keyRoom is enough for every key of ours: so many octets are copied without asking how
// many there are, which takes a fifth of the time.
const keyRoom = 32

// NewObject returns an Object that has written nothing.
func NewObject[R any](groups []Group[R]) *Object[R] {
	o, mark := &Object[R]{}, "{"
	o.layout = NewLayout(groups, func(c Column[R]) member[R] {
		m := newMember(mark+`"`+c.Name+`":`, c)
		mark = ","
		return m
	})
	o.write = o.members
	return o
}

func newMember[R any](key string, c Column[R]) member[R] {
	m := member[R]{append: c.Append, quoted: c.Type != List && !c.Type.Bare()}
	if compound := compounds[c.Type]; compound != nil || len(key) >= keyRoom {
		m.odd = &odd{key, compound}
		return m
	}
	m.bare = uint8(copy(m.key[:], key))
	m.open = m.bare
	if m.quoted {
		m.key[m.bare], m.open = '"', m.bare+1
	}
	return m
}

// Append appends a row.
func (o *Object[R]) Append(dst []byte, row *R) []byte {
	return append(o.layout.Append(dst, row, o.write), '}')
}

// members appends columns with their keys. The text of a column needs no escape.
func (o *Object[R]) members(dst []byte, list []member[R], row *R) []byte {
	for i := range list {
		m := &list[i]
		if m.odd != nil {
			dst = o.odd(dst, m, row)
			continue
		}
		start := len(dst)
		dst = slices.Grow(dst, keyRoom)[:start+keyRoom]
		*(*[keyRoom]byte)(dst[start:]) = m.key
		empty := start + int(m.open)
		dst = m.append(dst[:empty], row)
		switch {
		case len(dst) == empty:
			dst = append(dst[:start+int(m.bare)], "null"...)
		case m.quoted:
			dst = append(dst, '"')
		}
	}
	return dst
}

// odd appends a column that is odd.
func (o *Object[R]) odd(dst []byte, m *member[R], row *R) []byte {
	dst = append(dst, m.odd.key...)
	o.text = m.append(o.text[:0], row)
	switch {
	case len(o.text) == 0:
		return append(dst, "null"...)
	case m.odd.compound != nil:
		return m.odd.compound(dst, o.text)
	case m.quoted:
		return append(append(append(dst, '"'), o.text...), '"')
	}
	return append(dst, o.text...)
}

// appendWords appends words, which commas separate, as an array.
func appendWords(dst, words []byte) []byte {
	dst = append(dst, `["`...)
	for _, octet := range words { // bytes.SplitSeq allocates in some builds
		if octet == ',' {
			dst = append(dst, `","`...)
		} else {
			dst = append(dst, octet)
		}
	}
	return append(dst, `"]`...)
}

// appendNumberObject appends name=number, which commas separate, as an object.
func appendNumberObject(dst, numbers []byte) []byte {
	dst = append(dst, `{"`...)
	for _, octet := range numbers {
		switch octet {
		case '=':
			dst = append(dst, `":`...)
		case ',':
			dst = append(dst, `,"`...)
		default:
			dst = append(dst, octet)
		}
	}
	return append(dst, '}')
}

// appendArray appends what item appends of each element, as a JSON array.
func appendArray[E any](dst []byte, list []E, item func(dst []byte, e *E) []byte) []byte {
	return append(joined(append(dst, '['), list, item), ']')
}

// joined appends what item appends of each element, with commas between.
func joined[E any](dst []byte, list []E, item func(dst []byte, e *E) []byte) []byte {
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item(dst, &list[i])
	}
	return dst
}

// flatten returns the columns with those of type JSON as lists of words.
func flatten[R any](columns []Column[R], words map[string]func([]byte, *R) []byte) []Column[R] {
	columns = slices.Clone(columns)
	for i := range columns {
		if c := &columns[i]; c.Type == JSON {
			c.Type, c.Append = List, words[c.Name]
		}
	}
	return columns
}

// flattenGroups does so in groups.
func flattenGroups[R any](groups []Group[R], words map[string]func([]byte, *R) []byte) []Group[R] {
	groups = slices.Clone(groups)
	for i := range groups {
		g := &groups[i]
		if own := g.Own; own != nil {
			g.Own = func() []Column[R] { return flatten(own(), words) }
		}
		g.Columns = flatten(g.Columns, words)
		g.Groups = flattenGroups(g.Groups, words)
	}
	return groups
}
