package evidence

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"onpath/anomaly"
)

// Dir is a directory of dumps: dumpNNN.pcapng, .txt and .json, with numbers that go on
// where they ended.
type Dir struct {
	path    string
	limit   int64
	version string
	used    int64                // octets of the dumps that are there, in whole blocks
	kinds   map[anomaly.ID]int64 // of them, those that a kind of finding began in this run
	next    uint64
	scanned int64 // time of the dump for which used was counted last
	stats   DirStats
}

// DirStats counts what became of dumps.
type DirStats struct {
	Written     uint64
	First, Last uint64 // their numbers
	Refused     uint64 // as the directory would have become too large
	Failed      uint64 // not written, or not all three files
	Err         error  // the first reason of a failure
}

// Modes of what is made.
const (
	dirMode  = 0o750
	fileMode = 0o640
)

// Endings of a dump's files, and of one that is being written.
const (
	capture  = ".pcapng"
	text     = ".txt"
	jsonFile = ".json"
	part     = ".part"
)

// block is the unit in which file systems hand out space.
const block = 4 << 10

// OpenDir makes the directory if it is not there, and finds out what it holds. limit is
// how many octets all dumps in it may take, those of earlier runs included. version
// stands at the head of each dump.
func OpenDir(path string, limit int64, version string) (*Dir, error) {
	d := &Dir{path: path, limit: limit, version: version, kinds: map[anomaly.ID]int64{}}
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := d.try(root); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// try finds out what is there, and whether a file can be made.
func (d *Dir) try(root *os.Root) error {
	if err := d.scan(root); err != nil {
		return err
	}
	name, f, err := d.claim(root)
	if err != nil {
		return err
	}
	d.next-- // nothing was written
	return errors.Join(f.Close(), root.Remove(name+capture+part))
}

// Stats returns the counts so far.
func (d *Dir) Stats() DirStats { return d.stats }

// Path returns the directory's name as it was given.
func (d *Dir) Path() string { return d.path }

// Write writes a dump, and reports whether it has. What it cannot write, it counts.
func (d *Dir) Write(dump *Dump) bool {
	if !d.fits(dump, 3*block) && !d.due(dump) {
		d.stats.Refused++
		return false
	}
	root, err := os.OpenRoot(d.path)
	if err == nil {
		defer root.Close()
		comments := dump.comments()
		if !d.room(root, dump, comments) {
			d.stats.Refused++
			return false
		}
		err = d.write(root, dump, comments)
	}
	if err != nil {
		d.stats.Failed++
		d.stats.Err = cmp.Or(d.stats.Err, err)
	}
	return err == nil
}

// recount is for how long, in ns of the packets' time, a directory that is full is
// believed to be.
const recount = int64(time.Minute)

// fits reports whether a dump that takes so many octets does. So that a flood of one kind
// leaves room for others, a kind that has begun a dump takes half of it at most.
func (d *Dir) fits(dump *Dump, octets int64) bool {
	kind := d.kinds[dump.Worst().ID]
	return d.used+octets <= d.limit && (kind == 0 || kind+octets <= d.limit/2)
}

// due reports whether it is time to look whether somebody has made room.
func (d *Dir) due(dump *Dump) bool {
	since := dump.Worst().At - d.scanned
	return since >= recount || since <= -recount
}

// room reports whether there is room for a dump. Where there is none, it looks again.
func (d *Dir) room(root *os.Root, dump *Dump, comments map[int][]string) bool {
	related := d.related(nameOf(d.next))
	need := blocks(dump.size(comments)) + blocks(int64(len(dump.text(d.version, related)))) + blocks(int64(len(dump.json(d.version, related))))
	if d.fits(dump, need) || !d.due(dump) {
		return d.fits(dump, need)
	}
	d.scanned = dump.Worst().At
	return d.scan(root) == nil && d.fits(dump, need)
}

// related returns what the reports call the capture of a dump.
func (d *Dir) related(name string) string { return filepath.Join(d.path, name+capture) }

// nameOf returns the name of a dump's files, without an ending: tcpad began with dump000.
func nameOf(number uint64) string { return fmt.Sprintf("dump%03d", number) }

// blocks returns how many octets of a disk a file takes.
func blocks(octets int64) int64 { return (octets + block - 1) / block * block }

// write writes the files, the capture first, so that what the others name is there.
func (d *Dir) write(root *os.Root, dump *Dump, comments map[int][]string) error {
	name, f, err := d.claim(root)
	if err != nil {
		return err
	}
	number, before := d.next-1, d.used
	defer func() { d.kinds[dump.Worst().ID] += d.used - before }()
	if err := d.fill(root, f, name+capture, func(w io.Writer) error { return dump.writeCapture(w, d.version, comments) }); err != nil {
		return err
	}
	related := d.related(name)
	if err := d.file(root, name+text, dump.text(d.version, related)); err != nil {
		return err
	}
	if err := d.file(root, name+jsonFile, dump.json(d.version, related)); err != nil {
		return err
	}
	if err := syncDir(root); err != nil {
		return err
	}
	if d.stats.Written == 0 {
		d.stats.First = number
	}
	d.stats.Written++
	d.stats.Last = number
	return nil
}

// syncDir brings the names to the disk.
func syncDir(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
