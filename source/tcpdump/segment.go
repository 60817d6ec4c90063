package tcpdump

import (
	"strconv"
	"strings"

	"onpath/tcp"
)

// segment is what a line says of a TCP segment. Numbers are as printed.
type segment struct {
	flags    tcp.Flags
	seq, end uint32
	ack      uint32
	length   uint32
	win      uint16
	urg      uint16
	sum      uint16 // checksum; said is what the text says of it
	said     tcp.Sum
	hasSeq   bool
	hasEnd   bool
	hasWin   bool
	hasSum   bool
	whole    bool // length N ended it, or a classic win
	modern   bool
	cut      bool // the captured octets ended in the header
	options  options
	mended   string // what was put right, and how
	ip       ipSaid // what classic lines say behind the segment
}

// readSegment reads what stands behind the arrow's colon. why says what is wrong
// with it, "" if nothing is.
func (s *segment) read(body string) (why string) {
	o := s.options
	o.octets, o.sacks, o.cut = o.octets[:0], o.sacks[:0], false
	*s = segment{options: o}
	rest, why := s.readFlags(body)
	for why == "" && rest != "" && !(s.modern && s.whole) {
		rest, why = s.field(strings.TrimLeft(rest, " ,"))
	}
	if why != "" {
		return why
	}
	if !s.hasWin {
		return "no window: the line ends early"
	}
	if s.modern && !s.whole && !s.cut {
		return "no length: the line ends early"
	}
	return s.measure()
}

// isSegment reports whether body begins as a TCP segment does: Flags [S.], or
// classic flags. What is wrapped may end early.
func isSegment(body string) bool {
	if strings.HasPrefix(body, "Flags [") || body == "Flags" || body == "" {
		return true
	}
	word, rest, _ := strings.Cut(body, " ")
	_, ok := classicFlags(strings.TrimSuffix(word, ","))
	rest = strings.TrimLeft(rest, " ")
	return ok && (rest == "" || rest[0] >= '0' && rest[0] <= '9' || rest[0] == '[' ||
		strings.HasPrefix(rest, "ack ") || strings.HasPrefix(rest, "win ") || strings.HasPrefix(rest, "cksum "))
}

// flagLetters are those of both forms; the dot is ACK only in the modern one.
var flagLetters = map[byte]tcp.Flags{
	'S': tcp.SYN, 'F': tcp.FIN, 'R': tcp.RST, 'P': tcp.PSH, 'U': tcp.URG,
	'E': tcp.ECE, 'W': tcp.CWR, 'e': tcp.AE, '.': tcp.ACK,
}

func flagsOf(word string) (f tcp.Flags, ok bool) {
	for i := range len(word) {
		bit, ok := flagLetters[word[i]]
		if !ok || f&bit != 0 {
			return 0, false
		}
		f |= bit
	}
	return f, true
}

// classicFlags reads S, FP, SWE …; a dot alone says that none of SYN, FIN, RST and
// PSH is set, and nothing of ACK.
func classicFlags(word string) (f tcp.Flags, ok bool) {
	if word == "." {
		return 0, true
	}
	f, ok = flagsOf(word)
	return f, ok && word != "" && f&(tcp.ACK|tcp.AE) == 0
}

func (s *segment) readFlags(body string) (rest, why string) {
	word, rest, _ := strings.Cut(body, " ")
	if body == "" || body == "Flags" {
		return "", "no flags: the line ends early"
	}
	if inner, ok := strings.CutPrefix(body, "Flags ["); ok {
		word, rest, _ = strings.Cut(inner, "]")
		s.modern = true
		if word == "none" {
			word = ""
		}
		if s.flags, ok = flagsOf(word); !ok {
			return "", "unknown flags " + quoted(word)
		}
		return rest, ""
	}
	f, ok := classicFlags(strings.TrimSuffix(word, ","))
	if !ok {
		return "", "unknown flags " + quoted(word)
	}
	s.flags = f
	return rest, ""
}

// field reads one field at the beginning of text, and returns what is behind it.
func (s *segment) field(text string) (rest, why string) {
	switch {
	case text == "":
		return "", ""
	case text[0] == '<':
		return s.list(text, '<', '>')
	case text[0] == '[':
		return s.bracket(text)
	case text[0] == '(':
		inside, rest := balanced(text, '(', ')')
		s.ip.read(inside)
		return rest, ""
	case text[0] >= '0' && text[0] <= '9':
		return s.numbers(text)
	}
	word, rest, _ := strings.Cut(text, " ")
	if word == "options" {
		return s.list(strings.TrimLeft(rest, " "), '[', ']')
	}
	for _, f := range segmentFields {
		if f.name == word {
			return f.read(s, strings.TrimLeft(rest, " "))
		}
	}
	if s.hasWin && !s.modern {
		return "", "" // a classic line has no end mark: this is what the application said
	}
	return "", "unknown word " + quoted(word)
}

