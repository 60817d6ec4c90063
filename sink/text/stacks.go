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
func appendStacks(line []byte, p *record.Packet, networks []netip.Prefix) []byte {
	end := p.Local(networks)
	local, remote := p.StackEnd(end), p.StackEnd(tcp.Server-end)
	width := max(valueWidth, addrWidth(local.Addr), addrWidth(remote.Addr))
	start := len(line)
	line = append(pad(line, start+headWidth), " | Local endpoint"...)
	line = append(pad(line, start+headWidth+gap+width), " | Remote endpoint\n"...)
	for i := range stackRows {
		line = appendStackRow(line, &stackRows[i], width, &local, &remote)
	}
	return append(line, '\n')
}

func appendStackRow(line []byte, r *record.StackRow, width int, local, remote *record.StackEnd) []byte {
	start := len(line)
	line = append(line, r.Head...)
	if r.Append == nil {
		return append(line, '\n')
	}
	line = append(pad(line, start+headWidth), " | "...)
	line = pad(r.Append(line, local), start+headWidth+gap+width)
	return append(r.Append(append(line, " | "...), remote), '\n')
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
