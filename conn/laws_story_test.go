package conn_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/internal/segtext"
)

// TestLawsOfStories: the laws hold for each conversation of testdata too, moved to
// several places.
func TestLawsOfStories(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.seg")
	if len(files) == 0 {
		t.Fatal("no conversations")
	}
	r := rand.New(rand.NewPCG(1, 2))
	var l laws
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.SplitSeq(string(data), "===\n") {
			story, _, _ := strings.Cut(text, "---\n")
			segs, err := segtext.Parse(story)
			if err != nil {
				t.Fatal(err)
			}
			l.by = [2]uint32{r.Uint32(), r.Uint32()}
			if broken := l.hold(segs); broken != "" {
				t.Errorf("%s, moved by %d and %d:\n%s", name, l.by[0], l.by[1], broken)
			}
		}
	}
}
