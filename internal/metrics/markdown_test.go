package metrics

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/metrics.md")

const markdownFile = "../../docs/metrics.md"

// TestMarkdownIsFresh: docs/metrics.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	want := AppendMarkdown(nil)
	if *update {
		if err := os.WriteFile(markdownFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(markdownFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is stale: go test ./internal/metrics -run Markdown -update mends it", markdownFile)
	}
}
