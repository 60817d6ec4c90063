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

// note adds what a segment shows, as Wireshark 4.0 counts: of a SYN nothing else but
// its payload, of a SYN,ACK not even that, of FIN and RST together RST; FIN and payload
// with ACK only; and every ACK without payload, that of a RST or FIN too.
func (p *Passed) note(s *tcp.Segment) {
	f := s.Flags
	switch {
	case f.Has(tcp.SYN | tcp.ACK):
		*p |= PassedSynAck
		return
	case f&tcp.SYN != 0:
		*p |= PassedSyn | payload(s)
		return
	case f&tcp.RST != 0:
		*p |= PassedRst
	case f.Has(tcp.FIN | tcp.ACK):
		*p |= PassedFin
	}
	switch {
	case f&tcp.ACK == 0:
	case s.Len == 0:
		*p |= PassedAck
	default:
		*p |= PassedData
	}
}

// payload returns PassedData if the segment has any.
func payload(s *tcp.Segment) Passed {
	if s.Len > 0 {
		return PassedData
	}
	return 0
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
