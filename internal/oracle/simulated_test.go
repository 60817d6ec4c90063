package oracle

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"onpath/conn"
)

// simulated is what is true of one frame of a simulated connection, and what a
// prototype said of it. Sets are names of states; of an end that does not live
// yet there is none.
type simulated struct {
	Frame     int
	Run       int
	From      string // A or B
	True      map[string][]string
	Sure      map[string]bool // false: nothing has shown yet that frames are missing
	Prototype map[string][]string
	Allowed   string // the strongest explanation that the faults justify
}

// looser is how much larger than the prototype's our sets may be.
const looser = 1.03

// TestSimulated: the true states are in the sets, no explanation is stronger than
// the truth, and the sets are as tight as a prototype's.
func TestSimulated(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(folder(t), "simulated", "*.pcap.gz"))
	if len(files) < 13 {
		t.Fatalf("only %d modes", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".pcap.gz"), func(t *testing.T) {
			said := observe(t, file)
			ours, theirs := 0, 0
			lines(t, strings.TrimSuffix(file, ".pcap.gz")+".jsonl.gz", func(line []byte) {
				var s simulated
				if err := json.Unmarshal(line, &s); err != nil {
					t.Fatal(err)
				}
				o, p := s.compare(t, said[s.Frame])
				ours, theirs = ours+o, theirs+p
			})
			if float64(ours) > looser*float64(theirs) {
				t.Errorf("the sets hold %d states, the prototype's %d", ours, theirs)
			}
		})
	}
}

// compare holds one verdict against the truth, and returns how many states our
// sets and the prototype's hold.
func (s *simulated) compare(t *testing.T, v verdict) (ours, theirs int) {
	for end, names := range s.True {
		truth := set(t, names)
		if truth == 0 {
			continue
		}
		dir := v.dir
		if end != s.From {
			dir ^= 1
		}
		got := oneEnded(v.possible[dir])
		ours += got.Len()
		theirs += set(t, s.Prototype[end]).Len()
		if s.Sure[end] && truth&^got != 0 {
			t.Errorf("frame %d (run %d): %s is %v, the set %v", s.Frame, s.Run, end, truth, got)
		}
	}
	if limit := explanation(t, s.Allowed); v.why > limit {
		t.Errorf("frame %d (run %d): %s, at most %q is true", s.Frame, s.Run, v.why, limit)
	}
	return ours, theirs
}

// set reads names of states. CLOSED stands for LISTEN too.
func set(t *testing.T, names []string) (s conn.Set) {
	for _, name := range names {
		st := conn.Closed
		for st < conn.NumStates && st.String() != name {
			st++
		}
		if st == conn.NumStates {
			t.Fatalf("no state is called %s", name)
		}
		s |= conn.Of(st)
	}
	return oneEnded(s)
}

// oneEnded lets CLOSED and LISTEN be one.
func oneEnded(s conn.Set) conn.Set {
	if s.Has(conn.Listen) {
		s = s&^conn.Of(conn.Listen) | conn.Of(conn.Closed)
	}
	return s
}

// explanation reads the name of one.
func explanation(t *testing.T, name string) conn.Explanation {
	for e := conn.Unsurprising; e <= conn.None; e++ {
		if e.String() == name {
			return e
		}
	}
	t.Fatalf("no explanation is called %q", name)
	return 0
}
