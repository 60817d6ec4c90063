package run

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"time"

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
	path   string   // as given, or Stdout
	file   *os.File // with a queue the first one, or standard output
	writes *writes  // to file
	buf    *bufio.Writer
	queue  *queue // instead of buf, where rows must not wait; else nil
	gone   bool   // its reader has closed the pipe
}

// to returns what takes rows.
func (o *out) to() io.Writer {
	if o.queue != nil {
		return o.queue
	}
	return o.buf
}

// flush empties the buffer.
func (o *out) flush() error {
	if o.queue != nil {
		return o.queue.flush()
	}
	return o.buf.Flush()
}

// writes passes octets on to a file, and knows since when one write lasts.
type writes struct {
	file  *os.File
	since atomic.Pointer[time.Time] // nil: none is going on
}

// Write is io.Writer's.
func (w *writes) Write(b []byte) (int, error) {
	w.begin()
	defer w.end()
	return w.file.Write(b)
}

func (w *writes) begin() {
	now := time.Now()
	w.since.Store(&now)
}

func (w *writes) end() { w.since.Store(nil) }

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
		f := find(formats, o.Format)
		for _, path := range o.Files(j.config.PacketFile) {
			to, err := j.openOut(path, o.Format, f.head)
			if err != nil {
				j.abandon()
				return err
			}
			j.files = append(j.files, to)
			lines = append(lines, func(line []byte) { j.put(to, line) })
		}
		if f.look != nil {
			j.eyes = append(j.eyes, f.look(&j.config, lines))
			continue
		}
		to := j.files[len(j.files)-1]
		if f.tell != nil {
			j.tellers = append(j.tellers, &sink[record.Finding]{f.tell(to.to()), to})
			continue
		}
		j.outs = append(j.outs, &sink[R]{f.open(to.to(), to.file, &j.config), to})
	}
	return nil
}

// openOut opens a file. Where packets do not wait, rows must not either.
func (j *job[R]) openOut(path, format string, head func(uint64, []byte) bool) (*out, error) {
	o := &out{format: format, path: path, file: os.Stdout}
	var to *target
	var err error
	switch {
	case j.live != nil:
		if to, err = openTarget(path, j.config.Rotation); err == nil {
			o.file = to.file.Load()
			o.queue = newQueue(format+"="+path, to, head, j.warn)
			o.queue.most = j.config.queueBlocks()
			o.writes = &o.queue.writes
			return o, o.fits()
		}
	case path != Stdout:
		// Not os.Create, which reads too: a pipe would never be found closed.
		o.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: choose another path after -o %s=", err, format)
	}
	o.writes = &writes{file: o.file}
	o.buf = bufio.NewWriterSize(o.writes, bufferSize)
	return o, o.fits()
}

// fits refuses a capture that goes to a terminal.
func (o *out) fits() error {
	if o.format == Pcapng && isTerminal(o.file) {
		return errors.New("-o pcapng: a capture is not for a terminal; give it a file, as in -o pcapng=FILE")
	}
	return nil
}

// queued returns how many octets wait to be written.
func (o *out) queued() int {
	if o.queue != nil {
		return o.queue.queued()
	}
	return o.buf.Buffered()
}

// abandon takes back what was opened for rows that will not come.
func (j *job[R]) abandon() {
	for _, o := range j.files {
		if o.queue != nil {
			o.queue.to.finish()
		}
	}
}

// write gives a row to every output of rows.
func (j *job[R]) write(row *R) { give(j.outs, row, j.spare, j.fail) }

// give gives a row to outputs; one that can be spared not to those that do not keep up.
func give[R any](sinks []*sink[R], row *R, spare bool, fail func(error)) {
	for _, s := range sinks {
		if !s.gone && !(spare && s.queue.spares()) {
			fail(s.wrap(s.Write(row)))
		}
	}
}

// put writes a line of an output that is not made of rows.
func (j *job[R]) put(o *out, line []byte) {
	if !o.gone {
		_, err := o.to().Write(line)
		j.fail(o.wrap(err))
	}
}

// flush empties the buffers.
func (j *job[R]) flush() {
	for _, o := range j.files {
		if !o.gone {
			j.fail(o.wrap(o.flush()))
		}
	}
	j.shelf.speak()
	j.flushNotes()
	j.keeper.flush(j.contents())
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
	if j.err == nil && err != nil {
		j.err = err
		j.failed.Store(true)
	}
}

// end writes what is held back, and closes the files.
func (j *job[R]) end() {
	for _, e := range j.eyes {
		e.flush()
	}
	endAll(j.outs, j.fail)
	endAll(j.tellers, j.fail)
	j.endQueues()
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
	if o.gone || o.queue != nil {
		return nil
	}
	err := o.wrap(o.buf.Flush())
	if o.file == os.Stdout {
		return err
	}
	if closing := o.file.Close(); closing != nil {
		return errors.Join(err, closing)
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
