package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"onpath/flow"
	"onpath/internal/checkpoint"
	"onpath/internal/privilege"
)

// refusedSuffix is what a file is called that is no use.
const refusedSuffix = ".refused"

// before is a state that an earlier run has left.
type before struct {
	file   *os.File
	reader *checkpoint.Reader
	at     int64    // when the checkpoint began, ns since the Unix epoch
	ended  []uint64 // records that were written since the checkpoint, in order
	begun  uint64   // numbers up to this one were given to records
}

// openState finds out what an earlier run has left, and that checkpoints can be written. A
// file that is no use is put aside, and why is said.
func (j *job[R]) openState() error {
	s := &j.config.State
	if s.Path == "" {
		return nil
	}
	layout := stateLayout()
	old, err := openBefore(s.Path, layout)
	if refused := (*checkpoint.Refusal)(nil); errors.As(err, &refused) {
		err = j.putAside(s.Path, refused.Why)
	}
	if err == nil {
		err = writable(s.Path)
	}
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	j.before = old
	j.keeper = &keeper{
		every: s.Every, encoder: checkpoint.NewEncoder(layout), warn: j.warn,
		file: openStateFile(s.Path, j.config.Version, layout, old.journal(s.Path)),
	}
	return nil
}

// openBefore reads the file; nil if there is none, or an empty one.
func openBefore(path string, l *checkpoint.Layout) (*before, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Size() == 0 { // as mktemp makes one
		return nil, f.Close()
	}
	r, err := checkpoint.Open(f, l)
	if err != nil {
		f.Close()
		return nil, err
	}
	b := &before{file: f, reader: r}
	for _, n := range r.Notes {
		switch n.Kind {
		case checkpoint.NoteEnded:
			b.ended = append(b.ended, n.Record)
		case checkpoint.NoteBegun:
			b.begun = max(b.begun, n.Record)
		}
	}
	slices.Sort(b.ended)
	r.Notes = nil
	return b, nil
}

// journal opens the file for what happens until the next checkpoint, behind what is whole
// of it; nil if that cannot be.
func (b *before) journal(path string) *os.File {
	if b == nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil && f.Truncate(b.reader.Size) == nil {
		return f
	}
	return nil
}

// putAside renames a file that is no use, and says why.
func (j *job[R]) putAside(path, why string) error {
	if err := os.Rename(path, path+refusedSuffix); err != nil {
		return err
	}
	j.warn(fmt.Sprintf("--state: %s is not used: %s; it is called %s now, and no connection goes on", path, why, filepath.Base(path)+refusedSuffix))
	return nil
}

// writable reports why no checkpoint can be written; nil: one can.
func writable(path string) error {
	f, err := os.OpenFile(path+besideSuffix, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(path+besideSuffix))
}

// mayKeep refuses a state that could not be written without the rights that are given up.
func (c *Config) mayKeep() error {
	u, path := c.Capture.User, c.State.Path
	if u == nil || u.UID == 0 {
		return nil
	}
	if dir := filepath.Dir(path); !privilege.MayWrite(u, dir) {
		return fmt.Errorf("--state: user %s may not make files in %s; chown it, or name another user after --user", u.Name, dir)
	}
	return nil
}

// resume fills the table with what an earlier run has left, and starts to keep it.
func (j *job[R]) resume() {
	if j.keeper == nil {
		return
	}
	go j.keeper.file.work()
	if j.before == nil {
		return
	}
	defer j.before.file.Close()
	began := time.Now()
	if err := j.restore(); err != nil {
		j.empty()
		j.lose(fmt.Errorf("--state: %s: %w: no connection goes on", j.config.State.Path, err))
		return
	}
	j.keeper.from = time.Unix(0, j.before.at)
	j.keeper.stats.Resumed = j.stats().Open()
	j.say(fmt.Sprintf("--state: %s and conversations go on from %s, %s later; read in %s",
		plural(uint64(j.keeper.stats.Resumed), "connection"), j.config.State.Path,
		time.Duration(j.live.opened-j.before.at).Round(time.Millisecond), time.Since(began).Round(time.Millisecond)))
	j.before = nil
	j.writeOver()
}

// writeOver writes all that became too old while nobody watched, however many rows that
// are: what comes meanwhile waits in the kernel's ring.
func (j *job[R]) writeOver() {
	j.unhurried()
	for range 2 { // a Clock believes a day only if it is told twice
		j.pass(j.live.opened)
	}
	j.standStill()
	j.hurried()
}

// restore gives the table the parts of the file.
func (j *job[R]) restore() error {
	b := j.before
	r := j.restorer(func(num uint64) bool {
		_, ended := slices.BinarySearch(b.ended, num)
		return ended
	})
	frames := uint64(0)
	err := b.reader.Parts(func(part any) {
		if k, ok := part.(*kept); ok {
			frames, b.at = k.frames, k.at
			return
		}
		r.Take(part)
	})
	if err != nil {
		return err
	}
	j.earlier = r.end(j.live.opened, b.begun, frames)
	j.live.number, j.live.last.at = j.earlier, j.live.opened
	return nil
}

// restorer fills what is empty, a table or shards, with the parts of a state.
type restorer interface {
	Take(part any) bool

	// end has it go on with packets: as Restorer.End. frames is the number of the last one of
	// which the state knows; it returns the number that the last one before the next has.
	end(resumed int64, begun, frames uint64) uint64
}

// restorer returns one; ended is a Restorer's Ended.
func (j *job[R]) restorer(ended func(num uint64) bool) restorer {
	if j.shards != nil {
		return j.shards.restorer(ended)
	}
	r := j.table.Restorer()
	r.Ended = ended
	return tableRestorer{r, j.table}
}

// tableRestorer is that of a table.
type tableRestorer struct {
	*flow.Restorer
	table *flow.Table
}

// end returns a number that no record has that is told of in a journal, as that of shards
// must.
func (r tableRestorer) end(resumed int64, begun, frames uint64) uint64 {
	r.End(resumed, begun)
	return max(frames, r.table.Begun())
}

// empty forgets what is known of a state.
func (j *job[R]) empty() {
	if j.shards != nil {
		j.shards.empty(&j.config)
		return
	}
	j.table = j.newTable()
}

// contents returns what a checkpoint is made of.
func (j *job[R]) contents() contents {
	if j.shards != nil {
		return j.shards
	}
	return j.table
}

// checkpoint goes on with one, if one is due, for at most a time.
func (j *job[R]) checkpoint(most time.Duration) {
	if j.keeper == nil {
		return
	}
	if from := time.Now(); j.shards == nil || j.keeper.due(most) {
		j.standStill()
		j.keeper.step(j.contents(), j.live.number, from, most)
	}
	if j.keeper.going {
		j.asked.Or(askKeep)
	}
}

// keep writes a state with all that is open, and reports whether that goes on there: else
// it must be written as records.
func (j *job[R]) keep() bool {
	if j.keeper == nil {
		return false
	}
	kept := j.keeper.finish(j.contents(), j.live.number)
	j.keeper.over = true
	path := j.config.State.Path
	switch {
	case kept && j.keeper.file.hangs:
		j.lose(fmt.Errorf("--state: the disk does not take the last checkpoint: %s has the one of %s, what came later is not kept", path, j.keeper.older().Format(time.DateTime)))
	case !kept:
		j.lose(fmt.Errorf("--state: the last checkpoint failed: what was open is written with the end_reason flush, and nothing goes on from %s", path))
	}
	return kept
}
