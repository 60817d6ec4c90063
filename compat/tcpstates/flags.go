package tcpstates

import "strconv"

// Flags are the octet of one direction, the column tcpStatesAFlags. The zero
// Flags say that nothing was found.
type Flags uint8

// The bits, in the order and with the meaning of catalogue.
const (
	Establishment Flags = 1 << iota
	Teardown
	Established
	AfterClose
	AfterReset
	_
	Reset
	Scan
)

// A Bit is one row of the table of flags.
type Bit struct {
	Bit     Flags
	Name    string // the seed document's words
	Meaning string // when the machine sets it, in one sentence
	Source  string
}

// catalogue is the only place where a flag's name and meaning are written. Its names
// are those of the tcpStates document, table 1.3.1; the bit 0x20 is never set.
var catalogue = [...]Bit{
	{Establishment, "malformed connection establishment",
		"not both ends sent a SYN that the other acknowledged by its exact number, or the flow has one direction only", "tcpStates §1.3.1"},
	{Teardown, "malformed teardown",
		"not both ends sent a FIN without data that the other acknowledged by its exact number, or the flow has one direction only: true of all that was open when the capture ended", "tcpStates §1.3.1"},
	{Established, "malformed flags during established connection",
		"a segment with SYN or without ACK while its sender was established; set for both directions", "tcpStates §1.3.1"},
	{AfterClose, "packets detected after teardown",
		"this direction sent a segment within 10 s after both FINs were acknowledged", "tcpStates §1.3.1"},
	{AfterReset, "packets detected after reset",
		"this direction sent a segment within 0.1 s after a reset", "tcpStates §1.3.1"},
	{Reset, "reset from sender",
		"this direction sent the RST that reset the connection", "tcpStates §1.3.1"},
	{Scan, "potential evil behavior (scan)",
		"no flag at all, exactly FIN, PSH and URG, a FIN alone or FIN and ACK as the first segment, or a RST that nobody asked for", "tcpStates §1.3.1"},
}

// Bits returns the table of flags, lowest bit first.
func Bits() []Bit { return append([]Bit(nil), catalogue[:]...) }

// String returns the flags as the columns print them, "0x43".
func (f Flags) String() string { return string(f.Append(nil)) }

// Append appends what String returns to dst.
func (f Flags) Append(dst []byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '0', 'x', digits[f>>4], digits[f&15])
}

// ParseFlags is the inverse of Flags.String; it also takes other notations of
// the number. ok is false for what is no number up to 0xff.
func ParseFlags(s string) (f Flags, ok bool) {
	n, err := strconv.ParseUint(s, 0, 8)
	return Flags(n), err == nil
}

// Explain returns the flags in words: one line a bit, with its name and when it
// is set, each ended by a newline.
func (f Flags) Explain() string {
	if f == 0 {
		return "0x00  nothing found\n"
	}
	var dst []byte
	for _, b := range catalogue {
		if f&b.Bit != 0 {
			dst = append(b.Bit.Append(dst), "  "+b.Name+": "+b.Meaning+"\n"...)
			f &^= b.Bit
		}
	}
	if f != 0 {
		dst = append(f.Append(dst), "  never set\n"...)
	}
	return string(dst)
}
