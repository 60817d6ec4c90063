package flow

import "onpath/packet"

// slot is one place of the index: the hash and number of an entry, or of an embryo. Number 0 is an
// empty slot. The hash stands here too, so that neither growth nor a miss
// touches an entry.
type slot struct{ hash, entry uint32 }

// index finds entries by key: open addressing with linear probing, at most three
// quarters full, doubled when it is.
type index struct {
	slots []slot
	n     int
}

// firstSlots is the size of an empty index; a power of two, as are all.
const firstSlots = 1 << 10

func (x *index) mask() uint32 { return uint32(len(x.slots) - 1) }

// find returns the entry with that key, or 0.
func (x *index) find(s *slab, hash uint32, key *packet.Key) uint32 {
	slots := x.slots
	for i := int(hash) & (len(slots) - 1); i < len(slots); i = (i + 1) & (len(slots) - 1) {
		sl := slots[i]
		if sl.entry == 0 {
			return 0
		}
		if sl.hash == hash && s.key(sl.entry).Equal(key) {
			return sl.entry
		}
	}
	return 0 // there is no slot yet
}

// add puts an entry in whose key is not there.
func (x *index) add(hash, entry uint32) {
	if x.n >= len(x.slots)/4*3 {
		x.grow()
	}
	x.place(slot{hash, entry})
	x.n++
}

func (x *index) place(sl slot) {
	i := sl.hash & x.mask()
	for x.slots[i].entry != 0 {
		i = (i + 1) & x.mask()
	}
	x.slots[i] = sl
}

func (x *index) grow() {
	old := x.slots
	x.slots = written(make([]slot, max(firstSlots, 2*len(old))))
	for _, sl := range old {
		if sl.entry != 0 {
			x.place(sl)
		}
	}
}

// written writes to fresh memory that will be read and written here and there. If it was read
// first, each of its pages would be made twice: one of zeros that all share, and when that
// is written to another one, for which with several threads all processors are interrupted
// (a fifth of the time of two shards on small, 29 % on mix, most of it for times and notes).
func written[T any](list []T) []T {
	clear(list)
	return list
}

// slotOf returns where an entry stands.
func (x *index) slotOf(hash, entry uint32) uint32 {
	i := hash & x.mask()
	for x.slots[i].entry != entry {
		i = (i + 1) & x.mask()
	}
	return i
}

// replace lets another entry stand for the same key.
func (x *index) replace(hash, entry, by uint32) { x.slots[x.slotOf(hash, entry)].entry = by }

// remove takes an entry out, and moves those back that had to probe past it.
func (x *index) remove(hash, entry uint32) {
	hole := x.slotOf(hash, entry)
	x.n--
	for i := (hole + 1) & x.mask(); x.slots[i].entry != 0; i = (i + 1) & x.mask() {
		if home := x.slots[i].hash & x.mask(); (i-home)&x.mask() >= (i-hole)&x.mask() {
			x.slots[hole] = x.slots[i]
			hole = i
		}
	}
	x.slots[hole] = slot{}
}
