package filter

// writer lays the nodes of a graph out as instructions.
type writer struct {
	*graph
	order []int // nodes, from the first one
	place []int // of a node in order; -1: nothing leads to it
	lines []line
}

// line is a node as instructions.
type line struct {
	code   []Instruction // before the jump
	at     int           // of its first instruction
	farYes bool          // the answer lies too far for a conditional jump: it leads over a ja
	farNo  bool
}

// maxJump is how far a conditional jump goes.
const maxJump = 255

// write returns the program that begins at a node.
func (g *graph) write(first int) Program {
	if first == reject {
		return Program{{Op: opRet}}
	}
	w := &writer{graph: g}
	w.arrange(first)
	w.carry(first)
	for w.measure() {
	}
	var p Program
	for i, n := range w.order {
		p = w.line(p, &w.lines[i], &g.nodes[n])
	}
	return append(p, Instruction{Op: opRet, K: Accept}, Instruction{Op: opRet})
}

// arrange puts the nodes in order that the first one leads to.
func (w *writer) arrange(first int) {
	used := make([]bool, len(w.nodes))
	used[first] = true
	w.place = make([]int, len(w.nodes))
	for n := first; n >= ends; n-- {
		if !used[n] {
			continue
		}
		used[w.nodes[n].yes], used[w.nodes[n].no] = true, true
		w.place[n] = len(w.order)
		w.order = append(w.order, n)
	}
	w.lines = make([]line, len(w.order))
}

// registers are what a node finds in A and X: the number of a load, plus one, and the
// offset of a header whose length it is.
type registers struct {
	known bool // somebody leads here
	a     int
	x     uint32
}

// carry gives every node its code, without what all who lead to it have loaded.
func (w *writer) carry(first int) {
	found := make([]registers, len(w.nodes))
	found[first] = registers{true, 0, noMsh}
	for i, n := range w.order {
		q, r := &w.ask[w.nodes[n].test], found[n]
		w.lines[i].code = q.code
		if q.msh != noMsh && r.x != q.msh {
			w.lines[i].code = append([]Instruction{{Op: opLdx | sizeB | modeMsh, K: q.msh}}, q.code...)
			r.x = q.msh
		}
		if r.a == q.load+1 && q.jump&srcX == 0 {
			w.lines[i].code = nil
			r.x = found[n].x
		} else if q.spoilsX() {
			r.x = noMsh
		}
		r.a = q.load + 1
		for _, to := range []int{w.nodes[n].yes, w.nodes[n].no} {
			found[to].meet(r)
		}
	}
}

// meet keeps what is the same on both ways.
func (r *registers) meet(o registers) {
	if !r.known {
		*r = o
		return
	}
	if r.a != o.a {
		r.a = 0
	}
	if r.x != o.x {
		r.x = noMsh
	}
}

// measure gives every line its place, and reports whether that makes a jump too long.
func (w *writer) measure() (more bool) {
	at := 0
	for i := range w.lines {
		l := &w.lines[i]
		l.at = at
		at += len(l.code) + 1 + bit(l.farYes) + bit(l.farNo)
	}
	for i, n := range w.order {
		l, node := &w.lines[i], &w.nodes[n]
		next := l.at + len(l.code) + 1
		if !l.farYes && w.start(node.yes)-next > maxJump {
			l.farYes, more = true, true
		}
		if !l.farNo && w.start(node.no)-next > maxJump {
			l.farNo, more = true, true
		}
	}
	return more
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// start returns where a node's instructions begin.
func (w *writer) start(n int) int {
	if n >= ends {
		return w.lines[w.place[n]].at
	}
	end := 0
	if i := len(w.lines) - 1; i >= 0 {
		l := &w.lines[i]
		end = l.at + len(l.code) + 1 + bit(l.farYes) + bit(l.farNo)
	}
	if n == accept {
		return end
	}
	return end + 1
}

// line appends a node's instructions. Long ways lead over a ja behind the jump, first
// the one for yes.
func (w *writer) line(p Program, l *line, n *node) Program {
	p = append(p, l.code...)
	q := &w.ask[n.test]
	next := len(p) + 1
	jump := Instruction{Op: opJmp | q.jump, K: q.k}
	var ways Program
	for _, way := range []struct {
		far  bool
		to   int
		skip *uint8
	}{{l.farYes, n.yes, &jump.Jt}, {l.farNo, n.no, &jump.Jf}} {
		if !way.far {
			*way.skip = uint8(w.start(way.to) - next)
			continue
		}
		*way.skip = uint8(len(ways))
		ways = append(ways, Instruction{Op: opJmp | jmpJA, K: uint32(w.start(way.to) - next - len(ways) - 1)})
	}
	return append(append(p, jump), ways...)
}
