package record

// maxHistory bounds a History; a letter more is dropped.
const maxHistory = 31

// History is the story of a connection in Zeek's letters: s SYN, h SYN,ACK,
// a pure ACK, d data, f FIN, r RST, c bad checksum, t retransmission, w zero
// window, g gap, i FIN with RST, q SYN with FIN or RST, ^ the ends were swapped
// by what we know now; capital letters are the client's, small ones the
// server's. The zero History is empty.
type History struct {
	n       uint8
	letters [maxHistory]byte
}

// Add appends a letter, or does nothing once the History is full.
func (h *History) Add(letter byte) {
	if h.n < maxHistory {
		h.letters[h.n] = letter
		h.n++
	}
}

// Append appends the letters to dst.
func (h *History) Append(dst []byte) []byte { return append(dst, h.letters[:h.n]...) }
