package conn_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strconv"
	"testing"

	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/tcp"
)

// runs is how many runs of each mode TestSoundness plays; ONPATH_RUNS says
// otherwise.
const runs = 2000

// asked returns the number of runs that ONPATH_RUNS asks for, else n.
func asked(n int) int {
	if s := os.Getenv("ONPATH_RUNS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	return n
}

// A fault is what can be wrong with a belief.
type fault uint8

const (
	sound   fault = iota
	escaped       // a true state is not in the set
	left          // a true variable is outside its bounds
	strong        // the explanation is stronger than what happened
)

var faultNames = [...]string{"sound", "a true state escaped the set", "a true variable left its bounds", "the explanation is too strong"}

// limits are the faults that beliefs are known to have in a mode, in runs of
// 100,000. A mode without a row has none; what a path does, aborts, Fast Open and
// cookies among them, has no row but for explanations. As measured over 100,000
// runs of each; beliefs §10 allows more.
var limits = map[string][4]float64{
	// A RST of an incarnation that began and ended behind us, with a copy of a SYN:
	// no number of it ever passed, and so it looks forged.
	"abort": {strong: 8},
	// The same, and an end that crashed, opened again and gave that up: the RST of
	// nobody overtakes the SYN.
	"crash": {escaped: 5, left: 1, strong: 5},
	// Both ends open again at once, and a segment of one incarnation fits two of the
	// other.
	"reuse": {escaped: 20, left: 3, strong: 13},
	// As these two, but within one round trip, when segments of three incarnations
	// are under way: two are told apart.
	"crash+now": {escaped: 25, left: 3, strong: 5},
	"reuse+now": {escaped: 110, left: 12, strong: 90},
	// A hidden ACK of a FIN, then a keep-alive's octet in the FIN's place; a RST that
	// nothing explains but an abort (beliefs §6 row 12).
	"hide10":    {strong: 15},
	"hide10+ts": {escaped: 5, strong: 20},
	"hide30":    {escaped: 3, strong: 60},
	// Forgeries that the two ends' real segments make plausible later.
	"forge": {escaped: 10, strong: 10},
}

// judge holds a Conn to the truth of one run after the other.
type judge struct {
	tracker conn.Tracker
	c       conn.Conn
	shows   [2]bool // an end's segments have shown that something towards it was missed
	misled  bool    // a forged segment was believed
	worst   [4]bool // faults of this run
	step    conn.Step
	stop    fault // where tell ends; sound: at any fault
	tally   tally
}

// tally counts over the runs of a mode.
type tally struct {
	runs, segments         int
	faults                 [4]int // runs
	early                  int    // sets that a state escaped before anything had shown that segments are missed
	sets, size, one, shown int
	misled                 int // runs
	forged, forgedFound    int // with both ends known, synchronized and not gone
}

// watch moves the Conn by a segment and returns what is wrong then.
func (j *judge) watch(p *simulate.Passage) fault {
	known := j.bothOpen()
	step := j.tracker.Observe(&j.c, &p.Seg)
	j.step = step
	j.tally.segments++
	if p.Kind == simulate.KindForged {
		j.forged(known, step.Explanation)
	}
	if step.Explanation >= conn.Capture {
		j.shows[p.Seg.Dir] = true
	}
	f := sound
	if step.Explanation > p.Allowed {
		f = j.is(strong)
	}
	for d := range p.Ends {
		if t := &p.Ends[d]; t.Known {
			f = max(f, j.end(tcp.Dir(d), t, p.Hidden))
		}
	}
	return f
}

// forged counts a forged segment. One that fits what is known so far, beside a
// lone SYN say, misleads: nothing can tell it from a real one before an end
// contradicts it.
func (j *judge) forged(known bool, why conn.Explanation) {
	if why != conn.None {
		j.misled = true
	}
	if known {
		j.tally.forged++
		if why == conn.None {
			j.tally.forgedFound++
		}
	}
}

// is notes a fault of the run.
func (j *judge) is(f fault) fault {
	if j.misled {
		return sound
	}
	j.worst[f] = true
	return f
}

// bothOpen reports whether both ends are known to be synchronized.
func (j *judge) bothOpen() bool {
	for d := range tcp.Dir(2) {
		if j.c.Possible(d)&^conn.Of(conn.Established, conn.FinWait1, conn.FinWait2, conn.CloseWait, conn.Closing, conn.LastAck, conn.TimeWait) != 0 {
			return false
		}
	}
	return true
}

// end compares the belief about one end with the truth.
func (j *judge) end(d tcp.Dir, t *simulate.Truth, hidden int) fault {
	set, n := j.c.Possible(d), &j.tally
	n.sets++
	size := members(set)
	n.size += size
	if size == 1 {
		n.one++
	}
	if j.c.State(d) == t.Advanced.State {
		n.shown++
	}
	if !has(set, t.Emitted.State) || !has(set, t.Advanced.State) {
		if hidden > 0 && !j.shows[d] {
			n.early++
			return sound
		}
		return j.is(escaped)
	}
	if hidden == 0 && (j.leaves(d, &t.Emitted) || j.leaves(d, &t.Advanced)) {
		return j.is(left)
	}
	return sound
}

// has reports whether a state is in a set; CLOSED stands for LISTEN too.
func has(s conn.Set, st conn.State) bool {
	return s.Has(st) || st == conn.Closed && s.Has(conn.Listen)
}

// members counts CLOSED and LISTEN as one.
func members(s conn.Set) int {
	if s.Has(conn.Closed) && s.Has(conn.Listen) {
		return s.Len() - 1
	}
	return s.Len()
}

// leaves reports whether a true variable lies outside its bounds, where these are
// given for the incarnation that the end lives in.
func (j *judge) leaves(d tcp.Dir, v *simulate.Vars) bool {
	b, ok := j.c.Bounds(d)
	if !ok || !v.TCB {
		return false
	}
	if s := j.c.Stack(d); s.ISS != v.ISS || v.Synced && s.IRS != v.IRS {
		return false
	}
	return v.Synced && outside(b.RcvNxt, v.RcvNxt) || outside(b.SndUna, v.SndUna) || outside(b.Sent, v.SndNxt)
}

func outside(b [2]tcp.Seq, s tcp.Seq) bool { return s.Before(b[0]) || s.After(b[1]) }

// play plays one run and counts its faults.
func (j *judge) play(w *simulate.Sim, m *simulate.Mode, d *simulate.Dice, each func(*simulate.Passage, fault)) {
	j.tracker, j.c = conn.Tracker{}, conn.Conn{}
	j.shows, j.misled, j.worst = [2]bool{}, false, [4]bool{}
	w.Run(m, d, func(p *simulate.Passage) {
		f := j.watch(p)
		if each != nil {
			each(p, f)
		}
	})
	j.tally.runs++
	if j.misled {
		j.tally.misled++
	}
	for f, is := range j.worst {
		if is {
			j.tally.faults[f]++
		}
	}
}

// TestSoundness: at each segment of each run the true states of both ends are in
// their sets, the true variables within their bounds, and the explanation is not
// stronger than what the faults so far can cause.
func TestSoundness(t *testing.T) {
	n := asked(runs)
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			seen, first := playMode(m, n)
			t.Log(seen.row(m.Name))
			if seen.forgedFound < seen.forged-seen.forged/1000 {
				t.Errorf("%d of %d forged segments were called none", seen.forgedFound, seen.forged)
			}
			for f := escaped; f <= strong; f++ {
				if got, most := seen.faults[f], most(limits[m.Name][f], n); got > most {
					t.Errorf("%s in %d of %d runs, at most %d are known\n%s", faultNames[f], got, n, most, smallest(m, first[f], f))
				}
			}
		})
	}
}

