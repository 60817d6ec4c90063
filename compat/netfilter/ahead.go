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
	a, index := &t.ahead, t.table.index
	*a = ahead{views: views}
	for i := range views {
		if k := &views[i].Outer; k.Proto == packet.ProtoTCP || k.Proto == packet.ProtoUDP {
			hashes[i] = t.hashKey(k)
			a.slots[i] = index[hashes[i]&uint32(len(index)-1)].slot
		}
	}
	for i, slot := range a.slots[:len(views)] {
		if slot != 0 {
			a.slots[i] = t.table.likely(hashes[i])
		}
	}
	for _, slot := range a.slots[:len(views)] {
		t.touched += t.table.touch(slot)
	}
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

// touch reads both lines of the entry in slot i.
func (t *table) touch(i uint32) uint64 {
	if i == 0 {
		return 0
	}
	e := t.at(i)
	return uint64(e.expires) + uint64(e.slot)
}
