package netfilter

import (
	"encoding/binary"
	"math/bits"
)

// Entries lie in blocks that never move, so that nothing is copied as the table
// grows.
const (
	blockBits    = 10
	blockEntries = 1 << blockBits
)

// table is the entries: chains of a hash over slots. Slot 0 stands for none.
type table struct {
	blocks  []*[blockEntries]entry
	buckets []uint32 // heads of the chains; a power of two
	free    uint32   // slots not in use, by chain
	next    uint32   // the first slot never used
	count   int
}

func newTable() table {
	return table{buckets: make([]uint32, 1<<10), next: 1}
}

// at returns the entry in slot i.
func (t *table) at(i uint32) *entry { return &t.blocks[i>>blockBits][i%blockEntries] }

// take returns a slot with a zero entry in it, which no chain holds.
func (t *table) take() uint32 {
	if i := t.free; i != 0 {
		t.free = t.at(i).chain
		*t.at(i) = entry{slot: i}
		return i
	}
	if int(t.next>>blockBits) == len(t.blocks) {
		t.blocks = append(t.blocks, new([blockEntries]entry))
	}
	t.next++
	t.at(t.next - 1).slot = t.next - 1
	return t.next - 1
}

// give returns a slot that no chain holds.
func (t *table) give(i uint32) {
	e := t.at(i)
	e.id, e.chain, t.free = 0, t.free, i
}

// find returns the slot of the connection that u is a direction of, and which
// direction; 0 if there is none.
func (t *table) find(u *Tuple, hash uint32) (uint32, Dir) {
	for i := t.buckets[hash&uint32(len(t.buckets)-1)]; i != 0; {
		e := t.at(i)
		if e.hash == hash {
			if dir, ok := e.is(u); ok {
				return i, dir
			}
		}
		i = e.chain
	}
	return 0, Original
}

// link puts the entry in slot i into its chain.
func (t *table) link(i uint32) {
	if t.count++; 2*t.count > len(t.buckets) { // a chain's second entry costs a wait for memory
		t.grow()
	}
	e := t.at(i)
	head := &t.buckets[e.hash&uint32(len(t.buckets)-1)]
	e.chain, *head = *head, i
}

// unlink takes the entry in slot i out of its chain.
func (t *table) unlink(i uint32) {
	e := t.at(i)
	for p := &t.buckets[e.hash&uint32(len(t.buckets)-1)]; *p != 0; p = &t.at(*p).chain {
		if *p == i {
			*p, e.chain = e.chain, 0
			t.count--
			return
		}
	}
}

// grow doubles the buckets.
func (t *table) grow() {
	old := t.buckets
	t.buckets = make([]uint32, 2*len(old))
	for _, i := range old {
		for i != 0 {
			e := t.at(i)
			head, next := &t.buckets[e.hash&uint32(len(t.buckets)-1)], e.chain
			e.chain, *head, i = *head, i, next
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
