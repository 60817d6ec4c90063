package source

import (
	"cmp"
	"errors"
	"io"
	"os"

	"onpath/packet"
)

// Reader reads the frames of one or several captures. It is for one goroutine.
type Reader struct {
	from   set
	size   int64
	number uint64
	health *Health
	now    *classic // the file of the last frame, if it is a classic one; else nil
}

// set is one file or several as one stream.
type set interface {
	stream
	classic() *classic // the file whose frames next hands over, if it is a classic one
	consumed() int64
	close()
}

// Open opens the capture at path; "-" is standard input. Its errors are *Error.
func Open(path string) (*Reader, error) { return Chain(path) }

// New reads a capture from r; messages call it name. It reads until it knows the
// format: 24 octets.
func New(name string, r io.Reader) (*Reader, error) {
	h := &Health{}
	f := &file{input: input{name: name, health: h}}
	if err := f.open(r, make([]byte, chunkSize)); err != nil {
		f.close()
		return nil, err
	}
	return &Reader{from: f, health: h}, nil
}

// Limits bound what a hostile file can make a Reader hold. The zero Limits are good ones.
type Limits struct {
	Window int // octets of unpacked data that an unpacker may have to remember; 0: 128 MiB
	Block  int // octets of a pcapng block; 0: 16 MiB
}

func (l Limits) withDefaults() Limits {
	return Limits{Window: cmp.Or(l.Window, maxWindow), Block: cmp.Or(l.Block, maxBlock)}
}

// Chain opens captures to be read one after the other, each when its turn comes.
// That all exist is checked at once; if not, the errors are joined.
func Chain(paths ...string) (*Reader, error) { return Limits{}.Chain(paths...) }

// Chain is the function Chain under other limits.
func (l Limits) Chain(paths ...string) (*Reader, error) { return l.chain(false, paths) }

// Text opens files with lines as tcpdump prints them, to be read one after the
// other as Chain does: package tcpdump says what it understands and what becomes
// of the rest. Texts may be compressed.
func Text(paths ...string) (*Reader, error) { return Limits{}.Text(paths...) }

// Text is the function Text under other limits.
func (l Limits) Text(paths ...string) (*Reader, error) { return l.chain(true, paths) }

func (l Limits) chain(text bool, paths []string) (*Reader, error) {
	size, err := check(paths)
	if err != nil {
		return nil, err
	}
	r := &Reader{size: size, health: &Health{}}
	s := &series{paths: paths, text: text, buf: make([]byte, chunkSize), health: r.health, limits: l}
	if err := s.open(); err != nil && len(paths) == 1 {
		return nil, err
	} else if err != nil {
		s.failed = err
	}
	r.from = s
	return r, nil
}

// Merge opens captures to be read at the same time as one stream in the order of
// time: next is always the frame with the smallest At among the first of each,
// of equal ones that of the file named first. A file that is not in order itself
// stays so. With pipes, it waits until each has a frame.
func Merge(paths ...string) (*Reader, error) { return Limits{}.Merge(paths...) }

// Merge is the function Merge under limits that all files share.
func (l Limits) Merge(paths ...string) (*Reader, error) {
	size, err := check(paths)
	if err != nil {
		return nil, err
	}
	r := &Reader{size: size, health: &Health{}}
	m, err := l.openMerge(paths, r.health)
	if err != nil {
		return nil, err
	}
	r.from = m
	return r, nil
}

// check returns the octets of all files, 0 if not known, and whether they exist.
func check(paths []string) (size int64, err error) {
	var errs []error
	known, stdin := true, false
	for _, path := range paths {
		n, err := checkOne(path, stdin)
		stdin = stdin || path == stdinName
		known = known && n >= 0
		size += n
		errs = append(errs, err)
	}
	if !known {
		size = 0
	}
	return size, errors.Join(errs...)
}

// checkOne returns the octets of one file, -1 if not known. An empty file is not
// refused before its turn: the others are worth reading.
func checkOne(path string, stdin bool) (int64, error) {
	if path == stdinName {
		if stdin {
			return 0, failed(shown(path), ErrStdinTwice)
		}
		return -1, nil
	}
	s, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, failed(path, err)
	case s.IsDir():
		return 0, failed(path, ErrDirectory)
	case !s.Mode().IsRegular():
		return -1, nil
	}
	return s.Size(), nil
}

// Next fills f with the next frame; f.Data is valid until the next call. At the
// end of the last file it returns io.EOF. Any other error is an *Error, which
// ends its file; Next may be called again for the frames of the others.
func (r *Reader) Next(f *packet.Frame) error {
	if r.now == nil || !r.now.usual(f) { // else no file's end or error is near
		if err := r.next(f); err != nil {
			return err
		}
	}
	r.number++
	f.Number = r.number
	return nil
}

// next is Next for any frame.
func (r *Reader) next(f *packet.Frame) error {
	err := r.from.next(f)
	r.now = r.from.classic()
	return err
}

// Buffered reports whether Next will return a frame without a read, which may
// have to wait. It may be false where Next would not wait either. Such a Next
// leaves the frames before it valid too, unless a pcapng block is damaged there.
func (r *Reader) Buffered() bool { return r.from.ready() }

// Size returns the octets of all files as they lie on the disk, 0 if one is a
// pipe; Consumed returns how many of them have been read, which is more than has
// been handed over. Compressed files count as they are.
func (r *Reader) Size() int64 { return r.size }

// Consumed returns how many octets of Size have been read.
func (r *Reader) Consumed() int64 { return r.from.consumed() }

// Health returns what was wrong so far. Its Damages are not a copy.
func (r *Reader) Health() Health { return *r.health }

// Close closes what is open and stops a running xz. Frames are void after it.
func (r *Reader) Close() {
	r.from.close()
	r.now = nil
}
