package flow

import (
	"fmt"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/record"
)

// TestShare: Tables that share the connections and report to a Desk write what one Table
// writes, in its order.
func TestShare(t *testing.T) {
	for _, packets := range []int{100, 3000} {
		views := diceTraffic(packets)
		var alone rowList
		one := New(Config{}, alone.take)
		for i := range views {
			v := views[i]
			one.ObserveAll([]packet.View{v})
		}
		one.Flush()
		for _, n := range []int{1, 2, 5} {
			if got := shared(views, n); len(got) < packets/8 || strings.Join(got, "") != strings.Join(alone, "") {
				t.Errorf("%d tables: %s", n, firstDifference(got, alone))
			}
		}
	}
}

// rowList is what a Table or Desk writes.
type rowList []string

func (l *rowList) take(r *record.Record) {
	var row []byte
	for _, c := range record.Columns() {
		row = append(append(append(row, c.Name...), '='), c.Append(nil, r)...)
		row = append(row, ' ')
	}
	*l = append(*l, string(row))
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			a, b := strings.Fields(got[i]), strings.Fields(want[i])
			for k := range min(len(a), len(b)) {
				if a[k] != b[k] {
					return fmt.Sprintf("row %d: %.200s, want %.200s", i, a[k], b[k])
				}
			}
		}
	}
	return fmt.Sprintf("%d rows, want %d", len(got), len(want))
}

// shared returns the rows of n Tables. Each packet's report is taken at once, those of a
// tick when all have it.
func shared(views []packet.View, n int) (rows rowList) {
	desk := NewDesk(Config{}, rows.take)
	take := func(r *Report, _ bool) {
		for i := range r.Len() {
			desk.Take(r, i)
		}
		r.Reset()
	}
	var waiting []*Report
	keep := func(r *Report, _ bool) {
		all := *r
		waiting, *r = append(waiting, &all), Report{}
	}
	var tables []*Table
	tick := false
	for range n {
		t := New(Config{}, nil)
		t.Share(desk, func(r *Report, asks bool) {
			if tick {
				keep(r, asks)
			} else {
				take(r, asks)
			}
		})
		tables = append(tables, t)
	}
	together := func(frame uint64, do func(t *Table)) {
		tick = true
		for _, t := range tables {
			t.At(frame)
			do(t)
			keep(t.Report(), false)
		}
		tick = false
		merge(waiting, desk)
		waiting = nil
	}
	var c Clock
	began := false
	for i := range views {
		v := views[i]
		if c.Pass(v.At) {
			together(v.Number, func(t *Table) { t.Tick(v.At) })
		}
		if began = began || v.IsTCP(); began {
			desk.Began(v.At)
			for _, t := range tables {
				t.Began(v.At)
			}
		}
		t := tables[int(v.Key.APort)%n]
		t.At(v.Number)
		t.ObserveShared([]packet.View{v})
		take(t.Report(), false)
	}
	last := views[len(views)-1].At
	together(views[len(views)-1].Number, func(t *Table) { t.FlushAt(last) })
	return rows
}

// merge takes reports in the order of what they tell.
func merge(reports []*Report, d *Desk) {
	at := make([]int, len(reports))
	for {
		first := -1
		for k, r := range reports {
			if at[k] < r.Len() && (first < 0 || r.Place(at[k]).Before(reports[first].Place(at[first]))) {
				first = k
			}
		}
		if first < 0 {
			return
		}
		d.Take(reports[first], at[first])
		at[first]++
	}
}

func TestNumbers(t *testing.T) {
	var x numbers
	known := map[uint64]uint64{}
	for i := uint64(1); i < 20000; i++ {
		x.add(name{frame: i * 7, num: i})
		known[i*7] = i
		if i%3 == 0 {
			x.remove(i / 3 * 7)
			delete(known, i/3*7)
		}
	}
	for frame, num := range known {
		if got := x.find(frame); got.num != num {
			t.Fatalf("frame %d is %d, want %d", frame, got.num, num)
		}
	}
	if x.n != len(known) || x.n > 19000 || x.find(3).frame != 0 {
		t.Errorf("%d names, want %d", x.n, len(known))
	}
}
