package netfilter

import "onpath/packet"

// Ahead is how many packets Expect looks at.
const Ahead = 32

// Expect reads what Observe will need for the next packets, Ahead at most, so that
// the waits for memory overlap. It changes nothing.
func (t *Tracker) Expect(views []packet.View) {
	var slots, hashes [Ahead]uint32
	views = views[:min(len(views), Ahead)]
	for i := range views {
		if k := &views[i].Outer; k.Proto == packet.ProtoTCP || k.Proto == packet.ProtoUDP {
			hashes[i] = t.hashKey(k)
			slots[i] = t.table.buckets[hashes[i]&uint32(len(t.table.buckets)-1)]
		}
	}
	for i := range views {
		for s := slots[i]; s != 0; s = t.table.at(s).chain {
			slots[i] = s
			if t.table.at(s).hash == hashes[i] {
				break
			}
		}
	}
	for _, s := range slots[:len(views)] {
		if s != 0 {
			t.touched += t.table.touch(s)
		}
	}
}

// hashKey returns the hash of the tuple that a packet under the key k has, in
// either direction.
func (t *Tracker) hashKey(k *packet.Key) uint32 {
	h := t.hashEnd(&k.A, k.APort, k.V6) + t.hashEnd(&k.B, k.BPort, k.V6)
	return t.hashEnds(h, k.Proto)
}

// touch reads from each cache line of the entry in slot i, and of its neighbours
// what leaving its list changes.
func (t *table) touch(i uint32) uint64 {
	e := t.at(i)
	return uint64(e.src[0]) + uint64(e.sides[0].End) + uint64(e.sides[1].End) + uint64(t.at(e.older).newer) + uint64(t.at(e.newer).older)
}
