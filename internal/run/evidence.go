package run

import (
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
	memory int                      // for frames, octets
	frames [flow.Batch]packet.Frame // of job.views, valid as long as they
}

// openDumps opens the directory; nil if there is to be none.
func openDumps(c *Evidence) (*dumps, error) {
	if c.Dir == "" {
		return nil, nil
	}
	dir, err := evidence.OpenDir(c.Dir, c.Disk, c.Version)
	if err != nil {
		return nil, fmt.Errorf("%w: choose another directory after --evidence", err)
	}
	keeper := evidence.New(evidence.Config{Least: c.Least, Memory: c.Memory, Local: c.Local}, dir.Write)
	return &dumps{Keeper: keeper, dir: dir, memory: c.Memory}, nil
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
	d.Flush()
	s := d.dir.Stats()
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
	s, kept := d.dir.Stats(), d.Stats()
	line(b, "evidence", plural(s.Written, "dump")+" in "+d.dir.Path()+span(s))
	line(b, "no dumps", items("", nonZero([]count{
		{"beyond --evidence-disk", s.Refused},
		{"not written", s.Failed},
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
