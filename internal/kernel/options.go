package kernel

import (
	"fmt"
	"strings"
)

// options are the TCP options of a segment, and how a scenario says them. The zero
// options are none.
type options struct {
	words  string // empty if a scenario cannot say them
	octets []byte // a multiple of 4
}

// sayable reports whether a scenario can say o.
func (o options) sayable() bool { return o.words != "" || len(o.octets) == 0 }

// padded fills up with no-operations, as scenarios do.
func padded(o []byte) []byte {
	for len(o)%4 != 0 {
		o = append(o, 1)
	}
	return o
}

// openings returns the options of a SYN; a shift below 0 is none offered.
func openings(mss uint16, sack bool, shift int, stamps bool) options {
	var words []string
	var o []byte
	if mss > 0 {
		words, o = append(words, fmt.Sprintf("mss%d", mss)), append(o, 2, 4, byte(mss>>8), byte(mss))
	}
	if sack {
		words, o = append(words, "sack"), append(o, 4, 2)
	}
	if shift >= 0 {
		words, o = append(words, fmt.Sprintf("ws%d", shift)), append(o, 3, 3, byte(shift))
	}
	if stamps {
		words, o = append(words, "ts"), append(o, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0)
	}
	return options{strings.Join(words, ","), padded(o)}
}

// blocks returns a SACK option of the blocks between each pair of edges.
func blocks(edges ...uint32) options {
	o := []byte{1, 1, 5, byte(2 + 4*len(edges))}
	var words []string
	for i := 0; i < len(edges); i += 2 {
		o = be.AppendUint32(be.AppendUint32(o, edges[i]), edges[i+1])
		words = append(words, fmt.Sprintf("%d-%d", edges[i], edges[i+1]))
	}
	return options{"sack=" + strings.Join(words, "+"), o}
}

// stamped returns the timestamp option alone, laid out as Linux does, which the
// kernel's reader of SACK blocks passes over at once.
func stamped() options {
	return options{octets: []byte{1, 1, 8, 10, 0, 0, 0, 2, 0, 0, 0, 1}}
}

// odd are lists of options as nobody should send them.
var odd = [...][]byte{
	{0, 3, 3, 7},                            // the end, and a shift behind it
	{3, 3, 7, 0},                            // a shift, and the end
	{3, 3, 15, 1},                           // a shift beyond 14 (RFC 7323 §2.3)
	{3, 3, 255, 1},                          // far beyond
	{3, 4, 7, 1},                            // a shift of the wrong length
	{3, 2, 4, 2},                            // a shift without its octet
	{4, 3, 0, 1},                            // SACK permitted with an octet too many
	{2, 0, 5, 180},                          // length 0
	{2, 1, 5, 180},                          // length 1
	{2, 40, 5, 180},                         // length beyond the header
	{1, 1, 1, 3},                            // a kind without a length
	{253, 4, 0, 0},                          // RFC 4727
	{30, 4, 0, 129, 3, 3, 9, 4, 2, 1, 1, 1}, // Multipath TCP, then a shift and SACK
	{4, 2, 4, 2, 3, 3, 2, 3, 3, 5, 1, 1},    // both twice
	{1, 1, 5, 2},                            // SACK without blocks
	{1, 1, 5, 9, 0, 0, 0, 1, 0, 0, 0, 1},    // SACK of the wrong length
	{5, 12, 0, 0, 0, 1, 64, 0, 0, 0, 0, 0},  // a block and a quarter
	{5, 12, 0, 0, 0, 1, 192, 0, 0, 0, 0, 0}, // likewise
	{1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0},   // timestamps of zero
	{8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 5, 10},  // SACK cut off behind timestamps
	{5, 10, 255, 255, 255, 0, 255, 255, 255, 255, 1, 1}, // a block at the top of the circle
}

// strange returns one of the odd lists.
func strange(n int) options { return options{octets: odd[n]} }
