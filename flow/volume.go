package flow

import (
	"onpath/measure"
	"onpath/tcp"
)

// great is what the ends of records sent that are too great for a Volume, by the
// numbers of the records: some GiB each.
type great map[uint64]*[2]measure.Total

// add counts a packet of e, of ip octets, payload octets of it new.
func (g *great) add(e *entry, d tcp.Dir, ip, fresh uint32) {
	v := &e.side[d]
	if v.Add(ip, fresh) {
		return
	}
	if *g == nil {
		*g = great{}
	}
	if (*g)[e.num] == nil {
		(*g)[e.num] = new([2]measure.Total)
	}
	(*g)[e.num][d].Take(v)
	v.Add(ip, fresh)
}

// of returns what both ends of e sent in the record.
func (g great) of(e *entry) (sum [2]measure.Total) {
	if len(g) > 0 && g[e.num] != nil {
		sum = *g[e.num]
	}
	for d, v := range e.side {
		sum[d].Take(&v)
	}
	return sum
}

// forget is for the end of a record.
func (g great) forget(e *entry) {
	if len(g) > 0 {
		delete(g, e.num)
	}
}
