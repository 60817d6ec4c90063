package run

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"onpath/internal/checkpoint"
)

// What the goroutine of a state's file is to do.
const (
	beginState   = iota // a checkpoint, beside the file
	blockOfState        // write parts to it
	endState            // make it the file
	notesOfState        // add to the journal of the file, and of the one beside it
)

// errand is one of these.
type errand struct {
	what   int
	octets []byte
	at     time.Time // with beginState
}

// deed is what became of a checkpoint.
type deed struct {
	err  error
	at   time.Time // when it began
	size int64
	took time.Duration
}

// stateFile is the file of a state, which has a goroutine of its own, so that no packet
// waits for the disk.
type stateFile struct {
	path    string
	layout  *checkpoint.Layout
	version string
	todo    chan errand
	done    chan deed
	free    chan []byte
	endures time.Duration // for how long nothing may be taken, at the end
	hangs   bool          // nothing was for so long
	over    atomic.Bool   // a checkpoint that is not in the file by now must not come there

	// Of the goroutine.
	file   *os.File // that has the name, for notes; nil: there is none
	beside *os.File // that is being written; nil: none
	writer *checkpoint.Writer
	notes  []byte // since its beginning
	at     time.Time
}

// besideSuffix is what the name of a file ends with that is being written.
const besideSuffix = ".part"

// openStateFile returns the file of a state, whose first bytes are written by work. file,
// which may be nil, is the one that has the name.
func openStateFile(path, version string, l *checkpoint.Layout, file *os.File) *stateFile {
	return &stateFile{
		path: path, layout: l, version: version, file: file, endures: settleEndurance,
		todo: make(chan errand, keptBlocks), done: make(chan deed, 4), free: make(chan []byte, keptBlocks),
	}
}

// room reports whether what a slice makes can be handed over without waiting.
func (f *stateFile) room() bool { return len(f.todo) < cap(f.todo)-4 }

// give hands an errand over. While packets come there is room; at the end it waits, but not
// for a disk that hangs.
func (f *stateFile) give(e errand) {
	if f.hangs {
		return
	}
	select {
	case f.todo <- e:
		return
	default:
	}
	select {
	case f.todo <- e:
	case <-time.After(f.endures):
		f.hangs = true
	}
}

// finish has all done that was handed over, and gives take what became of it. It reports
// false if the disk hangs: then the goroutine is left alone until the program exits.
func (f *stateFile) finish(take func(deed)) bool {
	close(f.todo)
	for !f.hangs {
		select {
		case d, more := <-f.done:
			if !more {
				return true
			}
			take(d)
		case <-time.After(f.endures):
			f.hangs = true
		}
	}
	return false
}

// empty returns an empty block.
func (f *stateFile) empty() []byte {
	select {
	case b := <-f.free:
		return b[:0]
	default:
		return make([]byte, 0, checkpoint.BlockSize)
	}
}

// work does what is handed over.
func (f *stateFile) work() {
	defer close(f.done)
	for e := range f.todo {
		switch e.what {
		case beginState:
			f.at = e.at
			f.fail(f.begin())
		case blockOfState:
			f.fail(f.block(e.octets))
		case endState:
			f.end()
		case notesOfState:
			f.note(e.octets)
		}
	}
	f.giveUp()
	if f.file != nil {
		f.file.Close()
	}
}

// begin opens a file beside the one that has the name.
func (f *stateFile) begin() (err error) {
	f.giveUp()
	if f.beside, err = os.OpenFile(f.path+besideSuffix, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	f.writer, err = checkpoint.NewWriter(f.beside, f.layout, f.version)
	return err
}

// block writes a block and gives it back. Without a file there is nothing to be written.
func (f *stateFile) block(octets []byte) (err error) {
	if f.beside != nil {
		err = f.writer.Block(octets)
	}
	if cap(octets) == checkpoint.BlockSize {
		select {
		case f.free <- octets:
		default:
		}
	}
	return err
}

// fail gives a checkpoint up.
func (f *stateFile) fail(err error) {
	if err != nil {
		f.giveUp()
		f.done <- deed{err: err}
	}
}

// giveUp leaves nothing of a checkpoint that is being written.
func (f *stateFile) giveUp() {
	if f.beside != nil {
		f.beside.Close()
		os.Remove(f.path + besideSuffix)
	}
	f.beside, f.notes = nil, f.notes[:0]
}

// end gives what was written its name, when it is on the disk.
func (f *stateFile) end() {
	if f.beside == nil { // it has failed
		return
	}
	if err := f.store(); err != nil {
		f.fail(err)
		return
	}
	if f.file != nil {
		f.file.Close()
	}
	f.file, f.beside, f.notes = f.beside, nil, f.notes[:0]
	f.done <- deed{at: f.at, size: f.writer.Size(), took: time.Since(f.at)}
}

func (f *stateFile) store() error {
	err := f.writer.End()
	if err == nil {
		_, err = f.beside.Write(f.notes)
	}
	if err == nil {
		err = f.beside.Sync()
	}
	if err == nil && f.over.Load() {
		err = os.ErrDeadlineExceeded
	}
	if err == nil {
		err = os.Rename(f.path+besideSuffix, f.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(f.path))
	}
	return err
}

// syncDir has the disk know the names in a directory.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// note adds notes. If that fails the next checkpoint holds what they tell.
func (f *stateFile) note(octets []byte) {
	if f.file != nil {
		if _, err := f.file.Write(octets); err != nil {
			f.file.Close()
			f.file = nil
		}
	}
	if f.beside != nil {
		f.notes = append(f.notes, octets...)
	}
}

// remove leaves no file to go on with. The goroutine has ended.
func (f *stateFile) remove() { os.Remove(f.path) }
