package record

import (
	"net/netip"
	"strings"
)

// Widths of the table of both stacks, in characters. Where a value is longer, its
// column is as wide as it.
const (
	stackHead  = len("SND.SCALE:")
	stackValue = len("Remote endpoint")
)

// AppendStacks appends the table of both virtual stacks, local and remote, in tcpad's
// rows. They are as wide as the longer address.
func AppendStacks(dst []byte, ends *[2]StackEnd) []byte {
	width := [2]int{max(stackValue, addrWidth(ends[0].Addr), addrWidth(ends[1].Addr))}
	return appendStackTable(dst, ends, stackRows, width, "")
}

// AppendDump appends the same table as tcpad's dump file has it, with a bar behind each
// value, and below it the newer rows.
func AppendDump(dst []byte, ends *[2]StackEnd) []byte {
	rows := append(append([]stackRow(nil), stackRows...), newerRows...)
	var width [2]int
	for i := range ends {
		width[i] = stackValue
		for _, r := range rows {
			if r.append != nil {
				width[i] = max(width[i], len(r.append(nil, &ends[i])))
			}
		}
	}
	return appendStackTable(dst, ends, rows, width, " |")
}

// appendStackTable appends rows whose values have two widths. close stands behind the second
// value, which is not filled up without it.
func appendStackTable(dst []byte, ends *[2]StackEnd, rows []stackRow, width [2]int, close string) []byte {
	dst = appendStackLine(dst, "", width, close, func(dst []byte, i int) []byte { return append(dst, stackTitles[i]...) })
	for i := range rows {
		r := &rows[i]
		if r.append == nil {
			dst = append(append(dst, r.head...), '\n')
			continue
		}
		dst = appendStackLine(dst, r.head, width, close, func(dst []byte, i int) []byte { return r.append(dst, &ends[i]) })
	}
	return dst
}

var stackTitles = [2]string{"Local endpoint", "Remote endpoint"}

func appendStackLine(dst []byte, head string, width [2]int, close string, value func(dst []byte, i int) []byte) []byte {
	start := len(dst)
	dst = pad(append(dst, head...), start+stackHead)
	for i := range width {
		dst = append(dst, " | "...)
		start = len(dst)
		dst = value(dst, i)
		if i == 0 || close != "" {
			dst = pad(dst, start+width[i])
		}
	}
	return append(append(dst, close...), '\n')
}

// addrWidth returns how long an address is in text.
func addrWidth(a netip.Addr) int {
	var b [64]byte
	return len(a.AppendTo(b[:0]))
}

// pad appends blanks up to a length.
func pad(dst []byte, to int) []byte {
	for len(dst) < to {
		dst = append(dst, ' ')
	}
	return dst
}

// AppendStackObject appends an end as a JSON object, with the table's own names.
func AppendStackObject(dst []byte, e *StackEnd) []byte {
	mark := byte('{')
	for _, rows := range [2][]stackRow{stackRows, newerRows} {
		for i := range rows {
			r := &rows[i]
			if r.append == nil {
				continue
			}
			dst = append(append(append(dst, mark, '"'), strings.TrimSuffix(r.head, ":")...), `":`...)
			dst = r.appendJSON(dst, e)
			mark = ','
		}
	}
	return append(dst, '}')
}

func (r *stackRow) appendJSON(dst []byte, e *StackEnd) []byte {
	value := string(r.append(nil, e))
	switch {
	case r.typ == Uint:
		return append(dst, value...)
	case r.typ != List:
		return append(append(append(dst, '"'), value...), '"')
	case value == "":
		return append(dst, "[]"...)
	}
	return append(append(append(dst, `["`...), strings.ReplaceAll(value, ",", `","`)...), `"]`...)
}
