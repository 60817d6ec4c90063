package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A cgroup bounds the memory of a program, with all that the kernel keeps for it.
type cgroup struct {
	dir  string // "": none can be made here
	peak string // file that says how much it had at most
}

// newCgroup makes one, of version 2 or 1, that kills what takes more than a number of
// octets.
func newCgroup(t *testing.T, most int64) (g cgroup) {
	t.Helper()
	for _, version := range [...]struct{ root, limit, peak string }{
		{"/sys/fs/cgroup", "memory.max", "memory.peak"},
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"},
	} {
		dir := filepath.Join(version.root, fmt.Sprintf("onpath-test-%d-%d", os.Getpid(), time.Now().UnixNano()))
		if os.Mkdir(dir, 0o755) != nil {
			continue
		}
		limit := filepath.Join(dir, version.limit)
		if _, err := os.Stat(limit); err == nil && os.WriteFile(limit, []byte(strconv.FormatInt(most, 10)), 0o644) == nil {
			t.Cleanup(func() { g.remove() })
			return cgroup{dir, filepath.Join(dir, version.peak)}
		}
		os.Remove(dir)
	}
	return g
}

// remove removes it when all have left it.
func (g *cgroup) remove() {
	for range 50 {
		if g.dir == "" || os.Remove(g.dir) == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// command returns a command that runs in it.
func (g *cgroup) command(words ...string) *exec.Cmd {
	if g.dir == "" {
		return exec.Command(words[0], words[1:]...)
	}
	enter := "echo $$ >" + filepath.Join(g.dir, "cgroup.procs") + ` && exec "$@"`
	return exec.Command("sh", append([]string{"-c", enter, "sh"}, words...)...)
}

// used says how much it had at most, in octets; 0: nobody knows.
func (g *cgroup) used() int64 {
	text, _ := os.ReadFile(g.peak) // without it, nobody knows
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}
