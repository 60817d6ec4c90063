package tcpchain

// Flows stand in lists by what will happen to them next. Those that may become
// idle stand by the second of their last packet, in a ring of 64: only packets
// of the seconds 25 to 29 ago are looked for.
const (
	ring         = 64
	listComplete = ring + iota - 1
	listSilent
	listLost
	numLists
)

// list is a chain of flows, the one that was put in first at the head.
type list struct{ head, tail uint32 }

// listOf returns the list of the active flows that were heard in a second.
func listOf(second int64) uint8 { return uint8(second & (ring - 1)) }

// link puts a flow, which is in no list, at the tail of one.
func (t *Table) link(i uint32, l uint8) {
	f, to := &t.flows[i], &t.lists[l]
	f.list, f.prev, f.next = l, to.tail, 0
	if to.tail == 0 {
		to.head = i
	} else {
		t.flows[to.tail].next = i
	}
	to.tail = i
}

// unlink takes a flow out of its list.
func (t *Table) unlink(i uint32) {
	f := &t.flows[i]
	from := &t.lists[f.list]
	if f.prev == 0 {
		from.head = f.next
	} else {
		t.flows[f.prev].next = f.next
	}
	if f.next == 0 {
		from.tail = f.prev
	} else {
		t.flows[f.next].prev = f.prev
	}
}

// listOfPhase has the list of the flows that are not active.
var listOfPhase = [...]uint8{lost: listLost, silent: listSilent, complete: listComplete}

// retire makes a flow lost, silent or complete.
func (t *Table) retire(i uint32, p phase) {
	f := &t.flows[i]
	f.phase, f.since = p, t.second
	t.unlink(i)
	t.link(i, listOfPhase[p])
}

// hear notes that a flow was heard in this second.
func (t *Table) hear(i uint32) {
	f := &t.flows[i]
	inTime := t.second-f.heard <= idleTo
	switch {
	case f.phase > silent || f.phase == lost:
	case inTime && (f.heard != t.second || f.phase == silent):
		f.phase, f.heard = active, t.second
		t.unlink(i)
		t.link(i, listOf(t.second))
	case !inTime && f.phase == active:
		t.retire(i, lost)
	}
}

// sweep ends the flows whose time has come in this second.
func (t *Table) sweep() {
	for _, l := range [...]uint8{listComplete, listSilent} {
		for i := t.lists[l].head; i != 0 && t.flows[i].due(t.second); i = t.lists[l].head {
			t.end(i)
		}
	}
}

// hush makes the flows silent that were heard last 25 to 29 seconds ago. Flows
// of another second in the same lists were missed by one turn of the ring, or
// time stepped back by more than half of one: they are lost.
func (t *Table) hush() {
	for ago := int64(idleTo); ago >= idleFrom; ago-- {
		l := listOf(t.second - ago)
		for i := t.lists[l].head; i != 0; i = t.lists[l].head {
			p := silent
			if t.flows[i].heard != t.second-ago {
				p = lost
			}
			t.retire(i, p)
		}
	}
}

// evict ends the flow that is nearest to its end: complete, silent, lost, or the
// one that was heard longest ago.
func (t *Table) evict() {
	i := t.lists[listComplete].head
	for _, l := range [...]uint8{listSilent, listLost} {
		if i == 0 {
			i = t.lists[l].head
		}
	}
	for s := t.second + 1; i == 0; s++ {
		i = t.lists[listOf(s)].head
	}
	t.stats.Evicted++
	t.end(i)
}
