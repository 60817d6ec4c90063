package conn

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/internal/segtext"
	"onpath/tcp"
)

var update = flag.Bool("update", false, "rewrite the readings of testdata/scenarios")

// TestScenarios reads each conversation and compares its reading, twice: as it
// stands, and with both initial sequence numbers moved to 2³²-1.
func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/scenarios/*.seg")
	if len(files) < 20 {
		t.Fatalf("only %d scenarios", len(files))
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".seg"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			story, want, _ := strings.Cut(string(data), "---\n")
			segs, err := segtext.Parse(story)
			if err != nil {
				t.Fatal(err)
			}
			got := reading(segs)
			if *update {
				os.WriteFile(name, []byte(story+"---\n"+got), 0o644)
				want = got
			}
			if got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			if moved := reading(shift(segs)); moved != got {
				t.Errorf("with ISNs at 2³²-1:\n%swant:\n%s", moved, got)
			}
		})
	}
}

// reading is one line a segment: both states, the octets, and what is special.
func reading(segs []tcp.Segment) string {
	var b strings.Builder
	var tr Tracker
	var c Conn
	for i := range segs {
		step := tr.Observe(&c, &segs[i])
		fmt.Fprintf(&b, "%2d  %-38s  %-38s", i+1, belief(&c, tcp.Client), belief(&c, tcp.Server))
		if segs[i].Len > 0 {
			fmt.Fprintf(&b, "  new %d repeated %d", step.New, step.Repeated)
		}
		b.WriteString(remarks(step, c.Phase()))
		b.WriteByte('\n')
	}
	return b.String()
}

// belief is the shown state, and the others behind it.
func belief(c *Conn, d tcp.Dir) string {
	states, n := c.Possible(d).States(c.State(d))
	text := states[0].String()
	for i, st := range states[1:n] {
		text += [...]string{" (", " "}[min(i, 1)] + st.String()
	}
	if n > 1 {
		text += ")"
	}
	return text
}

func remarks(step Step, p Phase) (r string) {
	r = map[Phase]string{Reset: "  reset", Finished: "  finished"}[p]
	if step.Begin == Candidate {
		r += "  candidate"
	}
	if step.Begin == Begun {
		r += "  begun" + map[tcp.Dir]string{tcp.Server: " by the server"}[step.Opener] + map[bool]string{false: ", its SYN not seen"}[step.SynSeen]
	}
	if step.Older {
		r += "  older"
	}
	if step.Outside {
		r += "  outside"
	}
	if step.Explanation != Unsurprising {
		r += "  " + step.Explanation.String()
	}
	return r
}

// shift moves the streams of both ends so that the first number seen of each is
// 2³²-1. The SEQ 0 of a RST that has no position stays.
func shift(segs []tcp.Segment) []tcp.Segment {
	var by [2]tcp.Seq
	var known [2]bool
	learn := func(d tcp.Dir, first tcp.Seq) {
		if !known[d] {
			by[d], known[d] = 0xffffffff-first, true
		}
	}
	for _, s := range segs {
		if s.Seq != 0 || s.Flags&tcp.RST == 0 {
			learn(s.Dir, s.Seq)
		}
		if s.Flags&tcp.ACK != 0 {
			learn(s.Dir^1, s.Ack)
		}
	}
	moved := append([]tcp.Segment(nil), segs...)
	for i := range moved {
		s := &moved[i]
		if s.Seq != 0 || s.Flags&tcp.RST == 0 {
			s.Seq += by[s.Dir]
		}
		if s.Flags&tcp.ACK != 0 {
			s.Ack += by[s.Dir^1]
		}
		for i := range s.NumSACK {
			s.SACK[i][0] += by[s.Dir^1]
			s.SACK[i][1] += by[s.Dir^1]
		}
	}
	return moved
}
