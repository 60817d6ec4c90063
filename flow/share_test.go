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

// shared returns the rows of n Tables.
func shared(views []packet.View, n int) (rows rowList) {
	s := newSharing(n, Config{}, rows.take)
	for i := range views {
		s.observe(&views[i])
	}
	s.flush()
	return rows
}

// sharing is n Tables that share the connections, and their Desk. Each packet's report is
// taken at once, those of a tick when all have it.
type sharing struct {
	desk    *Desk
	tables  []*Table
	waiting []*Report
	tick    bool
	clock   Clock
	began   bool
	last    uint64 // frame
	now     int64
}

func newSharing(n int, c Config, emit func(*record.Record)) *sharing {
	s := &sharing{desk: NewDesk(c, emit)}
	for range n {
		t := New(c, nil)
		t.Share(s.desk, func(r *Report, asks bool) {
			if s.tick {
				s.keep(r)
			} else {
				s.take(r)
			}
		})
		s.tables = append(s.tables, t)
	}
	return s
}

func (s *sharing) take(r *Report) {
	for i := range r.Len() {
		s.desk.Take(r, i)
	}
	r.Reset()
}

func (s *sharing) keep(r *Report) {
	all := *r
	s.waiting, *r = append(s.waiting, &all), Report{}
}

// together has all Tables do something at a frame.
func (s *sharing) together(frame uint64, do func(i int, t *Table)) {
	s.tick = true
	for i, t := range s.tables {
		t.At(frame)
		do(i, t)
		s.keep(t.Report())
	}
	s.tick = false
	merge(s.waiting, s.desk)
	s.waiting = nil
}

func (s *sharing) of(k *packet.Key) int { return int(k.APort) % len(s.tables) }

func (s *sharing) observe(from *packet.View) {
	v := *from
	s.last, s.now = v.Number, v.At
	if s.clock.Pass(v.At) {
		s.together(v.Number, func(_ int, t *Table) { t.Tick(v.At) })
	}
	if s.began = s.began || v.IsTCP(); s.began {
		s.desk.Began(v.At)
		for _, t := range s.tables {
			t.Began(v.At)
		}
	}
	t := s.tables[s.of(&v.Key)]
	t.At(v.Number)
	t.ObserveShared([]packet.View{v})
	s.take(t.Report())
}

func (s *sharing) flush() {
	s.together(s.last, func(_ int, t *Table) { t.FlushAt(s.now) })
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
