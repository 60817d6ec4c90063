package conn_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/tcp"
)

// tightRuns is how many runs of each mode TestTightness plays.
const tightRuns = 40

const tightnessFile = "testdata/tightness.txt"

// TestTightness: a belief that holds every state is sound and says nothing. What
// is believed of some runs, and how surprising they are found, stands in a file;
// a change of it must have a reason. -update rewrites it.
func TestTightness(t *testing.T) {
	want, _ := os.ReadFile(tightnessFile)
	rows := strings.SplitAfter(string(want), "\n")
	got := "mode       segments  members  one state  shown true      room  path capture endpoint none begun server candidate older outside acked late  runs with a fault\n"
	for i := range simulate.Modes {
		row := tightness(&simulate.Modes[i])
		got += row
		if was := rows[min(i+1, len(rows)-1)]; row != was && !rewrite() {
			t.Errorf("go test ./conn -run Tightness -update if this is meant:\ngot %swas %s", row, was)
			if testing.Short() {
				return
			}
		}
	}
	if rewrite() {
		if err := os.WriteFile(tightnessFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// rewrite reports whether -update is set, a flag of the tests inside the package.
func rewrite() bool { return flag.Lookup("update").Value.String() == "true" }

// tightness returns the row of a mode: what is summed over its runs; room is how
// wide the bounds are, in octets; acked and late are octets that were acknowledged
// before they passed, and of these that passed later.
func tightness(m *simulate.Mode) string {
	var w simulate.Sim
	var j judge
	var room, acked, late int
	var why [conn.None + 1]int
	var begin [conn.Begun + 1]int
	var server, older, outside int
	for k := range uint64(tightRuns) {
		d := simulate.Seeded(seedOf(m.Name) + 1<<31 + k)
		j.play(&w, m, &d, func(*simulate.Passage, fault) {
			s := &j.step
			why[s.Explanation]++
			begin[s.Begin]++
			server += count(s.Begin == conn.Begun && s.Opener == tcp.Server)
			older += count(s.Older)
			outside += count(s.Outside)
			acked, late = acked+int(s.Gap), late+int(s.Filled)
			for d := range tcp.Dir(2) {
				if b, ok := j.c.Bounds(d); ok {
					room += width(b.Sent) + width(b.RcvNxt) + width(b.SndUna)
				}
			}
		})
	}
	n := &j.tally
	return fmt.Sprintf("%-10s %8d %8d %10d %11d %9d %5d %7d %8d %4d %5d %6d %9d %5d %7d %5d %4d  %d %d %d\n", m.Name, n.segments, n.size, n.one, n.shown, room,
		why[conn.Path], why[conn.Capture], why[conn.Endpoint], why[conn.None], begin[conn.Begun], server, begin[conn.Candidate], older, outside,
		acked, late, n.faults[escaped], n.faults[left], n.faults[strong])
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// width is that of an interval; what is wider than an unscaled window counts as
// much.
func width(b [2]tcp.Seq) int { return int(min(max(b[1].Sub(b[0]), 0), 0xffff)) }
