package flow

import (
	"onpath/check"
	"onpath/record"
	"onpath/tcp"
)

// Desk takes the Reports of Tables that share the connections (see Table.Share), numbers
// the records and writes them. It has what is of no single connection. It must be given
// what the Reports tell in the order of their Places, and belongs to one goroutine.
type Desk struct {
	table   *Table // without connections
	numbers numbers
	begun   uint64
	look    Report // that Standing is told
}

// NewDesk returns a Desk that has been told nothing. emit is called for each record; the
// Record is valid during the call.
func NewDesk(c Config, emit func(*record.Record)) *Desk { return &Desk{table: New(c, emit)} }

// Take takes a part of a Report.
func (d *Desk) Take(r *Report, i int) {
	m := &r.log.Marks[i]
	switch m.What {
	case markBegun:
		d.begin(m.Frame, 0)
	case markAgain:
		before := d.numbers.find(r.named[m.N].frame)
		d.numbers.remove(before.frame)
		d.begin(m.Frame, before.num)
	case markGone:
		d.numbers.remove(r.named[m.N].frame)
	case markEnding:
		d.end(r, &r.endings[m.N])
	case markLone:
		d.endLone(&r.lones[m.N])
	case markPart:
		d.part(r, &r.endings[m.N])
	case markStamp:
		s := &r.stamps[m.N]
		d.table.who.clocks.Observe(&s.host, &s.peer, s.value, s.at)
	default:
		d.table.rules.World().Take(&r.log, m)
	}
}

// Expect asks for what taking r will need of the numbers, so that the waits for memory overlap:
// on a flood they were a seventh of the Desk's time.
func (d *Desk) Expect(r *Report) {
	for i := range r.log.Marks {
		switch m := &r.log.Marks[i]; m.What {
		case markBegun:
			d.numbers.expect(m.Frame)
		case markLone:
			d.numbers.expect(r.lones[m.N].embryo.num)
		case markEnding:
			d.numbers.expect(r.endings[m.N].entry.num)
		case markGone:
			d.numbers.expect(r.named[m.N].frame)
		}
	}
}

// begin numbers a record.
func (d *Desk) begin(frame, before uint64) {
	d.begun++
	d.numbers.add(name{frame, d.begun, before})
}

// end writes a record.
func (d *Desk) end(r *Report, x *ending) {
	t, e := d.table, &x.entry
	d.take(r, x)
	if t.row.IsTCP() {
		t.conclude(e, x.why, x.silent, x.lone)
	}
	t.emit(&t.row)
	d.forget(e)
}

// part writes a row of a record that goes on.
func (d *Desk) part(r *Report, x *ending) {
	d.take(r, x)
	d.table.stood(&x.entry, x.silent)
	d.table.emitPart(r.pairs[x.pair].part)
	d.forget(&x.entry)
}

// take sets the row to what x tells of, and takes what was found of it.
func (d *Desk) take(r *Report, x *ending) {
	t, e := d.table, &x.entry
	who := d.numbers.find(e.num)
	e.num, t.now = who.num, x.now
	l := d.lent(r, x, who.before)
	t.set(e, x.why, &l)
	if t.row.IsTCP() {
		t.rules.Receive(&e.inquiry, r.lot(x), x.latest)
	}
}

// forget forgets e, of which all is written.
func (d *Desk) forget(e *entry) {
	d.table.rules.Forget(&e.inquiry)
	for end := range e.identity {
		d.table.who.signatures.Release(e.identity[end])
	}
}

// Standing gives to a record of a Table that shares as it stands, as Record returns it,
// valid during the call. The Desk has taken all that the Table told, and both are at rest.
func (d *Desk) Standing(o Open, to func(*record.Record)) {
	d.look.Reset()
	e := o.t.entry(o.i)
	x := o.t.account(&d.look, e)
	x.why = record.EndOpen
	if l := d.look.lend(x, e); l != nil {
		o.t.rules.Show(&e.inquiry, l)
	}
	d.take(&d.look, x)
	d.table.stood(&x.entry, x.now)
	to(&d.table.row)
	d.forget(&x.entry)
}

// lent returns what the entry of x was lent.
func (d *Desk) lent(r *Report, x *ending, before uint64) (l loans) {
	e := &x.entry
	l.pair, l.continues = &unlent, before
	if x.pair >= 0 {
		l.pair = &r.pairs[x.pair]
	}
	if x.times >= 0 {
		l.times = &r.times[x.times]
	}
	for end, v := range e.side {
		l.sent[end].Take(&v)
	}
	if x.total >= 0 {
		l.sent = r.totals[x.total]
	}
	for end, id := range e.identity {
		if id != 0 {
			e.identity[end] = d.table.who.signatures.Hold(&x.who[end])
			l.who[end] = d.table.who.of(e, tcp.Dir(end))
		}
	}
	return l
}

// lot returns what the rules remember of x; nil: nothing.
func (r *Report) lot(x *ending) *check.Lot {
	if x.lot < 0 {
		return nil
	}
	return &r.lots[x.lot]
}

// OldStrays is that of a Table.
func (d *Desk) OldStrays() []check.Stray { return d.table.OldStrays() }

// Strays is that of a Table.
func (d *Desk) Strays() []check.Stray { return d.table.Strays() }

// Dropped is that of a Table.
func (d *Desk) Dropped(packets uint64, at check.Moment) { d.table.Dropped(packets, at) }

// Began tells when the first TCP segment passed, ns since the Unix epoch.
func (d *Desk) Began(at int64) { d.table.Began(at) }

// Stats returns the counts of the Desk and of Tables that share, which are at rest.
func (d *Desk) Stats(tables []*Table) Stats {
	s := d.table.Stats()
	for _, t := range tables {
		s.add(t.Stats())
	}
	s.Begun = d.begun // those of earlier runs too
	return s
}
