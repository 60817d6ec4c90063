package flow

import (
	"math"

	"onpath/check"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/packet"
	"onpath/record"
)

// Report is what a Table that shares the connections with others tells a Desk: in order,
// what is of no single connection, which records began, and the connections whose
// records end, as they were then. The zero Report is empty.
type Report struct {
	log     check.Log
	endings []ending
	lones   []loneEnding
	pairs   []pair
	times   []measure.Times
	totals  [][2]measure.Total
	lots    []check.Lot
	stamps  []stamp
	named   []named
}

// What marks of a Report mean.
const (
	markBegun  = check.FreeWhat + iota // a record began
	markAgain                          // one began that continues the one of named[N]
	markGone                           // the record of named[N] is forgotten
	markEnding                         // endings[N]
	markStamp                          // stamps[N]
	markPart                           // endings[N], which goes on
	markLone                           // lones[N]
)

// ending is a connection whose record ends, or is written on the way.
type ending struct {
	entry  entry
	why    record.Ending
	now    int64 // time of the packet that showed it
	silent int64 // until when nothing came; of a part its moment
	order  uint64
	lone   bool                     // it was an embryo
	latest uint64                   // number of the latest frame of the Table
	who    [2]fingerprint.Signature // meaningful with an identity

	pair, times, total, lot int32 // places in the Report; -1: nothing
}

// named is a record by the number of the frame that began it.
type named struct {
	frame uint64
	order uint64 // as Place.order, of what is said of it
}

// stamp is the timestamp of a SYN.
type stamp struct {
	host, peer [16]byte
	value      uint32
	at         int64
}

// Place is where something stands in the order of all Tables that share connections.
type Place struct {
	frame uint64
	order uint64 // at a tick the frame that began the record, and atTickEnd if it ends; else atPacket
}

// atTickEnd is added to the order of a record that ends with a tick: behind the rows of all
// that go on.
const atTickEnd uint64 = 1 << 62

// Orders behind all those at a tick: of a packet, and of what it quotes.
const (
	atPacket uint64 = math.MaxUint64 - 1 + iota
	atQuote
)

// Before reports whether p comes before q.
func (p Place) Before(q Place) bool {
	return p.frame < q.frame || p.frame == q.frame && p.order < q.order
}

// Behind returns the place behind all that a frame shows.
func Behind(frame uint64) Place { return Place{frame, math.MaxUint64} }

// Last is behind all.
var Last = Place{math.MaxUint64, math.MaxUint64}

// Place returns where the packet or record stands that t is at.
func (t *Table) Place() Place { return Place{t.frame, t.order} }

// Len returns how much is told.
func (r *Report) Len() int { return len(r.log.Marks) }

// Place returns where a part of it stands.
func (r *Report) Place(i int) Place {
	m := &r.log.Marks[i]
	switch m.What {
	case markEnding, markPart:
		return Place{m.Frame, r.endings[m.N].order}
	case markLone:
		return Place{m.Frame, r.lones[m.N].order}
	case markGone:
		return Place{m.Frame, r.named[m.N].order}
	}
	return Place{m.Frame, atPacket}
}

// Swap exchanges what two Reports tell.
func (r *Report) Swap(with *Report) { *r, *with = *with, *r }

// Reset empties the Report and keeps its memory.
func (r *Report) Reset() {
	r.log.Reset()
	r.endings, r.pairs, r.times, r.totals = r.endings[:0], r.pairs[:0], r.times[:0], r.totals[:0]
	r.lots, r.stamps, r.named, r.lones = r.lots[:0], r.stamps[:0], r.named[:0], r.lones[:0]
}

// manyEndings is with how many a Report is handed over at once, so that what a tick ends
// takes no more memory than that.
const manyEndings = 256

// Post hands a Report over and takes an empty one. If asks, it returns only when the Desk
// has taken all that stands before it, of all Tables; the Desk stands still until the
// next Report of this Table.
type Post func(r *Report, asks bool)

// Share makes t, which is empty, one of several Tables that share the connections: all
// packets of one go to one of them, and none of them writes records; d does. Frames are
// numbered from 1 on.
func (t *Table) Share(d *Desk, post Post) {
	t.report, t.post, t.outside = &Report{}, post, &outside{numbers: &d.numbers}
	t.rules.Report(&t.report.log, func() *check.World {
		if t.asked != t.Place() || t.report.Len() > 0 {
			t.asked = t.Place()
			t.post(t.report, true)
		}
		return d.table.rules.World()
	})
}

// Report returns what t has not handed over yet.
func (t *Table) Report() *Report { return t.report }

// At says which frame comes next. It is for a Table that shares; others count by
// themselves.
func (t *Table) At(frame uint64) { t.frame, t.latest, t.order = frame, frame, atPacket }

// Quoted takes an ICMP error which quotes a segment of a connection of this Table, while
// the error itself counts in another.
func (t *Table) Quoted(v *packet.View) {
	t.order, t.now = atQuote, v.At
	t.askQuote(v)
}

// name returns how the record is called that begins with the packet at hand.
func (t *Table) name() uint64 {
	t.stats.Begun++
	return t.newest()
}

