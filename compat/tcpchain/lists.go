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

func (t *Table) move(i uint32, l uint8) {
	t.unlink(i)
	t.link(i, l)
}

// sweep ends the flows whose time has come in that second.
func (t *Table) sweep(second int64) {
	for _, l := range [...]uint8{listComplete, listSilent} {
		for i := t.lists[l].head; i != 0 && t.flows[i].due(second); i = t.lists[l].head {
			t.end(i)
		}
	}
}
