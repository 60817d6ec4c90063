package source

import (
	"bytes"

	"onpath/packet"
	"onpath/source/tcpdump"
)

// text reads what tcpdump printed.
type text struct {
	*input
	lines *tcpdump.Reader
	whole bool // there are no more lines
}

func newText(in *input) *text {
	t := &text{input: in}
	t.lines = tcpdump.New(in.held(), &in.health.Text, t.note)
	return t
}

// note makes a Damage of what the text is not told well.
func (t *text) note(n tcpdump.Note) {
	f := BadLine
	if n.Mended {
		f = Mended
	}
	t.health.add(Damage{File: t.name, Line: n.Line, Fault: f, Detail: n.Text})
}

func (t *text) next(f *packet.Frame) error {
	for !t.lines.Next(f) {
		if t.whole {
			return t.err
		}
		t.line()
	}
	t.frames++
	return nil
}

// line gives the reader one more line.
func (t *text) line() {
	for seen := 0; ; {
		held := t.held()
		i := bytes.IndexByte(held[seen:], '\n')
		switch {
		case i < 0 && len(held) > tcpdump.MaxLine, seen+i > tcpdump.MaxLine:
			t.long()
			return
		case i >= 0:
			t.take(seen + i + 1)
			t.lines.Line(held[:seen+i])
			return
		}
		if seen = len(held); !t.has(seen + 1) {
			t.last()
			return
		}
	}
}

// long passes over a line that no packet has.
func (t *text) long() {
	t.lines.Long()
	for t.has(1) {
		held := t.held()
		if i := bytes.IndexByte(held, '\n'); i >= 0 {
			t.take(i + 1)
			return
		}
		t.take(len(held))
	}
}

// last takes what stands behind the last end of a line, then the end.
func (t *text) last() {
	line := t.held()
	t.take(len(line))
	if len(line) > 0 {
		t.lines.Line(line)
		return
	}
	t.whole = true
	t.lines.End()
}

// ready: a frame is complete when the line behind it has been read, and that may
// have to be waited for.
func (t *text) ready() bool { return false }
