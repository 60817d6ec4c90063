package table

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"onpath/record"
)

const (
	gone   = -1 // width of a column that left
	gap    = 2  // spaces between columns
	minCut = 15 // a column is not cut below an IPv4 address
)

// ascii has what stands for the few characters that tables use beyond ASCII.
var ascii = [...]struct{ utf8, ascii string }{{"→", ">"}, {"⇢", ">"}, {"⇠", "<"}, {"µ", "u"}, {"…", "~"}}

func toASCII(text []byte) []byte {
	for _, a := range ascii {
		text = bytes.ReplaceAll(text, []byte(a.utf8), []byte(a.ascii))
	}
	return text
}

// width returns the columns that text takes on a terminal.
func width(text []byte) int { return utf8.RuneCount(text) }

// fit makes the table as narrow as the terminal, as far as that goes: columns
// stay by their rank while there is room, then addresses lose their middle.
func (w *Writer[R]) fit() {
	if w.config.Width == 0 {
		return
	}
	wanted := slices.Clone(w.widths)
	for i := range w.columns {
		if w.columns[i].Rank > 0 {
			w.widths[i] = gone
		}
	}
	for _, i := range w.byRank() {
		if w.widths[i] = wanted[i]; w.excess() > 0 && w.columns[i].Rank > 0 {
			w.widths[i] = gone
		}
	}
	for w.excess() > 0 {
		i := w.widest()
		if i < 0 {
			return
		}
		w.widths[i]--
	}
}

// byRank returns the columns, those that must stay first.
func (w *Writer[R]) byRank() (order []int) {
	for i := range w.columns {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(w.columns[a].Rank, w.columns[b].Rank) })
	return order
}

// excess returns by how many characters the table is too wide.
func (w *Writer[R]) excess() int {
	sum := -gap
	for _, n := range w.widths {
		if n != gone {
			sum += n + gap
		}
	}
	return sum - w.config.Width
}

// widest returns the widest column that may be cut, -1 if none may.
func (w *Writer[R]) widest() (next int) {
	next = -1
	for i := range w.columns {
		if !w.columns[i].Cut || w.widths[i] <= minCut {
			continue
		}
		if next < 0 || w.widths[i] > w.widths[next] {
			next = i
		}
	}
	return next
}

// pad appends a cell in the width of its column, and the gap behind it.
func (w *Writer[R]) pad(line []byte, c *record.Shown[R], cell []byte, columns int) []byte {
	if c.Cut && width(cell) > columns {
		cell = w.cut(cell, columns)
	}
	space := max(0, columns-width(cell))
	if c.Right {
		line = append(spaces(line, space), cell...)
		return spaces(line, gap)
	}
	return spaces(append(line, cell...), space+gap)
}

// cut takes characters out of the middle of an ASCII cell: of an address the
// network and the port stay.
func (w *Writer[R]) cut(cell []byte, columns int) []byte {
	mark := "…"
	if w.config.ASCII {
		mark = "~"
	}
	tail := (columns - 1) / 2
	short := append([]byte(nil), cell[:columns-1-tail]...)
	short = append(short, mark...)
	return append(short, cell[len(cell)-tail:]...)
}

func spaces(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
