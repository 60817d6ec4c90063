package conn_test

import (
	"testing"

	"onpath/conn"
	"onpath/internal/simulate"
)

// TestPhase: Phase says what is written, and of a Conn that a Plain segment has moved, what
// it was before.
func TestPhase(t *testing.T) {
	var met [conn.Reset + 1]int
	for i := range simulate.Modes {
		var w simulate.Sim
		for k := range uint64(60) {
			d := simulate.Seeded(uint64(i)<<32 + k + 7e6)
			var tracker conn.Tracker
			var c conn.Conn
			before := conn.Opening
			w.Run(&simulate.Modes[i], &d, func(p *simulate.Passage) {
				step := tracker.Observe(&c, &p.Seg)
				phase := c.Phase()
				if want := c.SlowPhase(); phase != want || step.Plain && phase != before {
					t.Fatalf("mode %s, run %d: phase %d behind %d, want %d (Plain: %t)", simulate.Modes[i].Name, k, phase, before, want, step.Plain)
				}
				before = phase
				met[phase]++
			})
		}
	}
	for phase, n := range met {
		if n == 0 {
			t.Errorf("phase %d was not met", phase)
		}
	}
}
