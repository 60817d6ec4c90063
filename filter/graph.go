package filter

// graph is a formula as decisions: each node asks a test and names the node for either
// answer. Answers lie before those who lead to them, so a walk downwards meets a node
// after all that lead to it.
type graph struct {
	nodes []node
	known map[node]int // number of equal nodes
	loads map[string]int
	tests map[[2]uint64]int
	ask   []question // by number of a test
	of    [][]int    // tests of a load
	spent bool       // more nodes than a program can have
}

// The first two nodes are the ends.
const (
	reject = iota
	accept
	ends
)

// node is a test and where its answers lead.
type node struct{ test, yes, no int }

// question is a test with the number of what it loads.
type question struct {
	test
	load int
}

func newGraph() *graph {
	return &graph{nodes: make([]node, ends), known: map[node]int{}, loads: map[string]int{}, tests: map[[2]uint64]int{}}
}

// decide returns the node at which a formula's decision begins whose answers lead to yes
// and no.
func (g *graph) decide(f *formula, yes, no int) int {
	switch f.op {
	case isTrue:
		return yes
	case isFalse:
		return no
	case isNot:
		return g.decide(f.a, no, yes)
	case isAnd:
		return g.decide(f.a, g.decide(f.b, yes, no), no)
	case isOr:
		return g.decide(f.a, yes, g.decide(f.b, yes, no))
	}
	if g.spent {
		return reject
	}
	return g.node(g.number(&f.test), yes, no)
}

// node returns the node with these answers.
func (g *graph) node(test, yes, no int) int {
	n := node{test, yes, no}
	if i, ok := g.known[n]; ok {
		return i
	}
	if len(g.nodes) >= MaxInstructions {
		g.spent = true
		return reject
	}
	g.nodes = append(g.nodes, n)
	g.known[n] = len(g.nodes) - 1
	return len(g.nodes) - 1
}

// number returns the number that equal tests have in common.
func (g *graph) number(t *test) int {
	same := t.same()
	load, ok := g.loads[same]
	if !ok {
		load = len(g.loads)
		g.loads[same] = load
		g.of = append(g.of, nil)
	}
	key := [2]uint64{uint64(load), uint64(t.jump)<<32 | uint64(t.k)}
	n, ok := g.tests[key]
	if !ok {
		n = len(g.ask)
		g.tests[key] = n
		g.ask = append(g.ask, question{*t, load})
		g.of[load] = append(g.of[load], n)
	}
	return n
}

// facts are answers that are certain at a node, two bits for a test.
type facts []uint64

func (f facts) answer(test int) (yes, known bool) {
	bits := f[test/32] >> (2 * (test % 32)) & 3
	return bits == 1, bits != 0
}

// with returns a copy with one answer more.
func (f facts) with(test int, yes bool) facts {
	c := append(facts(nil), f...)
	bits := uint64(2)
	if yes {
		bits = 1
	}
	c[test/32] |= bits << (2 * (test % 32))
	return c
}

// meet keeps what is certain in both.
func (f facts) meet(o facts) {
	for i := range f {
		f[i] &= o[i]
	}
}

// shorten leads every answer past the nodes whose own answer is certain by then: each has
// loaded before what they load, so nothing is rejected less or more.
func (g *graph) shorten(first int) int {
	certain := make([]facts, len(g.nodes))
	certain[first] = make(facts, len(g.ask)/32+1)
	for i := first; i >= ends; i-- {
		f := certain[i]
		if f == nil {
			continue
		}
		n := &g.nodes[i]
		n.yes = g.lead(n.yes, f.with(n.test, true), certain)
		n.no = g.lead(n.no, f.with(n.test, false), certain)
		certain[i] = nil
	}
	return first
}

// lead returns where an answer leads that comes with these facts, and tells them there.
func (g *graph) lead(to int, f facts, certain []facts) int {
	for to >= ends {
		n := &g.nodes[to]
		yes, known := g.implied(n.test, f)
		if !known {
			break
		}
		if to = n.no; yes {
			to = n.yes
		}
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

// implied returns the answer to a test that the facts leave: it is known itself, or what
// it loads is known to be some number.
func (g *graph) implied(test int, f facts) (yes, known bool) {
	if yes, known = f.answer(test); known {
		return yes, true
	}
	q := &g.ask[test]
	for _, other := range g.of[q.load] {
		if is, _ := f.answer(other); is && g.ask[other].jump == jmpEQ && q.jump&srcX == 0 {
			return holds(q.jump, g.ask[other].k, q.k), true
		}
	}
	return false, false
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
