package run

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"onpath/anomaly"
	"onpath/flow"
	"onpath/internal/evidence"
	"onpath/packet"
	"onpath/record"
)

// Evidence says where dumps of what was found go, and which there are.
type Evidence struct {
	Dir     string           // "": nowhere
	Least   anomaly.Severity // of the findings that begin a dump; 0: suspicious
	Memory  int              // for the frames that are kept, octets
	Disk    int64            // that the dumps in Dir may take, octets
	Local   []netip.Prefix   // as text.Config.Local
	Version string           // that stands at the head of a dump
}

// dumps keeps frames and writes dumps.
type dumps struct {
	*evidence.Keeper
	dir    *evidence.Dir
	shelf  *shelf                   // between them, where packets must not wait; else nil
	memory int                      // for frames, octets
	frames [flow.Batch]packet.Frame // of job.views, valid as long as they
}

// openDumps opens the directory; nil if there is to be none. Of a capture, half of the
// memory is for dumps that wait to be written.
func (j *job[R]) openDumps() (*dumps, error) {
	c := &j.config.Evidence
	if c.Dir == "" {
		return nil, nil
	}
	dir, err := evidence.OpenDir(c.Dir, c.Disk, c.Version)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another directory after --evidence", err)
	}
	d := &dumps{dir: dir, memory: c.Memory}
	write := dir.Write
	if j.live != nil {
		d.memory /= 2
		j.shelf = newShelf(dir, int64(d.memory), j.warn)
		d.shelf, write = j.shelf, j.shelf.take
	}
	d.Keeper = evidence.New(evidence.Config{Least: c.Least, Memory: d.memory, Local: c.Local}, write)
	return d, nil
}

// written returns what became of the dumps that were written, or were to be.
func (d *dumps) written() evidence.DirStats {
	if d.shelf != nil {
		return *d.shelf.written.Load()
	}
	return d.dir.Stats()
}

// keepEach returns what gives the packets that the table has come to to the dumps; nil
// without any.
func (j *job[R]) keepEach() func(i int) {
	if j.dumps == nil {
		return nil
	}
	return func(i int) { j.dumps.Observe(&j.dumps.frames[i], &j.views[i], j.table.Owner()) }
}

// close tells the dumps that a record ends.
func (d *dumps) close(r *record.Record, o record.Owner) {
	if d != nil {
		d.Close(r.End, o)
	}
}

// flush completes the dumps, and returns what went wrong.
func (d *dumps) flush() error {
	if d == nil {
		return nil
	}
	d.shelf.unhurried()
	d.Flush()
	d.shelf.finish()
	if lost := d.shelf.missing(); lost > 0 {
		return errors.Join(d.failed(), fmt.Errorf("--evidence %s: %s lost, as writing took too long", d.dir.Path(), are(lost, "dump")))
	}
	return d.failed()
}

// failed says how many dumps could not be written.
func (d *dumps) failed() error {
	s := d.written()
	if s.Failed == 0 {
		return nil
	}
	return fmt.Errorf("--evidence %s: %s could not be written, the first because of %w", d.dir.Path(), plural(s.Failed, "dump"), s.Err)
}

// report says what there is, and what bounds kept out.
func (d *dumps) report(b *strings.Builder) {
	if d == nil {
		return
	}
	s, kept := d.written(), d.Stats()
	line(b, "evidence", plural(s.Written, "dump")+" in "+d.dir.Path()+span(s))
	line(b, "no dumps", items("", nonZero([]count{
		{"beyond --evidence-disk", s.Refused},
		{"not written", s.Failed},
		{"lost, as writing took too long", d.shelf.missing()},
		{fmt.Sprintf("beyond %d of a connection", evidence.MaxDumps), kept.Bounded},
	})))
	if kept.Lost > 0 {
		line(b, "frames kept", fmt.Sprintf("%s of %s at the end (--evidence-memory)", thousands(kept.Frames-kept.Lost), thousands(kept.Frames)))
	}
}

// span says how the dumps are called.
func span(s evidence.DirStats) string {
	switch s.Written {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" (dump%03d)", s.First)
	}
	return fmt.Sprintf(" (dump%03d to dump%03d)", s.First, s.Last)
}
