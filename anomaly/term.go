package anomaly

import "strings"

// Term is a word that rules use in a sense of their own.
type Term struct{ Name, Doc string }

// terms are all of them. Sequence numbers are compared as signed differences
// modulo 2^32.
var terms = []Term{
	{"X", "the end that sends the segment"},
	{"Y", "the end that the segment is sent to"},
	{"SEQ", "the segment's sequence number"},
	{"ACK", "the segment's acknowledgment number, or the flag that makes it count"},
	{"LEN", "the segment's octets of payload, plus 1 for SYN and 1 for FIN"},
	{"END", "SEQ + LEN"},
	{"WIN", "the segment's window in octets: scaled, but on a SYN"},
	{"ISS", "the initial sequence number of an end"},
	{"NXT", "of an end: the highest END that was seen from it"},
	{"UNA", "of an end: the highest acceptable ACK of its octets that was seen"},
	{"EDGE", "of an end: the farthest right edge of the window that it can have been offered"},
	{"MAXWIN", "of an end: the largest WIN that it offered"},
	{"X.FIN", "END of the FIN of X"},
	{"Y.FIN", "END of the FIN of Y"},
	{"TSval", "the sender's clock in the Timestamps option"},
	{"TSecr", "the echo of the peer's TSval in that option"},
	{"AE", "the flag that RFC 9768 added, beside CWR"},
	{"ACE", "the counter that the flags AE, CWR and ECE make (RFC 9768)"},
	{"MSL", "how long a segment is thought to live in the network: 2 minutes in RFC 9293, less in practice"},
	{"RTO", "the retransmission timeout (RFC 6298)"},
	{"SRTT", "the smoothed round-trip time (RFC 6298)"},
}

// Terms returns all of them, in the order in which they build on each other.
func Terms() []Term { return terms }

// Terms returns those that Rule and Traps use.
func (r *Row) Terms() (used []Term) {
	words := strings.FieldsFunc(r.Rule+" "+r.Traps, func(c rune) bool {
		return c != '.' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
	for _, t := range terms {
		for _, w := range words {
			if matches(w, t.Name) {
				used = append(used, t)
				break
			}
		}
	}
	return used
}

// matches reports whether word is the term, or a path with it: X.NXT has X and NXT.
func matches(word, term string) bool {
	if word == term {
		return true
	}
	end, name, ok := strings.Cut(word, ".")
	return ok && (end == term || name == term && term != "FIN")
}
