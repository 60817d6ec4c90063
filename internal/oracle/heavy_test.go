package oracle

import (
	"slices"
	"testing"

	"onpath/conn"
	"onpath/internal/simulate"
)

// heavyRuns is how many connections TestHeavyFaults plays for each row.
const heavyRuns = 300

// stepTime is a step of the simulation in ms here, so that its shortest
// retransmission timeout (60 steps) is above 200 ms, as Linux's is.
const stepTime = 4

// TestHeavyFaults: classes under faults that no real path has (12 % loss on each
// side, 10 % copies, delays up to 9 times the mean), by what evidence the segments
// carry. The floors are what was reached less a little; what is missed is
// undecidable or rare.
func TestHeavyFaults(t *testing.T) {
	for _, tt := range []struct {
		mode          string
		stamps, count bool
		found, right  float64 // retransmissions found, called so rightly
		copies        float64 // copies found
	}{
		{"loss", false, false, 0.85, 0.98, 0},
		{"loss", true, false, 0.92, 0.98, 0},
		{"loss", false, true, 0.94, 0.99, 0},
		{"loss", true, true, 0.94, 0.99, 0},
		{"all", false, false, 0.86, 0.89, 0.3},
		{"all", true, false, 0.91, 0.96, 0.4},
		{"all", false, true, 0.92, 0.98, 0.99},
		{"all", true, true, 0.92, 0.98, 0.99},
	} {
		c := heavy(tt.mode, tt.stamps, tt.count)
		wrong := c.called(firstEmission) + c.called(asking) + c.called(lateHere) + c.called(copied)
		found := c.called(sentAgain)
		t.Logf("%s, timestamps %v, identification counted %v", tt.mode, tt.stamps, tt.count)
		share{"retransmissions found", found, c.row(sentAgain), tt.found}.check(t)
		share{"called so rightly", found, found + wrong, tt.right}.check(t)
		if tt.copies > 0 {
			share{"copies found", c[copied][conn.NetworkDuplicate] + c[copied][conn.CaptureDuplicate], c.row(copied), tt.copies}.check(t)
		}
	}
}

// heavy plays a mode and counts what is called what.
func heavy(mode string, stamps, count bool) (c confusion) {
	i := slices.IndexFunc(simulate.Modes, func(m simulate.Mode) bool { return m.Name == mode })
	m := simulate.Modes[i]
	m.Stamps, m.IPID = stamps, count
	var w simulate.Sim
	for seed := range uint64(heavyRuns) {
		var tracker conn.Tracker
		var seen conn.Conn
		passed, newest := map[int]bool{}, [2]int{}
		d := simulate.Seeded(seed)
		w.Run(&m, &d, func(p *simulate.Passage) {
			s := p.Seg
			s.At *= stepTime
			l := playedLabel(p, passed[p.Order], p.Order < newest[s.Dir])
			c[l][tracker.Observe(&seen, &s).Delivery]++
			passed[p.Order], newest[s.Dir] = true, max(newest[s.Dir], p.Order)
		})
	}
	return c
}

// playedLabel is labelOf for a simulated segment.
func playedLabel(p *simulate.Passage, copy, late bool) label {
	switch {
	case copy:
		return copied
	case p.Kind == simulate.KindAgain:
		return sentAgain
	case p.Kind == simulate.KindProbe, p.Kind == simulate.KindAlive:
		return asking
	case late:
		return lateHere
	}
	return firstEmission
}
