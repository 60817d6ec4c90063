package run

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Stdout is the path that stands for standard output.
const Stdout = "-"

// Output is where one format goes.
type Output struct {
	Format string // the name of a Format
	Path   string // of a file, which is replaced; or Stdout
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

// sink is an Output that is open.
type sink[R any] struct {
	rows[R]
	name string
	file *os.File
	buf  *bufio.Writer
	gone bool // its reader has closed the pipe
}

// bufferSize is how many octets of output are collected.
const bufferSize = 64 << 10

func openSinks[R any](c *Config, formats []Format[R]) (sinks []*sink[R], err error) {
	for _, o := range c.Outputs {
		s := &sink[R]{name: o.Path, file: os.Stdout}
		if o.Path != Stdout {
			if s.file, err = os.Create(o.Path); err != nil {
				return nil, fmt.Errorf("%w: choose another path after -o %s=", err, o.Format)
			}
		}
		s.buf = bufio.NewWriterSize(s.file, bufferSize)
		s.rows = find(formats, o.Format).open(s.buf, s.file, c)
		sinks = append(sinks, s)
	}
	return sinks, nil
}

// write gives a row to every output.
func (j *job[R]) write(row *R) {
	for _, s := range j.outs {
		if !s.gone {
			j.fail(s.wrap(s.Write(row)))
		}
	}
}

// flush empties the buffers.
func (j *job[R]) flush() {
	for _, s := range j.outs {
		if !s.gone {
			j.fail(s.wrap(s.buf.Flush()))
		}
	}
}

// fail keeps the first error of an output. A closed pipe is one only when
// nothing else is left to write.
func (j *job[R]) fail(err error) {
	if err == errNobodyReads {
		for _, s := range j.outs {
			if !s.gone {
				return
			}
		}
	}
	if j.err == nil {
		j.err = err
	}
}

// end writes what is held back, and closes the file.
func (s *sink[R]) end() error {
	if s.gone {
		return nil
	}
	err := s.wrap(errors.Join(s.rows.End(), s.buf.Flush()))
	if s.file != os.Stdout {
		err = errors.Join(err, s.file.Close())
	}
	return err
}

// wrap tells a closed pipe from what went wrong.
func (s *sink[R]) wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE):
		s.gone = true
		return errNobodyReads
	}
	return fmt.Errorf("%w: the output is incomplete", err)
}
