package outcome

import "onpath/tcp"

// Passed is what has passed of a connection, in the bits of Wireshark's field
// tcp.completeness. The zero Passed is nothing.
type Passed uint8

// The bits, which Wireshark adds up.
const (
	PassedSyn Passed = 1 << iota
	PassedSynAck
	PassedAck
	PassedData
	PassedFin
	PassedRst
)

// note adds what a segment shows.
func (p *Passed) note(s *tcp.Segment) {
	f := s.Flags
	switch f & (tcp.SYN | tcp.ACK) {
	case tcp.SYN:
		*p |= PassedSyn
	case tcp.SYN | tcp.ACK:
		*p |= PassedSynAck
	case tcp.ACK:
		if f&tcp.RST == 0 {
			*p |= PassedAck
		}
	}
	if s.Len > 0 {
		*p |= PassedData
	}
	if f&tcp.FIN != 0 {
		*p |= PassedFin
	}
	if f&tcp.RST != 0 {
		*p |= PassedRst
	}
}

// letters are those of Wireshark's field tcp.completeness.str, the last bit first.
const letters = "RFDASS"

// AppendLetters appends a letter for each bit, and a dot for each that is not set,
// as Wireshark shows them: ".FDASS" is 31.
func (p Passed) AppendLetters(dst []byte) []byte {
	for i := range letters {
		if p>>(len(letters)-1-i)&1 != 0 {
			dst = append(dst, letters[i])
		} else {
			dst = append(dst, '.')
		}
	}
	return dst
}
