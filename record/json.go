package record

import "slices"

// appendObject appends a row as a JSON object, as package jsonl writes it. Its
// columns are neither List nor Numbers.
func appendObject[R any](dst []byte, columns []Column[R], row *R) []byte {
	mark := byte('{')
	for i := range columns {
		c := &columns[i]
		dst = append(append(append(dst, mark, '"'), c.Name...), `":`...)
		dst = appendValue(dst, c, row)
		mark = ','
	}
	return append(dst, '}')
}

func appendValue[R any](dst []byte, c *Column[R], row *R) []byte {
	start := len(dst)
	if !c.Type.Bare() {
		dst = append(dst, '"')
	}
	empty := len(dst)
	dst = c.Append(dst, row)
	switch {
	case len(dst) == empty:
		return append(dst[:start], "null"...)
	case !c.Type.Bare():
		return append(dst, '"')
	}
	return dst
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
