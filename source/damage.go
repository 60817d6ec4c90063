package source

import (
	"fmt"
	"strconv"
	"strings"

	"onpath/source/tcpdump"
)

// keptDamages is how many Damages are kept in full; all are counted.
const keptDamages = 100

// A Damage is a place where a file is not what its format demands.
type Damage struct {
	File   string // as given, or "standard input"
	Offset int64  // octets from the start of the file, of the unpacked one if it is compressed
	Frame  uint64 // number within this file of the frame that is, or would have been, there; 1-based
	Fault  Fault
	Have   uint64 // what stands there; its meaning is the Fault's
	Want   uint64 // what could stand there at most, or should; its meaning is the Fault's
	Detail string // what the unpacker said, or the reader of a text; empty with other Faults
	Line   uint64 // of a text, 1-based: its Damages have neither Offset nor Frame; 0: it is a capture
	Lost   int64  // octets passed over until reading could go on; below 0: it went on so many before Offset
}

// Fault is the kind of a Damage.
type Fault uint8

// The Faults; faults has their names and words.
const (
	Cut           Fault = iota // Have octets of an unfinished record at the end
	CapLength                  // captured octets Have of at most Want
	LengthOrder                // captured octets Have, on the wire only Want; frame kept
	TimeFraction               // fraction of a second Have, a second has Want; frame kept
	Joined                     // the header of another capture where a record should be; read on with it
	Unwritten                  // time and lengths are all 0; frame kept, as tcpdump and Wireshark do
	BlockLength                // block length Have, not a multiple of 4 from 12 to Want
	BlockTrailer               // block length Have in front, Want behind
	BlockShort                 // Have octets in a block whose kind needs Want
	BlockContent               // Have captured octets in a block with room for Want
	BlockOption                // option of Have octets where Want are left; frame kept
	Section                    // section header without byte-order magic, or version Have.Want
	NoInterface                // interface Have where the section described Want
	TooManyIfaces              // more than Want interfaces described
	Packed                     // compressed data is damaged, Detail says how
	PackedCut                  // compressed data ends early
	BadLine                    // of a text: looks like a packet, Detail says why it is none
	Mended                     // of a text: Detail says what was put right; frame kept
	numFaults
)

// faults is the only place where a Fault's name and words are written.
var faults = [numFaults]struct{ name, text string }{
	Cut:           {"cut", "the file ends inside a record, after HAVE octets of it (dropped)"},
	CapLength:     {"capture-length", "captured length HAVE, at most WANT can be"},
	LengthOrder:   {"length-order", "captured length HAVE, but length on the wire WANT (frame kept)"},
	TimeFraction:  {"time-fraction", "fraction of a second HAVE of WANT (frame kept)"},
	Joined:        {"joined", "another capture begins here, as if joined by cat (its frames follow)"},
	Unwritten:     {"unwritten", "record header of zeros only, as in a file that was never written to here (frame kept)"},
	BlockLength:   {"block-length", "block length HAVE, must be a multiple of 4 from 12 to WANT"},
	BlockTrailer:  {"block-trailer", "block length HAVE in front of the block, WANT behind it"},
	BlockShort:    {"block-short", "block of HAVE octets, its kind needs WANT"},
	BlockContent:  {"block-content", "captured length HAVE in a block with room for WANT"},
	BlockOption:   {"block-option", "option of HAVE octets where WANT are left (rest of the block kept)"},
	Section:       {"section", "section header without byte-order magic or of version HAVE.WANT"},
	NoInterface:   {"no-interface", "frame of interface HAVE, described are WANT"},
	TooManyIfaces: {"too-many-interfaces", "interface HAVE of a section, at most WANT are remembered"},
	Packed:        {"packed", "the compressed data is damaged"},
	PackedCut:     {"packed-cut", "the compressed data ends early"},
	BadLine:       {"bad-line", "looks like a packet and cannot be read"},
	Mended:        {"mended", "put right"},
}

// String returns the name of the Fault.
func (f Fault) String() string { return faults[f].name }

// String says in one line what is wrong and where.
func (d Damage) String() string {
	num := func(n uint64) string { return strconv.FormatUint(n, 10) }
	what := strings.NewReplacer("HAVE", num(d.Have), "WANT", num(d.Want)).Replace(faults[d.Fault].text)
	if d.Detail != "" {
		what += " (" + d.Detail + ")"
	}
	switch {
	case d.Lost > 0:
		what += "; " + octets(d.Lost) + " passed over"
	case d.Lost < 0:
		what += "; the next record begins " + octets(-d.Lost) + " before"
	}
	if d.Line > 0 {
		return fmt.Sprintf("%s: line %d: %s", d.File, d.Line, what)
	}
	return fmt.Sprintf("%s: octet %d, frame %d: %s", d.File, d.Offset, d.Frame, what)
}

func octets(n int64) string {
	if n == 1 {
		return "1 octet"
	}
	return strconv.FormatInt(n, 10) + " octets"
}

// Health is what was wrong with the files of a Reader, as far as they were read.
type Health struct {
	Damages  []Damage       // the first 100, in the order they were met
	Damaged  uint64         // how many there were in all
	Cut      uint64         // files that end inside a record or inside compressed data
	Lost     uint64         // octets passed over to find a plausible record
	Comments uint64         // comments in pcapng blocks; nothing wrong, but worth a look
	Dropped  uint64         // packets that the capture dropped, as its pcapng blocks say
	Text     tcpdump.Report // of the texts
}

func (h *Health) add(d Damage) {
	h.Damaged++
	h.Lost += uint64(max(0, d.Lost))
	if d.Fault == Cut || d.Fault == PackedCut {
		h.Cut++
	}
	if len(h.Damages) < keptDamages {
		h.Damages = append(h.Damages, d)
	}
}
