package run

import (
	"errors"
	"fmt"
	"strings"

	"onpath/filter"
	"onpath/packet"
)

// sieve tells the frames that a filter selects from the others, with a program for each
// link type. The zero sieve selects all.
type sieve struct {
	filter   *filter.Filter
	link     packet.LinkType // of the latest frame
	program  filter.Program  // for it; nil: there is none, or no frame was seen
	programs map[packet.LinkType]filter.Program
	failed   []error // of the link types that it cannot be asked of
	selected uint64
	others   uint64 // frames
	unasked  uint64 // of the others, those of such link types
}

// selects reports whether a frame goes further, and counts it.
func (s *sieve) selects(f *packet.Frame) bool {
	if s.filter == nil {
		return true
	}
	if s.program == nil || s.link != f.Link {
		s.turn(f.Link)
	}
	switch {
	case s.program == nil:
		s.unasked++
	case s.program.Match(f.Data, f.WireLen):
		s.selected++
		return true
	}
	s.others++
	return false
}

// turn takes the program for a link type, and makes it when it is the first frame of it.
func (s *sieve) turn(link packet.LinkType) {
	program, known := s.programs[link]
	if !known {
		var err error
		if program, err = s.filter.Compile(link); err != nil {
			s.failed = append(s.failed, fmt.Errorf("frames of LINKTYPE %v are left out: %w", link, err))
		}
		if s.programs == nil {
			s.programs = map[packet.LinkType]filter.Program{}
		}
		s.programs[link] = program
	}
	s.link, s.program = link, program
}

// err names the link types that could not be asked.
func (s *sieve) err() error { return errors.Join(s.failed...) }

// report says how many frames were not selected.
func (s *sieve) report(b *strings.Builder) {
	if s.filter == nil {
		return
	}
	left := fmt.Sprintf("%s of %s not selected", thousands(s.others), plural(s.selected+s.others, "frame"))
	if s.unasked > 0 {
		left += fmt.Sprintf(", %s of link types that the filter cannot be asked of", thousands(s.unasked))
	}
	line(b, "filtered", left)
}
