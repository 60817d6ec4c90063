package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"onpath/internal/checkpoint"
)

// lockSuffix is what a file is called that is locked as long as a run has its state. It is
// not the state itself, as each checkpoint is another file; it is empty, and stays.
const lockSuffix = ".lock"

// names are the files that a state makes or renames.
func (s *State) names() []string {
	return []string{s.Path, s.Path + besideSuffix, s.Path + refusedSuffix}
}

// claim has the state for this run alone, until what it returns is closed or the process
// ends, however it ends. Nothing was opened before: of another run with the same flags the
// outputs are the same as well. Without a state it returns nil.
func (c *Config) claim() (*os.File, error) {
	s := &c.State
	if s.Path == "" {
		return nil, nil
	}
	if err := s.resolve(); err != nil {
		return nil, err
	}
	if err := c.mayKeep(); err != nil {
		return nil, err
	}
	f, err := lockFile(s.Path+lockSuffix, c.Capture.User)
	if err != nil {
		return nil, fmt.Errorf("--state %s: %w", s.Path, err)
	}
	if err := s.ours(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// resolve follows the links of the path, by which another run could have the same state.
// (Another name of the file itself, a hard link, is not seen; the next checkpoint parts them.)
func (s *State) resolve() error {
	path, err := filepath.EvalSymlinks(s.Path)
	if err == nil {
		s.Path = path
		return nil
	}
	if _, is := os.Readlink(s.Path); is == nil || !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--state %s: %w", s.Path, err)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(s.Path))
	if err != nil {
		return fmt.Errorf("--state %s: %w", s.Path, err)
	}
	s.Path = filepath.Join(dir, filepath.Base(s.Path))
	return nil
}

// ours refuses what another program has written: it would be replaced.
func (s *State) ours() error {
	for _, name := range s.names() {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("--state: %w", err)
		}
		err = checkpoint.Begins(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("--state: %s: %w, and would be replaced by one; choose another path", name, err)
		}
	}
	return nil
}
