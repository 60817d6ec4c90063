package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// block is rows that are written together.
type block struct {
	head   []byte // what must stand in the file before them
	octets []byte
	ends   []int // of each row in octets
}

// reset empties b. Memory that one long row took is given back.
func (b *block) reset() {
	if cap(b.octets) != blockSize {
		b.octets = make([]byte, 0, blockSize)
	}
	b.octets, b.ends = b.octets[:0], b.ends[:0]
}

// rows counts those that end behind from, and not behind to.
func (b *block) rows(from, to int) (n int) {
	for _, end := range b.ends {
		if end > from && end <= to {
			n++
		}
	}
	return n
}

// before returns the last end of a row that is not behind to; from, if all are before it.
func (b *block) before(from, to int) int {
	i, found := slices.BinarySearch(b.ends, to)
	if !found {
		i--
	}
	if i < 0 {
		return from
	}
	return max(from, b.ends[i])
}

// after returns the first end of a row behind from.
func (b *block) after(from int) int {
	i, _ := slices.BinarySearch(b.ends, from+1)
	return b.ends[i]
}

// atomicPipe is how many octets a pipe takes at once or not at all (PIPE_BUF, pipe(7)).
const atomicPipe = 4096

// target is where the rows of an output go: a file, or files that follow one another. A
// row is in a file whole or not at all; only what cannot be taken back, as it went into a
// pipe, can end within a row.
type target struct {
	path     string // or Stdout
	rotation Rotation
	file     atomic.Pointer[os.File] // nil: none is open. Only who gives up looks at it from another goroutine.
	std      bool                    // it is not ours to close
	regular  bool                    // what was written to it can be taken back
	name     string                  // what the file will be called when it is finished; "": it is called so already
	size     int64                   // octets that we wrote to it
	headed   int                     // octets of the head that are in it
	filled   bool                    // a row is in it
	due      time.Time               // when it ends; zero: never
	settling <-chan error            // tells when the one before has its name; nil: it has
}

// openTarget opens the first file. Without rotation it is replaced.
func openTarget(path string, r Rotation) (*target, error) {
	if path == Stdout {
		return standard(os.Stdout), nil
	}
	t := &target{path: path, rotation: r}
	if r.Rotates() {
		if err := canRotate(path); err != nil {
			return nil, err
		}
		return t, t.open()
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	t.begin(f)
	return t, nil
}

// standard is a target that was open before us.
func standard(f *os.File) *target {
	t := &target{path: Stdout, std: true}
	t.begin(f)
	return t
}

// open opens the next file: if it rotates a new one, else the one of that path, which grows.
func (t *target) open() (err error) {
	var f *os.File
	if t.rotation.Rotates() {
		now := time.Now()
		f, t.name, err = createPart(t.path, now)
		t.due = t.rotation.end(now)
	} else {
		f, err = os.OpenFile(t.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	}
	if err == nil {
		t.begin(f)
	}
	return err
}

func (t *target) begin(f *os.File) {
	info, err := f.Stat()
	t.regular = err == nil && info.Mode().IsRegular()
	t.size, t.headed, t.filled = 0, 0, false
	t.file.Store(f)
}

// write writes rows of b from octet from on, as many as may go at once, and returns how
// far it came.
func (t *target) write(b *block, from int) (to int, err error) {
	if t.isDue() {
		err = t.finish()
	}
	if err = errors.Join(err, t.ready(b.head)); err != nil {
		return from, err
	}
	to = t.fitting(b, from)
	if to == from {
		return from, t.finish()
	}
	n, err := t.put(b.octets[from:to])
	if err == nil {
		t.filled = true
		return to, nil
	}
	return t.back(b, from, from+n), err
}

// isDue reports whether the time of the file is over, or has not come: the clock was set.
func (t *target) isDue() bool {
	if t.file.Load() == nil || t.due.IsZero() {
		return false
	}
	now := time.Now()
	return !now.Before(t.due) || now.Before(t.due.Add(-t.rotation.Every))
}

// ready has a file open, with the head in it.
func (t *target) ready(head []byte) error {
	if t.file.Load() == nil {
		if err := t.open(); err != nil {
			return err
		}
	}
	if t.headed >= len(head) {
		return nil
	}
	n, err := t.put(head[t.headed:])
	if err != nil && t.takeBack(n) == nil {
		return err
	}
	t.headed += n
	return err
}

// fitting returns up to where the rows of b behind from may be written at once: from, if
// they belong into the next file.
func (t *target) fitting(b *block, from int) int {
	room := len(b.octets)
	if !t.regular {
		room = atomicPipe
	}
	if t.rotation.Size > 0 {
		room = int(min(int64(room), t.rotation.Size-t.size))
	}
	to := b.before(from, from+room)
	if to == from && (!t.filled || t.rotation.Size == 0) {
		return b.after(from) // a row that is longer than all that it may be
	}
	return to
}

func (t *target) put(octets []byte) (int, error) {
	n, err := t.file.Load().Write(octets)
	t.size += int64(n)
	return n, err
}

// back takes back what is behind the last row that was written whole, if it can, and
// returns where to go on; to is how far the rows of b behind from were written.
func (t *target) back(b *block, from, to int) int {
	whole := b.before(from, to)
	t.filled = t.filled || whole > from
	if whole == to || t.takeBack(to-whole) != nil {
		return to
	}
	return whole
}

// takeBack cuts the last n octets off.
func (t *target) takeBack(n int) error {
	if !t.regular {
		return errors.ErrUnsupported
	}
	f := t.file.Load()
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(info.Size() - int64(n))
	}
	if err == nil {
		t.size -= int64(n)
	}
	return err
}

// reopen finishes the file, as somebody may have renamed it. What is no file stays open,
// and so does one if there cannot be another.
func (t *target) reopen() error {
	old := t.file.Load()
	switch {
	case t.std, old != nil && !t.regular:
		return nil
	case t.rotation.Rotates() || old == nil:
		return t.finish()
	}
	size, headed, filled := t.size, t.headed, t.filled
	if err := t.open(); err != nil {
		return fmt.Errorf("%w: the old file stays open", err)
	}
	if same(old, t.file.Load()) {
		t.size, t.headed, t.filled = size, headed, filled
	}
	return old.Close()
}

// finish ends the file: it gets its name when it is on the disk, or goes away if no row
// came. It returns what went wrong with it, or with the one before.
func (t *target) finish() error {
	f := t.file.Swap(nil)
	if f == nil || t.std {
		return nil
	}
	part := t.name + partSuffix
	switch {
	case t.name == "":
		return f.Close()
	case !t.filled:
		return errors.Join(f.Close(), os.Remove(part))
	}
	err := t.settled() // one at a time: a disk that is slower than that holds up the rows
	settling := make(chan error, 1)
	t.settling = settling
	go func(name string) { settling <- settle(f, part, name) }(t.name)
	return err
}

// settle gives a file its name when it is on the disk: what has its name is whole, whatever
// happens to the machine.
func settle(f *os.File, part, name string) error {
	return errors.Join(f.Sync(), f.Close(), os.Rename(part, name))
}

// settled waits until the last file that is finished has its name, and returns what went
// wrong.
func (t *target) settled() error {
	if t.settling == nil {
		return nil
	}
	err := <-t.settling
	t.settling = nil
	return err
}

func same(a, b *os.File) bool {
	first, err := a.Stat()
	second, bad := b.Stat()
	return err == nil && bad == nil && os.SameFile(first, second)
}
