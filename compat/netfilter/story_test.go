package netfilter_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

var update = flag.Bool("update", false, "rewrite the readings of testdata/stories")

// TestStories reads Welte's three scenarios and the weak spots of the kernel's
// tracking, and compares what the kernel says of each segment, and beside it what
// package conn believes of both ends.
func TestStories(t *testing.T) {
	files, _ := filepath.Glob("testdata/stories/*.seg")
	if len(files) < 15 {
		t.Fatalf("only %d stories", len(files))
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".seg"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			story, want, _ := strings.Cut(string(data), "---\n")
			lines, err := segtext.ParseLines(story)
			if err != nil {
				t.Fatal(err)
			}
			got := reading(lines)
			if *update {
				os.WriteFile(name, []byte(story+"---\n"+got), 0o644)
				want = got
			}
			if got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
		})
	}
}

// reading is one line a segment: the kernel's verdict, state and timeout; conn's states of
// client and server; what either remarks.
func reading(lines []segtext.Line) string {
	var b strings.Builder
	var watch conn.Tracker
	var c conn.Conn
	var view packet.View
	var out netfilter.Verdict
	firewall, decoder := netfilter.New(netfilter.Config{}), packet.NewDecoder(packet.Config{})
	for i := range lines {
		l := &lines[i]
		frame := l.Frame()
		decoder.Decode(&packet.Frame{Data: frame, At: l.At, Number: uint64(i + 1), WireLen: uint32(len(frame)), Link: packet.LinkEthernet}, &view)
		firewall.Observe(&view, &out)
		step := watch.Observe(&c, &l.Segment)
		text := fmt.Sprintf("%2d  %-46s| %-28s %-28s%s", i+1, kernel(&out, l.At), belief(&c, tcp.Client), belief(&c, tcp.Server), remarks(&step, &out))
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	return b.String()
}

// kernel is a verdict in short.
func kernel(out *netfilter.Verdict, at int64) string {
	e := out.Entry
	if e == nil {
		return out.State.String()
	}
	return fmt.Sprintf("%-11s %s  %-11s %6d", out.State, out.Dir.String()[:4], e.TCP, e.Remaining(at))
}

// belief is the shown state, and the others behind it.
func belief(c *conn.Conn, d tcp.Dir) string {
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

// remarks are what is said of a segment beside the states.
func remarks(step *conn.Step, out *netfilter.Verdict) (r string) {
	for _, m := range []struct {
		so   bool
		text string
	}{
		{step.Begin == conn.Candidate, "candidate"}, {step.Older, "older"}, {step.Outside, "outside"},
		{step.Gap > 0, fmt.Sprintf("gap %d", step.Gap)}, {step.Shrunk > 0, fmt.Sprintf("shrunk %d", step.Shrunk)},
		{step.Explanation != conn.Unsurprising, step.Explanation.String()},
	} {
		if m.so {
			r += " " + m.text
		}
	}
	if out.Why.Cause != netfilter.CauseNone {
		r += " / " + out.Why.String()
	}
	return r
}
