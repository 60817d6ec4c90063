package conn_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/tcp"
)

// runs is how many runs of each mode TestSoundness plays; ONPATH_RUNS says
// otherwise.
const runs = 2000

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
// 100,000. A mode without a row has none.
var limits = map[string][4]float64{
	// Chains of faults: a listener takes a copy of an old SYN that was made behind
	// us, and loses its SYN,ACK before us.
	"crash": {escaped: 62, left: 22, strong: 15},
	"reuse": {escaped: 68, left: 24, strong: 15},
	// A hidden ACK of a FIN, then a RST that nothing explains but an abort
	// (beliefs §6 row 12).
	"hide10":    {strong: 49},
	"hide10+ts": {strong: 62},
	"hide30":    {escaped: 7, strong: 114},
	"mid+ws":    {escaped: 1},
	// Forgeries that the two ends' real segments make plausible later.
	"forge": {escaped: 493, strong: 27},
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
	n := runs
	if s := os.Getenv("ONPATH_RUNS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			var w simulate.Sim
			var j judge
			var first [4]uint64 // the first seed with each fault
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
			t.Log(j.tally.row(m.Name))
			if n := &j.tally; n.forgedFound < n.forged-n.forged/1000 {
				t.Errorf("%d of %d forged segments were called none", n.forgedFound, n.forged)
			}
			for f := escaped; f <= strong; f++ {
				if got, most := j.tally.faults[f], most(limits[m.Name][f], n); got > most {
					t.Errorf("%s in %d of %d runs, at most %d are known\n%s", faultNames[f], got, n, most, smallest(m, first[f], f))
				}
			}
		})
	}
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

// smallest shrinks a run with a fault as far as some thousand tries lead.
func smallest(m *simulate.Mode, seed uint64, f fault) string {
	var w simulate.Sim
	var j judge
	tries := 0
	fails := func(numbers []uint32) bool {
		if tries++; tries > 4000 {
			return false
		}
		d := simulate.Tape(numbers)
		j.play(&w, m, &d, nil)
		return j.worst[f]
	}
	numbers := simulate.Recorded(seed, func(d *simulate.Dice) { w.Run(m, d, func(*simulate.Passage) {}) })
	d := simulate.Tape(simulate.Shrink(numbers, fails))
	j.stop = f
	return j.tell(&w, m, &d)
}

// tell plays a run and writes it as a conversation, up to its first fault, with
// the truth and the sets behind each segment.
func (j *judge) tell(w *simulate.Sim, m *simulate.Mode, d *simulate.Dice) string {
	var b strings.Builder
	over := false
	j.play(w, m, d, func(p *simulate.Passage, f fault) {
		if over {
			return
		}
		j.line(&b, p)
		over = f != sound && (j.stop == sound || j.worst[j.stop])
		if over {
			b.WriteString(j.why(p, f))
		}
	})
	return b.String()
}

// line writes one segment, and what is true and believed when it has passed.
func (j *judge) line(b *strings.Builder, p *simulate.Passage) {
	fmt.Fprintf(b, "%-70s %-9s", simulate.Line(&p.Seg), p.Kind)
	for e := range p.Ends {
		fmt.Fprintf(b, " | %v is %s of {%v}", tcp.Dir(e), truth(&p.Ends[e]), j.c.Possible(tcp.Dir(e)))
	}
	if j.step.Explanation != conn.Unsurprising {
		fmt.Fprintf(b, " | %v", j.step.Explanation)
	}
	if p.Hidden > 0 {
		fmt.Fprintf(b, " | %d missed", p.Hidden)
	}
	b.WriteByte('\n')
}

// truth writes both true states, the second only if it differs.
func truth(t *simulate.Truth) string {
	switch {
	case !t.Known:
		return "unknown"
	case t.Emitted.State == t.Advanced.State:
		return t.Emitted.State.String()
	}
	return t.Emitted.State.String() + " then " + t.Advanced.State.String()
}

// why tells the numbers of a fault.
func (j *judge) why(p *simulate.Passage, f fault) string {
	switch f {
	case left:
		a, _ := j.c.Bounds(0)
		b, _ := j.c.Bounds(1)
		return fmt.Sprintf("client %+v, true %+v\nserver %+v, true %+v\n", a, p.Ends[0], b, p.Ends[1])
	case strong:
		return fmt.Sprintf("at most %v is true\n", p.Allowed)
	}
	return ""
}

// TestSoundnessRapid plays runs whose every throw rapid draws, so that rapid
// looks for faults and shrinks them in its own way: 0 is always the dull choice.
func TestSoundnessRapid(t *testing.T) {
	flag.Set("rapid.nofailfile", "true") // the conversation says it all
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		if limits[m.Name] == [4]float64{} {
			t.Run(m.Name, rapid.MakeCheck(func(t *rapid.T) {
				if s := rapid.Custom(playsDrawn(m)).Draw(t, "run"); s != "" {
					t.Fatal("see the run")
				}
			}))
		}
	}
}

// story is a faulty run as a conversation; rapid prints it.
type story string

// GoString is what rapid prints.
func (s story) GoString() string { return "\n" + string(s) }

// playsDrawn returns a generator of runs: their stories, if they are faulty.
func playsDrawn(m *simulate.Mode) func(*rapid.T) story {
	return func(t *rapid.T) story {
		var w simulate.Sim
		var j judge
		d := simulate.Thrown(drawn(t))
		text := j.tell(&w, m, &d)
		for f := escaped; f <= strong; f++ {
			if j.worst[f] {
				return story(text + faultNames[f])
			}
		}
		return ""
	}
}

// drawn throws what rapid draws. As rapid prefers small numbers, and small ones
// mean few faults, only 0 is left as it is; the others are spread.
func drawn(t *rapid.T) func() uint32 {
	draw := rapid.Uint16()
	return func() uint32 { return uint32(draw.Draw(t, "throw")) * 0x9e3779b1 }
}
