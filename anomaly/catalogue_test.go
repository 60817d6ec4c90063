package anomaly

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func TestRowsAreFilled(t *testing.T) {
	if len(rows) != int(numIDs) {
		t.Fatalf("%d rows, %d IDs", len(rows)-1, numIDs-1)
	}
	for i, r := range rows[1:] {
		if r.ID != ID(i+1) {
			t.Errorf("row %d, %s, has the ID of %s", i+1, r.Name, r.ID)
		}
		if !kebab.MatchString(r.Name) {
			t.Errorf("%q is not kebab-case", r.Name)
		}
		if r.Family == 0 || r.Family >= numFamilies || r.Tier < 1 || r.Tier > 3 || r.Severity == 0 || r.Severity >= numSeverities || r.Scope == 0 || r.Scope >= numScopes {
			t.Errorf("%s: family %d, tier %d, severity %d, scope %d", r.Name, r.Family, r.Tier, r.Severity, r.Scope)
		}
		if r.Gates >= endGates {
			t.Errorf("%s: unknown gate in %#x", r.Name, r.Gates)
		}
		if r.Rule == "" || r.Ref == "" || r.Traps == "" {
			t.Errorf("%s: rule %q, ref %q, traps %q", r.Name, r.Rule, r.Ref, r.Traps)
		}
	}
}

// TestTexts: what goes into tables and onto one line can stand there.
func TestTexts(t *testing.T) {
	for _, r := range Rows() {
		for _, text := range []string{r.Rule, r.Ref, r.Peers, r.Traps} {
			if strings.ContainsAny(text, "\t\n|") || strings.TrimSpace(text) != text || strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q has a tab, newline, bar, loose space or full stop", r.Name, text)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for _, r := range Rows() {
		if id, ok := Lookup(r.Name); !ok || id != r.ID || id.String() != r.Name || id.Row().ID != id || id.Severity() != r.Severity {
			t.Errorf("%s: %v %v", r.Name, id, ok)
		}
	}
	if len(byName) != len(Rows()) {
		t.Errorf("%d names for %d rows", len(byName), len(Rows()))
	}
	if id, ok := Lookup(""); ok || id != 0 || id.String() != "" || id.Severity() != 0 {
		t.Errorf("%v %v", id, ok)
	}
}

// TestFamiliesAreTogether: the catalogue is in the order of Families.
func TestFamiliesAreTogether(t *testing.T) {
	last := Family(1)
	for _, r := range Rows() {
		if r.Family != last && r.Family != last+1 {
			t.Errorf("%s of %v stands behind %v", r.Name, r.Family, last)
		}
		last = r.Family
	}
	if last != numFamilies-1 {
		t.Errorf("the last is %v", last)
	}
}

// TestConstants: a constant is its name with each word capitalized.
func TestConstants(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "ids.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, spec := range f.Decls[0].(*ast.GenDecl).Specs[:len(Rows())] {
		want := ""
		for word := range strings.SplitSeq(ID(i+1).String(), "-") {
			want += strings.ToUpper(word[:1]) + word[1:]
		}
		if got := spec.(*ast.ValueSpec).Names[0].Name; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
