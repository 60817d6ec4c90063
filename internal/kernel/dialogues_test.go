package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// packets is how many the kernel is asked about: ONPATH_PACKETS, or 100,000 with
// ONPATH_FULL, or few.
func packets(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("ONPATH_PACKETS")); err == nil {
		return n
	}
	if os.Getenv("ONPATH_FULL") != "" {
		return 100_000
	}
	return 5000
}

// seed is of the first dialogue: ONPATH_SEED, or 1.
func seed() uint64 {
	n, err := strconv.ParseUint(os.Getenv("ONPATH_SEED"), 10, 64)
	if err != nil {
		return 1
	}
	return n
}

const (
	length = 100 // of a dialogue
	atOnce = 50  // dialogues for one run of the oracle
	shown  = 12  // dialogues that are made small and shown
)

// TestDialogues: of dialogues made by dice the kernel and a Tracker say the same,
// in every number that both keep.
func TestDialogues(t *testing.T) {
	o := oracle(t)
	all, total, weights, cover, said, kinds := packets(t), 0, 0, Coverage{}, Tally{}, map[string]int{}
	for _, s := range Settings {
		weights += s.Weight
	}
	for i, s := range Settings {
		t.Run(s.Name, func(t *testing.T) {
			n := max(1, all*s.Weight/weights/length)
			asked, compared := 0, 0
			for first := 0; first < n; first += atOnce {
				var made []Dialogue
				for k := first; k < min(n, first+atOnce); k++ {
					made = append(made, Make(seed()*1e6+uint64(k)<<8+uint64(i), s.Plan, length))
				}
				answers, err := o.Ask(t.TempDir(), s.Flags, made...)
				if err != nil {
					t.Fatal(err)
				}
				for k, d := range made {
					cover.Add(d, answers[k])
					said.Add(answers[k])
					found, n := Compare(s.Config, d, answers[k], s.Plan.Aged)
					asked, compared = asked+len(d), compared+n
					if len(found) == 0 {
						continue
					}
					if kind := found[0].kind(); kinds[kind] == 0 && len(kinds) < shown {
						report(t, o, &s, d, kind)
					}
					kinds[found[0].kind()]++
					t.Fail()
				}
			}
			total += asked
			t.Logf("%d packets, %d compared", asked, compared)
			if compared*10 < asked*5 {
				t.Errorf("only %d of %d packets could be compared", compared, asked)
			}
		})
	}
	for kind, n := range kinds {
		t.Logf("%d dialogues differ in %s", n, kind)
	}
	t.Logf("cells of the kernel's table, and how often each was used:\n%s", cover)
	t.Logf("what the kernel said:\n%s", said)
	if least := cover.least(); total >= 95_000 && least < 7 {
		t.Errorf("a cell was used only %d times", least)
	}
}

// report shrinks a dialogue on which the two differ, and shows what is left.
func report(t *testing.T, o *Oracle, s *Setting, d Dialogue, kind string) {
	t.Helper()
	dir := t.TempDir()
	small := Shrink(d, func(tries []Dialogue) int {
		answers, err := o.Ask(dir, s.Flags, tries...)
		if err != nil {
			return -1
		}
		for i, d := range tries {
			if f, _ := Compare(s.Config, d, answers[i], s.Plan.Aged); len(f) > 0 && f[0].kind() == kind {
				return i
			}
		}
		return -1
	})
	t.Error(show(t, o, s, small))
}

// show is a dialogue with both answers, and where it was written as a capture.
func show(t *testing.T, o *Oracle, s *Setting, d Dialogue) string {
	answers, err := o.Ask(t.TempDir(), s.Flags, d)
	if err != nil {
		t.Fatal(err)
	}
	found, _ := Compare(s.Config, d, answers[0], s.Plan.Aged)
	kept := filepath.Join(os.TempDir(), fmt.Sprintf("onpath-%s.pcap", s.Name))
	if err := os.WriteFile(kept, d.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s: kernel and Tracker differ. ctoracle %s %s\n%s", s.Name, strings.Join(s.Flags, " "), kept, d.Story(answers[0], found))
}
