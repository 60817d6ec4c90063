package measure

import (
	"iter"

	"onpath/tcp"
)

// letter is one of the letters; a set of them has the bits 1<<letter.
type letter uint8

// The letters, in the order in which one segment shows them. Those behind flipped
// are not Zeek's.
const (
	badSum letter = iota
	multiFlag
	syn
	handshake
	inconsistent
	fin
	rst
	data
	pureAck
	zeroWindow
	repeated
	gap
	flipped
	retry
	late
	keepAlive
	shrunk
	urgent
	marked
	refusal
	violation
)

// letters are Zeek's, and ours.
var letters = [...]struct {
	char byte // the server's; the client's is the capital
	doc  string
}{
	badSum:       {'c', "bad checksum"},
	multiFlag:    {'q', "SYN together with FIN or RST"},
	syn:          {'s', "SYN without ACK"},
	handshake:    {'h', "SYN,ACK"},
	inconsistent: {'i', "FIN together with RST"},
	fin:          {'f', "FIN"},
	rst:          {'r', "RST"},
	data:         {'d', "payload"},
	pureAck:      {'a', "pure ACK"},
	zeroWindow:   {'w', "zero window"},
	repeated:     {'t', "payload no further than what had passed before"},
	gap:          {'g', "octets were acknowledged that did not pass here"},
	flipped:      {'^', "the first packet was the server's: the SYN was not seen"},
	retry:        {'y', "SYN or SYN,ACK sent again"},
	late:         {'o', "octets out of order"},
	keepAlive:    {'k', "keep-alive"},
	shrunk:       {'z', "the window's edge moved left"},
	urgent:       {'u', "urgent pointer"},
	marked:       {'e', "congestion experienced: a marked datagram, or ECE"},
	refusal:      {'m', "an ICMP error for a segment of the other end"},
	violation:    {'!', "something that no execution of RFC 9293 explains"},
}

// Letters yields the letters, the server's, and what each means.
func Letters() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, l := range letters {
			if !yield(string(l.char), l.doc) {
				return
			}
		}
	}
}

// set is a set of letters.
type set uint32

// scaled are the letters that count occurrences, and closing those that stand again
// with another SEQ. An end shows one of opening once.
const (
	scaled  = set(1<<badSum | 1<<gap | 1<<repeated | 1<<zeroWindow)
	closing = set(1<<fin | 1<<rst)
	opening = set(1<<syn | 1<<handshake)
)

// char returns the letter as dir's end writes it.
func (l letter) char(dir tcp.Dir) byte {
	c := letters[l].char
	if dir == tcp.Client {
		c -= 'a' - 'A'
	}
	return c
}

// zeeks are the characters of Zeek's letters, checksums left out.
var zeeks = func() (is [256]bool) {
	for l := badSum + 1; l <= flipped; l++ {
		is[letters[l].char], is[l.char(tcp.Client)] = true, true
	}
	return is
}()
