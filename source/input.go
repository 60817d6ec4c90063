package source

import (
	"io"

	"onpath/packet"
)

// stream is what yields frames: a classic or pcapng file, several files one
// after the other or merged. It fills all of a Frame but its Number.
type stream interface {
	next(*packet.Frame) error
	// ready reports whether next will return without a read. It may say false
	// where it would be true.
	ready() bool
}

// input is what the readers of both formats share.
type input struct {
	chunk
	name   string
	frames uint64 // handed over so far
	short  bool   // the file ended inside a record of which nothing is held
	health *Health
	limits Limits
}

// here makes a Damage at the octets that are held first.
func (in *input) here(f Fault, have, want uint64) Damage {
	return Damage{File: in.name, Offset: in.offset(), Frame: in.frames + 1, Fault: f, Have: have, Want: want}
}

// damage counts a Damage that costs no octets.
func (in *input) damage(f Fault, have, want uint64) { in.health.add(in.here(f, have, want)) }

// giveUp makes this place the end of the file.
func (in *input) giveUp() {
	in.lo = in.hi
	if in.err == nil {
		in.err = io.EOF
	}
}
