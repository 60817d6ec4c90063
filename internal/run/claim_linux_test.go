package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestClaim: a state is one run's, whatever becomes of its file, and then the next one's.
func TestClaim(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	c := Config{State: State{Path: path}}
	first, err := c.claim()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path+besideSuffix, nil, 0o600), os.Rename(path+besideSuffix, path)); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("--state %s: another run keeps its state there, process %d: end that one first, or choose another path", path, os.Getpid())
	if _, err := c.claim(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	first.Close()
	second, err := c.claim()
	if err != nil {
		t.Fatal("after the first one has ended: ", err)
	}
	defer second.Close()
	if !c.State.Writes(path + lockSuffix) {
		t.Error("an output may take the place of the lock")
	}
}

// TestClaimFollowsNoLink: who may write to the directory cannot have root make a file
// elsewhere.
func TestClaimFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	if err := os.Symlink(there, filepath.Join(dir, "state"+lockSuffix)); err != nil {
		t.Fatal(err)
	}
	c := Config{State: State{Path: filepath.Join(dir, "state")}}
	if _, err := c.claim(); !errors.Is(err, unix.ELOOP) {
		t.Error(err)
	}
	if _, err := os.Lstat(there); err == nil {
		t.Error("the file is made")
	}
}

// TestClaimByLink: a state is one run's by whatever name of it.
func TestClaimByLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "state"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	first := Config{State: State{Path: path}}
	f, err := first.claim()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	second := Config{State: State{Path: link}}
	if _, err := second.claim(); err == nil || !strings.Contains(err.Error(), "another run keeps its state there") {
		t.Error(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "lost")); err != nil {
		t.Fatal(err)
	}
	third := Config{State: State{Path: filepath.Join(dir, "lost")}}
	if _, err := third.claim(); !errors.Is(err, os.ErrNotExist) {
		t.Error("a link to nothing: ", err)
	}
}

// TestClaimForeign: what another program has written is not replaced, nor what is not ours
// beside it; a file that is empty, or that a checkpoint was begun in, is.
func TestClaimForeign(t *testing.T) {
	for _, c := range []struct {
		name, octets string
		foreign      bool
	}{
		{"state", "", false},
		{"state", "onpath st", false},
		{"state", "onpath state\nand more", false},
		{"state", "my letter", true},
		{"state", "onpath.", true},
		{"state.part", "my letter, a long one", true},
		{"state.refused", "my letter, a long one", true},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.octets), 0o600); err != nil {
			t.Fatal(err)
		}
		s := Config{State: State{Path: filepath.Join(dir, "state")}}
		f, err := s.claim()
		if foreign := err != nil; foreign != c.foreign {
			t.Errorf("%s %q: %v", c.name, c.octets, err)
		}
		if err != nil && !strings.Contains(err.Error(), path+": it is no state of onpath, and would be replaced by one; choose another path") {
			t.Error(err)
		}
		f.Close()
	}
}
