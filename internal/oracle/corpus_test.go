package oracle

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/source"
)

// corpusFolder is where captures of many origins lie, seen from this package.
const corpusFolder = "../../../shared/corpus/captures"

// captures gives each file of the corpus that can be read to do.
func captures(t *testing.T, do func(name string, in *source.Reader)) {
	t.Helper()
	if _, err := os.Stat(corpusFolder); err != nil {
		t.Skip("no corpus at " + corpusFolder)
	}
	err := filepath.WalkDir(corpusFolder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		in, err := source.Open(path)
		if err != nil {
			return nil
		}
		defer in.Close()
		name, _ := filepath.Rel(corpusFolder, path)
		do(name, in)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCorpusViolations: in captures of many origins nothing is a violation but what
// was looked at and is one.
func TestCorpusViolations(t *testing.T) {
	known := map[string]string{}
	for _, c := range ordinary {
		known[c.name] = c.rows
	}
	all := tally{}
	captures(t, func(name string, in *source.Reader) {
		found := map[string]bool{}
		for _, a := range accusations(t, in) {
			all.add(&a)
			found[a.id.String()] = found[a.id.String()] || a.severity == anomaly.Violation
			if a.severity == anomaly.Violation && !slices.Contains(strings.Fields(known[name]), a.id.String()) {
				t.Errorf("%s: %v; look at it, and list it if it is true", name, &a)
			}
		}
		for _, id := range strings.Fields(known[name]) {
			if !found[id] {
				t.Errorf("%s: %s is listed, and not found", name, id)
			}
		}
	})
	for s := anomaly.Violation; s > 0; s-- {
		t.Logf("%v%s", s, all.of(s))
	}
}
