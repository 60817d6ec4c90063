package run

import (
	"fmt"
	"os"
	"testing"
)

// TestClosedPipeByName: a pipe that is opened by its name, as /dev/stdout is, and that its
// reader has closed, ends the reading. Whoever opens it to read as well waits for ever.
func TestClosedPipeByName(t *testing.T) {
	path := load(t, "flood", 0.002)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	go func() {
		r.Read(make([]byte, 1))
		r.Close()
	}()
	c := Config{Files: []string{path}, Outputs: []Output{{"jsonl", fmt.Sprintf("/proc/self/fd/%d", w.Fd())}}}
	if err := Read(quiet(c)); err != nil {
		t.Error(err)
	}
}
