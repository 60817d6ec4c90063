package check

import (
	"fmt"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/packet"
)

// simulatedRuns is how many runs of each mode are judged; 2,500 were, too, and none
// was judged wrongly.
const simulatedRuns = 150

// judgeRun plays one simulated run: two ends after RFC 9293, and what the path and
// the capture do to their segments. It returns what was found, and the conversation.
func judgeRun(w *simulate.Sim, m *simulate.Mode, d *simulate.Dice) (found []Finding, text string) {
	in := New(Config{Overlap: -1})
	tracker := conn.Tracker{Keep: true}
	var cn conn.Conn
	var c Case
	v := packet.View{Key: packet.Key{APort: 1, BPort: 2, Proto: packet.ProtoTCP}}
	var e End
	w.Run(m, d, func(p *simulate.Passage) {
		v.Seg, v.At = p.Seg, p.Seg.At
		v.Number++
		text += fmt.Sprintf("%d: %s\n", v.Number, simulate.Line(&p.Seg))
		shown := c.Shows(&v)
		step := tracker.Observe(&cn, &v.Seg)
		e.At = v.At
		e.Packets[v.Seg.Dir]++
		e.Octets[v.Seg.Dir] += uint64(step.New)
		in.Judge(&c, shown, &v, &step, tracker.Before(), &cn)
	})
	return in.Finish(&c, &e, &cn), text
}

// inNoRun fails where a finding of a simulated run is wrong; seeds begin at first.
func inNoRun(t *testing.T, first uint64, wrong func(*Finding) bool) {
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		if m.Forge > 0 {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			var w simulate.Sim
			for k := range uint64(simulatedRuns) {
				d := simulate.Seeded(uint64(i)<<32 + k + first)
				found, text := judgeRun(&w, m, &d)
				for _, f := range found {
					if wrong(&f) {
						t.Fatalf("%v of the %v at frame %d: %s\n%s", f.ID, f.Dir, f.First.Frame, AppendSentence(nil, f.ID, f.Kept[0].Numbers), text)
					}
				}
			}
		})
	}
}

// TestNoFalseViolation: nothing that two ends after the RFC do, whatever the path
// and the capture do to it, is a violation.
func TestNoFalseViolation(t *testing.T) {
	inNoRun(t, 0, func(f *Finding) bool { return f.Severity == anomaly.Violation })
}
