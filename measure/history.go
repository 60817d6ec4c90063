package measure

import (
	"math/bits"

	"onpath/conn"
	"onpath/tcp"
)

// maxHistory bounds a History; a letter more is dropped.
const maxHistory = 19

// History is the story of a connection in the letters of Zeek's conn.log, of
// which each stands at its first occurrence in a direction; t, the
// retransmission, again at the 10th, 100th, …. Capital letters are the client's,
// small ones the server's. The zero History is empty.
type History struct {
	n       uint8
	letters [maxHistory]byte
	seen    [2]set    // by tcp.Client, tcp.Server
	again   [2]uint16 // segments with repeated payload, at most 65,535
}

// letter is one of the letters; a set of them has the bits 1<<letter.
type letter uint8

// The letters, in the order in which one segment shows them.
const (
	multiFlag letter = iota
	syn
	handshake
	inconsistent
	badSum
	gap
	pureAck
	data
	repeated
	fin
	rst
	zeroWindow
	flipped
)

// letters are Zeek's.
var letters = [...]struct {
	char byte // the server's; the client's is the capital
	doc  string
}{
	multiFlag:    {'q', "SYN together with FIN or RST"},
	syn:          {'s', "SYN without ACK"},
	handshake:    {'h', "SYN,ACK"},
	inconsistent: {'i', "FIN together with RST"},
	badSum:       {'c', "bad checksum"},
	gap:          {'g', "octets were acknowledged that did not pass here"},
	pureAck:      {'a', "pure ACK"},
	data:         {'d', "payload"},
	repeated:     {'t', "payload that had passed before"},
	fin:          {'f', "FIN"},
	rst:          {'r', "RST"},
	zeroWindow:   {'w', "zero window"},
	flipped:      {'^', "the first packet was the server's: the SYN was not seen"},
}

// set is a set of letters.
type set uint16

// Flipped notes that the first packet of the record was the server's.
func (h *History) Flipped() { h.Add('^') }

// Datagram notes payload of something that is not TCP, and a bad checksum.
func (h *History) Datagram(dir tcp.Dir, payload uint32, sum tcp.Sum) {
	var now set
	if payload > 0 {
		now |= 1 << data
	}
	if sum == tcp.SumBad {
		now |= 1 << badSum
	}
	h.note(dir, now)
}

// Segment notes what s showed. A gap is noted with the direction that lacks the
// octets.
func (h *History) Segment(s *tcp.Segment, step *conn.Step) {
	if step.Gap > 0 {
		h.note(s.Dir^1, 1<<gap)
	}
	now := shows(s)
	if step.Repeated > 0 && step.New == 0 && s.Len > 1 { // one octet is a keep-alive
		h.retransmission(s.Dir)
		now &^= 1 << data
	}
	h.note(s.Dir, now)
}

// shows returns the letters of s itself.
func shows(s *tcp.Segment) (now set) {
	f := s.Flags
	switch {
	case f.Has(tcp.SYN) && f&(tcp.FIN|tcp.RST) != 0:
		now |= 1 << multiFlag
	case f.Has(tcp.FIN | tcp.RST):
		now |= 1 << inconsistent
	case f.Has(tcp.SYN | tcp.ACK):
		now |= 1 << handshake
	case f.Has(tcp.SYN):
		now |= 1 << syn
	case f.Has(tcp.FIN):
		now |= 1 << fin
	case f.Has(tcp.RST):
		now |= 1 << rst
	case s.Len == 0 && f.Has(tcp.ACK):
		now |= 1 << pureAck
	}
	if s.Len > 0 {
		now |= 1 << data
	}
	if s.Win == 0 && f&tcp.RST == 0 {
		now |= 1 << zeroWindow
	}
	if s.Sum == tcp.SumBad {
		now |= 1 << badSum
	}
	return now
}

// note adds the letters of now that the direction had not shown before.
func (h *History) note(dir tcp.Dir, now set) {
	now &^= h.seen[dir]
	if now == 0 {
		return
	}
	h.seen[dir] |= now
	for ; now != 0; now &= now - 1 {
		h.Add(letter(bits.TrailingZeros16(uint16(now))).char(dir))
	}
}

// char returns the letter as dir's end writes it.
func (l letter) char(dir tcp.Dir) byte {
	c := letters[l].char
	if dir == tcp.Client {
		c -= 'a' - 'A'
	}
	return c
}

// Add appends a letter, or does nothing once the History is full.
func (h *History) Add(char byte) {
	if h.n < maxHistory {
		h.letters[h.n] = char
		h.n++
	}
}

// retransmission adds t at the 1st, 10th, 100th, … one of a direction.
func (h *History) retransmission(dir tcp.Dir) {
	if h.again[dir] == 1<<16-1 {
		return
	}
	h.again[dir]++
	switch h.again[dir] {
	case 1, 10, 100, 1000, 10000:
		h.Add(repeated.char(dir))
	}
}

// Append appends the letters to dst.
func (h *History) Append(dst []byte) []byte { return append(dst, h.letters[:h.n]...) }
