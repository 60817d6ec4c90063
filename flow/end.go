package flow

import (
	"cmp"
	"math"
	"slices"

	"onpath/conn"
	"onpath/measure"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// expire ends the record of entry i, which was silent for too long. A connection
// that may go on keeps its Conn, and true is returned; any other entry is gone.
func (t *Table) expire(i uint32) (kept bool) {
	if i&lone != 0 {
		return t.expireEmbryo(i)
	}
	e := t.slab.at(i)
	switch e.class {
	case halfOpen:
		t.write(e, record.EndAttemptTimeout)
	case open, closing, strayOpen, strayClosing:
		t.write(e, record.EndIdleTimeout)
	case reset, closed, strayReset, strayClosed:
		return t.bury(i)
	default:
		t.drop(i, record.EndIdleTimeout)
		return false
	}
	t.reclass(i, e.class.to(idle))
	return true
}

// bury ends the record of entry i, which lingered. If that was for a shorter time than
// late packets take, its Conn is kept for the rest, and true is returned.
func (t *Table) bury(i uint32) (kept bool) {
	e := t.slab.at(i)
	if t.now > later(e.last, lateFor(e)) {
		t.drop(i, record.EndIdleTimeout)
		return false
	}
	t.write(e, record.EndIdleTimeout)
	t.reclass(i, e.class.to(tomb))
	return true
}

// lateFor is for how long packets of a finished connection may come, in ns, though its
// record was written sooner.
func lateFor(e *entry) int64 {
	if e.conn.Phase() == conn.Reset {
		return int64(DefaultLinger.AfterReset)
	}
	return int64(DefaultLinger.AfterClose)
}

// drop writes the record of entry i, if it is open, and forgets the entry and
// the ghost behind it.
func (t *Table) drop(i uint32, why record.Ending) {
	if i&lone != 0 {
		t.dropEmbryo(i, why)
		return
	}
	e := t.slab.at(i)
	if e.class == ghost {
		t.slab.at(e.older).older = 0
		why = record.EndSuperseded
	} else {
		if e.older != 0 {
			t.drop(e.older, record.EndSuperseded)
		}
		t.index.remove(t.hash(&e.key), i)
	}
	t.write(e, why)
	t.delist(i)
	t.tracker.Forget(&e.conn)
	t.repairs.giveBack(e)
	t.who.giveBack(e)
	t.tellGone(e.num)
	t.slab.give(i)
}

// Flush writes the records of all that is open, in the order of their numbers:
// the capture has ended. The Table is empty afterwards.
func (t *Table) Flush() { t.flush(record.EndCapture) }

// Drain is Flush where the program ends and what it watches goes on.
func (t *Table) Drain() { t.flush(record.EndFlush) }

func (t *Table) flush(open record.Ending) {
	t.frame = math.MaxUint64
	live := make([]numbered, 0, t.slab.live)
	for i := uint32(1); i < t.slab.used; i++ { // the record of what was given back is written
		if e := t.slab.at(i); !e.written {
			live = append(live, numbered{e.num, i})
		}
	}
	for i := lone + 1; i < lone+t.slab.embryos.used; i++ {
		if m := t.slab.embryos.at(i); !m.has(ended) {
			live = append(live, numbered{m.num, i})
		}
	}
	sortByNumber(live)
	t.endAll(len(live), func(k int) uint32 { return live[k].i }, func(k int) {
		i := live[k].i
		t.order = live[k].num
		if i&lone != 0 {
			t.endEmbryo(i, t.lastOfEmbryo(t.slab.embryos.at(i), open))
			return
		}
		e := t.slab.at(i)
		t.write(e, t.lastEnding(e, open))
	})
	t.forgetAll()
}

// numbered is the number of a record and that of its connection, which is not 0.
type numbered struct {
	num uint64
	i   uint32
}

// sortByNumber sorts a list. The numbers of what is open mostly have few gaps: then each is
// put where its number says, as long as no two are the same.
func sortByNumber(list []numbered) {
	first, last := uint64(math.MaxUint64), uint64(0)
	for _, l := range list {
		first, last = min(first, l.num), max(last, l.num)
	}
	if last-first < fewGaps*uint64(len(list)) && spreadByNumber(list, first, last) {
		return
	}
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.num, b.num) })
}

// fewGaps is how many numbers there are at most for each that is taken.
const fewGaps = 4

