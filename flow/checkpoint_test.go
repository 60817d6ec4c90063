package flow

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/anomaly"
	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// carried returns a Table that goes on from a checkpoint of t. resumed is since when, as
// Restorer.End has it.
func carried(t *testing.T, from *Table, c Config, emit func(*record.Record), resumed int64) *Table {
	t.Helper()
	into := New(c, emit)
	r := into.Restorer()
	carry := func(part any) {
		copied := reflect.New(reflect.TypeOf(part).Elem())
		copied.Elem().Set(reflect.ValueOf(part).Elem())
		if !r.Take(copied.Interface()) {
			t.Fatalf("%T is not taken", part)
		}
	}
	from.CheckpointAll(carry)
	for at := from.Checkpoint(0, 3, carry); at != 0; at = from.Checkpoint(at, 3, carry) {
	}
	r.End(resumed, 0)
	if s, h := into.Stats(), into.Stats().Held; h.Idle+h.Superseded+h.Reset+h.Closed+h.HalfOpen+h.Other+h.Closing+h.Open != s.Live {
		t.Fatalf("%d live, %+v", s.Live, h)
	}
	if n := into.slab.embryos.live; n != from.slab.embryos.live {
		t.Fatalf("%d embryos of %d", n, from.slab.embryos.live)
	}
	return into
}

// simulated returns the packets of some runs of a mode, which begin one after the other
// and go on beside each other, between so many ports.
func simulated(m *simulate.Mode, seed, ports uint64) (all []packet.View) {
	var sim simulate.Sim
	for run := range uint64(6) {
		dice := simulate.Seeded(seed<<8 | run)
		sim.Run(m, &dice, func(p *simulate.Passage) {
			v := packet.View{
				Seg: p.Seg, Key: tcpKey(40000 + uint16(run%ports)), FromB: p.Seg.Dir == tcp.Client,
				IPLen: 40 + p.Seg.Len, WireLen: 54 + p.Seg.Len, CapLen: 54 + p.Seg.Len, L4Len: p.Seg.Len, Depth: 1,
			}
			v.At = p.Seg.At + int64(run)*700e6 + 1e18
			v.Seg.At = v.At
			all = append(all, v)
		})
	}
	slices.SortStableFunc(all, func(a, b packet.View) int { return cmp.Compare(a.At, b.At) })
	for i := range all {
		all[i].Number = uint64(i + 1)
	}
	return all
}

// allColumns is all columns of records, and what was found in them.
type allColumns []string

func (l *allColumns) take(r *record.Record) {
	var b strings.Builder
	for _, c := range record.Columns() {
		fmt.Fprintf(&b, " %s=%s", c.Name, c.Append(nil, r))
	}
	fmt.Fprintf(&b, " %+v", r.Findings)
	*l = append(*l, b.String())
}

// TestCheckpointLosesNothing: a run that is stopped anywhere, and goes on in another Table,
// writes the records that it would have written, whatever passes.
func TestCheckpointLosesNothing(t *testing.T) {
	embryos := uint32(0)
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		for seed := range uint64(5) {
			all := simulated(m, seed, 4)
			var want, got allColumns
			c := Config{Interim: 5 * time.Second, Linger: &Linger{AfterReset: time.Second, AfterClose: 3 * time.Second}}
			whole, first := New(c, want.take), New(c, got.take)
			cut := int(seed+1) * len(all) / 5
			for i := range all {
				v := all[i]
				whole.Observe(&v)
			}
			for _, v := range all[:cut] {
				first.Observe(&v)
			}
			second := carried(t, first, c, got.take, 0)
			embryos += first.slab.embryos.live
			for _, v := range all[cut:] {
				second.Observe(&v)
			}
			whole.Flush()
			second.Flush()
			slices.Sort(want)
			slices.Sort(got)
			if d := slices.CompareFunc(want, got, cmp.Compare[string]); d != 0 {
				t.Errorf("%s, seed %d, stopped at %d of %d:\n%s", m.Name, seed, cut, len(all), differing(want, got))
			}
		}
	}
	if embryos == 0 {
		t.Error("of no connection a lone SYN was kept")
	}
}

