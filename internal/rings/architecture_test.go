package rings

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quoted is a name in backticks with a slash in it: a path in this repository.
var quoted = regexp.MustCompile("`([a-z][a-z0-9_.*-]*/[a-z0-9_./*-]*)`")

// TestArchitecture: what ARCHITECTURE.md names is there, and it names every
// package.
func TestArchitecture(t *testing.T) {
	root := filepath.Join("..", "..")
	octets, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(octets)
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if found, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(m[1]))); len(found) == 0 {
			t.Errorf("ARCHITECTURE.md names %s, which does not exist", m[1])
		}
	}
	for name := range packages {
		family := filepath.ToSlash(filepath.Dir(name)) + "/*"
		if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "`"+family+"`") {
			t.Errorf("ARCHITECTURE.md does not name %s", name)
		}
	}
}
