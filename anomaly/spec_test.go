package anomaly

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// table reads a file of ../shared/spec beside the module: fields by tabs, a line
// of headings first. The test is skipped where it is not there.
func table(t *testing.T, name string) (lines [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "..", "shared", "spec", name))
	if err != nil {
		t.Skipf("no specification at ../shared/spec beside the module: %v", err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if i > 0 {
			lines = append(lines, strings.Split(line, "\t"))
		}
	}
	return lines
}

// moduleRoot returns the directory of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// TestSpecification: every row of anomalies.tsv is here as it stands there, and
// nothing else but ack-no-known-state.
func TestSpecification(t *testing.T) {
	lines := table(t, "anomalies.tsv")
	for _, f := range lines {
		id, ok := Lookup(f[0])
		if !ok {
			t.Errorf("%s is not in the catalogue", f[0])
			continue
		}
		r := id.Row()
		got := []string{r.Family.String(), strconv.Itoa(int(r.Tier)), r.Severity.String(), r.Scope.String()}
		if want := f[1:5]; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s is %v, want %v", f[0], got, want)
		}
		if want := gatesOf(t, f[9]); r.Gates != want {
			t.Errorf("%s needs %v, want %v", f[0], r.Gates, want)
		}
	}
	if len(Rows()) != len(lines)+1 {
		t.Errorf("%d rows for %d", len(Rows()), len(lines))
	}
}

// gatesOf reads a list of gates, or "-" for none.
func gatesOf(t *testing.T, list string) (g Gate) {
	if list == "-" {
		return 0
	}
	for name := range strings.SplitSeq(list, ",") {
		one, ok := ParseGate(name)
		if !ok {
			t.Errorf("no gate %s", name)
		}
		g |= one
	}
	return g
}

// TestSpecifiedCrosswalk: every line of crosswalk.tsv is here, and no other.
func TestSpecifiedCrosswalk(t *testing.T) {
	lines := table(t, "crosswalk.tsv")
	want := map[string]string{}
	for _, f := range lines {
		peer, _, _ := strings.Cut(f[0], " ")
		want[strings.TrimSuffix(strings.ToLower(peer), "3")+" "+f[1]] = f[2]
	}
	n := 0
	for _, p := range Peers() {
		for _, a := range Crosswalk(p) {
			n++
			var names []string
			for _, id := range a.IDs {
				names = append(names, id.String())
			}
			if got := strings.Join(names, ", "); got != want[p.String()+" "+a.Name] {
				t.Errorf("%v %s: %s, want %s", p, a.Name, got, want[p.String()+" "+a.Name])
			}
		}
	}
	if n != len(lines) {
		t.Errorf("%d names, want %d", n, len(lines))
	}
}
