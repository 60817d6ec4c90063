package kernel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Tally counts what the kernel said: states, kinds of log messages, expectations,
// why it saw nothing.
type Tally map[string]int

// Add counts answers.
func (t Tally) Add(answers []Answer) {
	for _, a := range answers {
		t[a.State]++
		if a.Unseen != "" {
			t["unseen: "+a.Unseen]++
		}
		if a.Gone != "" {
			t["gone: "+a.Gone]++
		}
		for _, m := range a.Reason {
			t["log: "+class(m)]++
		}
		for _, e := range a.Expect {
			t["expectation "+strings.Join(strings.Fields(e)[:2], " ")]++
		}
	}
}

// String is one count a line, by name.
func (t Tally) String() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(&b, "%7d %s\n", t[what], what)
	}
	return b.String()
}
