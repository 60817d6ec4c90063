package record

import "slices"

// Object writes rows of a table as JSON objects: every key is a column's name, in the
// table's order, and a null is written. It remembers what it wrote of groups with a State, so
// it belongs to one writer; one without such groups, and without columns of type List or
// Numbers, remembers nothing, and any number may use it.
type Object[R any] struct {
	layout *Layout[R, member[R]]
	write  func([]byte, []member[R], *R) []byte // o.members
	list   []byte
}

// member is a column with what stands before its value: mark, name, colon, and the quote
// that opens a value.
type member[R any] struct {
	key      [keyRoom]byte // the first octets of it
	open     uint16        // how many there are
	bare     uint16        // how many without that quote
	quoted   bool
	rest     string // the other ones
	append   func([]byte, *R) []byte
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
	m := member[R]{append: c.Append, compound: compounds[c.Type], quoted: c.Type != List && !c.Type.Bare()}
	m.bare = uint16(len(key))
	if m.quoted {
		key += `"`
	}
	m.open = uint16(len(key))
	m.rest = key[copy(m.key[:], key):]
	return m
}

// Append appends a row.
func (o *Object[R]) Append(dst []byte, row *R) []byte {
	return append(o.layout.Append(dst, row, o.write), '}')
}

// members appends columns with their keys. The text of a column needs no escape.
func (o *Object[R]) members(dst []byte, list []member[R], row *R) []byte {
	for i := range list {
		m, start := &list[i], len(dst)
		dst = slices.Grow(dst, keyRoom)[:start+keyRoom]
		*(*[keyRoom]byte)(dst[start:]) = m.key
		if m.rest != "" {
			dst = append(dst, m.rest...)
		}
		empty := start + int(m.open)
		if m.compound != nil {
			dst = o.compound(dst[:empty], m, row)
			continue
		}
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

// compound appends words or numbers, as an array or an object.
func (o *Object[R]) compound(dst []byte, m *member[R], row *R) []byte {
	if o.list = m.append(o.list[:0], row); len(o.list) == 0 {
		return append(dst, "null"...)
	}
	return m.compound(dst, o.list)
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
		g.Columns, g.Own = flatten(g.columns(), words), nil
		g.Groups = flattenGroups(g.Groups, words)
	}
	return groups
}
