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
	spent bool       // there were more nodes than maxNodes
}

// maxNodes is how many decisions are kept before shorten leaves most of a long list out.
const maxNodes = 4 * MaxInstructions

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
	if len(g.nodes) >= maxNodes {
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
	}
	key := [2]uint64{uint64(load), uint64(t.jump)<<32 | uint64(t.k)}
	n, ok := g.tests[key]
	if !ok {
		n = len(g.ask)
		g.tests[key] = n
		g.ask = append(g.ask, question{*t, load})
	}
	return n
}
