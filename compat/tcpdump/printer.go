package tcpdump

import (
	"strconv"
	"time"

	"onpath/packet"
	"onpath/tcp"
)

// Config says what a line holds. The zero Config is tcpdump -n.
type Config struct {
	Time   Clock          // how the time is shown: the number of -t
	Nano   bool           // --nano: nine decimals, else six, the rest cut off
	Zone   *time.Location // of the time of day and of the date; nil is UTC
	Number bool           // -#: the number of the frame

	Absolute    bool // -S: sequence numbers as on the wire
	Verbose     int  // how many -v: with one the IP header and checksums, with two every sequence number, and what Geneve options hold
	Quick       bool // -q: no TCP but its length
	Link        bool // -e: the link header
	NoChecksums bool // -K: checksums are not looked at
	Classic     bool // TCP as tcpdump 3 printed it

	// MaxConns is how many connections' first sequence numbers are remembered.
	// When one more comes the oldest is forgotten: its next numbers are absolute,
	// as those of a new one. 0 means 1<<18.
	MaxConns int
}

// A Printer appends lines. It belongs to one goroutine.
type Printer struct {
	config Config
	conns  conns
	clock  times
	walk   walk
}

// New returns a Printer that has printed nothing.
func New(c Config) *Printer {
	return &Printer{config: c, conns: newConns(c.MaxConns)}
}

// Forgotten returns how many connections Config.MaxConns left no room for.
func (p *Printer) Forgotten() uint64 { return p.conns.forgotten }

// AppendHead appends what stands before the packet: number and time, as Config
// asks for them. Each packet of a capture is given to it once, as some of the
// times are differences.
func (p *Printer) AppendHead(dst []byte, v *packet.View) []byte {
	if p.config.Number {
		dst = append(appendPadded(dst, v.Number, 5), "  "...)
	}
	return p.appendTime(dst, v.At)
}

// AppendPacket appends the packet, with -v on several lines, without a line's end.
// ok is false where tcpdump would find no IP, or a link header stands in the way
// that this package does not know and behind which packet found none: then nothing
// is appended.
func (p *Printer) AppendPacket(dst []byte, v *packet.View) (line []byte, ok bool) {
	w := &p.walk
	*w = walk{Printer: p, out: dst, b: v.Frame, wire: v.WireLen, untold: untold(v)}
	if len(v.Frame) > 0 && w.link(v) {
		return w.out, true
	}
	*w = walk{Printer: p, out: dst, untold: untold(v)}
	if v.Depth > 0 && w.decoded(v) {
		return w.out, true
	}
	return dst, false
}

// decoded prints the outermost datagram that packet found, or this frame's own
// fragment of it.
func (w *walk) decoded(v *packet.View) bool {
	w.b = v.OuterIP()
	if v.Fragment != nil {
		w.b = v.Fragment
	}
	w.wire = datagramLen(w.b)
	return w.ip()
}

// AppendInner appends the innermost datagram of v, put together if it was in
// fragments, where AppendPacket has just shown something of v but no TCP: tcpdump
// does not look into that tunnel, or only at the fragment. Else it appends
// nothing.
func (p *Printer) AppendInner(dst []byte, v *packet.View) []byte {
	w := &p.walk
	if w.shown || !v.IsTCP() {
		return dst
	}
	*w = walk{Printer: p, out: append(dst, ": "...), b: v.IP, wire: v.IPLen, lenient: true, untold: untold(v)}
	if !w.ip() {
		return dst
	}
	return w.out
}

// AppendSegment appends the TCP segment of v alone, without addresses: Flags [S], seq
// 1000, …, length 0. It appends nothing where v has none.
func (p *Printer) AppendSegment(dst []byte, v *packet.View) []byte {
	if !v.IsTCP() {
		return dst
	}
	w, h := &p.walk, v.TCP[:tcp.MinHeader]
	n := uint32(h[12]>>4) * 4
	*w = walk{Printer: p, out: dst, b: v.L4, wire: v.L4Len + n, v6: v.Key.V6, src: v.Key.A, dst: v.Key.B}
	if v.FromB {
		w.src, w.dst = w.dst, w.src
	}
	w.final = w.dst
	w.segment(h, n)
	return w.out
}

// datagramLen returns the length of an IP datagram by its header, or what there
// is of it.
func datagramLen(ip []byte) uint32 {
	n := uint32(len(ip))
	switch {
	case len(ip) < 6:
	case ip[0]>>4 == 4:
		n = max(n, uint32(ip[2])<<8|uint32(ip[3]))
	default:
		n = max(n, 40+(uint32(ip[4])<<8|uint32(ip[5])))
	}
	return n
}

// walk is the way through one frame: where it stands, and what it has printed.
type walk struct {
	*Printer
	out  []byte
	b    []byte // captured octets from here on
	wire uint32 // octets from here on, by what the headers before say; may be less than were captured

	src, dst [16]byte // of the innermost IP header; IPv4 as ::ffff:a.b.c.d
	final    [16]byte // the destination that checksums are of
	header   []byte   // IPv4: its first 20 octets
	v6       bool
	named    bool // src and dst have been printed
	fragment bool // this is a first fragment
	lenient  bool // a length of 0 is one that the sender's card was to fill in
	shown    bool // TCP was printed
	untold   bool // the frame was built from a line that did not tell what -v adds
	depth    uint8

	list list
}

// untold reports whether a line without -v is all that is known of the packet.
func untold(v *packet.View) bool { return v.Text && v.Seg.TTL == 0 }

// tells reports whether -v adds to what is known.
func (w *walk) tells() bool { return w.config.Verbose > 0 && !w.untold }

// maxDepth is how many headers a walk looks at, so that no frame makes the line
// much longer than itself.
const maxDepth = 32

// deeper reports whether one more header may be read.
func (w *walk) deeper() bool {
	w.depth++
	return w.depth <= maxDepth
}

// put appends words.
func (w *walk) put(words string) { w.out = append(w.out, words...) }

// num appends words and a decimal number.
func (w *walk) num(words string, n uint64) {
	w.out = strconv.AppendUint(append(w.out, words...), n, 10)
}

// hex appends words and a hexadecimal number without leading zeros.
func (w *walk) hex(words string, n uint64) {
	w.out = strconv.AppendUint(append(w.out, words...), n, 16)
}

// hex4 appends words and a number in four hexadecimal digits.
func (w *walk) hex4(words string, n uint16) { w.out = appendHex(append(w.out, words...), uint64(n), 4) }

// cut ends the line where the captured octets end.
func (w *walk) cut(proto string) bool {
	w.put(" [|")
	w.put(proto)
	w.put("]")
	return true
}

// skip moves over n octets, all of them captured.
func (w *walk) skip(n int) {
	w.b, w.wire = w.b[n:], w.wire-min(w.wire, uint32(n))
}

const hexDigits = "0123456789abcdef"

// appendHex appends n in so many digits.
func appendHex(dst []byte, n uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[n>>(4*i)&15])
	}
	return dst
}

// appendOctets appends octets as hexadecimal digits.
func appendOctets(dst, octets []byte) []byte {
	for _, o := range octets {
		dst = append(dst, hexDigits[o>>4], hexDigits[o&15])
	}
	return dst
}

// appendPadded appends n with blanks before it, in a column of that width.
func appendPadded(dst []byte, n uint64, width int) []byte {
	start := len(dst)
	dst = strconv.AppendUint(dst, n, 10)
	for len(dst)-start < width {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = ' '
	}
	return dst
}
