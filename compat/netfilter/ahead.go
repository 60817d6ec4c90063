package netfilter

import "onpath/packet"

// Ahead is how many packets Expect looks at.
const Ahead = 32

// ahead is what Expect found for packets that Observe has not been given yet.
type ahead struct {
	views []packet.View
	seen  int           // of views, by Observe
	slots [Ahead]uint32 // where the packet's connection is likely to be; 0 for nowhere
}

// Expect reads what Observe will need for the next packets, Ahead at most, so that
// the waits for memory overlap. It changes nothing.
func (t *Tracker) Expect(views []packet.View) {
	var hashes [Ahead]uint32
	views = views[:min(len(views), Ahead)]
	a := &t.ahead
	a.views, a.seen = views, 0
	for i := range views {
		hashes[i] = t.hashKey(views[i].Outer())
	}
	read := t.table.touchIndex(hashes[:len(views)])
	for i := range views {
		a.slots[i] = t.table.likely(hashes[i])
	}
	for i, slot := range a.slots[:len(views)] {
		if slot != 0 {
			read += t.table.touch(slot, views[i].Outer().Proto == packet.ProtoUDP)
		}
	}
	t.touched += read
}

// next returns the slot that Expect found for v, if v is the next packet.
func (a *ahead) next(v *packet.View) (slot uint32) {
	if a.seen >= len(a.views) || v != &a.views[a.seen] {
		return 0
	}
	a.seen++
	return a.slots[a.seen-1]
}

// likely returns the first slot of a hash, 0 if there is none.
func (t *table) likely(hash uint32) uint32 {
	mask := uint32(len(t.index) - 1)
	p := hash & mask
	for t.index[p].hash != hash && t.index[p].slot != 0 {
		p = (p + 1) & mask
	}
	return t.index[p].slot
}

// hashKey returns the hash of the tuple that a packet under the key k has, in
// either direction.
func (t *Tracker) hashKey(k *packet.Key) uint32 {
	h := t.hashEnd(&k.A, k.APort, k.V6) + t.hashEnd(&k.B, k.BPort, k.V6)
	return t.hashEnds(h, k.Proto)
}

// touchIndex reads where the search for each of the hashes begins.
func (t *table) touchIndex(hashes []uint32) (read uint32) {
	index, mask := t.index, uint32(len(t.index)-1)
	for _, hash := range hashes {
		read += index[hash&mask].slot
	}
	return read
}

// touch reads both lines of the entry in a slot, and when it was made if aged.
func (t *table) touch(slot uint32, aged bool) uint32 {
	e := t.at(slot)
	if aged {
		return e.id + e.slot + uint32(t.rest(slot).made)
	}
	return e.id + e.slot
}
