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
	t := stackTable{width: [2]int{max(stackValue, addrWidth(ends[0].Addr), addrWidth(ends[1].Addr)), 0}}
	return t.append(dst, ends, stackRows)
}

// AppendDump appends the same table as tcpad's dump file has it, with a bar behind each
// value, and below it the newer rows; a list has a line for each of its words.
func AppendDump(dst []byte, ends *[2]StackEnd) []byte {
	rows := append(append([]stackRow(nil), stackRows...), newerRows...)
	t := stackTable{width: [2]int{stackValue, stackValue}, close: " |"}
	for i := range ends {
		for _, r := range rows {
			for _, word := range r.words(&ends[i]) {
				t.width[i] = max(t.width[i], len(word))
			}
		}
	}
	return t.append(dst, ends, rows)
}

// words returns the value of a list word by word, that of another row as one; none of a
// headline.
func (r *stackRow) words(e *StackEnd) []string {
	switch {
	case r.append == nil:
		return nil
	case r.typ != List:
		return []string{string(r.append(nil, e))}
	}
	return strings.Split(string(r.append(nil, e)), ",")
}

// stackTable is how the table is drawn.
type stackTable struct {
	width [2]int // up to which values are filled up with blanks
	close string // behind the second value
}

func (t *stackTable) append(dst []byte, ends *[2]StackEnd, rows []stackRow) []byte {
	dst = t.line(dst, "", "Local endpoint", "Remote endpoint")
	for i := range rows {
		r := &rows[i]
		switch {
		case r.append == nil:
			dst = append(append(dst, r.head...), '\n')
		case r.typ == List:
			dst = t.list(dst, r.head, r.words(&ends[0]), r.words(&ends[1]))
		default:
			dst = t.row(dst, r, ends)
		}
	}
	return dst
}

// row appends a row with one value an end. It does not allocate.
func (t *stackTable) row(dst []byte, r *stackRow, ends *[2]StackEnd) []byte {
	start := len(dst)
	dst = pad(append(dst, r.head...), start+stackHead)
	for i := range ends {
		dst = append(dst, " | "...)
		start = len(dst)
		dst = pad(r.append(dst, &ends[i]), start+t.width[i])
	}
	return append(append(dst, t.close...), '\n')
}

// list appends a row with a line for each word.
func (t *stackTable) list(dst []byte, head string, local, remote []string) []byte {
	word := func(words []string, i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	for i := range max(len(local), len(remote)) {
		dst = t.line(dst, head, word(local, i), word(remote, i))
		head = ""
	}
	return dst
}

func (t *stackTable) line(dst []byte, head, local, remote string) []byte {
	start := len(dst)
	dst = append(pad(append(dst, head...), start+stackHead), " | "...)
	start = len(dst)
	dst = append(pad(append(dst, local...), start+t.width[0]), " | "...)
	start = len(dst)
	return append(append(pad(append(dst, remote...), start+t.width[1]), t.close...), '\n')
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
