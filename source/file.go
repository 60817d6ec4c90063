package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"onpath/packet"
)

// file is one capture: its octets as they lie on the disk or come from a pipe,
// what unpacks them, and the reader of its format.
type file struct {
	input
	raw      meter
	disk     *os.File // nil for standard input and readers
	unpacker io.ReadCloser
	format   stream
	text     bool // it is what tcpdump printed
	over     bool
}

// meter counts the octets that a reader yields, and keeps its error apart from
// those that an unpacker makes of it. The goroutine that os/exec has for the
// command xz on a pipe uses it too.
type meter struct {
	r    io.Reader
	read atomic.Int64
	err  atomic.Pointer[error]
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.read.Add(int64(n))
	if err != nil && err != io.EOF {
		failure := err // err itself would be made on the heap in each call
		m.err.Store(&failure)
	}
	return n, err
}

// stdinName is standard input on the command line; shown is what a message
// calls a file.
const stdinName = "-"

func shown(path string) string {
	if path == stdinName {
		return "standard input"
	}
	return path
}

// openFile opens the capture at path, or what tcpdump printed, to be read through
// buf.
func (l Limits) openFile(path string, text bool, buf []byte, h *Health) (*file, error) {
	f := &file{input: input{name: shown(path), health: h, limits: l}, text: text}
	r := io.Reader(os.Stdin)
	if path != stdinName {
		disk, err := os.Open(path)
		if err != nil {
			return nil, failed(f.name, err)
		}
		f.disk, r = disk, disk
	}
	if err := f.open(r, buf); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// open finds out the compression and the format of r.
func (f *file) open(r io.Reader, buf []byte) error {
	f.raw.r, f.limits = r, f.limits.withDefaults()
	head := make([]byte, packedHead)
	n, err := io.ReadFull(&f.raw, head)
	if err == io.EOF && f.text {
		return &Error{f.name, ErrEmpty, "was the text saved?"}
	}
	if err == io.EOF {
		return failed(f.name, ErrEmpty)
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return failed(f.name, err)
	}
	if err := f.unpack(head[:n], buf); err != nil {
		return err
	}
	return f.sniff()
}

// unpack puts what unpacks the octets that begin with head between them and f.
func (f *file) unpack(head, buf []byte) error {
	for _, u := range unpackers {
		if !matches(head, u.magic, u.mask) {
			continue
		}
		again := io.MultiReader(bytes.NewReader(head), &f.raw)
		z, err := u.open(again, f.disk, f.limits.Window)
		if err != nil {
			return &Error{f.name, fmt.Errorf("%s data cannot be read: %w", u.name, err), advice(err)}
		}
		f.unpacker = z
		f.start(z, nil, buf)
		return nil
	}
	f.start(&f.raw, head, buf)
	return nil
}

// sniff chooses the reader of the format.
func (f *file) sniff() error {
	whole := f.has(fileHeaderLen)
	head := f.held()
	switch {
	case f.text && len(head) > 0:
		return f.sniffText(head)
	case whole && isClassic(head):
		f.format = newClassic(&f.input)
	case whole && isNG(head):
		f.format = &ng{input: &f.input}
	case f.err != nil && f.err != io.EOF:
		return &Error{f.name, fmt.Errorf("nothing of the compressed data can be read: %w", f.err), advice(f.err)}
	case len(head) == 0:
		return failed(f.name, ErrEmpty)
	case len(head) >= 4 && !whole && (isClassic(head) || bytes.HasPrefix(head, []byte("\n\r\r\n"))):
		return &Error{f.name, fmt.Errorf("%w: it ends inside the file header, after %d octets", ErrNotCapture, len(head)), "was the capture stopped before it wrote its header?"}
	default:
		return notCapture(f.name, head[:min(len(head), 512)])
	}
	return nil
}

// sniffText refuses a capture where a text was announced; all else is lines.
func (f *file) sniffText(head []byte) error {
	if len(head) >= 4 && (isClassic(head) || isNG(head)) {
		return &Error{f.name, ErrNotText, "leave out --text"}
	}
	f.narrow()
	f.format = newText(&f.input)
	return nil
}

func (f *file) next(to *packet.Frame) error {
	err := f.format.next(to)
	if err == io.EOF {
		return f.finish()
	}
	return err
}

func (f *file) classic() *classic {
	k, _ := f.format.(*classic)
	return k
}

func (f *file) ready() bool { return f.format.ready() }

// finish says how the file ended, once.
func (f *file) finish() error {
	if f.over {
		return io.EOF
	}
	f.over = true
	left := uint64(len(f.held()))
	switch raw := f.raw.err.Load(); {
	case raw != nil:
		return failed(f.name, fmt.Errorf("reading: %w", *raw))
	case errors.Is(f.err, io.ErrUnexpectedEOF):
		f.damage(PackedCut, left, 0)
	case f.err != io.EOF:
		d := f.here(Packed, left, 0)
		d.Detail = f.err.Error()
		f.health.add(d)
	case left > 0 || f.short:
		f.damage(Cut, left, 0)
	}
	return io.EOF
}

// consumed returns the octets read from the disk or pipe. The command xz shares
// its place in a file with us; a pipe has none.
func (f *file) consumed() int64 {
	if f.disk != nil {
		if at, err := f.disk.Seek(0, io.SeekCurrent); err == nil {
			return at
		}
	}
	return f.raw.read.Load()
}

func (f *file) close() {
	if f.unpacker != nil {
		f.unpacker.Close()
	}
	if f.disk != nil {
		f.raw.read.Store(f.consumed())
		f.disk.Close()
	}
}
