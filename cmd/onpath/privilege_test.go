//go:build linux

package main

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// stage is a network of its own, with a pair of interfaces: what is sent on a arrives
// on b.
type stage struct {
	*testing.T
	program string // onpath, as it is shipped: without cgo
}

func newStage(t *testing.T) *stage {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to give it up, and for a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs the command ip, of iproute2")
	}
	s := &stage{t, filepath.Join(t.TempDir(), "onpath")}
	build := exec.Command("go", "build", "-o", s.program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runtime.LockOSThread() // thrown away behind the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip("no network namespace can be made: ", err)
	}
	os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0) // who speaks IPv6 is not silent
	s.pair()
	return s
}

// pair makes the interfaces, and waits until they carry.
func (s *stage) pair() {
	s.Helper()
	s.ip("link add name a type veth peer name b")
	s.ip("link set dev a up")
	s.ip("link set dev b up")
	for range 100 {
		if strings.Count(s.ip("link show up type veth"), "state UP") == 2 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.Fatal("the interfaces do not carry")
}

func (s *stage) ip(words string) string {
	s.Helper()
	out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput()
	if err != nil {
		s.Fatalf("ip %s: %v\n%s", words, err, out)
	}
	return string(out)
}

// refused sends a SYN from a port, and the RST that answers it.
func (s *stage) refused(port byte) {
	s.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		s.Fatal(err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("a")
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request)
	}
	if err != nil {
		s.Fatal(err)
	}
	const ethernet = "ffffffffffff0200000000010800"
	p := hex.EncodeToString([]byte{0x40, port})
	for _, packet := range []string{
		"4500002800010000400600000a0000010a000002" + p + "0050" + "00000064000000005002ffff00000000",
		"4500002800010000400600000a0000020a000001" + "0050" + p + "00000000000000655014000000000000",
	} {
		frame, err := hex.DecodeString(ethernet + packet)
		if err == nil {
			err = unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: int(request.Uint32())})
		}
		if err != nil {
			s.Fatal(err)
		}
	}
}

// capturing is onpath live while it runs.
type capturing struct {
	*exec.Cmd
	*stage
	lock sync.Mutex
	said bytes.Buffer
}

// Write takes what it says.
func (c *capturing) Write(p []byte) (int, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.said.Write(p)
}

func (c *capturing) all() string {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.said.String()
}

// until waits until something is so.
func (s *stage) until(what string, so func() bool) {
	s.Helper()
	for range 200 {
		if so() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.Fatalf("not within 10 s: %s", what)
}

// command returns a capture of so many packets on b.
func (s *stage) command(count string, flags ...string) *capturing {
	c := &capturing{Cmd: exec.Command(s.program, append([]string{"live", "-i", "b", "-K", "-c", count}, flags...)...), stage: s}
	c.Stderr = c
	return c
}

// live starts a capture of so many packets on b.
func (s *stage) live(count string, flags ...string) *capturing {
	s.Helper()
	c := s.command(count, flags...)
	c.start()
	return c
}

func (c *capturing) start() {
	c.Helper()
	if err := c.Start(); err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { c.Process.Kill() })
}

// wait waits until it says something.
func (c *capturing) wait(what string) {
	c.Helper()
	defer func() {
		if c.Failed() {
			c.Log(c.all())
		}
	}()
	c.until(what, func() bool { return strings.Contains(c.all(), what) })
}

// end waits until it ends by itself, and returns its exit code.
func (c *capturing) end() int {
	late := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer late.Stop()
	c.Wait()
	return c.ProcessState.ExitCode()
}

// public makes a directory that everybody may write to.
func (s *stage) public() string {
	s.Helper()
	dir := s.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o777); err != nil {
			s.Fatal(err)
		}
	}
	return dir
}

// owner returns whose a file is; -1 if it is not there.
func owner(path string) int {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return -1
	}
	return int(st.Uid)
}

