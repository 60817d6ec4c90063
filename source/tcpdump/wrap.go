package tcpdump

import "strings"

// maxPieces is how many lines a packet may be wrapped into.
const maxPieces = 8

// extend adds a line that goes on with the one before. Where mails broke a line that was
// too long for them, = stands at its end (RFC 2045 §6.7).
func (r *Reader) extend(s string) {
	last := &r.pieces[len(r.pieces)-1]
	if begin, soft := strings.CutSuffix(*last, "="); soft {
		*last = begin + s
		return
	}
	r.pieces = append(r.pieces, r.joint(s)+bare(s, r.dress))
}

// joint returns the space that stood where a line that goes on with the one before was
// cut from it.
func (r *Reader) joint(s string) string {
	if r.spaced[0] || strings.HasPrefix(s, " ") {
		return " "
	}
	return ""
}

// continues reports whether a line that does not begin a packet goes on with the
// one before: that was not complete, or this is what stands at the end of one.
func (r *Reader) continues(s string) bool {
	if len(r.pieces) == 0 || r.dump.lines > 0 || r.full(s) {
		return false
	}
	for _, tail := range tails {
		if strings.HasPrefix(s, tail) {
			return true
		}
	}
	return !r.reads(len(r.pieces), " ") && !r.reads(len(r.pieces), "")
}

// reads reports whether the first n pieces, with space between them, are a packet. Words
// that have grown together look like another protocol.
func (r *Reader) reads(n int, space string) bool {
	r.line.read(r.whole(n, space))
	k := r.line.kind
	return k != Prose && k != Broken && (k != Other || n == 1 || space != "")
}

// full reports whether the packet has no room for one more line.
func (r *Reader) full(s string) bool {
	n := len(s)
	for _, p := range r.pieces {
		n += len(p)
	}
	return len(r.pieces) == maxPieces || n > MaxLine
}

// tails are what a wrapped line can begin with though the packet could end before
// it.
var tails = []string{"<mss ", "<nop", "<timestamp ", "<sackOK", "<wscale ", "<eol", "<sack ", "(DF)", "(ttl ", "[tos ", "(frag ", "(label "}

// whole returns the first n pieces as one line, with space between them.
func (r *Reader) whole(n int, space string) string {
	if space == "" {
		return strings.Join(r.pieces[:n], "")
	}
	b := []byte(r.pieces[0])
	for _, p := range r.pieces[1:n] {
		b = append(append(b, space...), strings.TrimLeft(p, " ")...)
	}
	return string(b)
}

// join reads as many of the pieces as make a packet, with a space between them, as
// mails are wrapped, or without, as terminals wrap. It returns how many.
func (r *Reader) join() (used int) {
	for _, space := range [...]string{" ", ""} {
		for n := len(r.pieces); n > 0; n-- {
			if r.reads(n, space) {
				return n
			}
			if n == 1 && space == " " && len(r.pieces) == 1 {
				return 1
			}
		}
	}
	r.line.read(r.pieces[0])
	return 1
}
