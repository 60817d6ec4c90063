// Package table writes rows for people: aligned, sorted while they are few, and
// no wider than the terminal if it can.
package table

import (
	"bytes"
	"cmp"
	"io"
	"slices"

	"onpath/record"
)

// DefaultHold is how many rows are held back to be sorted and measured.
const DefaultHold = 10000

// Config says how a table looks. The zero Config is a good one for a file.
type Config struct {
	Width int   // columns of the terminal; 0: no bound
	ASCII bool  // the terminal cannot show UTF-8
	Hold  int   // rows that are held back; 0 means DefaultHold
	Room  []int // characters that each column has at least; nil: what its rows need
}

// Writer writes rows of type R. It holds rows back until Hold of them came, or
// the End: then it writes them in the order of their keys. What comes later
// follows as it comes, in the widths found until then.
type Writer[R any] struct {
	out     io.Writer
	config  Config
	key     func(*R) uint64
	columns []record.Shown[R]

	held      []row
	text      []byte // of the held rows: cells with a tab behind each
	widths    []int
	streaming bool
	line      []byte
}

// row is a held row: text[start:end].
type row struct {
	key        uint64
	start, end int
}

// New returns a Writer to out, which should be buffered. Rows are sorted by key.
func New[R any](out io.Writer, c Config, columns []record.Shown[R], key func(*R) uint64) *Writer[R] {
	if c.Hold == 0 {
		c.Hold = DefaultHold
	}
	w := &Writer[R]{out: out, config: c, key: key, columns: columns}
	for i := range columns {
		w.widths = append(w.widths, width([]byte(columns[i].Head)))
	}
	for i, n := range c.Room {
		w.widths[i] = max(w.widths[i], n)
	}
	return w
}

// Write takes one row.
func (w *Writer[R]) Write(r *R) error {
	if w.streaming {
		w.text = w.cells(w.text[:0], r)
		return w.put(w.text)
	}
	start := len(w.text)
	w.text = w.cells(w.text, r)
	w.measure(w.text[start:])
	w.held = append(w.held, row{w.key(r), start, len(w.text)})
	if len(w.held) < w.config.Hold {
		return nil
	}
	return w.release()
}

// End writes what is held back.
func (w *Writer[R]) End() error {
	if w.streaming || len(w.held) == 0 {
		return nil
	}
	return w.release()
}

// cells appends the texts of a row, each with a tab behind it.
func (w *Writer[R]) cells(dst []byte, r *R) []byte {
	for i := range w.columns {
		start := len(dst)
		dst = w.columns[i].Append(dst, r)
		if w.config.ASCII {
			dst = append(dst[:start], toASCII(dst[start:])...)
		}
		dst = append(dst, '\t')
	}
	return dst
}

func (w *Writer[R]) measure(cells []byte) {
	for i := range w.widths {
		var cell []byte
		cell, cells, _ = bytes.Cut(cells, []byte{'\t'})
		w.widths[i] = max(w.widths[i], width(cell))
	}
}

// release writes the header and the held rows, and ends the holding back.
func (w *Writer[R]) release() error {
	w.streaming = true
	w.fit()
	slices.SortStableFunc(w.held, func(a, b row) int { return cmp.Compare(a.key, b.key) })
	if err := w.put(w.head()); err != nil {
		return err
	}
	for _, r := range w.held {
		if err := w.put(w.text[r.start:r.end]); err != nil {
			return err
		}
	}
	w.held, w.text = nil, nil
	return nil
}

func (w *Writer[R]) head() (cells []byte) {
	for i := range w.columns {
		cells = append(append(cells, w.columns[i].Head...), '\t')
	}
	return cells
}

// put writes a line with the cells.
func (w *Writer[R]) put(cells []byte) error {
	line := w.line[:0]
	for i := range w.columns {
		var cell []byte
		cell, cells, _ = bytes.Cut(cells, []byte{'\t'})
		if w.widths[i] >= 0 {
			line = w.pad(line, &w.columns[i], cell, w.widths[i])
		}
	}
	w.line = append(bytes.TrimRight(line, " "), '\n')
	_, err := w.out.Write(w.line)
	return err
}