// differing tells where two lists differ first.
func differing(want, got allColumns) string {
	for i := range want {
		if i >= len(got) {
			return "missing " + want[i]
		}
		if want[i] != got[i] {
			w, g := strings.Fields(want[i]), strings.Fields(got[i])
			for k := range w {
				if k >= len(g) || w[k] != g[k] {
					return fmt.Sprint("want ", w[k:min(k+4, len(w))], " got ", g[min(k, len(g)):min(k+4, len(g))], " of ", w[0])
				}
			}
		}
	}
	return "too many"
}

// TestGapAccusesNobody: of ends that break no rule, none is found to, though nobody
// watched for a while in the middle of their connections, whatever the path does.
func TestGapAccusesNobody(t *testing.T) {
	for _, name := range []string{"clean", "light", "loss", "reorder", "all+both", "all+ws"} {
		m := &simulate.Modes[slices.IndexFunc(simulate.Modes, func(m simulate.Mode) bool { return m.Name == name })]
		for seed := range uint64(20) {
			all := simulated(m, seed, 6)
			found := map[string]int{}
			judged := func(sign int) func(*record.Record) {
				return func(r *record.Record) {
					for _, f := range r.Findings {
						if f.Severity >= anomaly.Suspicious {
							found[f.ID.String()] += sign
						}
					}
				}
			}
			whole := New(Config{}, judged(-1))
			for i := range all {
				v := all[i]
				whole.Observe(&v)
			}
			whole.Flush()
			first := New(Config{}, judged(1))
			from := len(all) / 3
			to := from + 1 + int(seed)*len(all)/60
			for _, v := range all[:from] {
				first.Observe(&v)
			}
			second := carried(t, first, Config{}, judged(1), all[to].At-1)
			for _, v := range all[to:] {
				second.Observe(&v)
			}
			second.Flush()
			for id, n := range found {
				if n > 0 {
					t.Errorf("%s, seed %d, frames %d to %d: %s, %d times more", name, seed, from, to, id, n)
				}
			}
		}
	}
}

// TestOverMeanwhile: what became too old while nobody watched ends as it would have; what
// has not goes on, with its number and its SYN.
func TestOverMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		after int64 // s
		want  string
	}{
		{60, ""},
		{130, "1 syn attempt-timeout [1 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] S\n3 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n"},
		{1000, "1 syn attempt-timeout [1 0+0 SYN-SENT] [0 0+0 SYN-RECEIVED] S\n2 syn idle-timeout [2 0+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShA\n3 syn fin [4 0+0 TIME-WAIT] [2 0+0 CLOSED] ShAFf\n"},
	} {
		first := New(Config{}, func(*record.Record) {})
		for port, text := range []string{"0 > S 100:100(0)", open3, closed4} {
			for _, v := range views(t, 40000+uint16(port), text) {
				first.Observe(v)
			}
		}
		var l ledger
		now := first.now + tt.after*1e9
		second := carried(t, first, Config{}, l.take, now)
		second.Pass(now)
		if got := l.String(); got != tt.want {
			t.Errorf("after %d s:\n%swant:\n%s", tt.after, got, tt.want)
		}
		l.Reset()
		for _, v := range views(t, 40001, fmt.Sprintf("%d > P. 101:201(100) ack 301", tt.after+1)) {
			second.Observe(v)
		}
		second.Drain()
		want := "2 syn flush [3 100+0 ESTABLISHED] [1 0+0 ESTABLISHED] ShAD\n"
		if tt.after > 610 {
			want = "4 midstream flush continues 2 [1 100+0 ESTABLISHED] [0 0+0 ESTABLISHED] D\n"
		}
		if !strings.Contains(l.String(), want) {
			t.Errorf("after %d s, at the end:\n%swant:\n%s", tt.after, l.String(), want)
		}
	}
}
