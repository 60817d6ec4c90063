package anomaly

import (
	"flag"
	"testing"

	"onpath/internal/generated"
)

var update = flag.Bool("update", false, "rewrite docs/anomalies.md")

const markdownFile = "../docs/anomalies.md"

// TestMarkdownIsFresh: docs/anomalies.md tells what the tables say.
func TestMarkdownIsFresh(t *testing.T) {
	generated.Fresh(t, markdownFile, AppendMarkdown(nil, Rows()), *update, "go test ./anomaly -run Markdown -update")
}
