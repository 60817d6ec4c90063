package tcpdump

import (
	"strconv"
	"strings"
)

// measure finds the length, which classic lines of empty segments do not have and
// cut ones lack, and holds the numbers against each other.
func (s *segment) measure() (why string) {
	if !s.hasEnd {
		return ""
	}
	between := s.end - s.seq
	if s.modern && !s.whole {
		s.length = between
	}
	if between == s.length {
		return ""
	}
	wrong := "from " + dec(s.seq) + " to " + dec(s.end) + " are not " + dec(s.length) + " octets"
	if lostDigit(s.seq, s.end-s.length) {
		s.mended, s.seq = wrong+": a digit was lost in the first number", s.end-s.length
		return ""
	}
	if lostDigit(s.end, s.seq+s.length) {
		s.mended, s.end = wrong+": a digit was lost in the second number", s.seq+s.length
		return ""
	}
	return wrong
}

func dec(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// lostDigit reports whether has is what remains of whole without one digit. Short
// numbers are too much alike for that.
func lostDigit(has, whole uint32) bool {
	h, w := dec(has), dec(whole)
	if len(w) < 4 {
		return false
	}
	for i := range len(w) {
		if w[:i]+w[i+1:] == h || strings.TrimLeft(w[:i]+w[i+1:], "0") == h {
			return true
		}
	}
	return false
}

// quoted shows a piece of the text in a message.
func quoted(s string) string { return strconv.Quote(s[:min(len(s), 30)]) }
