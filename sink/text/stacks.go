package text

import (
	"net/netip"

	"onpath/record"
	"onpath/tcp"
)

// Widths of a dump's columns, in characters. Where an address is longer, the
// values' column is as wide as it.
const (
	headWidth  = len("SND.SCALE:")
	valueWidth = len("Remote endpoint")
	gap        = len(" | ")
)

var stackRows = record.StackRows()

// appendStacks appends both virtual stacks after p in tcpad's rows, and an empty
// line.
func (w *Writer) appendStacks(line []byte, p *record.Packet) []byte {
	local := p.Local(w.config.Local)
	w.ends = [2]record.StackEnd{p.StackEnd(local), p.StackEnd(tcp.Server - local)}
	width := max(valueWidth, addrWidth(w.ends[0].Addr), addrWidth(w.ends[1].Addr))
	start := len(line)
	line = append(pad(line, start+headWidth), " | Local endpoint"...)
	line = append(pad(line, start+headWidth+gap+width), " | Remote endpoint\n"...)
	for i := range stackRows {
		line = w.appendStackRow(line, &stackRows[i], width)
	}
	return append(line, '\n')
}

func (w *Writer) appendStackRow(line []byte, r *record.StackRow, width int) []byte {
	start := len(line)
	line = append(line, r.Head...)
	if r.Append == nil {
		return append(line, '\n')
	}
	line = append(pad(line, start+headWidth), " | "...)
	line = pad(r.Append(line, &w.ends[0]), start+headWidth+gap+width)
	return append(r.Append(append(line, " | "...), &w.ends[1]), '\n')
}

// addrWidth returns how long an address is in text.
func addrWidth(a netip.Addr) int {
	var b [64]byte
	return len(a.AppendTo(b[:0]))
}

// pad appends blanks up to a length.
func pad(line []byte, to int) []byte {
	for len(line) < to {
		line = append(line, ' ')
	}
	return line
}
