package simulate

import (
	"slices"
	"testing"

	"onpath/conn"
)

// runs of each mode in these tests.
const runs = 2000

// mode returns the mode of a name.
func mode(t testing.TB, name string) *Mode {
	t.Helper()
	i := slices.IndexFunc(Modes, func(m Mode) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("no mode %s", name)
	}
	return &Modes[i]
}

// nothing watches a run.
func nothing(*Passage) {}

// orderly reports a mode in which no end ever breaks off.
func (m *Mode) orderly() bool { return m.Abort+m.Crash+m.GiveUp+m.Forge+m.Reuse == 0 && !m.Cookies }

// Whatever the path does, both ends come to rest without a TCB, and all octets
// and both FINs arrive: each end's stream ends where its peer's RCV.NXT is.
func TestRest(t *testing.T) {
	for i := range Modes {
		m := &Modes[i]
		if !m.orderly() {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			var w Sim
			whole, passed := 0, 0
			for seed := range uint64(runs) {
				d := Seeded(seed)
				w.Run(m, &d, nothing)
				passed += w.passed
				a, b := &w.ends[0], &w.ends[1]
				if !a.gone() || !b.gone() {
					t.Fatalf("seed %d: %v and %v at step %d, after %d segments", seed, a.State, b.State, w.now, len(w.frames))
				}
				if a.Incarnation != 0 || b.Incarnation != 0 || !a.FinSent || !b.FinSent {
					continue // refused, or a listener took a late copy of the SYN
				}
				whole++
				if a.IRS != b.ISS || b.IRS != a.ISS || a.RcvNxt != b.SndNxt || b.RcvNxt != a.SndNxt || a.nearly+b.nearly > 0 {
					t.Fatalf("seed %d: not all octets arrived", seed)
				}
			}
			if whole < runs*8/10 {
				t.Errorf("only %d of %d connections were opened and closed", whole, runs)
			}
			t.Logf("%d connections opened and closed, %.1f segments passed in a run", whole, float64(passed)/runs)
		})
	}
}

// Every run of every mode ends, and every state of RFC 9293 is visited, but
// LISTEN, which reads as CLOSED.
func TestStates(t *testing.T) {
	var w Sim
	for i := range Modes {
		m := &Modes[i]
		var seen [conn.NumStates]int
		for seed := range uint64(runs) {
			d := Seeded(seed)
			w.Run(m, &d, func(p *Passage) {
				for e := range p.Ends {
					seen[p.Ends[e].Emitted.State]++
					seen[p.Ends[e].Advanced.State]++
				}
			})
		}
		for s, n := range seen {
			if st := conn.State(s); n == 0 && st != conn.Listen {
				t.Errorf("%s: %v was never true", m.Name, st)
			}
		}
	}
}

// A run is the same when it is repeated from its seed, or from the numbers that
// its dice threw.
func TestRepeats(t *testing.T) {
	var w Sim
	for i := range Modes {
		m := &Modes[i]
		told := func(d Dice) (lines []string) {
			w.Run(m, &d, func(p *Passage) { lines = append(lines, Line(&p.Seg)) })
			return lines
		}
		want := told(Seeded(7))
		numbers := Recorded(7, func(d *Dice) { w.Run(m, d, nothing) })
		if !slices.Equal(told(Seeded(7)), want) || !slices.Equal(told(Tape(numbers)), want) {
			t.Errorf("%s: another run", m.Name)
		}
	}
}

// Without faults nothing is dull: the dull run is the shortest conversation.
func TestDull(t *testing.T) {
	var w Sim
	d := Tape(nil)
	n := 0
	w.Run(mode(t, "all"), &d, func(*Passage) { n++ })
	if n < 5 || n > 12 {
		t.Errorf("the run of zeros has %d segments", n)
	}
}

// Shrink finds the two numbers that matter, and makes them small.
func TestShrink(t *testing.T) {
	numbers := make([]uint32, 300)
	for i := range numbers {
		numbers[i] = uint32(i) * 0x9e3779b1
	}
	got := Shrink(numbers, func(n []uint32) bool {
		return len(n) > 1 && slices.Max(n) > 1<<30 && slices.Min(n) < 1<<20
	})
	if len(got) != 2 || slices.Max(got) > 1<<31 || slices.Min(got) != 0 {
		t.Errorf("%v", got)
	}
}

// A run of "all" on one core; a run of its size passes the observer about 60
// times.
func BenchmarkRun(b *testing.B) {
	var w Sim
	m := mode(b, "all")
	seed := uint64(0)
	for b.Loop() {
		seed++
		d := Seeded(seed)
		w.Run(m, &d, nothing)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}