// segmentFields are the fields that have a name.
var segmentFields = []struct {
	name string
	read func(s *segment, text string) (rest, why string)
}{
	{"seq", (*segment).numbers},
	{"ack", func(s *segment, text string) (string, string) {
		s.flags |= tcp.ACK
		n, rest, why := number(text, 32, "ack")
		s.ack = uint32(n)
		return rest, why
	}},
	{"win", func(s *segment, text string) (string, string) {
		n, rest, why := number(text, 16, "win")
		s.win, s.hasWin = uint16(n), why == ""
		return rest, why
	}},
	{"urg", func(s *segment, text string) (string, string) {
		n, rest, why := number(text, 16, "urg")
		s.urg = uint16(n)
		s.flags |= tcp.URG
		return rest, why
	}},
	{"cksum", (*segment).checksum},
	{"length", func(s *segment, text string) (string, string) {
		n, rest, why := number(text, 31, "length")
		s.length, s.whole = uint32(n), why == ""
		return rest, why
	}},
}

// number reads a decimal number at the beginning of text.
func number(text string, size int, name string) (n uint64, rest, why string) {
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	n, err := strconv.ParseUint(text[:i], 10, size)
	if err != nil {
		return 0, "", name + " is not a number of " + strconv.Itoa(size) + " bits"
	}
	return n, text[i:], ""
}

// numbers reads SEQ, SEQ:END or, as classic lines have it, SEQ:END(LENGTH).
func (s *segment) numbers(text string) (rest, why string) {
	n, rest, why := number(text, 32, "seq")
	if why != "" {
		return "", why
	}
	s.seq, s.hasSeq = uint32(n), true
	if rest == "" || rest[0] != ':' {
		return rest, ""
	}
	n, rest, why = number(rest[1:], 32, "the end of the sequence numbers")
	s.end, s.hasEnd = uint32(n), true
	if why != "" || rest == "" || rest[0] != '(' {
		return rest, why
	}
	n, rest, why = number(rest[1:], 32, "the length")
	s.length = uint32(n)
	return strings.TrimPrefix(rest, ")"), why
}

// checksum reads what -v says: 0x9e9b (correct), 0x9e9b (incorrect -> 0x1234).
func (s *segment) checksum(text string) (rest, why string) {
	word, rest, _ := strings.Cut(text, " ")
	n, err := strconv.ParseUint(strings.TrimSuffix(word, ","), 0, 16)
	if err != nil {
		return "", "cksum is not a number of 16 bits"
	}
	s.sum, s.hasSum = uint16(n), true
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "(correct)"):
		s.said = tcp.SumGood
	case strings.HasPrefix(rest, "(incorrect"):
		s.said = tcp.SumBad
	default:
		return rest, ""
	}
	_, rest = balanced(rest, '(', ')')
	return rest, ""
}

// list reads options.
func (s *segment) list(text string, open, shut byte) (rest, why string) {
	if text == "" || text[0] != open {
		return "", "no list behind options"
	}
	inside, rest := balanced(text, open, shut)
	s.options.read(strings.TrimSuffix(inside, "[|tcp]"))
	switch {
	case strings.Contains(inside, "[|tcp]"):
		s.cut, s.options.cut = true, true
	case strings.HasSuffix(inside, "[bad opt]"): // tcpdump gives up here, and ends the line
		s.cut, s.options.cut = true, true
	case len(inside)+1 == len(text):
		return "", "the options have no end"
	}
	return rest, ""
}

// bracket reads what stands in square brackets: the type of service, older
// versions' words about checksum and ECN, or that the capture was cut here.
func (s *segment) bracket(text string) (rest, why string) {
	inside, rest := balanced(text, '[', ']')
	switch {
	case strings.HasPrefix(inside, "|tcp"):
		s.cut = true
	case strings.HasPrefix(inside, "tcp sum ok"):
		s.said = tcp.SumGood
	case strings.HasPrefix(inside, "bad tcp cksum"):
		s.said = tcp.SumBad
	case strings.HasPrefix(inside, "bad hdr length"):
		return "", inside
	case strings.HasPrefix(inside, "tos "):
		s.ip.read(inside)
	}
	if strings.Contains(inside, "ECN-Echo") {
		s.flags |= tcp.ECE
	}
	if strings.Contains(inside, "CWR") {
		s.flags |= tcp.CWR
	}
	return rest, ""
}

// balanced returns what stands between the bracket that text begins with and the
// one that closes it, and what follows; all of it, if none does.
func balanced(text string, open, shut byte) (inside, rest string) {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return text[1:i], text[i+1:]
			}
		}
	}
	return text[1:], ""
}
