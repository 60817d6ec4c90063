package packet

import (
	"encoding/binary"
	"math/bits"
)

// pending is a datagram that is being put together. Numbers of octets count its
// fragmentable part, on the wire.
type pending struct {
	key         fragmentKey
	opened      int64  // time of the fragment that came first, ns
	first, last uint32 // pieces in order of their octets, without overlaps
	header      uint32 // what stands before the octets, as the fragment with offset 0 has it; 0: it did not come
	chain       uint32 // next in the hash chain, or in the list of unused ones
	older       uint32 // neighbours by age
	newer       uint32
	covered     int // octets that came, captured or not
	end         int // octets in all, if ended
	frames      uint16
	pieces      uint16
	nextAt      uint16 // see fragment
	next        uint8
	ended       bool // the last fragment came
	congested   bool // a fragment was marked CE
	overlap     bool
	differ      bool
}

// agrees reports whether a fragment that ends at end can belong to d, whose
// last piece ends at last.
func (d *pending) agrees(end int, more bool, last int) bool {
	switch {
	case d.ended && more:
		return end <= d.end
	case d.ended:
		return end == d.end
	}
	return more || end >= last
}

// note keeps what the fragment p tells beside its octets, of which news are new.
func (d *pending) note(p *fragment, end, news int, pool *blockPool) {
	d.covered += news
	if news > 0 && d.frames < 65_535 {
		d.frames++
	}
	d.congested = d.congested || p.congested()
	if !p.more {
		d.ended, d.end = true, end
	}
	if p.offset == 0 && d.header == 0 {
		d.header, d.nextAt, d.next = pool.put(p.header), uint16(p.nextAt), p.next
	}
}

// after returns the piece after before, which is the first one after 0.
func (d *pending) after(pool *blockPool, before uint32) uint32 {
	if before == 0 {
		return d.first
	}
	return pool.at(before).next
}

// link puts piece after the piece before.
func (d *pending) link(pool *blockPool, before, piece uint32) {
	pool.at(piece).next = d.after(pool, before)
	if before == 0 {
		d.first = piece
	} else {
		pool.at(before).next = piece
	}
	if before == d.last {
		d.last = piece
	}
	d.pieces++
}

// find returns the datagram of key, or 0. One that is farther away in time than
// its timeout, in either direction, is another one with the same identification.
func (f *fragments) find(at int64, key *fragmentKey) uint32 {
	if f.heads == nil {
		return 0
	}
	for i := f.heads[f.bucket(key)]; i != 0; i = f.held[i].chain {
		if f.held[i].key != *key {
			continue
		}
		if age, most := at-f.held[i].opened, f.timeout(key); age > most || age < -most {
			f.stats.Expired++
			f.drop(i)
			return 0
		}
		return i
	}
	return 0
}

// timeout returns how long a datagram is waited for, in ns.
func (f *fragments) timeout(key *fragmentKey) int64 {
	if key.v6 {
		return int64(f.config.TimeoutIPv6)
	}
	return int64(f.config.TimeoutIPv4)
}

// expire gives up the datagrams that were waited for too long, from the oldest
// on. Time that steps backwards expires nothing.
func (f *fragments) expire(at int64) {
	for i := f.oldest; i != 0 && at-f.held[i].opened > f.timeout(&f.held[i].key); i = f.oldest {
		f.stats.Expired++
		f.drop(i)
	}
}

// open begins a datagram.
func (f *fragments) open(at int64, key *fragmentKey) uint32 {
	if f.stats.Held >= f.config.MaxDatagrams {
		f.giveUp(f.oldest)
	}
	i := f.slot()
	head := &f.heads[f.bucket(key)]
	f.held[i] = pending{key: *key, opened: at, chain: *head, older: f.newest}
	*head = i
	if f.newest == 0 {
		f.oldest = i
	} else {
		f.held[f.newest].newer = i
	}
	f.newest = i
	f.stats.Held++
	return i
}

// slot returns an unused element of held.
func (f *fragments) slot() uint32 {
	if f.heads == nil {
		f.heads = make([]uint32, 1<<bits.Len(uint(f.config.MaxDatagrams-1)))
		f.held = make([]pending, 1, min(64, f.config.MaxDatagrams)+1)
	}
	if i := f.free; i != 0 {
		f.free = f.held[i].chain
		return i
	}
	f.held = append(f.held, pending{})
	return uint32(len(f.held) - 1)
}

// makeRoom gives up the oldest datagrams until n blocks are left, and reports
// whether i was not one of them.
func (f *fragments) makeRoom(i uint32, n int) bool {
	for f.blocks.left() < n {
		gone := f.oldest
		f.giveUp(gone)
		if gone == i {
			return false
		}
	}
	return true
}

// giveUp drops a datagram because a bound was reached.
func (f *fragments) giveUp(i uint32) {
	f.stats.Evicted++
	f.drop(i)
}

// drop forgets a datagram and frees its memory.
func (f *fragments) drop(i uint32) {
	d := &f.held[i]
	for piece := d.first; piece != 0; {
		next := f.blocks.at(piece).next
		f.blocks.release(piece)
		piece = next
	}
	f.blocks.release(d.header)
	f.unchain(i)
	f.unlink(d)
	d.chain, f.free = f.free, i
	f.stats.Held--
	f.stats.Octets = f.blocks.used * blockSize
}

// unchain takes a datagram out of the hash table.
func (f *fragments) unchain(i uint32) {
	link := &f.heads[f.bucket(&f.held[i].key)]
	for *link != i {
		link = &f.held[*link].chain
	}
	*link = f.held[i].chain
}

// unlink takes a datagram out of the list by age.
func (f *fragments) unlink(d *pending) {
	if d.older == 0 {
		f.oldest = d.newer
	} else {
		f.held[d.older].newer = d.newer
	}
	if d.newer == 0 {
		f.newest = d.older
	} else {
		f.held[d.newer].older = d.older
	}
}

// bucket hashes key to a chain.
func (f *fragments) bucket(key *fragmentKey) uint64 {
	le, seed := binary.LittleEndian, &f.config.Seed
	rest := uint64(key.vlan) | uint64(key.proto)<<16 | uint64(key.net)<<24
	h := mix(le.Uint64(key.src[8:])^seed[0], le.Uint64(key.dst[8:])^seed[1]^uint64(key.id))
	h = mix(h^le.Uint64(key.src[:]), le.Uint64(key.dst[:])^seed[2])
	h = mix(h^rest, uint64(key.id)^seed[3])
	return h & uint64(len(f.heads)-1)
}
