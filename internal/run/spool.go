package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// spool holds standard input, which can be read but once, so that it can be read again.
// The zero spool holds nothing, as nobody reads it.
type spool struct {
	file  *os.File // in place of os.Stdin; nil: none
	stdin *os.File // what was there
}

// spooled copies standard input, if c reads it, to a file that takes its place. It has
// no name any more where a system allows that, so nothing is left of it whatever ends
// this program.
func spooled(c Config) (s spool, err error) {
	if !slices.Contains(c.Files, stdin) {
		return s, nil
	}
	if err := noTerminal(c); err != nil {
		return s, err
	}
	file, err := os.CreateTemp("", "onpath-*")
	if err != nil {
		return s, fmt.Errorf("%w: explain reads its input twice, give it a file instead of -", err)
	}
	os.Remove(file.Name())
	if _, err := io.Copy(file, os.Stdin); err != nil {
		return s, errors.Join(fmt.Errorf("standard input, which explain reads twice: %w", err), file.Close())
	}
	s = spool{file, os.Stdin}
	os.Stdin = file
	return s, nil
}

// rewind goes back to its beginning.
func (s spool) rewind() error {
	if s.file == nil {
		return nil
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return err
}

// end puts standard input back.
func (s spool) end() {
	if s.file == nil {
		return
	}
	os.Stdin = s.stdin
	s.file.Close()
	os.Remove(s.file.Name()) // where it could not be while it was open
}
