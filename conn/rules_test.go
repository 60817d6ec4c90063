package conn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/internal/segtext"
	"onpath/tcp"
)

// TestRules reads the conversations that hold single rules of the steps, several
// to a file, as TestScenarios reads its own. Each is the shortest found on which a
// rule, dropped or inverted by `make mutate`, tells; the functions with such rules
// are named above it, their reasons stand there. Most are no stories of two ends
// after RFC 9293, but of strangers, or of what the capture missed. -update rewrites
// their readings.
func TestRules(t *testing.T) {
	files, _ := filepath.Glob("testdata/rules/*.seg")
	if len(files) == 0 {
		t.Fatal("no conversations")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".seg"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			conversations := strings.Split(string(data), "===\n")
			for i := range conversations {
				conversations[i] = rule(t, conversations[i])
			}
			if *update {
				os.WriteFile(name, []byte(strings.Join(conversations, "===\n")), 0o644)
			}
		})
	}
}

// rule compares the reading of one conversation, and returns both.
func rule(t *testing.T, text string) string {
	t.Helper()
	story, want, _ := strings.Cut(text, "---\n")
	segs, err := segtext.Parse(story)
	if err != nil {
		t.Fatal(err)
	}
	got := reading(segs)
	if got != want && !*update {
		t.Errorf("%s---\n%swant:\n%s", story, got, want)
	}
	moved := shift(segs)
	if atZero(segs) || atZero(moved) {
		return story + "---\n" + got
	}
	if moved := reading(moved); moved != got {
		t.Errorf("%swith ISNs at 2³²-1:\n%s---\nwant:\n%s", story, moved, got)
	}
	return story + "---\n" + got
}

// atZero reports whether a RST stands at SEQ 0, which may be no position and so
// no place on the circle.
func atZero(segs []tcp.Segment) bool {
	for _, s := range segs {
		if s.Flags.Has(tcp.RST) && s.Seq == 0 {
			return true
		}
	}
	return false
}
