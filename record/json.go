package record

import "slices"

// object is a table as package jsonl writes its rows. Its columns are neither List nor
// Numbers.
type object[R any] []member[R]

// member is a column with what stands before its value.
type member[R any] struct {
	key, null string // key ends with the quote that opens a value; null is without value
	quoted    bool
	append    func([]byte, *R) []byte
}

func objectOf[R any](columns []Column[R]) (o object[R]) {
	mark := "{"
	for _, c := range columns {
		m := member[R]{key: mark + `"` + c.Name + `":`, quoted: !c.Type.Bare(), append: c.Append}
		m.null = m.key + "null"
		if m.quoted {
			m.key += `"`
		}
		o, mark = append(o, m), ","
	}
	return o
}

// appendRow appends a row as a JSON object.
func (o object[R]) appendRow(dst []byte, row *R) []byte {
	for i := range o {
		m, start := &o[i], len(dst)
		dst = append(dst, m.key...)
		empty := len(dst)
		dst = m.append(dst, row)
		switch {
		case len(dst) == empty:
			dst = append(dst[:start], m.null...)
		case m.quoted:
			dst = append(dst, '"')
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
		g.Columns, g.Groups = flatten(g.Columns, words), flattenGroups(g.Groups, words)
	}
	return groups
}
