package flow

import (
	"onpath/fingerprint"
	"onpath/tcp"
)

// endsAhead is of how many records all that their ends need is read before the first of them
// ends, so that the waits for memory overlap: of each some 20 lines of the cache.
const endsAhead = 16

// endAll calls end for each of n records, the k-th of which is of entry or embryo nth(k), when
// what it needs was read.
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

// expectEnds reads what the ends of some records will need: entries and embryos, then what
// depends on them. None of it is changed, so whatever becomes of one of them does not matter.
func (t *Table) expectEnds(list []uint32) {
	read := t.read
	for _, i := range list {
		if i&lone != 0 {
			read += t.slab.embryos.at(i).touch()
		} else {
			read += t.slab.at(i).touchAll()
		}
	}
	for _, i := range list {
		if i&lone != 0 {
			read += t.expectEnd(t.slab.embryos.at(i))
		} else {
			read += t.expectLoans(t.slab.at(i))
		}
	}
	t.read = read
}

// expectLoans reads what the record of e will tell that does not stand in it.
func (t *Table) expectLoans(e *entry) (read uint64) {
	if m := t.times.of(e); m != nil {
		read += m.TouchAll()
	}
	if e.repairs != 0 {
		read += t.repairs.at(e.repairs).repeated[1]
	}
	for end, id := range e.identity {
		if id != 0 {
			read += t.expectClock(e, tcp.Dir(end), id)
		}
	}
	return read
}

// expectClock reads what is known of the clock of an end of e.
func (t *Table) expectClock(e *entry, end tcp.Dir, id fingerprint.ID) uint64 {
	if !t.who.signatures.Signature(id).Stamped {
		return 0
	}
	host, _ := hosts(&e.key, e.swapped == (end == tcp.Client))
	return t.who.clocks.Touch(host)
}

// touchAll reads from each cache line of e.
func (e *entry) touchAll() uint64 { return e.touch() + e.num }
