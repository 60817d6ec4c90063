package run

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"onpath/record"
)

// Stdout is the path that stands for standard output.
const Stdout = "-"

// Output is where one format goes.
type Output struct {
	Format string // the name of a Format
	Path   string // of a file, which is replaced; or Stdout; of TCPStates a prefix
}

// Files returns the paths of all files that o has, given Config.PacketFile.
func (o Output) Files(packetFile bool) []string {
	switch {
	case o.Format != TCPStates:
		return []string{o.Path}
	case packetFile:
		return []string{o.Path + "_flows.txt", o.Path + "_packets.txt"}
	}
	return []string{o.Path + "_flows.txt"}
}

// errNobodyReads says that all outputs were pipes that their readers closed, as
// head does: the work is done, and nothing went wrong.
var errNobodyReads = errors.New("nobody reads the output")

// rows is what a format does: it takes rows, and at the end writes what it has
// held back.
type rows[R any] interface {
	Write(*R) error
	End() error
}

// sink is a format of rows and where they go.
type sink[R any] struct {
	rows[R]
	*out
}

// out is a file of an Output that is open.
type out struct {
	format string
	path   string // as given, or Stdout
	file   *os.File
	writes *writes // to file
	buf    *bufio.Writer
	gone   bool // its reader has closed the pipe
}

// writes passes octets on to a file, and knows since when one write lasts.
type writes struct {
	file  *os.File
	since atomic.Pointer[time.Time] // nil: none is going on
}

// Write is io.Writer's.
func (w *writes) Write(b []byte) (int, error) {
	now := time.Now()
	w.since.Store(&now)
	defer w.since.Store(nil)
	return w.file.Write(b)
}

// last returns how long the write lasts that is going on; 0: none is. Any goroutine may
// ask.
func (w *writes) last() time.Duration {
	if since := w.since.Load(); since != nil {
		return time.Since(*since)
	}
	return 0
}

// bufferSize is how many octets of output are collected.
const bufferSize = 64 << 10

// open opens all outputs.
func (j *job[R]) open(formats []Format[R]) error {
	for _, o := range j.config.Outputs {
		var lines []func([]byte)
		for _, path := range o.Files(j.config.PacketFile) {
			to, err := openOut(path, o.Format)
			if err != nil {
				return err
			}
			j.files = append(j.files, to)
			lines = append(lines, func(line []byte) { j.put(to, line) })
		}
		f := find(formats, o.Format)
		if f.look != nil {
			j.eyes = append(j.eyes, f.look(&j.config, lines))
			continue
		}
		to := j.files[len(j.files)-1]
		if f.tell != nil {
			j.tellers = append(j.tellers, &sink[record.Finding]{f.tell(to.buf), to})
			continue
		}
		j.outs = append(j.outs, &sink[R]{f.open(to.buf, to.file, &j.config), to})
	}
	return nil
}

func openOut(path, format string) (*out, error) {
	o := &out{format: format, path: path, file: os.Stdout}
	if path != Stdout {
		var err error
		if o.file, err = os.Create(path); err != nil {
			return nil, fmt.Errorf("%w: choose another path after -o %s=", err, format)
		}
	}
	if format == Pcapng && term.IsTerminal(int(o.file.Fd())) {
		return nil, errors.New("-o pcapng: a capture is not for a terminal; give it a file, as in -o pcapng=FILE")
	}
	o.writes = &writes{file: o.file}
	o.buf = bufio.NewWriterSize(o.writes, bufferSize)
	return o, nil
}

// write gives a row to every output of rows.
func (j *job[R]) write(row *R) { give(j.outs, row, j.fail) }

func give[R any](sinks []*sink[R], row *R, fail func(error)) {
	for _, s := range sinks {
		if !s.gone {
			fail(s.wrap(s.Write(row)))
		}
	}
}

// put writes a line of an output that is not made of rows.
func (j *job[R]) put(o *out, line []byte) {
	if !o.gone {
		_, err := o.buf.Write(line)
		j.fail(o.wrap(err))
	}
}

// flush empties the buffers.
func (j *job[R]) flush() {
	for _, o := range j.files {
		if !o.gone {
			j.fail(o.wrap(o.buf.Flush()))
		}
	}
}

// fail keeps the first error of an output. A closed pipe is one only when
// nothing else is left to write.
func (j *job[R]) fail(err error) {
	if err == errNobodyReads {
		for _, o := range j.files {
			if !o.gone {
				return
			}
		}
	}
	if j.err == nil {
		j.err = err
	}
}

// end writes what is held back, and closes the files.
func (j *job[R]) end() {
	for _, e := range j.eyes {
		e.flush()
	}
	endAll(j.outs, j.fail)
	endAll(j.tellers, j.fail)
	for _, o := range j.files {
		j.fail(o.close())
	}
}

func endAll[R any](sinks []*sink[R], fail func(error)) {
	for _, s := range sinks {
		if !s.gone {
			fail(s.wrap(s.End()))
		}
	}
}

func (o *out) close() error {
	if o.gone {
		return nil
	}
	err := o.wrap(o.buf.Flush())
	if o.file != os.Stdout {
		err = errors.Join(err, o.file.Close())
	}
	return err
}

// wrap tells a closed pipe from what went wrong.
func (o *out) wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE):
		o.gone = true
		return errNobodyReads
	}
	return fmt.Errorf("%w: the output is incomplete", err)
}
