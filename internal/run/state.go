package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onpath/flow"
	"onpath/internal/checkpoint"
	"onpath/internal/metrics"
)

// State says where a capture keeps what is open, so that another run goes on with it.
type State struct {
	Path  string        // of the file; "": nothing is kept
	Every time.Duration // between checkpoints
}

// Writes reports whether path is one of the files that a state makes or renames, however
// it is spelled.
func (s *State) Writes(path string) bool {
	return slices.ContainsFunc(append(s.names(), s.Path+lockSuffix), func(own string) bool {
		return samePath(own, path)
	})
}

// samePath reports whether two paths are of one file, which need not be there yet.
func samePath(a, b string) bool {
	first, err := os.Stat(a)
	second, bad := os.Stat(b)
	if err == nil && bad == nil {
		return os.SameFile(first, second)
	}
	a, err = filepath.Abs(a)
	b, bad = filepath.Abs(b)
	return err == nil && bad == nil && a == b
}

// Bounds of what a checkpoint takes of the time for packets.
const (
	keptBlocks = 8                     // blocks that wait to be written; then the checkpoint waits
	keptSlots  = 16                    // entries that are looked at before asking whether a block is full
	keptShare  = 5                     // of so many ns one, if packets come
	keptBusy   = 5 * time.Millisecond  // in a row, if packets come
	keptQuiet  = 20 * time.Millisecond // in a row, if none come
	keptNotes  = 4 << 10               // octets of notes that are handed over at once
	mostNotes  = 4 << 20               // octets of notes that wait at most, while the disk hangs
)

// kept is what stands in a state beside the table: how far the run came.
type kept struct {
	at     int64  // when the checkpoint began, ns since the Unix epoch
	frames uint64 // number of the last frame
}

// stateLayout is that of a state's parts.
func stateLayout() *checkpoint.Layout {
	return checkpoint.NewLayout(append(flow.Parts(), new(kept))...)
}

// keeper makes checkpoints: a slice of the table between two packets, written by a
// goroutine of its own. nil: none are wanted. What it tells is as of the time between the
// first and the last slice; of what ends meanwhile, and later, the file has notes.
type keeper struct {
	every   time.Duration
	encoder *checkpoint.Encoder
	file    *stateFile
	notes   []byte
	noted   uint64 // number of the last record of which a note says that it began

	going bool          // a checkpoint
	slot  uint32        // where it goes on; 0: at the first one
	spent time.Duration // on its last slice
	ended time.Time     // when packets had to wait for it last
	began time.Time     // the checkpoint, or if none is going on the last one
	at    time.Time     // when the last one that is in the file began; zero: none of this run is
	from  time.Time     // when that one began with which this run went on; zero: none is
	stats metrics.State // but for its Age
	wrong bool          // the last one has failed
	over  bool          // there will be none
	warn  func(string)
}

// contents is what is kept: a Table, or those of shards, which stand still.
type contents interface {
	Begun() uint64
	CheckpointAll(put func(part any))
	Checkpoint(from uint32, n int, put func(part any)) (next uint32)
}

// written notes that the record of that number was written: a checkpoint that still has it
// open is not to be believed.
func (k *keeper) written(t contents, num uint64) {
	if k == nil || k.over {
		return
	}
	if len(k.notes) > mostNotes {
		k.stats.Unnoted++
		return
	}
	k.notes = checkpoint.Note{Kind: checkpoint.NoteEnded, Record: num}.Append(k.notes)
	if len(k.notes) > keptNotes {
		k.flush(t)
	}
}

// due reports whether step would do something in that time, and learns what became of what
// was handed over.
func (k *keeper) due(most time.Duration) bool {
	k.learn()
	return (k.going || time.Since(k.began) >= k.every) && most >= min(k.spent, keptBusy) && k.file.room()
}

// step goes on with a checkpoint, or begins one if it is due, until most is over since from.
func (k *keeper) step(t contents, frames uint64, from time.Time, most time.Duration) {
	if !k.due(most) {
		return
	}
	for k.file.room() {
		k.slice(t, frames)
		if !k.going || time.Since(from) > most {
			break
		}
	}
	k.ended = time.Now()
	k.stats.Paused = max(k.stats.Paused, k.ended.Sub(from))
}

// share returns how long packets that come may wait for a checkpoint now.
func (k *keeper) share() time.Duration { return min(time.Since(k.ended)/keptShare, keptBusy) }

