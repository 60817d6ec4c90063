package check

import (
	"testing"

	"onpath/anomaly"
	"onpath/internal/simulate"
)

// TestNoForgerySeen: what two ends after the RFC do, and the path and the capture to
// it, looks like no forgery; 2,000 runs of each mode did not, either.
func TestNoForgerySeen(t *testing.T) {
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		if m.Forge > 0 {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			var w simulate.Sim
			for k := range uint64(simulatedRuns) {
				d := simulate.Seeded(uint64(i)<<32 + k + 1<<20)
				found, text := judgeRun(&w, m, &d)
				for _, f := range found {
					if f.ID.Row().Family == anomaly.FamilyInjection && f.Severity >= anomaly.Suspicious {
						t.Fatalf("%v of the %v at frame %d: %s\n%s", f.ID, f.Dir, f.First.Frame, AppendSentence(nil, f.ID, f.Kept[0].Numbers), text)
					}
				}
			}
		})
	}
}
