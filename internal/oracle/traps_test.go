package oracle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/record"
)

// traps is how many lawful behaviours there are that a hasty observer calls broken;
// testdata/traps has at least one conversation for each, by number: what a kernel
// was seen to do, or what was seen in other captures.
const traps = 27

// TestTraps: lawful behaviour raises nothing suspicious but what the conversation
// says, of the segments that others forged into it.
func TestTraps(t *testing.T) {
	files, _ := filepath.Glob("testdata/traps/*.txt")
	met := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		number, _, _ := strings.Cut(name, "-")
		met[number] = true
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			foundInTrap(t, string(text))
		})
	}
	if len(met) != traps {
		t.Errorf("%d of %d behaviours have a conversation", len(met), traps)
	}
}

// foundInTrap compares what a conversation raises with the line "# raises ID…" in it.
func foundInTrap(t *testing.T, text string) {
	var want []string
	if _, line, ok := strings.Cut(text, "\n# raises "); ok {
		line, _, _ = strings.Cut(line, "\n")
		want = strings.Fields(line)
	}
	raised := map[string]bool{}
	for _, a := range converse(t, text) {
		if a.severity < anomaly.Suspicious {
			continue
		}
		if raised[a.id.String()] = true; !slices.Contains(want, a.id.String()) {
			t.Errorf("%v", &a)
		}
	}
	for _, id := range want {
		if !raised[id] {
			t.Errorf("%s is not raised", id)
		}
	}
}

// converse plays a conversation through a flow.Table.
func converse(t *testing.T, text string) (all []accusation) {
	t.Helper()
	lines, err := segtext.ParseLines(text)
	if err != nil {
		t.Fatal(err)
	}
	table := flow.New(flow.Config{Rules: check.Config{Keep: allFound}}, func(r *record.Record) {
		for i := range r.Findings {
			all = append(all, occurrences(&r.Findings[i])...)
		}
	})
	decoder := packet.NewDecoder(packet.Config{})
	var v packet.View
	for i := range lines {
		data := lines[i].Frame()
		decoder.Decode(&packet.Frame{Number: uint64(i + 1), At: lines[i].At, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}, &v)
		table.Observe(&v)
	}
	table.Flush()
	return all
}