// slice copies some entries. The first one is what belongs to none.
func (k *keeper) slice(t contents, frames uint64) {
	if !k.going {
		k.begin(t, frames)
		return
	}
	from := time.Now()
	over := false
	for !over && !k.encoder.Full() {
		k.slot = t.Checkpoint(k.slot, keptSlots, k.put)
		over = k.slot == 0
	}
	k.hand()
	if over {
		k.end(t)
	}
	k.spent = time.Since(from)
}

func (k *keeper) put(part any) { k.encoder.Put(part) }

// begin begins a checkpoint. What was noted before belongs to the one before.
func (k *keeper) begin(t contents, frames uint64) {
	k.handNotes(t)
	k.going, k.slot, k.began = true, 0, time.Now()
	k.file.give(errand{what: beginState, at: k.began})
	k.put(&kept{k.began.UnixNano(), frames})
	t.CheckpointAll(k.put)
	k.hand()
}

// hand hands the block over.
func (k *keeper) hand() {
	if len(k.encoder.Block) == 0 {
		return
	}
	k.file.give(errand{what: blockOfState, octets: k.encoder.Block})
	k.encoder.Block = k.file.empty()
}

func (k *keeper) end(t contents) {
	k.going = false
	k.handNotes(t)
	k.file.give(errand{what: endState})
}

// handNotes hands over what was noted, and which records have begun.
func (k *keeper) handNotes(t contents) {
	if begun := t.Begun(); begun > k.noted {
		k.noted = begun
		k.notes = checkpoint.Note{Kind: checkpoint.NoteBegun, Record: begun}.Append(k.notes)
	}
	if len(k.notes) > 0 {
		k.file.give(errand{what: notesOfState, octets: slices.Clone(k.notes)})
		k.notes = k.notes[:0]
	}
}

// flush hands notes over, if there is room for them.
func (k *keeper) flush(t contents) {
	if k != nil && !k.over && k.file.room() {
		k.handNotes(t)
	}
}

// learn takes what became of checkpoints that were handed over.
func (k *keeper) learn() {
	for len(k.file.done) > 0 {
		k.take(<-k.file.done)
	}
}

func (k *keeper) take(d deed) {
	if d.err != nil {
		if k.stats.Failed++; !k.wrong {
			k.warn(fmt.Sprintf("--state: no checkpoint: %v", d.err))
		}
		k.wrong = true
		return
	}
	if k.wrong {
		k.wrong = false
		k.warn("--state: checkpoints are written again")
	}
	k.stats.Written++
	k.at, k.stats.Octets, k.stats.Took = d.at, d.size, d.took
}

// finish makes the last checkpoint: no packets come any more. It reports false if no run
// can go on with what is open: then it leaves no file, as far as the disk lets it.
func (k *keeper) finish(t contents, frames uint64) bool {
	failed := k.stats.Failed
	if k.going { // an older one
		k.going = false
		k.encoder.Block = k.encoder.Block[:0]
	}
	for k.slice(t, frames); k.going && !k.file.hangs; k.slice(t, frames) {
	}
	if !k.file.finish(k.take) {
		k.file.over.Store(k.older().IsZero())
		return !k.older().IsZero()
	}
	if k.stats.Failed == failed {
		return true
	}
	k.file.remove()
	return false
}

// older returns when the checkpoint began that another run goes on with if there is no later
// one; zero: there is none.
func (k *keeper) older() time.Time {
	if k.at.IsZero() {
		return k.from
	}
	return k.at
}

// snapshot returns how checkpoints are; nil if none are made.
func (k *keeper) snapshot() *metrics.State {
	if k == nil {
		return nil
	}
	s := k.stats
	if !k.at.IsZero() {
		s.Age = time.Since(k.at)
	}
	return &s
}

// report says what another run can go on with.
func (k *keeper) report(b *strings.Builder, open int) {
	switch {
	case k == nil:
	case k.file.hangs && !k.older().IsZero():
		line(b, "state", fmt.Sprintf("what was open at %s, kept in %s", k.older().Format(time.DateTime), k.file.path))
	case k.wrong || k.file.hangs:
		line(b, "state", "none: the last checkpoint failed")
	default:
		line(b, "state", fmt.Sprintf("%s open, kept in %s (%s)", plural(uint64(open), "connection"), k.file.path, plural(uint64(k.stats.Octets), "octet")))
	}
}
