package run

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// TestShards: what is written is the same octets however many shards there are, the
// summary too but for how long it took.
func TestShards(t *testing.T) {
	for name, scale := range map[string]float64{"mix": 0.01, "bulk": 0.02, "small": 0.005, "flood": 0.002, "many": 0.002} {
		t.Run(name, func(t *testing.T) {
			path := load(t, name, scale)
			sameInShards(t, path, 2, 3, 8)
		})
	}
}

// TestShardsCorpus is TestShards over the corpus, if it is there.
func TestShardsCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads all captures twice")
	}
	n := 0
	for path := range indexed(t) {
		n++
		sameInShards(t, filepath.Join(corpus, path), 2+n%2*3)
	}
}

// TestShardsAgain: where a bound is reached, of what segments of a shard remember together,
// two readings with as many shards are the same octets still: nothing is divided by dice.
func TestShardsAgain(t *testing.T) {
	path := load(t, "small", 0.007)
	first := inShards(t, path, 2, path) // copies of what nearly all is forgotten of
	for range 2 {
		for name, got := range inShards(t, path, 2, path) {
			if got != first[name] {
				t.Errorf("%s is other the next time, from octet %s", name, firstOther(got, first[name]))
			}
		}
	}
}

// sameInShards compares what so many shards write with what one table does.
func sameInShards(t *testing.T, path string, counts ...int) {
	t.Helper()
	want := inShards(t, path, 1)
	for _, n := range counts {
		for name, got := range inShards(t, path, n) {
			if got != want[name] {
				t.Errorf("%s: %s is other with %d shards, from octet %s", path, name, n, firstOther(got, want[name]))
			}
		}
	}
}

// speed is the line of the summary that differs from run to run.
var speed = regexp.MustCompile(`(?m)^speed .*\n`)

// inShards returns what n shards write, by format, and the summary, of a capture and
// those that follow it.
func inShards(t *testing.T, path string, n int, more ...string) map[string]string {
	t.Helper()
	dir, old := t.TempDir(), stderr
	errs, err := os.Create(filepath.Join(dir, "summary"))
	if err != nil {
		t.Fatal(err)
	}
	stderr = errs
	defer func() { stderr = old }()
	c := Config{Files: append([]string{path}, more...), Shards: n}
	for _, format := range []string{"jsonl", "tsv", "table", "findings"} {
		c.Outputs = append(c.Outputs, Output{Format: format, Path: filepath.Join(dir, format)})
	}
	if err := Read(c); err != nil {
		io.WriteString(errs, err.Error())
	}
	errs.Close()
	texts := map[string]string{}
	for _, name := range []string{"jsonl", "tsv", "table", "findings", "summary"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = speed.ReplaceAllString(string(text), "")
	}
	return texts
}

func firstOther(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return strconv.Itoa(i) + ": " + a[max(0, i-80):i] + " → " + a[i:min(len(a), i+40)] + ", want " + b[i:min(len(b), i+40)]
		}
	}
	return "the end"
}
