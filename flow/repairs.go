package flow

import (
	"onpath/conn"
	"onpath/measure"
	"onpath/tcp"
)

// repairs lends what few records need: counts of what was sent other than new
// octets in order, of what a firewall would have refused, and of parts. There are never
// more lent than there are entries. Number 0 means none.
type repairs struct {
	chunks []*[repairsChunk]pair
	used   uint32
	free   []uint32
}

// pair is by tcp.Client, tcp.Server.
type pair struct {
	side      [2]measure.Repairs
	repeated  [2]uint64 // payload octets that had passed before
	invalid   uint32    // packets that the firewall would have refused
	recurs    measure.Recurring
	continues uint64 // number of the record that this one continues; 0: none
	serial
}

// repairsChunk is how many pairs are allocated at once.
const repairsChunk = 1 << 8

func (r *repairs) at(i uint32) *pair { return &r.chunks[i/repairsChunk][i%repairsChunk] }

// lend returns a zeroed pair.
func (r *repairs) lend() uint32 {
	if n := len(r.free); n > 0 {
		i := r.free[n-1]
		r.free = r.free[:n-1]
		*r.at(i) = pair{}
		return i
	}
	r.used++
	if int(r.used)/repairsChunk == len(r.chunks) {
		r.chunks = append(r.chunks, new([repairsChunk]pair))
	}
	return r.used
}

// giveBack takes back what e had.
func (r *repairs) giveBack(e *entry) {
	if e.repairs != 0 {
		r.free = append(r.free, e.repairs)
		e.repairs = 0
	}
}

// lent returns what e has, and lends it if it has none.
func (r *repairs) lent(e *entry) *pair {
	if e.repairs == 0 {
		e.repairs = r.lend()
	}
	return r.at(e.repairs)
}

// unlent is what most have.
var unlent pair

// of returns what e has, to be read only.
func (r *repairs) of(e *entry) *pair {
	if e.repairs == 0 {
		return &unlent
	}
	return r.at(e.repairs)
}

// count adds what a segment of e shows, sent in direction d.
func (r *repairs) count(e *entry, d tcp.Dir, step *conn.Step) {
	if step.Gap|step.Unsent|step.Filled|step.Repeated == 0 && (step.Delivery == conn.New || step.Delivery == conn.Unknown) {
		return
	}
	p := r.lent(e)
	p.side[d].Segment(step)
	p.repeated[d] += uint64(step.Repeated)
	if step.Gap|step.Unsent > 0 {
		p.side[d^1].Unsent(step.Unsent)
		p.side[d^1].Gap(step.Gap)
	}
}
