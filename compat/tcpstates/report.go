package tcpstates

import "strconv"

// Report is what Tranalyzer2 says at the end, and what it does not say: how many
// flows carry each flag.
type Report struct {
	Aggregated Flags     // of all TCP flows
	Flows      uint64    // flows that ended, that is directions, of all protocols
	TCP        uint64    // those of TCP
	By         [8]uint64 // TCP flows that carry each flag, lowest bit first
	Evicted    uint64    // flows that had to go because the table was full; their opposites went with them
}

func (r *Report) add(f *Flow) {
	r.Flows++
	if !f.TCP() {
		return
	}
	r.TCP++
	r.Aggregated |= f.Flags
	for i := range r.By {
		r.By[i] += uint64(f.Flags >> i & 1)
	}
}

// Append appends the report: the original's line, and one for each flag that a
// flow carries. Like the original it says nothing if there is none.
func (r *Report) Append(dst []byte) []byte {
	if r.Aggregated == 0 {
		return dst
	}
	dst = append(dst, "Aggregated tcpStatesAFlags="...)
	dst = append(r.Aggregated.Append(dst), '\n')
	for _, b := range catalogue {
		if r.Aggregated&b.Bit != 0 {
			dst = r.appendBit(dst, b)
		}
	}
	return dst
}

// appendBit appends "  0x40 reset from sender: 3 of 12 flows".
func (r *Report) appendBit(dst []byte, b Bit) []byte {
	dst = b.Bit.Append(append(dst, "  "...))
	dst = append(append(append(dst, ' '), b.Name...), ": "...)
	n := uint64(0)
	for i := range r.By {
		if b.Bit == 1<<i {
			n = r.By[i]
		}
	}
	dst = strconv.AppendUint(dst, n, 10)
	dst = append(dst, " of "...)
	dst = strconv.AppendUint(dst, r.TCP, 10)
	return append(dst, " flows\n"...)
}
