package source

import (
	"io"

	"onpath/packet"
)

// series reads files one after the other, through one buffer.
type series struct {
	paths  []string // not opened yet
	cur    *file    // nil if it could not be opened, or after the last
	done   int64    // octets of the files before
	buf    []byte
	text   bool // what tcpdump printed, not captures
	health *Health
	limits Limits
	failed error // of the first file, to be told by next
}

// open opens the next file.
func (s *series) open() (err error) {
	if len(s.paths) == 0 {
		return nil
	}
	path := s.paths[0]
	s.paths = s.paths[1:]
	s.cur, err = s.limits.openFile(path, s.text, s.buf, s.health)
	return err
}

func (s *series) next(f *packet.Frame) error {
	if err := s.failed; err != nil {
		s.failed = nil
		return err
	}
	for s.cur != nil || len(s.paths) > 0 {
		if s.cur != nil {
			err := s.cur.next(f)
			if err == nil {
				return nil
			}
			s.leave()
			if err != io.EOF {
				return err
			}
		}
		if err := s.open(); err != nil {
			return err
		}
	}
	return io.EOF
}

// leave closes the file that is at its end. Its buffer may have grown.
func (s *series) leave() {
	s.done += s.cur.consumed()
	s.buf = s.cur.buf
	s.cur.close()
	s.cur = nil
}

func (s *series) classic() *classic {
	if s.cur == nil {
		return nil
	}
	return s.cur.classic()
}

func (s *series) ready() bool { return s.cur != nil && s.cur.ready() }

func (s *series) consumed() int64 {
	if s.cur == nil {
		return s.done
	}
	return s.done + s.cur.consumed()
}

func (s *series) close() {
	if s.cur != nil {
		s.cur.close()
	}
	s.cur, s.paths = nil, nil
}
