package flow

import "onpath/packet"

// Begun returns how many records have begun: the number of the last one.
func (d *Desk) Begun() uint64 { return d.begun }

// CheckpointAll gives put what belongs to no connection, as that of a Table does: of Tables
// that share, and of the Desk, which are at rest. c is the Clock of who divides the packets,
// frame the number of the last one, and now the time that it is.
func (d *Desk) CheckpointAll(tables []*Table, c Clock, frame uint64, now int64, put func(part any)) {
	put(&keptTable{now, tables[0].ticked, c, d.begun})
	for _, t := range tables {
		t.tracker.CheckpointAll(now, put)
		t.rules.CheckpointAll(put)
	}
	d.table.rules.Seen(frame) // of what all have told of the capture, this comes last
	d.table.rules.CheckpointAll(put)
	d.table.who.clocks.Checkpoint(put)
}

// SharedRestorer fills empty Tables that share the connections, and their Desk, with the
// parts of a checkpoint of a Table, or of however many.
type SharedRestorer struct {
	Clock Clock // for who divides the packets, when all parts are taken
	Now   int64 // what time it was

	desk *Desk
	each []*Restorer
	of   func(*packet.Key) int
	at   int // the Table that has the last connection
}

// SharedRestorer returns one; of says which Table has the connection of a key, and ended is
// a Restorer's Ended.
func (d *Desk) SharedRestorer(tables []*Table, of func(*packet.Key) int, ended func(num uint64) bool) *SharedRestorer {
	r := &SharedRestorer{desk: d, of: of}
	for _, t := range tables {
		one := t.Restorer()
		one.Ended = ended
		r.each = append(r.each, one)
	}
	return r
}

// Take is that of a Restorer.
func (r *SharedRestorer) Take(part any) bool {
	switch p := part.(type) {
	case *keptTable:
		r.Clock, r.Now, r.desk.begun, r.desk.table.now = p.clock, p.now, p.begun, p.now
		for _, one := range r.each {
			one.Take(part)
		}
		return true
	case *entry:
		if p.num != r.each[r.at].ghost { // a ghost stands behind the one before it
			r.at = r.of(&p.key)
		}
	case *embryo:
		r.at = r.of(&p.key)
	default:
		if r.all(part) {
			return true
		}
	}
	return r.each[r.at].Take(part)
}

// all gives everybody what belongs to no connection, and reports whether somebody took it.
func (r *SharedRestorer) all(part any) (taken bool) {
	d := r.desk.table
	taken = d.rules.RestoreAll(part) || d.who.clocks.Restore(part)
	for _, one := range r.each {
		taken = one.t.tracker.RestoreAll(part) || one.t.rules.RestoreAll(part) || taken
	}
	return taken
}

// Name tells the Desk which records there are, when all parts are taken; begun is as End has
// it. It returns the number of the last one that has begun: no frame to come may have it, nor
// one before, as the Tables call records by numbers of frames.
func (r *SharedRestorer) Name(begun uint64) (last uint64) {
	d := r.desk
	d.begun = max(d.begun, begun)
	for _, one := range r.each {
		t := one.t
		for i := t.slab.first(); i != 0; i = t.slab.after(i) {
			if n, here := t.named(i); here {
				d.begun = max(d.begun, n.num)
				d.numbers.add(n)
			}
		}
	}
	return d.begun
}

// named returns the name of the record in slot i.
func (t *Table) named(i uint32) (n name, here bool) {
	if _, in := t.slab.listed(i); *in == vacant {
		return n, false
	}
	n.num = t.slab.num(i)
	if n.frame = n.num; i&lone == 0 {
		n.before = t.repairs.of(t.slab.at(i)).continues
	}
	return n, true
}

// End makes the Desk ready, as that of a Restorer does a Table.
func (r *SharedRestorer) End(resumed int64) {
	if resumed != 0 {
		r.desk.table.resumed = resumed
		r.desk.table.rules.Resumed(resumed)
	}
}

// EndTable makes one of the Tables ready, behind Name, where it works: what it evicts it
// tells.
func (r *SharedRestorer) EndTable(table int, resumed int64) { r.each[table].End(resumed, 0) }
