// Package jsonl writes rows as JSON, one object a line. It knows columns, not
// what they are about: every key is a column's name, and its order is the
// table's. A null is written, so every line has every key.
package jsonl

import (
	"io"
	"slices"

	"onpath/record"
)

// Writer writes rows of type R. It does not allocate per row.
type Writer[R any] struct {
	out    io.Writer
	layout *record.Layout[R, column[R]]
	write  func([]byte, []column[R], *R) []byte // w.values
	line   []byte
	list   []byte
}

// column is a record.Column with the octets before its value.
type column[R any] struct {
	key    string        // ends with the quote that opens a value
	first  [keyRoom]byte // the first octets of key
	null   string        // key without value
	quoted bool
	append func([]byte, *R) []byte

	compound func(line, text []byte) []byte // appends the text as JSON; nil: it is JSON
}

// compounds are the types whose texts are no JSON.
var compounds = map[record.Type]func(line, text []byte) []byte{record.List: array, record.Numbers: object}

// keyRoom is enough for nearly every key: so many octets are copied without
// asking how many there are, which takes a fifth of the time.
const keyRoom = 32

// New returns a Writer to out, which should be buffered.
func New[R any](out io.Writer, columns []record.Column[R]) *Writer[R] {
	return NewGrouped(out, record.Ungrouped(columns))
}

// NewGrouped returns the same of a table in groups.
func NewGrouped[R any](out io.Writer, groups []record.Group[R]) *Writer[R] {
	w := &Writer[R]{out: out}
	mark := "{"
	w.layout = record.NewLayout(groups, func(c record.Column[R]) column[R] {
		made := newColumn(mark+`"`+c.Name+`":`, c)
		mark = ","
		return made
	})
	w.write = w.values
	return w
}

func newColumn[R any](key string, c record.Column[R]) column[R] {
	made := column[R]{key: key, null: key + "null", append: c.Append, compound: compounds[c.Type]}
	if c.Type != record.List && !c.Type.Bare() {
		made.key, made.quoted = key+`"`, true
	}
	copy(made.first[:], made.key)
	return made
}

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	w.line = append(w.layout.Append(w.line[:0], row, w.write), "}\n"...)
	_, err := w.out.Write(w.line)
	return err
}

// values appends columns with their keys. The text of a column needs no escape.
func (w *Writer[R]) values(line []byte, columns []column[R], row *R) []byte {
	for i := range columns {
		c := &columns[i]
		if c.compound != nil {
			line = w.compound(line, c, row)
			continue
		}
		start := len(line)
		line = c.open(line)
		empty := len(line)
		line = c.append(line, row)
		switch {
		case len(line) == empty:
			line = append(line[:start], c.null...)
		case c.quoted:
			line = append(line, '"')
		}
	}
	return line
}

// compound appends a key and its words or numbers, as an array or an object.
func (w *Writer[R]) compound(line []byte, c *column[R], row *R) []byte {
	w.list = c.append(w.list[:0], row)
	if len(w.list) == 0 {
		return append(line, c.null...)
	}
	return c.compound(append(line, c.key...), w.list)
}

// open appends the key.
func (c *column[R]) open(line []byte) []byte {
	if len(c.key) > keyRoom {
		return append(line, c.key...)
	}
	line = slices.Grow(line, keyRoom)
	start := len(line)
	*(*[keyRoom]byte)(line[start : start+keyRoom]) = c.first
	return line[:start+len(c.key)]
}

// array appends words, which commas separate, as an array.
func array(line, words []byte) []byte {
	line = append(line, `["`...)
	for _, octet := range words { // bytes.SplitSeq allocates in some builds
		if octet == ',' {
			line = append(line, `","`...)
		} else {
			line = append(line, octet)
		}
	}
	return append(line, `"]`...)
}

// object appends name=number, which commas separate, as an object.
func object(line, numbers []byte) []byte {
	line = append(line, `{"`...)
	for _, octet := range numbers {
		switch octet {
		case '=':
			line = append(line, `":`...)
		case ',':
			line = append(line, `,"`...)
		default:
			line = append(line, octet)
		}
	}
	return append(line, '}')
}

// End does nothing: no row is held back.
func (w *Writer[R]) End() error { return nil }
