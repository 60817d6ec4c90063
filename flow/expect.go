package flow

import "onpath/packet"

// Batch is how many packets Expect looks at, at most.
const Batch = 32

// Expect reads what Observe will need for the packets of views, the first Batch
// of them, and changes nothing. Asked for all at once, the waits for memory
// overlap, which are most of the time of a packet once a table is larger than the
// processor's caches.
func (t *Table) Expect(views []packet.View) {
	views = views[:min(len(views), Batch)]
	if len(t.index.slots) == 0 {
		return
	}
	var hash, at [Batch]uint32
	for i := range views {
		hash[i] = t.hash(&views[i].Key)
		t.read += uint64(t.index.slots[hash[i]&t.index.mask()].hash)
	}
	for i := range views {
		at[i] = t.index.likely(hash[i])
	}
	for i := range views {
		if at[i] != 0 {
			t.read += t.slab.at(at[i]).touch()
		}
	}
}

// likely returns the first entry with that hash, which is nearly always the one
// that find would return, or 0.
func (x *index) likely(hash uint32) uint32 {
	for i := hash & x.mask(); x.slots[i].entry != 0; i = (i + 1) & x.mask() {
		if x.slots[i].hash == hash {
			return x.slots[i].entry
		}
	}
	return 0
}

// touch reads from each cache line of e.
func (e *entry) touch() uint64 {
	return uint64(e.key.A[15]) + uint64(e.last) + e.side[1].Packets + uint64(e.class) + e.conn.Touch()
}
