package filter

import "slices"

// facts are what is certain at a node: answers to tests, two bits for each, and of some
// loads the values that are possible.
type facts struct {
	answers  []uint64
	possible []values
}

// values are those that a load can have.
type values struct {
	load int
	list []uint32
}

// maxValues is how many values of a load are remembered; of more, none are.
const maxValues = 16

func (f *facts) answer(test int) (yes, known bool) {
	bits := f.answers[test/32] >> (2 * (test % 32)) & 3
	return bits == 1, bits != 0
}

// of returns the values that a load can have; nil if nothing is known of them.
func (f *facts) of(load int) []uint32 {
	for _, v := range f.possible {
		if v.load == load {
			return v.list
		}
	}
	return nil
}

// with returns a copy with the answer to a test.
func (f *facts) with(q *question, test int, yes bool) *facts {
	c := &facts{slices.Clone(f.answers), nil}
	bits := uint64(2)
	if yes {
		bits = 1
	}
	c.answers[test/32] |= bits << (2 * (test % 32))
	isNew := true
	for _, v := range f.possible {
		if v.load == q.load && q.jump&srcX == 0 {
			v.list = slices.DeleteFunc(slices.Clone(v.list), func(a uint32) bool { return holds(q.jump, a, q.k) != yes })
			isNew = false
		}
		c.possible = append(c.possible, v)
	}
	if isNew && yes && q.jump == jmpEQ {
		c.possible = append(c.possible, values{q.load, []uint32{q.k}})
	}
	return c
}

// meet keeps what is certain on both ways.
func (f *facts) meet(o *facts) {
	for i := range f.answers {
		f.answers[i] &= o.answers[i]
	}
	var both []values
	for _, v := range f.possible {
		other := o.of(v.load)
		if other == nil {
			continue
		}
		list := append(slices.Clone(v.list), other...)
		slices.Sort(list)
		if list = slices.Compact(list); len(list) <= maxValues {
			both = append(both, values{v.load, list})
		}
	}
	f.possible = both
}

// shorten leads every answer past the nodes whose own answers are certain by then: what
// they load has been loaded before, so nothing is rejected less or more.
func (g *graph) shorten(first int) {
	certain := make([]*facts, len(g.nodes))
	certain[first] = &facts{answers: make([]uint64, len(g.ask)/32+1)}
	for i := first; i >= ends; i-- {
		f := certain[i]
		if f == nil {
			continue
		}
		n := &g.nodes[i]
		q := &g.ask[n.test]
		n.yes = g.lead(n.yes, f.with(q, n.test, true), certain)
		n.no = g.lead(n.no, f.with(q, n.test, false), certain)
		certain[i] = nil
	}
}

// lead returns where an answer leads that comes with these facts, and tells them there.
func (g *graph) lead(to int, f *facts, certain []*facts) int {
	for next := g.skip(to, f); next != to; next = g.skip(to, f) {
		to = next
	}
	switch {
	case to < ends:
	case certain[to] == nil:
		certain[to] = f
	default:
		certain[to].meet(f)
	}
	return to
}

// skip returns the node to which a node leads in any case; the node itself if that is
// not certain.
func (g *graph) skip(to int, f *facts) int {
	if to < ends {
		return to
	}
	n := &g.nodes[to]
	if yes, known := f.answer(n.test); known {
		return n.way(yes)
	}
	possible := f.of(g.ask[n.test].load)
	if len(possible) == 0 {
		return to
	}
	end := g.follow(to, possible[0])
	for _, v := range possible[1:] {
		if g.follow(to, v) != end {
			return to
		}
	}
	return end
}

// follow goes from a node on with a value of what it loads, as far as that value tells
// the way.
func (g *graph) follow(to int, value uint32) int {
	load := g.ask[g.nodes[to].test].load
	for to >= ends {
		n := &g.nodes[to]
		q := &g.ask[n.test]
		if q.load != load || q.jump&srcX != 0 {
			break
		}
		to = n.way(holds(q.jump, value, q.k))
	}
	return to
}

// way returns where an answer leads.
func (n *node) way(yes bool) int {
	if yes {
		return n.yes
	}
	return n.no
}

// holds answers a test whose value is known.
func holds(jump uint16, a, k uint32) bool {
	switch jump {
	case jmpEQ:
		return a == k
	case jmpGT:
		return a > k
	case jmpGE:
		return a >= k
	}
	return a&k != 0
}
