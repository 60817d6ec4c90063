package simulate

import (
	"testing"

	"onpath/conn"
)

// play runs n runs of a mode and hands each to look when it is over.
func play(m Mode, n int, look func(seed uint64, w *Sim)) {
	var w Sim
	for seed := range uint64(n) {
		d := Seeded(seed)
		w.Run(&m, &d, func(*Passage) {})
		look(seed, &w)
	}
}

// Whatever the path does, both ends come to rest without a TCB, or with one side
// of the handshake left over, and all octets arrive.
func TestRest(t *testing.T) {
	for _, m := range Modes {
		if m.faulty() {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			frames, passed, cut, slow := 0, 0, 0, 0
			play(m, 2000, func(seed uint64, w *Sim) {
				frames += len(w.frames)
				passed += w.passed
				if len(w.frames) >= maxFrames {
					cut++
				}
				if w.now >= maxSteps {
					slow++
				}
				for d := range w.ends {
					e := &w.ends[d]
					if !e.gone() && !e.cookie && len(w.frames) < maxFrames && t.Failed() == false {
						t.Errorf("seed %d: end %d is in %v at step %d after %d frames", seed, d, e.State, w.now, len(w.frames))
					}
				}
			})
			t.Logf("%.1f frames, %.1f passed, %d cut, %d slow", float64(frames)/2000, float64(passed)/2000, cut, slow)
		})
	}
}

func (m *Mode) faulty() bool { return m.Abort+m.Crash+m.GiveUp+m.Forge > 0 }

// All states are visited.
func TestStates(t *testing.T) {
	var seen [conn.NumStates]int
	var w Sim
	m := Modes[5]
	for seed := range uint64(2000) {
		d := Seeded(seed)
		w.Run(&m, &d, func(p *Passage) {
			for _, e := range p.Ends {
				seen[e.Emitted.State]++
				seen[e.Advanced.State]++
			}
		})
	}
	for s, n := range seen {
		t.Logf("%v %d", conn.State(s), n)
		if n == 0 && conn.State(s) != conn.Listen {
			t.Errorf("%v was never true", conn.State(s))
		}
	}
}

func BenchmarkRun(b *testing.B) {
	var w Sim
	m := Modes[5]
	seed := uint64(0)
	for b.Loop() {
		seed++
		d := Seeded(seed)
		w.Run(&m, &d, func(*Passage) {})
	}
}
