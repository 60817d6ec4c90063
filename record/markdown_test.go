package record

import (
	"flag"
	"testing"

	"onpath/internal/generated"
)

var update = flag.Bool("update", false, "rewrite docs/columns.md")

const markdownFile = "../docs/columns.md"

func TestMarkdownIsFresh(t *testing.T) {
	generated.Fresh(t, markdownFile, AppendMarkdown(nil), *update, "go test ./record -update")
}
