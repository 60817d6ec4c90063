package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestReadmeShowsTheStory holds the README to what explain --nf prints, which the
// scripts check.
func TestReadmeShowsTheStory(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	noError(t, err)
	script, err := txtar.ParseFile("testdata/netfilter.txtar")
	noError(t, err)
	for _, f := range script.Files {
		_, end, found := bytes.Cut(f.Data, []byte("\nsegment "))
		if f.Name == "story" && (!found || !bytes.Contains(readme, bytes.TrimSpace(end))) {
			t.Errorf("README.md does not end as explain does:\n%s", end)
		}
	}
}

// TestFindingsAreExplained holds docs/findings.md to what read prints, which the
// scripts check.
func TestFindingsAreExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/findings.md")
	noError(t, err)
	script, err := txtar.ParseFile("testdata/findings.txtar")
	noError(t, err)
	for _, f := range script.Files {
		_, says, found := bytes.Cut(f.Data, []byte(`"says":"`))
		says, _, _ = bytes.Cut(says, []byte(`"`))
		if f.Name == "violations.jsonl" && (!found || !bytes.Contains(page, says)) {
			t.Errorf("docs/findings.md does not have %q", says)
		}
	}
}

// TestEvidenceIsShown holds what the pages show of a dump to what read writes, which the
// scripts check.
func TestEvidenceIsShown(t *testing.T) {
	isShown(t, "evidence", "Related pcap file: ", "README.md", "docs/evidence.md")
}

// TestStoryIsShown holds what the pages show of a story to what explain writes.
func TestStoryIsShown(t *testing.T) {
	isShown(t, "explain", "Connection 2: ", "README.md", "docs/explain.md")
}

// isShown holds the blocks of pages that begin so to the first file of a script: their
// lines are there in their order, but for those left out.
func isShown(t *testing.T, name, begins string, pages ...string) {
	t.Helper()
	script, err := txtar.ParseFile("testdata/" + name + ".txtar")
	noError(t, err)
	for _, page := range pages {
		octets, err := os.ReadFile("../../" + page)
		noError(t, err)
		_, shown, found := strings.Cut(string(octets), "\n"+begins)
		shown, _, _ = strings.Cut(begins+shown, "\n```")
		written := string(script.Files[0].Data)
		for line := range strings.Lines(shown) {
			if line = strings.TrimSpace(line); line == "…" {
				continue
			}
			_, rest, has := strings.Cut(written, line+"\n")
			if !has || !found {
				t.Fatalf("%s shows a line that %s has not, or not there: %q", page, name, line)
			}
			written = rest
		}
	}
}
