package flow

import (
	"math/bits"

	"onpath/conn"
	"onpath/measure"
)

// Memory of a connection, octets: its entry, and what it may be lent, its place among
// what was given back included.
const (
	entryOctets  = 608
	embryoOctets = 104
	pairOctets   = 128 + 8
	slotOctets   = 8
	overOctets   = 4 * 2 // in the list of those that end with a tick, as it grows
)

// PartOctets is the memory that Config.Interim takes for each connection at most: its place in
// a bucket, and in the list of those that have a row with a tick, as it grows.
const PartOctets = 4 + 4*2

// TimedOctets is the memory of one of Config.MaxTimed.
const TimedOctets = measure.TimesOctets

// FixedOctets is the memory of a Table that does not depend on its Config, at most: what is
// remembered of hosts, of signatures, of the last segments, of holes in streams and of
// the largest records.
const FixedOctets = 24 << 20

// HalfOpenOctets is the memory that one of most half-open connections takes at most, of
// which nothing but a usual SYN has passed: its embryo, and its slot, as an index is filled
// to three eighths at least.
const HalfOpenOctets = embryoOctets + slotOctets*8/3

// ConnectionOctets returns the memory that n connections take at most: embryos first, then
// entries, each of them lent all that one can be lent but times, and the index, also while
// it grows.
func ConnectionOctets(n int) int64 {
	chunks := (int64(n) + chunk) / chunk // entry 0 is never used
	slots := int64(max(firstSlots, 1<<bits.Len(uint((n+2)/3*4))))
	return chunks*chunk*(embryoOctets+entryOctets+pairOctets+overOctets+conn.AsideOctets) + slots*slotOctets*3/2
}

// octets returns the memory that was taken for connections.
func (t *Table) octets() int64 {
	return int64(len(t.slab.chunks))*chunk*entryOctets + int64(len(t.slab.embryos.chunks))*chunk*embryoOctets + int64(len(t.index.slots))*slotOctets + int64(cap(t.over))*4 +
		int64(len(t.repairs.chunks))*repairsChunk*pairOctets + t.tracker.LentOctets()
}
