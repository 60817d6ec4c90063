package run

import (
	"cmp"
	"math"
	"slices"

	"onpath/flow"
	"onpath/record"
	"onpath/sink/top"
	"onpath/tcp"
)

// perLook bounds how many slots of the table one look goes through, so that a look
// costs the packets no more than a few ms however many connections there are. With more
// slots, it goes on where the look before has stopped, and those that were among the
// first then are looked at again: they compete with all in turn.
const perLook = 1 << 15

// perFiltered is the same where each row's text has to be made, to be searched.
const perFiltered = 1 << 12

// board keeps which open connections come first. What it remembers of a slot is 28
// octets; their number is bounded by that of the connections.
type board struct {
	seen  []seen
	next  uint32 // slot to go on from
	whole bool   // all slots have been gone through for this query
	round uint32
	best  []contender // of the last look
	query top.Query   // the last one
	open  uint32      // slot in which find found a record last
	gone  uint64      // number of the one that it has not found
}

// seen is what a slot held when it was looked at, in numbers that may wrap.
type seen struct {
	conn   uint32
	at     uint32 // ms
	octets [2]uint32
	rate   [2]float32 // octets a second, smoothed
	round  uint32     // of looks
}

// contender is an open record that may be shown.
type contender struct {
	slot  uint32
	conn  uint64
	value float64
}

// look returns the first rows that the query asks for, now being the capture's time.
func (b *board) look(t *flow.Table, q *top.Query, now int64) []top.Row {
	b.round++
	if q.Order != b.query.Order || q.Filter != b.query.Filter {
		b.next, b.whole = 0, false
	}
	b.query = *q
	if n := int(t.Slots()); n > len(b.seen) {
		b.seen = append(b.seen, make([]seen, n-len(b.seen))...)
	}
	before := b.best
	b.best = make([]contender, 0, 2*q.Rows)
	offer := func(o flow.Open) bool {
		b.offer(o, q, now)
		return true
	}
	for _, c := range before {
		if o, ok := t.Slot(c.slot); ok {
			offer(o)
		}
	}
	b.walk(t, offer)
	b.cut(q.Rows)
	return b.rows(t, now)
}

// walk goes through the next slots.
func (b *board) walk(t *flow.Table, offer func(flow.Open) bool) {
	n := perLook
	if b.query.Filter != "" {
		n = perFiltered
	}
	b.next = t.Walk(b.next, n, offer)
	b.whole = b.whole || b.next == 0
}

// offer lets an open record compete, once in a look.
func (b *board) offer(o flow.Open, q *top.Query, now int64) {
	s := &b.seen[o.Slot]
	if s.round == b.round {
		return
	}
	s.round = b.round
	s.note(o, now)
	if q.Filter != "" {
		if r := rowOf(o, s, now); !r.Matches(q.Filter) {
			return
		}
	}
	if len(b.best) == cap(b.best) {
		b.cut(q.Rows)
	}
	b.best = append(b.best, contender{o.Slot, o.Conn(), values[q.Order](o, s, now)})
}

// find returns the open record of that number, if it was looked at.
func (b *board) find(t *flow.Table, conn uint64) (flow.Open, bool) {
	if o, ok := t.Slot(b.open); ok && o.Conn() == conn {
		return o, true
	}
	if b.gone == conn {
		return flow.Open{}, false
	}
	for i := range b.seen {
		if b.seen[i].conn != uint32(conn) {
			continue
		}
		if o, ok := t.Slot(uint32(i)); ok && o.Conn() == conn {
			b.open = uint32(i)
			return o, true
		}
	}
	b.gone = conn // no other record will have its number
	return flow.Open{}, false
}

// cut keeps the first n contenders, in their order.
func (b *board) cut(n int) {
	slices.SortFunc(b.best, func(x, y contender) int {
		return cmp.Or(cmp.Compare(y.value, x.value), cmp.Compare(x.conn, y.conn))
	})
	b.best = b.best[:min(n, len(b.best))]
}

// rows are those of the contenders.
func (b *board) rows(t *flow.Table, now int64) (rows []top.Row) {
	for _, c := range b.best {
		if o, ok := t.Slot(c.slot); ok {
			rows = append(rows, rowOf(o, &b.seen[c.slot], now))
		}
	}
	return rows
}

// values are what each order compares.
var values = [top.NumOrders]func(o flow.Open, s *seen, now int64) float64{
	top.ByRate:            func(_ flow.Open, s *seen, _ int64) float64 { return float64(s.rate[0]) + float64(s.rate[1]) },
	top.ByRetransmissions: func(o flow.Open, _ *seen, _ int64) float64 { return float64(o.Retransmissions()) },
	top.ByRTT: func(o flow.Open, _ *seen, _ int64) float64 {
		rtt := o.RTT()
		return float64(rtt[0] + rtt[1])
	},
	top.ByFindings: func(o flow.Open, _ *seen, _ int64) float64 { // severity, then count
		severity, count := o.Worst()
		return float64(severity)*1e12 + float64(count)
	},
	top.ByAge: func(o flow.Open, _ *seen, now int64) float64 { return float64(now - o.Start()) },
}

// memory is the time over which a rate is smoothed, leastStep what must have passed for
// the next sample, both in s.
const (
	memory    = 2.0
	leastStep = 0.1
)

// note updates the rates. Of a record that is new to the slot they are those since it
// began, though never over less than a second.
func (s *seen) note(o flow.Open, now int64) {
	octets, at := o.IPOctets(), uint32(now/1e6)
	sample := func(d int, seconds float64) float64 { return float64(uint32(octets[d])-s.octets[d]) / seconds }
	if conn := uint32(o.Conn()); s.conn != conn {
		*s = seen{conn: conn, round: s.round}
		lived := max(float64(now-o.Start())/1e9, 1)
		s.rate = [2]float32{float32(float64(octets[0]) / lived), float32(float64(octets[1]) / lived)}
	} else {
		passed := float64(int32(at-s.at)) / 1e3
		if passed >= 0 && passed < leastStep {
			return
		}
		passed = max(passed, leastStep) // a clock that was set back
		weight := 1 - math.Exp(-passed/memory)
		for d := range s.rate {
			s.rate[d] += float32((sample(d, passed) - float64(s.rate[d])) * weight)
		}
	}
	s.at, s.octets = at, [2]uint32{uint32(octets[0]), uint32(octets[1])}
}

// rowOf is an open record as a row.
func rowOf(o flow.Open, s *seen, now int64) top.Row {
	r := o.Record()
	row := top.Row{
		Conn: r.Conn, Client: r.Endpoint(tcp.Client), Server: r.Endpoint(tcp.Server), State: statesOf(r),
		Rate: [2]float64{float64(s.rate[0]), float64(s.rate[1])}, Octets: o.IPOctets(), RTT: o.RTT(),
		Retransmissions: o.Retransmissions(), Outcome: r.Outcome.Class.String(), Age: max(0, now-r.Start),
	}
	if w := r.Worst(); w != nil {
		row.Worst, row.Severity = w.ID.String(), w.Severity
	}
	for i := range r.Findings {
		row.Found += r.Findings[i].ID.String() + " "
	}
	return row
}

// statesOf are the states of both ends; of what is not TCP its protocol.
func statesOf(r *record.Record) (s [2]string) {
	for d := range s {
		if s[d] = r.Side[d].State.String(); !r.IsTCP() {
			s[d] = string(record.AppendProto(nil, r.Key.Proto))
		}
	}
	return s
}
