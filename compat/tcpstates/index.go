package tcpstates

// index finds pairs by key: chains of one or two pairs on average.
type index struct {
	heads []uint32
	n     int
}

const firstHeads = 1 << 9

// find returns the entry with that key, or the one that it would have: of a pair
// that has the other direction only, or 0 if there is none. found says which.
func (t *Table) find(hash uint64, k *key) (r ref, found bool) {
	for i := t.index.heads[hash&t.index.mask()]; i != 0; {
		p := t.slab.pair(i)
		switch {
		case p.key == *k:
			return refOf(i), true
		case p.key.isReverse(k):
			return refOf(i) + 1, p.dirs[1].side.has(present)
		}
		i = p.next
	}
	return 0, false
}

func (x *index) mask() uint64 { return uint64(len(x.heads) - 1) }

// enter puts pair i in.
func (t *Table) enter(i uint32, hash uint64) {
	x := &t.index
	if x.n >= 2*len(x.heads) {
		t.growIndex()
	}
	x.n++
	t.chain(i, hash)
}

func (t *Table) chain(i uint32, hash uint64) {
	head := &t.index.heads[hash&t.index.mask()]
	t.slab.pair(i).next, *head = *head, i
}

// growIndex doubles the heads.
func (t *Table) growIndex() {
	old := t.index.heads
	t.index.heads = make([]uint32, 2*len(old))
	for _, i := range old {
		for i != 0 {
			p := t.slab.pair(i)
			next := p.next
			t.chain(i, p.key.hash(&t.seed))
			i = next
		}
	}
}

// leave takes pair i out.
func (t *Table) leave(i uint32) {
	p := t.slab.pair(i)
	at := &t.index.heads[p.key.hash(&t.seed)&t.index.mask()]
	for *at != i {
		at = &t.slab.pair(*at).next
	}
	*at = p.next
	t.index.n--
}