// playMode plays n runs; first are the seeds of the first run with each fault.
func playMode(m *simulate.Mode, n int) (seen tally, first [4]uint64) {
	var w simulate.Sim
	var j judge
	for k := range uint64(n) {
		seed := seedOf(m.Name) + k
		d := simulate.Seeded(seed)
		j.play(&w, m, &d, nil)
		for f, is := range j.worst {
			if is && j.tally.faults[f] == 1 {
				first[f] = seed
			}
		}
	}
	return j.tally, first
}

// most returns how many of n runs may have a fault that a limit in 100,000 have:
// four standard deviations above it.
func most(limit float64, n int) int {
	mean := limit * float64(n) / 100000
	return int(mean + 4*math.Sqrt(mean))
}

// seedOf gives each mode seeds of its own.
func seedOf(mode string) uint64 {
	h := fnv.New32a()
	h.Write([]byte(mode))
	return uint64(h.Sum32()) << 32
}

// row is one row of the table of modes.
func (n *tally) row(mode string) string {
	per := func(a, b int) float64 { return float64(a) / float64(max(b, 1)) }
	row := fmt.Sprintf("| %s | %d | %d | %d | %d | %.2f | %.2f | %.2f | %.1f segments a run",
		mode, n.runs, n.faults[escaped], n.faults[left], n.faults[strong],
		per(n.size, n.sets), per(n.one, n.sets), per(n.shown, n.sets), per(n.segments, n.runs))
	if n.early > 0 {
		row += fmt.Sprintf(", %.4f of the sets before evidence", per(n.early, n.sets))
	}
	if n.forged > 0 {
		row += fmt.Sprintf(", %d of %d forged found, %d runs misled", n.forgedFound, n.forged, n.misled)
	}
	return row
}
