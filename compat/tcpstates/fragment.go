package tcpstates

// fragIndex finds the flow that awaits the later fragments of an IPv4 datagram.
// An entry awaits one datagram at most, so the index is bounded by the entries,
// and its chains are threaded through them.
type fragIndex struct {
	heads []ref // made when the first fragment comes
	n     int
}

// fragHash is of what fragments of one datagram have in common.
func (t *Table) fragHash(k *key, id uint16) uint64 {
	one := *k
	one.sport, one.dport = id, 0
	return one.hash(&t.seed)
}

// sameDatagram reports whether entry r awaits the fragments of k and id.
func (t *Table) sameDatagram(r ref, k *key, id uint16) bool {
	p := t.slab.pair(r.pair())
	j := &p.key
	if p.dirs[r&1].fragID != id || j.ethertype != k.ethertype || j.vlan != k.vlan || j.proto != k.proto || j.kind != k.kind {
		return false
	}
	if r&1 == 1 {
		return j.src == k.dst && j.dst == k.src
	}
	return j.src == k.src && j.dst == k.dst
}

// lookFor returns the entry that awaits the fragments of k and id, or 0.
func (t *Table) lookFor(k *key, id uint16) ref {
	x := &t.frags
	if x.n == 0 {
		return 0
	}
	r := x.heads[t.fragHash(k, id)&uint64(len(x.heads)-1)]
	for r != 0 && !t.sameDatagram(r, k, id) {
		r = t.slab.at(r).nextFrag
	}
	return r
}

// awaited returns the entry that the later fragment in x belongs to, or 0 if its
// first did not come. The last one ends the waiting. It does not touch the entry:
// only its time of the last packet changes.
func (t *Table) awaited(x *facts) ref {
	if x.key.kind != ipv4 { // the original looks for an IPv6 one under protocol 0
		return 0
	}
	r := t.lookFor(&x.key, x.id)
	if r != 0 && !x.more {
		t.unawait(r)
	}
	return r
}

// await lets entry r wait for the later fragments of the datagram in x, in place
// of those it waited for, and of another entry that waits for the same.
func (t *Table) await(r ref, x *facts) {
	if x.key.kind != ipv4 {
		return
	}
	t.unawait(r)
	if other := t.lookFor(&x.key, x.id); other != 0 {
		t.unawait(other)
	}
	t.growFrags()
	e := t.slab.at(r)
	e.fragID = x.id
	t.slab.pair(r.pair()).meta[r&1] |= awaiting
	t.chainFrag(r, t.fragHash(&x.key, x.id))
	t.frags.n++
}

func (t *Table) chainFrag(r ref, hash uint64) {
	head := &t.frags.heads[hash&uint64(len(t.frags.heads)-1)]
	t.slab.at(r).nextFrag, *head = *head, r
}

// unawait lets entry r wait no longer.
func (t *Table) unawait(r ref) {
	p := t.slab.pair(r.pair())
	if p.meta[r&1]&awaiting == 0 {
		return
	}
	p.meta[r&1] &^= awaiting
	at := &t.frags.heads[t.hashAwaited(r)&uint64(len(t.frags.heads)-1)]
	for *at != r {
		at = &t.slab.at(*at).nextFrag
	}
	*at = t.slab.at(r).nextFrag
	t.frags.n--
}

// hashAwaited returns the hash under which entry r waits: that of its own
// addresses, in its own direction or not.
func (t *Table) hashAwaited(r ref) uint64 {
	e := t.slab.at(r)
	k := &t.slab.pair(r.pair()).key
	if r&1 == 1 {
		back := k.reversed()
		k = &back
	}
	return t.fragHash(k, e.fragID)
}

// growFrags makes room for one more, four to a chain.
func (t *Table) growFrags() {
	x := &t.frags
	if x.n < 4*len(x.heads) {
		return
	}
	old := x.heads
	x.heads = make([]ref, max(1<<6, 2*len(old)))
	for _, r := range old {
		for r != 0 {
			next := t.slab.at(r).nextFrag
			t.chainFrag(r, t.hashAwaited(r))
			r = next
		}
	}
}
