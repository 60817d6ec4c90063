package flow

import (
	"onpath/measure"
	"onpath/tcp"
)

// great is what the ends of records sent that are too great for a Volume, by the
// numbers of the records: some GiB each.
type great struct {
	totals  map[uint64]*[2]measure.Total
	givenUp uint64 // packets that were not counted
}

// maxGreat bounds them: 2 MiB.
const maxGreat = 1 << 14

// add counts a packet of e, of ip octets, payload octets of it new.
func (g *great) add(e *entry, d tcp.Dir, ip, fresh uint32) {
	v := &e.side[d]
	if v.Add(ip, fresh) {
		return
	}
	sum := g.begin(e.num)
	if sum == nil {
		g.givenUp++
		return
	}
	sum[d].Take(v)
	v.Add(ip, fresh)
}

// begin returns what is known of a record, from now on if need be; nil if there is no
// room.
func (g *great) begin(num uint64) *[2]measure.Total {
	if sum := g.totals[num]; sum != nil || len(g.totals) >= maxGreat {
		return sum
	}
	if g.totals == nil {
		g.totals = map[uint64]*[2]measure.Total{}
	}
	sum := new([2]measure.Total)
	g.totals[num] = sum
	return sum
}

// has reports whether e sent too much for a Volume.
func (g *great) has(e *entry) bool { return len(g.totals) > 0 && g.totals[e.num] != nil }

// of returns what both ends of e sent in the record.
func (g *great) of(e *entry) (sum [2]measure.Total) {
	if g.has(e) {
		sum = *g.totals[e.num]
	}
	for d, v := range e.side {
		sum[d].Take(&v)
	}
	return sum
}

// forget is for the end of a record.
func (g *great) forget(e *entry) {
	if len(g.totals) > 0 {
		delete(g.totals, e.num)
	}
}
