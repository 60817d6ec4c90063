//go:build linux

package privilege

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// somebody is a user that need not be known.
var somebody = User{Name: "4242:4343", UID: 4242, GID: 4343, Groups: []int{4444, 4545}}

// role names what a child of a test does; its arguments follow.
const role = "ONPATH_PRIVILEGE_ROLE"

// children are processes that drop, and say what is left. What they return ends them.
var children = map[string]func(dirs []string) error{
	"drop": func([]string) error { return Drop(&somebody) },
	"root": func([]string) error { return Drop(&User{Name: "root"}) },
	"none": func([]string) error { return Drop(nil) },
	"confine": func(dirs []string) error {
		return errors.Join(Drop(&somebody), Confine(dirs[:1]))
	},
}

func TestMain(m *testing.M) {
	name, dirs, _ := strings.Cut(os.Getenv(role), " ")
	child, ok := children[name]
	if !ok {
		os.Exit(m.Run())
	}
	threads(8)
	if err := child(strings.Fields(dirs)); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	threads(8) // those that come later inherit it
	report()
	tries(strings.Fields(dirs))
}

// threads starts threads that stay.
func threads(n int) {
	started := make(chan bool)
	for range n {
		go func() {
			runtime.LockOSThread()
			started <- true
			select {}
		}()
		<-started
	}
}

// report prints what the kernel says of each thread that matters here.
func report() {
	all, _ := filepath.Glob("/proc/self/task/*/status")
	fmt.Println("threads", len(all))
	for _, path := range all {
		status, err := os.ReadFile(path)
		if err != nil {
			fmt.Println(err)
		}
		for line := range strings.Lines(string(status)) {
			switch key, value, _ := strings.Cut(line, ":"); key {
			case "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs":
				fmt.Println(key, strings.Join(strings.Fields(value), " "))
			}
		}
	}
}

// tries prints what can still be done: of the directories, in the first one and in the
// second.
func tries(dirs []string) {
	try := func(what string, err error) { fmt.Println("try", what, err == nil) }
	_, err := os.ReadFile("/etc/shadow")
	try("shadow", err)
	_, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	try("packets", err)
	try("return", syscall.Setuid(0))
	for i, dir := range dirs {
		name := filepath.Join(dir, fmt.Sprint("new", os.Getpid()))
		try(fmt.Sprint("create", i), os.WriteFile(name, []byte("x"), 0o600))
		try(fmt.Sprint("rename", i), os.Rename(name, name+".1"))
		try(fmt.Sprint("remove", i), os.Remove(name+".1"))
		_, err = os.ReadFile(filepath.Join(dir, "old"))
		try(fmt.Sprint("read", i), err)
		try(fmt.Sprint("truncate", i), os.Truncate(filepath.Join(dir, "old"), 0))
	}
	_, err = os.ReadFile("/usr/share/zoneinfo/Europe/Berlin")
	try("zone", err)
}

// child runs a child and returns what it printed, each line once, with the number of
// its threads in front.
func child(t *testing.T, name string, dirs ...string) map[string]int {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to drop it")
	}
	self := filepath.Join(dirOf(t), "self")
	raw, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(self, raw, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), role+"="+name+" "+strings.Join(dirs, " "))
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), ErrPartly.Error()) {
		t.Skip("this test was built with cgo (-race): ", ErrPartly)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := map[string]int{}
	for line := range strings.Lines(string(out)) {
		lines[strings.TrimSuffix(line, "\n")]++
	}
	return lines
}

// dirOf makes a directory that everybody may write to.
func dirOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	old := filepath.Join(dir, "old")
	if err := errors.Join(os.WriteFile(old, []byte("there"), 0o666), os.Chmod(old, 0o666)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// has fails unless each line was printed by all threads, or without threads once.
func has(t *testing.T, got map[string]int, lines ...string) {
	t.Helper()
	threads := 0
	for line := range got {
		fmt.Sscanf(line, "threads %d", &threads)
	}
	if threads < 16 {
		t.Errorf("%d threads", threads)
	}
	for _, line := range lines {
		want := threads
		if strings.HasPrefix(line, "try ") {
			want = 1
		}
		if got[line] != want {
			t.Errorf("%q was said %d times, want %d; all: %v", line, got[line], want, got)
		}
	}
}

// nothing is said by every thread that has no privilege left.
var nothing = []string{
	"CapInh 0000000000000000", "CapPrm 0000000000000000", "CapEff 0000000000000000",
	"CapBnd 0000000000000000", "CapAmb 0000000000000000", "NoNewPrivs 1", "try packets false",
}

// TestDrop: all threads are somebody else without any capability, and do not come back.
func TestDrop(t *testing.T) {
	got := child(t, "drop", dirOf(t))
	has(t, got, append(nothing, "Uid 4242 4242 4242 4242", "Gid 4343 4343 4343 4343", "Groups 4444 4545",
		"try shadow false", "try return false", "try create0 true")...)
}

// TestDropToRoot: root without capabilities is bound by the rights of files.
func TestDropToRoot(t *testing.T) {
	dir := dirOf(t)
	if err := errors.Join(os.Chown(dir, 4242, 4343), os.Chmod(dir, 0o700)); err != nil && os.Getuid() == 0 {
		t.Fatal(err)
	}
	has(t, child(t, "root", dir), append(nothing, "Uid 0 0 0 0", "try create0 false")...)
}

// TestDropNobody: who stays who it is loses the capabilities all the same.
func TestDropNobody(t *testing.T) {
	has(t, child(t, "none"), append(nothing, "Uid 0 0 0 0")...)
}

// TestConfine: of two directories that everybody may write to, one is left.
func TestConfine(t *testing.T) {
	if landlock() == 0 {
		t.Skip("this kernel has no Landlock, or it is off")
	}
	got := child(t, "confine", dirOf(t), dirOf(t))
	has(t, got, append(nothing, "try create0 true", "try rename0 true", "try remove0 true", "try read0 true", "try truncate0 true",
		"try create1 false", "try rename1 false", "try remove1 false", "try read1 false")...)
	if landlock() >= 3 {
		has(t, got, "try truncate1 false")
	}
	if _, err := os.Stat("/usr/share/zoneinfo/Europe/Berlin"); err == nil {
		has(t, got, "try zone true")
	}
}

// TestMayWrite: the answer is the other user's, and root is root again afterwards.
func TestMayWrite(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to ask for another user")
	}
	open := dirOf(t)
	for _, c := range []struct {
		name     string
		uid, gid int
		mode     os.FileMode
		want     bool
	}{
		{"everybody's", 0, 0, 0o777, true},
		{"root's", 0, 0, 0o755, false},
		{"the user's", 4242, 0, 0o700, true},
		{"the group's", 0, 4343, 0o770, true},
		{"a supplementary group's", 0, 4545, 0o770, true},
		{"not to be searched", 4242, 0, 0o600, false},
	} {
		dir := filepath.Join(open, c.name)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, c.uid, c.gid), os.Chmod(dir, c.mode)); err != nil {
			t.Fatal(err)
		}
		if got := MayWrite(&somebody, dir); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if err := os.WriteFile(filepath.Join(dir, "root"), nil, 0o600); err != nil {
			t.Fatalf("root is not root again: %v", err)
		}
	}
	if MayWrite(&somebody, filepath.Join(open, "none")) {
		t.Error("one that is not there")
	}
}
