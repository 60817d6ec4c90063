package flow

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// supersede lets another incarnation take the ports over, with what next knows
// already. The old entry stays behind the new one as a ghost: late segments of
// its incarnation still count to its record. It returns the new entry.
func (t *Table) supersede(i uint32, v *packet.View, next conn.Conn) uint32 {
	if ghost := t.slab.at(i).older; ghost != 0 {
		t.drop(ghost, record.EndSuperseded)
	}
	hash, old := t.hash(&v.Key), t.slab.at(i)
	swapped := old.swapped != (conn.Opener(&v.Seg) == tcp.Server)
	if t.slab.live >= t.max { // no room for a ghost
		t.drop(i, record.EndSuperseded)
		i = t.create(hash, v, swapped)
		t.slab.at(i).conn = next
		return i
	}
	n := t.slab.take()
	t.stats.Peak = max(t.stats.Peak, t.slab.live)
	t.index.replace(hash, i, n)
	t.begin(n, v, swapped)
	e := t.slab.at(n)
	e.conn, e.older, old.older = next, i, n
	t.reclass(i, ghost)
	return n
}

// ghostOf returns the ghost behind entry i if the segment fits that one, else i.
// The ghost may have the ends the other way round.
func (t *Table) ghostOf(i uint32, v *packet.View) uint32 {
	g := t.slab.at(i).older
	s := v.Seg
	s.Dir = t.slab.at(g).dir(v.FromB)
	if t.slab.at(g).conn.Fits(&s) {
		return g
	}
	return i
}
