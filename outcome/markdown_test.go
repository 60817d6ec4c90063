package outcome_test

import (
	"flag"
	"testing"

	"onpath/internal/generated"
	"onpath/outcome"
)

var update = flag.Bool("update", false, "rewrite docs/outcomes.md and the verdicts in testdata")

const markdownFile = "../docs/outcomes.md"

// TestMarkdownIsFresh: docs/outcomes.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	generated.Fresh(t, markdownFile, outcome.AppendMarkdown(nil), *update, "go test ./outcome -run Markdown -update")
}
