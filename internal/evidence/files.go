package evidence

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// maxClaims is how often somebody else may take the next number.
const maxClaims = 16

// claim takes the next number: it makes the file in which its capture is written, which
// nobody else can then. Numbers that are taken, be it by a link, are passed over.
func (d *Dir) claim(root *os.Root) (name string, f *os.File, err error) {
	for range maxClaims {
		name = nameOf(d.next)
		d.next++
		f, err = create(root, name+capture+part)
		switch {
		case err == nil && !taken(root, name):
			return name, f, nil
		case err == nil:
			f.Close()
			root.Remove(name + capture + part)
			err = fs.ErrExist
		case !errors.Is(err, fs.ErrExist):
			return "", nil, err
		}
		if failed := d.scan(root); failed != nil {
			return "", nil, failed
		}
	}
	return "", nil, err
}

// taken reports whether a file of that dump is there.
func taken(root *os.Root, name string) bool {
	for _, ending := range [...]string{capture, text, jsonFile} {
		if _, err := root.Lstat(name + ending); err == nil {
			return true
		}
	}
	return false
}

// create makes a file that is not there; a link is.
func create(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
}

// file writes a file that appears when it is complete.
func (d *Dir) file(root *os.Root, name string, octets []byte) error {
	f, err := create(root, name+part)
	if err != nil {
		return err
	}
	return d.fill(root, f, name, func(w io.Writer) error {
		_, err := w.Write(octets)
		return err
	})
}

// fill writes to a file, brings it to the disk, and gives it its name. Of what fails
// nothing is left.
func (d *Dir) fill(root *os.Root, f *os.File, name string, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 64<<10)
	err := write(w)
	if err == nil {
		err = errors.Join(w.Flush(), f.Sync())
	}
	size, _ := f.Seek(0, io.SeekCurrent)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = root.Rename(name+part, name)
	}
	if err != nil {
		root.Remove(name + part)
		return err
	}
	d.used += blocks(size)
	return nil
}

// scan counts what the dumps in the directory take, and finds the next number. Where
// somebody has made room, all kinds share it anew.
func (d *Dir) scan(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	before := d.used
	d.used = 0
	for _, e := range entries {
		n, ok := numberOf(e.Name())
		if !ok {
			continue
		}
		d.next = max(d.next, n+1)
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			d.used += blocks(info.Size())
		}
	}
	if d.used < before {
		clear(d.kinds)
	}
	return nil
}

// maxDigits is how long a number is believed: nobody has written so many dumps.
const maxDigits = 12

// numberOf returns the number of the dump that a file is of.
func numberOf(name string) (n uint64, ok bool) {
	rest, ok := strings.CutPrefix(name, "dump")
	digits, _, dot := strings.Cut(rest, ".")
	if !ok || !dot || len(digits) < 3 || len(digits) > maxDigits {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}
