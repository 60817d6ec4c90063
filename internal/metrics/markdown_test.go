package metrics

import (
	"flag"
	"testing"

	"onpath/internal/generated"
)

var update = flag.Bool("update", false, "rewrite docs/metrics.md")

const markdownFile = "../../docs/metrics.md"

// TestMarkdownIsFresh: docs/metrics.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	generated.Fresh(t, markdownFile, AppendMarkdown(nil), *update, "go test ./internal/metrics -run Markdown -update")
}
