package source

import (
	"errors"
	"io"

	"onpath/packet"
)

// The read buffers of files that are merged share mergeBuffers octets, as long
// as each has minBuffer.
const (
	mergeBuffers = 32 << 20
	minBuffer    = 64 << 10
)

// merge reads several files at once, in the order of time. heads is a heap: the
// file whose frame is next stands first.
type merge struct {
	heads []head
	all   []*file
	stale bool // the frame of heads[0] has been handed over
	begun bool
}

// head is a file and the first frame of it that has not been handed over.
type head struct {
	*file
	rank  int // place in the command line
	frame packet.Frame
}

// openMerge opens all files, or none.
func (l Limits) openMerge(paths []string, h *Health) (*merge, error) {
	if n := max(1, len(paths)); l != (Limits{}) { // else each file may have what one has
		l = Limits{Window: max(l.Window/n, 1<<10), Block: max(l.Block/n, 1<<10)}
	}
	size := max(minBuffer, min(chunkSize, mergeBuffers/max(1, len(paths))))
	var files []*file
	var errs []error
	for _, path := range paths {
		f, err := l.openFile(path, false, make([]byte, size), h)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		files = append(files, f)
	}
	m := newMerge(files)
	if len(errs) > 0 {
		m.close()
		return nil, errors.Join(errs...)
	}
	return m, nil
}

func newMerge(files []*file) *merge {
	m := &merge{all: files}
	for rank, f := range files {
		m.heads = append(m.heads, head{file: f, rank: rank})
	}
	return m
}

func (m *merge) next(f *packet.Frame) error {
	if err := m.advance(); err != nil {
		return err
	}
	if len(m.heads) == 0 {
		return io.EOF
	}
	*f = m.heads[0].frame
	m.stale = true
	return nil
}

// classic returns nil: each frame may be another file's.
func (m *merge) classic() *classic { return nil }

// advance reads on where the frame has been handed over: everywhere at first.
func (m *merge) advance() error {
	if !m.begun {
		return m.begin()
	}
	if !m.stale {
		return nil
	}
	m.stale = false
	return m.refill(0)
}

// begin reads the first frame of every file. After an error it is called again.
func (m *merge) begin() error {
	for i := len(m.heads) - 1; i >= 0; i-- {
		if m.heads[i].frame.Data != nil {
			continue
		}
		if err := m.refill(i); err != nil {
			return err
		}
	}
	m.begun = true
	return nil
}

// refill reads the next frame of file i, or takes it from the heap if it has
// none.
func (m *merge) refill(i int) error {
	err := m.heads[i].next(&m.heads[i].frame)
	if err != nil {
		last := len(m.heads) - 1
		m.heads[i].file.close()
		m.heads[i] = m.heads[last]
		m.heads = m.heads[:last]
	}
	m.sink(i)
	if err == io.EOF {
		return nil
	}
	return err
}

// sink moves head i down until no child stands before it.
func (m *merge) sink(i int) {
	for {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m.heads); child++ {
			if m.before(child, first) {
				first = child
			}
		}
		if first == i {
			return
		}
		m.heads[i], m.heads[first] = m.heads[first], m.heads[i]
		i = first
	}
}

func (m *merge) before(i, j int) bool {
	a, b := &m.heads[i], &m.heads[j]
	return a.frame.At < b.frame.At || a.frame.At == b.frame.At && a.rank < b.rank
}

func (m *merge) ready() bool { return m.begun && (!m.stale || len(m.heads) > 0 && m.heads[0].ready()) }

func (m *merge) consumed() (n int64) {
	for _, f := range m.all {
		n += f.consumed()
	}
	return n
}

func (m *merge) close() {
	for _, f := range m.all {
		f.close()
	}
}
