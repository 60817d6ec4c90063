package tcpdump

import (
	"net/netip"
	"strings"

	"onpath/packet"
)

// MaxLine is how many octets of a line are read; who has a longer one passes it
// to Reader.Long.
const MaxLine = 64 << 10

// Reader turns printed lines into frames. It is given one line after the other, and
// has a frame ready when the line behind it shows that its own are complete.
// It keeps no more of the text than that, and allocates for each line.
type Reader struct {
	clock   clock
	names   names
	numbers numbers
	report  *Report
	note    func(Note)

	lines  uint64   // given
	todo   []string // what is left of the last one
	pieces []string
	begun  uint64 // number of the line with which pieces begin
	stamp  stamp
	dress  string  // what stood before the first of pieces
	spaced [2]bool // whether the line before ended with a space, and the last one
	dump   dump

	line  line
	frame frame
	at    int64
}

// New returns a Reader of the text that begins with ahead, of which it looks at
// the times; ahead may be any part of it. It adds to report, and tells note what is
// broken or mended.
func New(ahead []byte, report *Report, note func(Note)) *Reader {
	r := &Reader{numbers: newNumbers(), report: report, note: note}
	r.names = newNames(&report.Names)
	r.clock.look(string(ahead))
	return r
}

// Line takes the next line, without its end; all frames of those before have been
// handed over by Next.
func (r *Reader) Line(text []byte) {
	r.lines++
	r.report.Lines++
	s := strings.TrimRight(plain(string(text)), "\r\n")
	r.spaced = [2]bool{r.spaced[1], strings.HasSuffix(s, " ")}
	r.todo = split(r.todo[:0], strings.TrimRight(s, " \t"))
}

// Long takes a line that is longer than MaxLine: it cannot be a packet.
func (r *Reader) Long() {
	r.lines++
	r.report.Lines++
	r.report.Long++
	r.End()
}

// End says that no line will continue those that were given.
func (r *Reader) End() { r.todo = append(r.todo[:0], "") }

// Next fills all of f but its number with the next frame that is complete, or
// reports that there is none before another line is given. f.Data is valid until
// the next call.
func (r *Reader) Next(f *packet.Frame) bool {
	for len(r.todo) > 0 {
		raw := r.todo[0]
		r.todo = r.todo[1:]
		if r.take(raw) {
			f.Data, f.At, f.WireLen, f.Link, f.Text = r.frame.octets, r.at, r.frame.wire, r.frame.link, r.frame.told()
			return true
		}
	}
	return false
}

// take takes one line, and reports whether a frame is complete: the one before it.
func (r *Reader) take(raw string) (complete bool) {
	if len(r.pieces) > 0 && r.dump.add(bare(raw, r.dress)) {
		return false
	}
	s := unescape(raw)
	if strings.TrimLeft(s, " \t>|") == "" {
		return r.flush()
	}
	at, t, rest, begins := undress(s)
	switch {
	case begins && r.inside(s, t, rest):
		r.pieces = append(r.pieces, rest)
	case begins:
		complete = r.flush()
		r.pieces, r.stamp, r.begun, r.dress = append(r.pieces, rest), t, r.lines, s[:at]
	case r.continues(bare(s, r.dress)):
		r.extend(s)
	default:
		complete = r.flush()
		r.report.Kinds[Prose]++
	}
	return complete
}

// inside reports whether a line that looks like the beginning of a packet is part
// of the one before: the second line of -v, or a packet inside of another. In a
// text with times each packet has one; without, the form must tell.
func (r *Reader) inside(s string, t stamp, rest string) bool {
	if len(r.pieces) == 0 || t.kind != noStamp || r.full(s) {
		return false
	}
	last := r.pieces[len(r.pieces)-1]
	switch {
	case r.stamp.kind != noStamp:
		r.line.read(r.whole(len(r.pieces), " "))
		return r.line.kind != Segment
	case strings.HasPrefix(rest, "IP") || strings.Contains(rest, "ethertype "):
		return s[0] == '\t' && strings.HasPrefix(r.pieces[0], "IP") || strings.Contains(last, ", vni ")
	}
	return strings.HasSuffix(last, ")") || !strings.Contains(last, " > ")
}

// flush reads the packet whose lines are complete, and reports whether that gave a
// frame.
func (r *Reader) flush() (complete bool) {
	if len(r.pieces) == 0 {
		return false
	}
	used := r.join()
	r.report.Kinds[Prose] += uint64(len(r.pieces) - used)
	r.report.Kinds[r.line.kind]++
	if r.line.kind != Prose {
		r.at = r.clock.at(r.stamp) // of what is left out, too: -ttt counts from it
	}
	switch r.line.kind {
	case Broken:
		r.note(Note{Line: r.begun, Text: r.line.why})
	case Segment, Datagram:
		complete = r.build()
	}
	r.pieces = r.pieces[:0]
	r.dump.reset()
	return complete
}

// build makes the frame of the line.
func (r *Reader) build() bool {
	src, dst, why := r.line.ends(&r.names)
	if why != "" {
		r.report.Kinds[r.line.kind]--
		r.report.Kinds[Broken]++
		r.note(Note{Line: r.begun, Text: why})
		return false
	}
	if r.line.mended != "" {
		r.report.Mended++
		r.note(Note{Line: r.begun, Text: r.line.mended, Mended: true})
	}
	if r.stamp.kind == noStamp || r.stamp.kind == lost {
		r.report.Untimed++
	}
	if r.line.kind == Datagram {
		r.frame.datagram(&r.line, src, dst)
		return true
	}
	r.segment(src, dst)
	return true
}

// segment makes the frame of a segment: of its hex dump, or of what the line says.
func (r *Reader) segment(src, dst netip.AddrPort) {
	s := &r.line.seg
	p, d := pairOf(src, dst)
	t := r.numbers.talk(p)
	named := r.line.src.name != "" || r.line.dst.name != ""
	if ip, h, ok := r.dump.whole(src, dst, named); ok {
		r.report.Dumps++
		s.seq, s.ack, s.flags = uint32(h.Seq()), uint32(h.Ack()), h.Flags()
		t.know(d, s)
		r.frame.dumped(r.dump.octets, ip)
		return
	}
	r.numbers.resolve(t, d, s)
	t.way[d].habit(&r.line.ip)
	r.frame.tcp(&r.line.link, &r.line.ip, src, dst, s)
}
