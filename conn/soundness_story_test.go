package conn_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/tcp"
)

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
	flag.Set("rapid.shrinktime", "5s")
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
