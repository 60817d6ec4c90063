package run

import (
	"fmt"
	"sync/atomic"
	"time"

	"onpath/internal/evidence"
)

const (
	// shelfDumps is how many dumps of a capture may wait to be written.
	shelfDumps = 256

	// shelfEndurance is for how long, at the end, no dump may become complete before those
	// that wait are given up: the largest are larger than a block of rows.
	shelfEndurance = 10 * time.Second
)

// shelf is the way of the dumps of a capture to their directory: a goroutine of its own
// writes them, so that a slow disk never holds up the capture. What finds no room is lost
// and counted. nil is the shelf of who reads files: what reads waits for the directory.
type shelf struct {
	name    string                    // of the directory
	room    int64                     // octets of the dumps that may wait, unless it is one
	endures time.Duration             // as shelfEndurance says
	write   func(*evidence.Dump) bool // reports whether the dump was written
	stats   func() evidence.DirStats  // what became of those that were given to write

	full  chan *evidence.Dump // to the writer
	taken chan bool           // one has been written, or not
	done  chan bool           // closed: the writer has ended
	notes chan string         // of the writer, to be said

	waits   atomic.Int64 // octets of the dumps that wait, that which is being written included
	written atomic.Pointer[evidence.DirStats]
	writes  writes
	over    atomic.Bool // what is not written is given up

	// Of the goroutine that captures.
	say    func(string)
	handed uint64 // dumps
	lost   uint64 // that found no room
	told   uint64 // of lost, that it was said to be lost
	loss   trouble
	ending bool
}

// newShelf returns a shelf for a directory, with so much memory for what waits.
func newShelf(dir *evidence.Dir, room int64, say func(string)) *shelf {
	s := &shelf{
		name: "evidence " + dir.Path(), room: room, endures: shelfEndurance, write: dir.Write, stats: dir.Stats, say: say,
		full: make(chan *evidence.Dump, shelfDumps), taken: make(chan bool, 1), done: make(chan bool), notes: make(chan string, 16),
	}
	s.written.Store(&evidence.DirStats{})
	return s
}

// work writes what is handed over until it ends or is given up.
func (s *shelf) work() {
	defer close(s.done)
	var failure trouble
	for d := range s.full {
		if s.over.Load() {
			return
		}
		failed := s.written.Load().Failed
		s.writes.begin()
		s.write(d)
		s.writes.end()
		now := s.stats()
		s.written.Store(&now)
		s.waits.Add(-d.Memory())
		if failing := now.Failed > failed; failing && failure.begins() || !failing && failure.ends() {
			s.tell(&now, failing)
		}
		select {
		case s.taken <- true:
		default:
		}
	}
}

// tell leaves a note that writing has begun to fail, or to succeed again.
func (s *shelf) tell(now *evidence.DirStats, failing bool) {
	note := s.name + ": dumps can be written again"
	if failing {
		note = fmt.Sprintf("%s: %v: dumps cannot be written", s.name, now.Err)
	}
	select {
	case s.notes <- note:
	default:
	}
}

// take hands a dump over, and reports whether there was room for it.
func (s *shelf) take(d *evidence.Dump) bool {
	n := d.Memory()
	if !s.fits(n) && !(s.ending && s.await(n)) {
		s.lose()
		return false
	}
	s.recover()
	d.Detach()
	s.waits.Add(n)
	s.handed++
	s.full <- d
	return true
}

// fits reports whether there is room for so many octets. One dump is never too large.
func (s *shelf) fits(n int64) bool {
	waits := s.waits.Load()
	return len(s.full) < shelfDumps && (waits == 0 || waits+n <= s.room)
}

// await waits for room, as long as dumps are written.
func (s *shelf) await(n int64) bool {
	for !s.fits(n) {
		select {
		case <-s.taken:
		case <-time.After(s.endures):
			s.ending = false // nobody waits as long again
			return false
		}
	}
	return true
}

func (s *shelf) lose() {
	s.lost++
	if s.loss.begins() {
		s.say(s.name + ": takes nothing: dumps are lost from here on")
	}
}

func (s *shelf) recover() {
	if s.loss.ends() {
		s.say(fmt.Sprintf("%s: is written again, %s lost", s.name, are(s.lost-s.told, "dump")))
		s.told = s.lost
	}
}

// speak says what befell the writer.
func (s *shelf) speak() {
	if s == nil {
		return
	}
	for len(s.notes) > 0 {
		s.say(<-s.notes)
	}
}

// unhurried lets dumps wait for room: no packets come any more.
func (s *shelf) unhurried() {
	if s != nil {
		s.ending = true
	}
}

// finish returns when all is written, or when no dump was for too long: then what is left
// is given up.
func (s *shelf) finish() {
	if s == nil {
		return
	}
	close(s.full)
	for over := false; !over; {
		select {
		case <-s.done:
			over = true
		case <-s.taken:
		case <-time.After(s.endures):
			s.over.Store(true)
			over = true
		}
	}
	s.speak()
}

// missing returns how many dumps are lost when nothing is written any more.
func (s *shelf) missing() uint64 {
	if s == nil {
		return 0
	}
	now := s.written.Load()
	return s.lost + s.handed - now.Written - now.Refused - now.Failed
}

// counts returns how many octets wait, and how many dumps found no room.
func (s *shelf) counts() (waits int, lost uint64) {
	if s == nil {
		return 0, 0
	}
	return int(s.waits.Load()), s.lost
}

// stuck says for how long a write lasts, if for longer. Any goroutine may ask.
func (s *shelf) stuck(longer time.Duration) (reasons []string) {
	if s == nil {
		return nil
	}
	if last := s.writes.last(); last > longer {
		reasons = append(reasons, fmt.Sprintf("%s: a write lasts for %s", s.name, last.Round(time.Second)))
	}
	return reasons
}
