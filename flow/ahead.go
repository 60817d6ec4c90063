package flow

import (
	"onpath/fingerprint"
	"onpath/internal/prefetch"
	"onpath/measure"
	"onpath/tcp"
)

// endsAhead is of how many records all that their ends need is asked for before the first of them
// ends, so that the waits for memory overlap: of each some 20 lines of the cache.
const endsAhead = 16

// endAll calls end for each of n records, the k-th of which is of entry or embryo nth(k), when
// what it needs was asked for.
func (t *Table) endAll(n int, nth func(k int) uint32, end func(k int)) {
	var ahead [endsAhead]uint32
	for k := range n {
		if at := k % endsAhead; at == 0 && t.slab.live >= t.crowd {
			some := ahead[:min(endsAhead, n-k)]
			for i := range some {
				some[i] = nth(k + i)
			}
			t.expectEnds(some)
		}
		end(k)
	}
}

// expectEnds asks for what the ends of some records will need: entries and embryos, then what
// depends on them. None of it is changed, so whatever becomes of one of them does not matter.
func (t *Table) expectEnds(list []uint32) {
	for _, i := range list {
		if i&lone != 0 {
			t.slab.expect(i, false)
		} else {
			prefetch.Lines(t.slab.at(i), 0, entryOctets)
		}
	}
	for _, i := range list {
		if i&lone != 0 {
			t.expectEnd(t.slab.embryos.at(i))
		} else {
			t.expectLoans(t.slab.at(i))
		}
	}
}

// expectLoans asks for what the record of e will tell that does not stand in it.
func (t *Table) expectLoans(e *entry) {
	if m := t.times.of(e); m != nil {
		prefetch.Lines(m, 0, measure.TimesOctets)
	}
	if e.repairs != 0 {
		prefetch.Lines(t.repairs.at(e.repairs), 0, 1)
	}
	for end, id := range e.identity {
		if id != 0 {
			t.expectClock(e, tcp.Dir(end), id)
		}
	}
}

// expectClock asks for what is known of the clock of an end of e.
func (t *Table) expectClock(e *entry, end tcp.Dir, id fingerprint.ID) {
	if t.who.signatures.Signature(id).Stamped {
		host, _ := hosts(&e.key, e.swapped == (end == tcp.Client))
		t.who.clocks.Expect(host)
	}
}
