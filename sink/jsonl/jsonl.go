// Package jsonl writes rows as JSON, one object a line. It knows columns, not
// what they are about: every key is a column's name, and its order is the
// table's. A null is written, so every line has every key.
package jsonl

import (
	"io"

	"onpath/record"
)

// Writer writes rows of type R. It does not allocate per row.
type Writer[R any] struct {
	out    io.Writer
	object *record.Object[R]
	line   []byte
}

// New returns a Writer to out, which should be buffered.
func New[R any](out io.Writer, columns []record.Column[R]) *Writer[R] {
	return NewGrouped(out, record.Ungrouped(columns))
}

// NewGrouped returns the same of a table in groups.
func NewGrouped[R any](out io.Writer, groups []record.Group[R]) *Writer[R] {
	return &Writer[R]{out: out, object: record.NewObject(groups)}
}

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	w.line = append(w.object.Append(w.line[:0], row), '\n')
	_, err := w.out.Write(w.line)
	return err
}

// End does nothing: no row is held back.
func (w *Writer[R]) End() error { return nil }
