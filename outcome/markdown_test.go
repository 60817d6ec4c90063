package outcome_test

import (
	"flag"
	"os"
	"testing"

	"onpath/outcome"
)

var update = flag.Bool("update", false, "rewrite docs/outcomes.md and the verdicts in testdata")

const markdownFile = "../docs/outcomes.md"

// TestMarkdownIsFresh: docs/outcomes.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	want := outcome.AppendMarkdown(nil)
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
		t.Errorf("%s is stale: go test ./outcome -run Markdown -update mends it", markdownFile)
	}
}
