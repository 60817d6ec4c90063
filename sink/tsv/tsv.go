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
	out     io.Writer
	columns []record.Column[R]
	line    []byte
	headed  bool
}

// New returns a Writer to out, which should be buffered.
func New[R any](out io.Writer, columns []record.Column[R]) *Writer[R] {
	return &Writer[R]{out: out, columns: columns}
}

// Write writes one row, and before the first one the names.
func (w *Writer[R]) Write(row *R) error {
	if err := w.head(); err != nil {
		return err
	}
	line := w.line[:0]
	for i := range w.columns {
		line = append(w.columns[i].Append(line, row), '\t')
	}
	return w.put(line)
}

// End writes the names if no row came.
func (w *Writer[R]) End() error { return w.head() }

func (w *Writer[R]) head() error {
	if w.headed {
		return nil
	}
	w.headed = true
	line := w.line[:0]
	for i := range w.columns {
		line = append(append(line, w.columns[i].Name...), '\t')
	}
	return w.put(line)
}

// put writes a line whose last octet is a tab.
func (w *Writer[R]) put(line []byte) error {
	line[len(line)-1] = '\n'
	w.line = line
	_, err := w.out.Write(line)
	return err
}
