package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onpath/internal/evidence"
)

// shelfOf returns a shelf whose writer stands still until it may write.
func shelfOf(t *testing.T, dumps int) (s *shelf, may chan bool, said *[]string) {
	t.Helper()
	dir, err := evidence.OpenDir(t.TempDir(), evidence.DefaultDisk, "onpath test")
	if err != nil {
		t.Fatal(err)
	}
	may, said = make(chan bool), new([]string)
	var stats evidence.DirStats
	s = newShelf(dir, (&evidence.Dump{}).Memory()*int64(dumps), func(what string) { *said = append(*said, strings.Replace(what, dir.Path(), "DIR", 1)) })
	s.endures = 100 * time.Millisecond
	s.write = func(*evidence.Dump) bool {
		if <-may {
			stats.Written++
		} else {
			stats.Failed, stats.Err = stats.Failed+1, fmt.Errorf("no room")
		}
		return true
	}
	s.stats = func() evidence.DirStats { return stats }
	return s, may, said
}

// taken hands n dumps over, and returns how many found room.
func taken(s *shelf, n int) (room int) {
	for range n {
		if s.take(&evidence.Dump{}) {
			room++
		}
	}
	return room
}

// TestShelfThatIsFull: what finds no room is lost, counted and said once; when some were
// written there is room again.
func TestShelfThatIsFull(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, may, said := shelfOf(t, 3)
	go s.work()
	if n := taken(s, 10); n != 3 {
		t.Errorf("%d found room", n)
	}
	if waits, lost := s.counts(); waits != 3*int((&evidence.Dump{}).Memory()) || lost != 7 {
		t.Errorf("%d octets wait, %d lost", waits, lost)
	}
	may <- true
	<-s.taken
	s.loss.at = time.Now().Add(-sayAgain) // else the next loss is not said
	if n := taken(s, 2); n != 1 {
		t.Errorf("%d found room again", n)
	}
	for range 3 {
		may <- true
	}
	s.finish()
	if n := s.written.Load().Written; n != 4 || s.missing() != 8 {
		t.Errorf("%d written, %d missing", n, s.missing())
	}
	if want := []string{
		"evidence DIR: takes nothing: dumps are lost from here on", "evidence DIR: is written again, 7 dumps are lost",
		"evidence DIR: takes nothing: dumps are lost from here on",
	}; !slices.Equal(*said, want) {
		t.Errorf("said %q", *said)
	}
}

// TestShelfThatFails: failures are counted, and said when they begin and end.
func TestShelfThatFails(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, may, said := shelfOf(t, 10)
	go s.work()
	taken(s, 5)
	for _, written := range []bool{true, false, false, true, true} {
		may <- written
	}
	s.finish()
	if s.missing() != 0 || s.written.Load().Failed != 2 {
		t.Errorf("%d missing, %+v", s.missing(), s.written.Load())
	}
	if want := []string{"evidence DIR: no room: dumps cannot be written", "evidence DIR: dumps can be written again"}; !slices.Equal(*said, want) {
		t.Errorf("said %q", *said)
	}
}

// TestShelfAtTheEnd: what waits for room gets it while dumps are written; when none is, it
// is given up.
func TestShelfAtTheEnd(t *testing.T) {
	s, may, _ := shelfOf(t, 2)
	go s.work()
	taken(s, 2)
	s.unhurried()
	go func() {
		may <- true
		may <- true
	}()
	if n := taken(s, 6); n != 2 { // and then it stands still
		t.Errorf("%d found room", n)
	}
	s.finish()
	if n := s.written.Load().Written; n != 2 || s.missing() != 6 {
		t.Errorf("%d written, %d missing", n, s.missing())
	}
	if s.stuck(0) == nil {
		t.Error("nobody is told that a write lasts")
	}
	may <- true // whoever comes back ends
	<-s.done
}

// TestNoShelf: who reads files needs none.
func TestNoShelf(t *testing.T) {
	var s *shelf
	s.speak()
	s.unhurried()
	s.finish()
	if waits, lost := s.counts(); waits != 0 || lost != 0 || s.missing() != 0 || s.stuck(0) != nil {
		t.Error("a shelf that is none has something")
	}
}
