package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// packets is how many the kernel is asked about: ONPATH_PACKETS, or 110,000 with
// ONPATH_FULL (some are not compared), or few.
func packets(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("ONPATH_PACKETS")); err == nil {
		return n
	}
	if os.Getenv("ONPATH_FULL") != "" {
		return 110_000
	}
	return 5500
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
	r := trial{oracle: oracle(t), cover: Coverage{}, said: Tally{}, kinds: map[string]int{}}
	weights := 0
	for _, s := range Settings {
		weights += s.Weight
	}
	for i := range Settings {
		s := &Settings[i]
		t.Run(s.Name, func(t *testing.T) {
			r.run(t, s, uint64(i), (packets(t)*s.Weight+weights*length-1)/(weights*length))
		})
	}
	for kind, n := range r.kinds {
		t.Logf("%d dialogues differ in %s", n, kind)
	}
	t.Logf("%d of %d packets were compared; cells of the kernel's table, and how often each was used:\n%s", r.compared, r.asked, r.cover)
	t.Logf("what the kernel said:\n%s", r.said)
	if least := r.cover.least(); r.compared >= 100_000 && least < 7 {
		t.Errorf("a cell was used only %d times", least)
	}
}

// trial is what becomes of many dialogues.
type trial struct {
	oracle          *Oracle
	cover           Coverage
	said            Tally
	kinds           map[string]int // of differences: how many dialogues had it first
	asked, compared int            // packets
}

// run makes n dialogues for a setting and judges them.
func (r *trial) run(t *testing.T, s *Setting, number uint64, n int) {
	asked, compared := r.asked, r.compared
	for first := 0; first < n; first += atOnce {
		var made []Dialogue
		for k := first; k < min(n, first+atOnce); k++ {
			made = append(made, Make(seed()*1e6+uint64(k)<<8+number, s.Plan, length))
		}
		answers, err := r.oracle.Ask(t.TempDir(), s.Flags, made...)
		if err != nil {
			t.Fatal(err)
		}
		for k, d := range made {
			r.judge(t, s, d, answers[k])
		}
	}
	asked, compared = r.asked-asked, r.compared-compared
	t.Logf("%d packets, %d compared", asked, compared)
	if compared*2 < asked {
		t.Error("too few could be compared")
	}
}

// judge compares the answers to one dialogue; what differs in a way of its own is
// made small and shown.
func (r *trial) judge(t *testing.T, s *Setting, d Dialogue, answers []Answer) {
	r.cover.Add(d, answers)
	r.said.Add(answers)
	found, n := Compare(s.Config, d, answers, s.Plan.Aged)
	r.asked, r.compared = r.asked+len(d), r.compared+n
	if len(found) == 0 {
		return
	}
	kind := found[0].kind()
	r.kinds[kind]++
	t.Fail()
	if r.kinds[kind] == 1 && len(r.kinds) <= shown {
		t.Log(r.show(t, s, r.shrink(t.TempDir(), s, d, kind)))
	}
}

// shrink leaves out of d what does not matter to a difference of that kind.
func (r *trial) shrink(dir string, s *Setting, d Dialogue, kind string) Dialogue {
	return Shrink(d, func(tries []Dialogue) int {
		answers, err := r.oracle.Ask(dir, s.Flags, tries...)
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
}

// show is a dialogue with both answers, and where it was written as a capture.
func (r *trial) show(t *testing.T, s *Setting, d Dialogue) string {
	answers, err := r.oracle.Ask(t.TempDir(), s.Flags, d)
	if err != nil {
		t.Fatal(err)
	}
	found, _ := Compare(s.Config, d, answers[0], s.Plan.Aged)
	kept := filepath.Join(os.TempDir(), fmt.Sprintf("onpath-%s-%d.pcap", s.Name, len(r.kinds)))
	if err := os.WriteFile(kept, d.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s: kernel and Tracker differ. ctoracle %s %s\n%s", s.Name, strings.Join(s.Flags, " "), kept, d.Story(answers[0], found))
}
