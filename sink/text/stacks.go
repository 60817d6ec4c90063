package text

import (
	"onpath/record"
	"onpath/tcp"
)

// appendStacks appends both virtual stacks after p in tcpad's rows, and an empty
// line.
func (w *Writer) appendStacks(line []byte, p *record.Packet) []byte {
	local := p.Local(w.config.Local)
	w.ends = [2]record.StackEnd{p.StackEnd(local), p.StackEnd(tcp.Server - local)}
	return append(record.AppendStacks(line, &w.ends), '\n')
}
