package record

// A Group is a run of columns of a table, or of smaller groups. Where it has a State,
// rows of the same state have the same texts in it, so that a format may keep what it
// wrote once (Layout).
type Group[R any] struct {
	State   func(row *R) (s State, few bool) // few: s is all that the texts are made of; nil: never
	Columns []Column[R]
	Own     func() []Column[R] // instead of Columns: what it returns is for one format, and may remember what it wrote
	Groups  []Group[R]         // instead of Columns
}

// columns returns those of g, without those of its groups.
func (g *Group[R]) columns() []Column[R] {
	if g.Own != nil {
		return g.Own()
	}
	return g.Columns
}

// State is what the texts of a group are made of. It has no meaning but that equal ones
// stand for equal texts.
type State struct{ A, B, C uint64 } // an array would be passed through memory

// Ungrouped returns a table as one group without a State.
func Ungrouped[R any](columns []Column[R]) []Group[R] { return []Group[R]{{Columns: columns}} }

// columnsOf returns the columns of groups, in their order.
func columnsOf[R any](groups []Group[R]) (columns []Column[R]) {
	for i := range groups {
		columns = append(append(columns, groups[i].columns()...), columnsOf(groups[i].Groups)...)
	}
	return columns
}

// Layout is the groups of a table as a format has them that makes a C of each column. It
// remembers what was written of groups with a State.
type Layout[R, C any] struct {
	state   func(*R) (State, bool)
	known   memo
	columns []C
	groups  []Layout[R, C]
}

// NewLayout returns the layout of groups; made is called for each column, in their
// order.
func NewLayout[R, C any](groups []Group[R], made func(Column[R]) C) *Layout[R, C] {
	return &Layout[R, C]{groups: layouts(groups, made)}
}

func layouts[R, C any](groups []Group[R], made func(Column[R]) C) (all []Layout[R, C]) {
	for i := range groups {
		g := &groups[i]
		l := Layout[R, C]{state: g.State, groups: layouts(g.Groups, made)}
		for _, c := range g.columns() {
			l.columns = append(l.columns, made(c))
		}
		all = append(all, l)
	}
	return all
}

// Append appends a row, or a part of it. What write appends of columns may depend on
// nothing but what their Append does.
func (l *Layout[R, C]) Append(dst []byte, row *R, write func(dst []byte, columns []C, row *R) []byte) []byte {
	if len(l.columns) > 0 {
		return write(dst, l.columns, row)
	}
	for i := range l.groups {
		g := &l.groups[i]
		if g.state == nil {
			dst = g.Append(dst, row, write)
			continue
		}
		s, few := g.state(row)
		if !few {
			dst = g.Append(dst, row, write)
			continue
		}
		if text := g.known.text(s); len(text) > 0 {
			dst = append(dst, text...)
			continue
		}
		start := len(dst)
		dst = g.Append(dst, row, write)
		g.known.keep(s, dst[start:])
	}
	return dst
}

// memo has the text of some of the states that came last: 64 at most, and no state takes
// more room than the longest text. The zero memo knows nothing.
type memo struct{ places *[1 << memoBits]remembered }

// remembered is the place of all states with one hash.
type remembered struct {
	state State
	text  []byte // empty: nothing is known
}

// memoBits is the logarithm of the number of places.
const memoBits = 6

// text returns what was kept for a state, valid until the next keep.
func (m *memo) text(s State) []byte {
	if m.places == nil {
		return nil
	}
	if k := &m.places[place(s)]; k.state == s {
		return k.text
	}
	return nil
}

// keep keeps what was written for a state, in the place of what was kept there.
func (m *memo) keep(s State, text []byte) {
	if m.places == nil {
		m.places = new([1 << memoBits]remembered)
	}
	k := &m.places[place(s)]
	k.state, k.text = s, append(k.text[:0], text...)
}

// place returns the place of a state, by odd numbers without a pattern.
func place(s State) uint64 {
	return (s.A*0x9e3779b97f4a7c15 ^ s.B*0xc2b2ae3d27d4eb4f ^ s.C*0x165667b19e3779f9) >> (64 - memoBits)
}
