package flow

import (
	"onpath/fingerprint"
	"onpath/record"
	"onpath/tcp"
)

// loneEnding is an ending of an embryo: 200 octets instead of 768, which count as they are
// written by one processor and read by another. The Desk makes the entry of it.
type loneEnding struct {
	embryo embryo // without a Note
	why    record.Ending
	signed bool // who is known
	now    int64
	order  uint64
	latest uint64
	who    fingerprint.Signature
}

// endEmbryo writes the record of embryo i, which is open.
func (t *Table) endEmbryo(i uint32, why record.Ending) {
	if t.report == nil {
		t.write(t.imagine(i), why)
		return
	}
	t.stats.Ended[why]++
	t.tellLone(t.slab.embryos.at(i), why)
}

// tellLone hands over m, whose record ends.
func (t *Table) tellLone(m *embryo, why record.Ending) {
	r := t.report
	r.log.Add(t.frame, markLone, uint32(len(r.lones)))
	r.lones = extend(r.lones)
	x := &r.lones[len(r.lones)-1]
	x.embryo, x.why, x.now, x.order, x.latest = *m, why, t.now, t.order, t.latest
	id := t.noted(m)
	x.embryo.identity = fingerprint.Note{} // means something here alone
	if x.signed = id != 0; x.signed {
		x.who = *t.who.signatures.Signature(id)
	}
	t.postMany()
}

// endLone writes the record of an embryo.
func (d *Desk) endLone(x *loneEnding) {
	t, e := d.table, &d.table.past.entry
	*e = entry{}
	t.recall(&x.embryo, e)
	who := d.numbers.find(e.num)
	e.num, t.now = who.num, x.now
	l := loans{pair: &unlent, continues: who.before}
	for end, v := range e.side {
		l.sent[end].Take(&v)
	}
	if x.signed {
		e.identity[tcp.Client] = t.who.signatures.Hold(&x.who)
		l.who[tcp.Client] = t.who.of(e, tcp.Client)
	}
	t.set(e, x.why, &l)
	t.rules.Receive(&e.inquiry, nil, x.latest)
	t.conclude(e, x.why, x.now, true)
	t.emit(&t.row)
	d.forget(e)
}