// spreadByNumber sorts a list whose numbers lie between two; it reports false, and leaves
// the list as it is, if two are the same.
func spreadByNumber(list []numbered, first, last uint64) bool {
	at := written(make([]uint32, last-first+1))
	for _, l := range list {
		if at[l.num-first] != 0 {
			return false
		}
		at[l.num-first] = l.i
	}
	n := 0
	for k, i := range at {
		if i != 0 {
			list[n] = numbered{first + uint64(k), i}
			n++
		}
	}
	return true
}

// lastEnding tells why a record ends with the capture, open if nothing else did it: it
// may have been silent for too long already, though its turn in the list had not come.
func (t *Table) lastEnding(e *entry, open record.Ending) record.Ending {
	switch {
	case e.class == ghost:
		return record.EndSuperseded
	case t.now <= t.deadline(e):
		return open
	case e.class == halfOpen:
		return record.EndAttemptTimeout
	}
	return record.EndIdleTimeout
}

// lastOfEmbryo is lastEnding of m.
func (t *Table) lastOfEmbryo(m *embryo, open record.Ending) record.Ending {
	if t.now <= later(m.at, t.limits[m.class]) {
		return open
	}
	return record.EndAttemptTimeout
}

func (t *Table) forgetAll() {
	t.slab, t.index, t.repairs, t.lists = slab{}, index{}, repairs{}, [numClasses]list{}
	t.times = times{max: t.times.max, givenUp: t.times.givenUp}
	t.who.signatures.ReleaseAll()
	t.parts = newParts(t.parts.every)
	t.tracker = conn.Tracker{HolesGivenUp: t.tracker.HolesGivenUp, SACKGivenUp: t.tracker.SACKGivenUp}
	t.due = forever
}

// write emits the record of e, if it is open. A connection that was reset, or
// closed by FINs both ways, ended by that, whatever made us write it.
func (t *Table) write(e *entry, why record.Ending) {
	if e.written {
		return
	}
	t.partOfSilent(e, t.now)
	e.written = true
	if e.key.Proto == packet.ProtoTCP {
		switch {
		case e.conn.Phase() == conn.Reset:
			why = record.EndRst
		case e.conn.BothFins():
			why = record.EndFin
		}
	}
	t.stats.Ended[why]++
	if t.report != nil {
		t.tellEnding(e, why)
	} else {
		t.finish(e, why)
	}
	t.times.giveBack(e)
	t.great.forget(e)
	t.rules.Forget(&e.inquiry)
}

// finish writes the record of e.
func (t *Table) finish(e *entry, why record.Ending) {
	t.fill(e, why)
	t.of, t.ofLone = nil, 0
	if t.row.IsTCP() {
		t.conclude(e, why, t.silentUntil(e), t.wasLone(e))
		t.of = e
	}
	t.emit(&t.row)
}

// loans are what an entry has that does not stand in it.
type loans struct {
	pair      *pair          // to be read only
	continues uint64         // number of the record that this one continues; 0: none
	times     *measure.Times // nil: none
	sent      [2]measure.Total
	who       [2]record.Identity
}

// fill sets the row to the record of e.
func (t *Table) fill(e *entry, why record.Ending) {
	repaired := t.repairs.of(e)
	t.set(e, why, &loans{
		pair: repaired, continues: repaired.continues, times: t.times.of(e), sent: t.great.of(e),
		who: [2]record.Identity{t.who.of(e, tcp.Client), t.who.of(e, tcp.Server)},
	})
}

// set sets the row to the record of e, which has l.
func (t *Table) set(e *entry, why record.Ending, l *loans) {
	r, repaired := &t.row, l.pair
	*r = record.Record{} // a literal with all of this would be made elsewhere, and copied
	r.Conn, r.Key, r.ClientIsB, r.Start, r.End = e.num, e.key, e.swapped, e.start, e.last
	r.Opening, r.Ending, r.History, r.TCPChain = e.opening, why, e.history, e.chain
	r.Firewall, r.Invalid, r.Continues, r.Part = t.firewall != nil, repaired.invalid, l.continues, repaired.part+1
	r.Handshake, r.Times = e.handshake, l.times
	r.Side[tcp.Client].TCPStates, r.Side[tcp.Server].TCPStates = e.states.Final()
	for d := range l.sent {
		s, end := &r.Side[d], tcp.Dir(d)
		s.Total, s.Repeated, s.Repairs = l.sent[d], repaired.repeated[d], repaired.side[d]
		s.State, s.Possible = e.conn.State(end), e.conn.Possible(end)
		s.Identity = l.who[d]
	}
}