// newest returns the name of the last record that began; the names of later ones are higher.
func (t *Table) newest() uint64 {
	if t.report == nil {
		return t.stats.Begun
	}
	return t.frame
}

// tellBegun tells that a record began, which continues another one, or 0.
func (t *Table) tellBegun(before uint64) {
	switch {
	case t.report == nil:
	case before == 0:
		t.report.log.Add(t.frame, markBegun, 0)
	default:
		t.tellFrame(markAgain, before)
	}
}

// tellGone tells that the record of that name is forgotten.
func (t *Table) tellGone(num uint64) {
	if t.report != nil {
		t.tellFrame(markGone, num)
	}
}

func (t *Table) tellFrame(what check.What, frame uint64) {
	r := t.report
	r.log.Add(t.frame, what, uint32(len(r.named)))
	r.named = append(r.named, named{frame, t.order})
}

// tellEnding hands over e, whose record ends.
func (t *Table) tellEnding(e *entry, why record.Ending) {
	r := t.report
	x := t.account(r, e)
	x.why = why
	if l := r.lend(x, e); l != nil {
		t.rules.Hand(&e.inquiry, l)
	}
	t.tellAccount(markEnding)
}

// tellPart hands over how e stood at a time, as a part of its record is due.
func (t *Table) tellPart(e *entry, at int64) {
	r := t.report
	x := t.account(r, e)
	x.why, x.silent = record.EndOpen, at
	if l := r.lend(x, e); l != nil {
		t.rules.Show(&e.inquiry, l)
	}
	t.tellAccount(markPart)
}

// tellAccount adds a mark of the last account.
func (t *Table) tellAccount(what check.What) {
	r := t.report
	r.log.Add(t.frame, what, uint32(len(r.endings)-1))
	t.postMany()
}

// postMany hands the Report over if many records end with it.
func (t *Table) postMany() {
	if r := t.report; len(r.endings)+len(r.lones) == manyEndings {
		t.post(r, false)
	}
}

// account adds to r how e stands, but for what was found of it.
func (t *Table) account(r *Report, e *entry) *ending {
	r.endings = extend(r.endings)
	x := &r.endings[len(r.endings)-1]
	x.entry, x.now, x.silent, x.order = *e, t.now, t.silentUntil(e), t.order
	x.lone = t.wasLone(e)
	x.latest = t.latest
	x.pair, x.times, x.total, x.lot = -1, -1, -1, -1
	if e.repairs != 0 {
		x.pair, r.pairs = int32(len(r.pairs)), append(r.pairs, *t.repairs.at(e.repairs))
	}
	if m := t.times.of(e); m != nil {
		x.times, r.times = int32(len(r.times)), append(r.times, *m)
	}
	if t.great.has(e) {
		x.total, r.totals = int32(len(r.totals)), append(r.totals, t.great.of(e))
	}
	for end, id := range e.identity {
		if id != 0 {
			x.who[end] = *t.who.signatures.Signature(id)
		}
	}
	return x
}

// lend returns where what was found of e goes that x tells of; nil: nothing was.
func (r *Report) lend(x *ending, e *entry) *check.Lot {
	if !e.inquiry.Lends() {
		return nil
	}
	x.lot, r.lots = int32(len(r.lots)), extend(r.lots)
	return &r.lots[x.lot]
}

// extend makes a list longer by one, which is what it was when the list was as long.
func extend[T any](list []T) []T {
	if len(list) < cap(list) {
		return list[:len(list)+1]
	}
	var none T
	return append(list, none)
}

// tellStamp tells what the timestamp of a SYN shows of a host's clock.
func (t *Table) tellStamp(v *packet.View) {
	host, peer := hosts(&v.Key, v.FromB)
	if t.report == nil {
		t.who.clocks.Observe(host, peer, v.Seg.TSval, v.At)
		return
	}
	r := t.report
	r.log.Add(t.frame, markStamp, uint32(len(r.stamps)))
	r.stamps = append(r.stamps, stamp{*host, *peer, v.Seg.TSval, v.At})
}

// ObserveShared gives a Table that shares decoded packets in their order, as ObserveAll
// does; ticks are told it by Tick.
func (t *Table) ObserveShared(views []packet.View) {
	var hashes, likely [Batch]uint32
	t.expect(views, &hashes, &likely)
	for i := range views {
		v := &views[i]
		t.At(v.Number)
		t.now = v.At
		if v.Why == packet.Decoded {
			t.take(v, hashes[i], likely[i])
		} else {
			t.rules.Undecoded(v)
		}
	}
}

// Now says what time it is, ns since the Unix epoch, to a Table that shares: that of the
// last packet of them all, or until when none came.
func (t *Table) Now(now int64) { t.now = now }

// FlushAt is Flush at a time, as Now says it.
func (t *Table) FlushAt(now int64) {
	t.now = now
	t.flush(record.EndCapture)
}

// DrainAt is Drain at a time, as Now says it.
func (t *Table) DrainAt(now int64) {
	t.now = now
	t.flush(record.EndFlush)
}
