package tcp

import "bytes"

// OptionMap holds the options of one header by kind: all values of an option
// that is repeated, in their order, each without kind and length. NOP and EOL
// are not in it. It is for those who want to look at options, not for every
// segment: it allocates, where Options does not.
type OptionMap map[Kind][][]byte

// OptionMap collects the options of h; the values are copies. At a length that
// lies (below 2, or past the header) it ends with ErrOptionLength, and the map
// holds what stood before.
func (h Header) OptionMap() (OptionMap, error) {
	m := OptionMap{}
	o := h.Options()
	for o.Next() {
		m[o.Kind] = append(m[o.Kind], bytes.Clone(o.Data))
	}
	return m, o.Err()
}

// Value returns the last value of an option, as a mapping that keeps one value
// for each kind would have it. ok is false if the option is not there; a value
// may be empty.
func (m OptionMap) Value(k Kind) (value []byte, ok bool) {
	all := m[k]
	if len(all) == 0 {
		return nil, false
	}
	return all[len(all)-1], true
}
