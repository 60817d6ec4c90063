package flow

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/record"
)

// run is a Table, or some that share.
type run struct {
	one  *Table
	many *sharing
}

// newRun returns one of n Tables; 1: one that shares nothing.
func newRun(n int, c Config, emit func(*record.Record)) run {
	if n == 1 {
		return run{one: New(c, emit)}
	}
	return run{many: newSharing(n, c, emit)}
}

func (r run) observe(v *packet.View) {
	if r.one == nil {
		r.many.observe(v)
		return
	}
	x := *v
	r.one.Observe(&x)
}

func (r run) flush() {
	if r.one == nil {
		r.many.flush()
		return
	}
	r.one.Flush()
}

// checkpoint gives put all parts.
func (r run) checkpoint(put func(any)) {
	if r.one != nil {
		r.one.CheckpointAll(put)
		for at := r.one.Checkpoint(0, 3, put); at != 0; at = r.one.Checkpoint(at, 3, put) {
		}
		return
	}
	s := r.many
	s.desk.CheckpointAll(s.tables, s.clock, s.last, s.now, put)
	for _, t := range s.tables {
		for at := t.Checkpoint(0, 3, put); at != 0; at = t.Checkpoint(at, 3, put) {
		}
	}
}

// restore fills the run with parts. resumed is as Restorer.End has it.
func (r run) restore(t *testing.T, parts []any, resumed int64) {
	t.Helper()
	var one interface{ Take(any) bool }
	var many *SharedRestorer
	if r.one != nil {
		one = r.one.Restorer()
	} else {
		many = r.many.desk.SharedRestorer(r.many.tables, r.many.of, nil)
		one = many
	}
	for _, p := range parts {
		if !one.Take(p) {
			t.Fatalf("%T is not taken", p)
		}
	}
	if r.one != nil {
		one.(*Restorer).End(resumed, 0)
		return
	}
	s := r.many
	s.clock, s.now, s.last = many.Clock, many.Now, many.Name(0)
	many.End(resumed)
	s.together(s.last, func(i int, _ *Table) { many.EndTable(i, resumed) })
}

// TestResumeAcross: a run that is stopped anywhere goes on in any other number of Tables, and
// in another one behind that, and writes the records that it would have written.
func TestResumeAcross(t *testing.T) {
	interim := 0
	for i := range simulate.Modes {
		m, seed := &simulate.Modes[i], i%3
		all := simulated(m, uint64(seed), 4)
		ways := [][3]int{{1, 2, 1}, {2, 3, 2}, {3, 1, 2}, {2, 2, 3}}
		for k := range 2 {
			interim += acrossRuns(t, m.Name, all, ways[(i+k)%len(ways)], seed)
		}
	}
	if interim < 100 {
		t.Errorf("%d rows on the way", interim)
	}
}

// acrossRuns returns how many rows on the way there are.
func acrossRuns(t *testing.T, name string, all []packet.View, way [3]int, seed int) (interim int) {
	t.Helper()
	var want, got allColumns
	c := Config{
		Linger:   &Linger{AfterReset: time.Second, AfterClose: 3 * time.Second},
		Timeouts: Timeouts{Established: time.Second, Closing: time.Second}, // so that some go on in another record
		Interim:  300 * time.Millisecond,
	}
	whole := New(c, want.take)
	for i := range all {
		v := all[i]
		whole.Observe(&v)
	}
	whole.Flush()
	cuts := []int{(seed + 1) * len(all) / 5, (seed + 3) * len(all) / 6}
	now := newRun(way[0], c, got.take)
	for i := range all {
		if k := slices.Index(cuts, i); k >= 0 {
			now = now.carry(t, newRun(way[k+1], c, got.take))
		}
		now.observe(&all[i])
	}
	now.flush()
	slices.Sort(want)
	slices.Sort(got)
	if slices.CompareFunc(want, got, cmp.Compare[string]) != 0 {
		t.Errorf("%s, seed %d, %v tables:\n%s", name, seed, way, differing(want, got))
	}
	return strings.Count(strings.Join(got, ""), " record=interim")
}

// carry has another run, of no packet, go on.
func (r run) carry(t *testing.T, into run) run {
	t.Helper()
	var parts []any
	r.checkpoint(func(part any) {
		copied := reflect.New(reflect.TypeOf(part).Elem())
		copied.Elem().Set(reflect.ValueOf(part).Elem())
		parts = append(parts, copied.Interface())
	})
	into.restore(t, parts, 0)
	return into
}
