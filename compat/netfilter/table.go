package netfilter

import (
	"encoding/binary"
	"math/bits"
)

// Entries lie in blocks that never move, so that nothing is copied as the table
// grows. A block is large enough to begin where a line of a cache does.
const (
	blockBits    = 10
	blockEntries = 1 << blockBits
)

// block is entries, and apart from them what most packets leave alone.
type block struct {
	entries [blockEntries]entry
	rests   [blockEntries]rest
}

// table is the entries by slot, and an index of open addressing which finds the slots by
// their hash. Slot 0 stands for none.
type table struct {
	blocks []*block
	index  []found // a power of two, at most three quarters full
	free   uint32  // slots not in use, chained by rest.newer
	next   uint32  // the first slot never used
	count  int
}

// found is a slot in use and its whole hash, so that no other connection's entry is
// looked at, and growing looks at none.
type found struct{ hash, slot uint32 }

func newTable() table {
	return table{index: make([]found, 1<<10), next: 1}
}

// at returns the entry in slot i.
func (t *table) at(i uint32) *entry { return &t.blocks[i>>blockBits].entries[i%blockEntries] }

// rest returns the rest of the entry in slot i.
func (t *table) rest(i uint32) *rest { return &t.blocks[i>>blockBits].rests[i%blockEntries] }

// take returns a slot with a zero entry in it, which the index does not know.
func (t *table) take() uint32 {
	if i := t.free; i != 0 {
		t.free = t.rest(i).newer
		*t.at(i), *t.rest(i) = entry{slot: i}, rest{}
		return i
	}
	if int(t.next>>blockBits) == len(t.blocks) {
		t.blocks = append(t.blocks, new(block))
	}
	t.next++
	t.at(t.next - 1).slot = t.next - 1
	return t.next - 1
}

// give returns a slot that the index does not know.
func (t *table) give(i uint32) {
	t.at(i).id, t.rest(i).newer, t.free = 0, t.free, i
}

// find returns the slot of the connection that u is a direction of, and which
// direction; 0 if there is none.
func (t *table) find(u *Tuple, hash uint32) (uint32, Dir) {
	mask := uint32(len(t.index) - 1)
	for p := hash & mask; t.index[p].slot != 0; p = (p + 1) & mask {
		if t.index[p].hash == hash {
			if dir, ok := t.at(t.index[p].slot).is(u); ok {
				return t.index[p].slot, dir
			}
		}
	}
	return 0, Original
}

// link lets the entry in a slot be found.
func (t *table) link(f found) {
	if t.count++; 4*t.count > 3*len(t.index) {
		t.grow()
	}
	t.put(f)
}

// put writes f where the index is free.
func (t *table) put(f found) {
	mask := uint32(len(t.index) - 1)
	p := f.hash & mask
	for t.index[p].slot != 0 {
		p = (p + 1) & mask
	}
	t.index[p] = f
}

// unlink lets the entry in a slot not be found any more. What lies behind it moves up, if
// that is on its way.
func (t *table) unlink(f found) {
	mask := uint32(len(t.index) - 1)
	p := f.hash & mask
	for t.index[p].slot != f.slot {
		p = (p + 1) & mask
	}
	for q := (p + 1) & mask; t.index[q].slot != 0; q = (q + 1) & mask {
		if (q-t.index[q].hash)&mask >= (q-p)&mask {
			t.index[p], p = t.index[q], q
		}
	}
	t.index[p] = found{}
	t.count--
}

// grow doubles the index.
func (t *table) grow() {
	old := t.index
	t.index = make([]found, 2*len(old))
	for _, f := range old {
		if f.slot != 0 {
			t.put(f)
		}
	}
}

// hash mixes u under the seed of the configuration, so that nobody who chooses
// addresses can make one chain long. Both directions of a connection have one
// hash.
func (t *Tracker) hash(u *Tuple) uint32 {
	src, dst := u.SrcPort, u.DstPort
	if isQuery(u.Proto) { // the identifier goes both ways; a type does not
		dst = src
	}
	return t.hashEnds(t.hashEnd(&u.Src, src, u.V6)+t.hashEnd(&u.Dst, dst, u.V6), u.Proto)
}

// hashEnds mixes the sum of the hashes of both ends.
func (t *Tracker) hashEnds(h uint64, proto uint8) uint32 {
	return uint32(mix(h^salt[0], uint64(proto)^salt[1]^t.config.Seed[3]) >> 32)
}

func (t *Tracker) hashEnd(a *[16]byte, port uint16, v6 bool) uint64 {
	le, seed := binary.LittleEndian, &t.config.Seed
	h := mix(le.Uint64(a[8:])^seed[0]^salt[2], uint64(port)^seed[1]^salt[3])
	if v6 {
		h = mix(h^le.Uint64(a[:]), seed[2]^salt[0])
	}
	return h
}

// salt lets the zero Seed mix well, too: digits of e, in base 16.
var salt = [4]uint64{0xb7e151628aed2a6a, 0xbf7158809cf4f3c7, 0x62e7160f38b4da56, 0xa784d9045190cfef}

// mix folds the 128-bit product.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
