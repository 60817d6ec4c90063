// Package jsonl writes rows as JSON, one object a line. It knows columns, not
// what they are about: every key is a column's name, and its order is the
// table's. A null is written, so every line has every key.
package jsonl

import (
	"bytes"
	"io"

	"onpath/record"
)

// Writer writes rows of type R. It does not allocate per row.
type Writer[R any] struct {
	out     io.Writer
	columns []column[R]
	line    []byte
	list    []byte
}

// column is a record.Column with the octets around its value.
type column[R any] struct {
	before, null, after string
	list                bool
	append              func([]byte, *R) []byte
}

// New returns a Writer to out, which should be buffered.
func New[R any](out io.Writer, columns []record.Column[R]) *Writer[R] {
	w := &Writer[R]{out: out}
	mark := "{"
	for _, c := range columns {
		w.columns = append(w.columns, newColumn(mark+`"`+c.Name+`":`, c))
		mark = ","
	}
	return w
}

func newColumn[R any](key string, c record.Column[R]) column[R] {
	made := column[R]{before: key, null: key + "null", append: c.Append}
	switch {
	case c.Type == record.List:
		made.list = true
	case !c.Type.Bare():
		made.before, made.after = key+`"`, `"`
	}
	return made
}

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	line := w.line[:0]
	for i := range w.columns {
		line = w.value(line, &w.columns[i], row)
	}
	w.line = append(line, "}\n"...)
	_, err := w.out.Write(w.line)
	return err
}

// value appends a key and its value. The text of a column needs no escape.
func (w *Writer[R]) value(line []byte, c *column[R], row *R) []byte {
	if c.list {
		return w.array(line, c, row)
	}
	start := len(line)
	line = append(line, c.before...)
	empty := len(line)
	line = c.append(line, row)
	if len(line) == empty {
		return append(line[:start], c.null...)
	}
	return append(line, c.after...)
}

// array appends a key and its words as an array.
func (w *Writer[R]) array(line []byte, c *column[R], row *R) []byte {
	w.list = c.append(w.list[:0], row)
	if len(w.list) == 0 {
		return append(line, c.null...)
	}
	mark := `["`
	line = append(line, c.before...)
	for word := range bytes.SplitSeq(w.list, []byte{','}) {
		line = append(append(line, mark...), word...)
		mark = `","`
	}
	return append(line, `"]`...)
}

// End does nothing: no row is held back.
func (w *Writer[R]) End() error { return nil }
