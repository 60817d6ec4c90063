// Package pcapng writes frames as a pcapng file of one section
// (draft-ietf-opsawg-pcapng), in little-endian order, with times in ns: captures
// as other programs read them, comments included. It does not read, rotate or
// choose; who writes names the interfaces and the frames.
package pcapng

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"onpath/packet"
)

// Section is what the file says of itself. Empty strings are not written.
type Section struct {
	Hardware    string // of the machine that writes it
	OS          string
	Application string // name and version of the program that writes it
	Comments    []string
}

// Interface describes where frames come from. Empty strings are not written.
type Interface struct {
	Link        packet.LinkType
	SnapLen     uint32 // octets of a frame that are captured at most; 0: no limit
	Name        string
	Description string
	Comments    []string
}

// Packet is a frame with what the format can say of it.
type Packet struct {
	Interface int    // as AddInterface returned it
	At        int64  // ns since the Unix epoch; what lies before it is written as 0: the format has no sign
	Data      []byte // captured octets
	WireLen   uint32 // octets on the wire; at least len(Data) is written
	Flags     uint32 // epb_flags (§4.3.1): direction, reception, FCS, errors; 0: nothing is known
	Comments  []string
}

// Block types (§4) and option codes (§3.5, §4.1 to 4.3).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockEnhanced  = 6

	optEnd         = 0
	optComment     = 1
	optHardware    = 2
	optOS          = 3
	optApplication = 4
	optName        = 2
	optDescription = 3
	optResolution  = 9
	optFlags       = 2
)

// resolution says that a second has 10⁹ ticks.
const resolution = 9

// maxOption is how many octets an option can have; a longer text is cut.
const maxOption = 1<<16 - 1

// Writer writes one file. It does not allocate per frame.
type Writer struct {
	out        io.Writer
	block      []byte
	interfaces int
}

// New writes the section header to out, which should be buffered.
func New(out io.Writer, s Section) (*Writer, error) {
	w := &Writer{out: out}
	w.begin(blockSection)
	w.word(0x1a2b3c4d)                    // byte-order magic
	w.word(1)                             // version 1.0
	w.block = append(w.block, ones[:]...) // length of the section: not told
	w.texts(optComment, s.Comments)
	w.text(optHardware, s.Hardware)
	w.text(optOS, s.OS)
	w.text(optApplication, s.Application)
	return w, w.end()
}

// IsPacket reports whether what a Writer wrote at once is a frame, and not what describes
// the section or an interface.
func IsPacket(block []byte) bool {
	return len(block) >= 4 && binary.LittleEndian.Uint32(block) == blockEnhanced
}

// ones is a section length of -1.
var ones = [8]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// AddInterface describes one more interface and returns its number for
// Packet.Interface: 0 for the first. It may be called between frames.
func (w *Writer) AddInterface(i Interface) (number int, err error) {
	w.begin(blockInterface)
	w.word(uint32(i.Link))
	w.word(i.SnapLen)
	w.texts(optComment, i.Comments)
	w.text(optName, i.Name)
	w.text(optDescription, i.Description)
	w.option(optResolution, []byte{resolution})
	w.interfaces++
	return w.interfaces - 1, w.end()
}

// Write writes a frame.
func (w *Writer) Write(p *Packet) error {
	at := uint64(max(0, p.At))
	w.begin(blockEnhanced)
	w.word(uint32(p.Interface))
	w.word(uint32(at >> 32))
	w.word(uint32(at))
	w.word(uint32(len(p.Data)))
	w.word(max(p.WireLen, uint32(len(p.Data))))
	w.block = append(w.block, p.Data...)
	w.pad()
	w.texts(optComment, p.Comments)
	if p.Flags != 0 {
		w.option(optFlags, binary.LittleEndian.AppendUint32(nil, p.Flags))
	}
	return w.end()
}

// begin begins a block: its type, and room for its length.
func (w *Writer) begin(kind uint32) {
	w.block = w.block[:0]
	w.word(kind)
	w.word(0)
}

func (w *Writer) word(n uint32) { w.block = binary.LittleEndian.AppendUint32(w.block, n) }

// pad fills up to a multiple of 4 octets.
func (w *Writer) pad() {
	w.block = append(w.block, 0, 0, 0)
	w.block = w.block[:len(w.block)&^3]
}

func (w *Writer) texts(code uint16, texts []string) {
	for _, s := range texts {
		w.text(code, s)
	}
}

// text appends an option if there is something to say: UTF-8, as the format
// demands, and as much of it as an option holds.
func (w *Writer) text(code uint16, s string) {
	s = strings.ToValidUTF8(s, "�")
	if len(s) > maxOption {
		cut := maxOption
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	if s != "" {
		w.head(code, len(s))
		w.block = append(w.block, s...)
		w.pad()
	}
}

func (w *Writer) option(code uint16, value []byte) {
	w.head(code, len(value))
	w.block = append(w.block, value...)
	w.pad()
}

func (w *Writer) head(code uint16, n int) {
	w.word(uint32(code) | uint32(n)<<16)
}

// end ends the options, sets both lengths and writes the block.
func (w *Writer) end() error {
	w.word(optEnd)
	n := uint32(len(w.block) + 4)
	binary.LittleEndian.PutUint32(w.block[4:], n)
	w.word(n)
	_, err := w.out.Write(w.block)
	return err
}