// TestDropped: onpath captures on without any privilege, over an interface that goes and
// comes back, and writes rows and dumps as the user.
func TestDropped(t *testing.T) {
	s := newStage(t)
	dir := s.public()
	rows, dumps := filepath.Join(dir, "rows"), filepath.Join(dir, "dumps")
	c := s.live("4", "--user", "4242:4343", "-o", "jsonl="+rows, "--evidence", dumps, "--evidence-on", "informational", "--linger", "reset=100ms")
	c.wait("running as user 4242:4343")
	s.refused(1)
	threads, _ := filepath.Glob("/proc/" + strconv.Itoa(c.Process.Pid) + "/task/*/status")
	for _, path := range threads {
		status, _ := os.ReadFile(path)
		for _, want := range []string{"Uid:\t4242\t4242\t4242\t4242\n", "Gid:\t4343\t4343\t4343\t4343\n", "Groups:\t \n",
			"CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n", "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n"} {
			if !strings.Contains(string(status), want) {
				t.Errorf("a thread does not have %q:\n%s", want, status)
			}
		}
	}
	s.until("a row", func() bool { raw, _ := os.ReadFile(rows); return len(raw) > 0 })
	os.Rename(rows, rows+".1") // as logrotate does
	c.Process.Signal(syscall.SIGHUP)
	s.until("a new file", func() bool { return owner(rows) == 4242 })
	s.ip("link del dev a")
	c.wait("b: the interface is gone")
	s.pair()
	c.wait("b: the interface is back")
	s.refused(2)
	if code := c.end(); code != 0 || len(threads) == 0 {
		t.Errorf("exit code %d, %d threads:\n%s", code, len(threads), c.all())
	}
	for _, path := range []string{rows + ".1", rows} {
		written, _ := os.ReadFile(path)
		if strings.Count(string(written), `"outcome":"refused"`) != 1 {
			t.Errorf("%s:\n%s\n%s", path, written, c.all())
		}
	}
	if dump := filepath.Join(dumps, "dump001.pcapng"); owner(dump) != 4242 {
		t.Errorf("%s is of user %d:\n%s", dump, owner(dump), c.all())
	}
}

// TestDropWithoutRoot: with CAP_NET_RAW alone another user captures, and keeps it no
// longer than it is needed.
func TestDropWithoutRoot(t *testing.T) {
	s := newStage(t)
	rows := filepath.Join(s.public(), "rows")
	c := s.command("2", "-o", "jsonl="+rows)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4242, Gid: 4343}, AmbientCaps: []uintptr{unix.CAP_NET_RAW}}
	c.start()
	c.wait("listening on b")
	const dropped = "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
	status := ""
	for range 200 { // it says nothing when it has dropped
		raw, _ := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/status")
		if status = string(raw); strings.Contains(status, dropped) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !strings.Contains(status, dropped) || !strings.Contains(status, "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\n") {
		t.Errorf("privileges are left:\n%s", status)
	}
	s.refused(1)
	if code := c.end(); code != 0 || owner(rows) != 4242 {
		t.Errorf("exit code %d, rows of user %d:\n%s", code, owner(rows), c.all())
	}
}

// TestDropOutputs: root opens in directories of root's; elsewhere, and of what is written
// later, who may not write is told before the capture begins.
func TestDropOutputs(t *testing.T) {
	s := newStage(t)
	mine, theirs := s.TempDir(), s.public()
	if err := os.Chmod(mine, 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(theirs, "link")
	if err := os.Symlink(filepath.Join(mine, "target"), link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, says string
		flags      []string
		code       int
		made       string // by root; "": nothing is
	}{
		{"in root's directory", "dropped privileges", []string{"-o", "jsonl=" + mine + "/rows"}, 0, mine + "/rows"},
		{"a link of the user's", "link: permission denied", []string{"-o", "jsonl=" + link}, 1, ""},
		{"one of each", "other: permission denied", []string{"-o", "jsonl=" + theirs + "/rows", "-o", "tsv=" + mine + "/other"}, 1, ""},
		{"dumps in root's directory", "(as user 4242:4343; --user says who writes)", []string{"--evidence", mine}, 1, ""},
		{"files that end in root's directory", "may not make files in", []string{"--rotate", "1h", "-o", "jsonl=" + mine + "/ends"}, 1, ""},
		{"root without capabilities", "running as user root", []string{"--user", "root", "--evidence", mine + "/dumps"}, 0, mine + "/dumps"},
	} {
		on := s.live("2", append([]string{"--user", "4242:4343"}, c.flags...)...)
		on.wait(c.says)
		s.refused(1) // it ends with these, if it has not
		if code := on.end(); code != c.code || c.made != "" && owner(c.made) != 0 {
			t.Errorf("%s: exit code %d, want %d; made by user %d:\n%s", c.name, code, c.code, owner(c.made), on.all())
		}
	}
	if owner(mine+"/target") != -1 {
		t.Error("root followed the link")
	}
}
