// Package tsv writes rows as text with a tab between values, below a line with
// the columns' names. Nothing is quoted, because no value has a tab or a line
// end in it; null is empty, and a list's words are joined by commas.
package tsv

import (
	"io"

	"onpath/record"
)

// Writer writes rows of type R. It does not allocate per row.
type Writer[R any] struct {
	out    io.Writer
	layout *record.Layout[R, record.Column[R]]
	names  []byte // the first line
	line   []byte
	headed bool
}

// New returns a Writer to out, which should be buffered.
func New[R any](out io.Writer, columns []record.Column[R]) *Writer[R] {
	return NewGrouped(out, record.Ungrouped(columns))
}

// NewGrouped returns the same of a table in groups.
func NewGrouped[R any](out io.Writer, groups []record.Group[R]) *Writer[R] {
	w := &Writer[R]{out: out}
	w.layout = record.NewLayout(groups, func(c record.Column[R]) record.Column[R] {
		w.names = append(append(w.names, c.Name...), '\t')
		return c
	})
	return w
}

// Write writes one row, and before the first one the names.
func (w *Writer[R]) Write(row *R) error {
	if err := w.head(); err != nil {
		return err
	}
	w.line = w.layout.Append(w.line[:0], row, values)
	return w.put(w.line)
}

// values appends values with a tab behind each.
func values[R any](line []byte, columns []record.Column[R], row *R) []byte {
	for i := range columns {
		line = append(columns[i].Append(line, row), '\t')
	}
	return line
}

// End writes the names if no row came.
func (w *Writer[R]) End() error { return w.head() }

func (w *Writer[R]) head() error {
	if w.headed {
		return nil
	}
	w.headed = true
	return w.put(w.names)
}

// put writes a line whose last octet is a tab.
func (w *Writer[R]) put(line []byte) error {
	line[len(line)-1] = '\n'
	_, err := w.out.Write(line)
	return err
}
