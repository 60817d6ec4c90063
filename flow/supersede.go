package flow

import (
	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// supersede lets another incarnation take the ports over, which entry i's Conn
// has just begun to follow; before is what it was. The old entry stays behind the
// new one as a ghost: late segments of its incarnation still count to its
// record. It returns the new entry.
func (t *Table) supersede(i uint32, v *packet.View, before *conn.Conn, step *conn.Step) uint32 {
	if ghost := t.slab.at(i).older; ghost != 0 {
		t.drop(ghost, record.EndSuperseded)
	}
	hash, old := t.hash(&v.Key), t.slab.at(i)
	if step.Begin == conn.Candidate { // after so long a silence the SYN needs no ACK to be believed
		t.tracker.Choose(&old.conn, v.Seg.Dir)
		step.Begin, step.Opener, step.SynSeen = conn.Begun, v.Seg.Dir, true
	}
	now := old.conn
	now.Turn++
	now.Calm = 0
	swap := step.Opener == tcp.Server
	if swap {
		t.tracker.Swap(&now)
	}
	t.tracker.Detach(before)
	old.conn = *before
	if swap {
		t.tracker.Swap(before) // whoever asks what was before asks as the new client and server
	}
	swapped, tried := old.swapped != swap, old.inquiry
	if t.slab.live >= t.max { // no room for a ghost
		t.drop(i, record.EndSuperseded)
		i = t.create(hash, v, swapped)
		t.slab.at(i).conn = now
		t.rules.Follows(&t.slab.at(i).inquiry, &tried, v)
		return i
	}
	n := t.slab.take()
	t.stats.Peak = max(t.stats.Peak, t.slab.live)
	t.index.replace(hash, i, n)
	t.begin(n, v, swapped)
	e := t.slab.at(n)
	e.conn, e.older, old.older = now, i, n
	t.rules.Follows(&e.inquiry, &tried, v)
	t.reclass(i, ghost)
	return n
}
