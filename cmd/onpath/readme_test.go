package main

import (
	"bytes"
	"os"
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
