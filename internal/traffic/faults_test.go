//go:build linux

package traffic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/netns"
)

// A site is a gateway with a server at work.
type site struct {
	*netns.Gateway
	t    *testing.T
	self string
	next int // the port of the next connection
}

func newSite(t *testing.T) *site {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	g := netns.NewGateway(t, rules, "nft", "ethtool")
	g.Start("ready", io.Discard, "S", "env", roleVariable+"=server", self)
	return &site{g, t, self, firstPort}
}

// visits makes n connections of a kind, and returns what the client knows of them.
func (s *site) visits(n int, kind string) []*truth {
	s.t.Helper()
	var said bytes.Buffer
	client := s.Start("", &said, "C", "env", roleVariable+"=client", kindVariable+"="+kind,
		fmt.Sprint(countVariable, "=", n), fmt.Sprint(firstVariable, "=", s.next), s.self)
	s.next += n
	client.Await("done\n", time.Minute)
	client.Stop()
	return truths(s.t, &said)
}

// recorded fails unless there is a record of each connection, with its outcome.
func recorded(t *testing.T, of []*truth, rows map[pair][]*row) {
	t.Helper()
	for _, c := range of {
		have := rows[pair{c.Local, c.Remote}]
		if len(have) != 1 || have[0].Outcome != named(c.Kind).down || have[0].ClientOctets != c.Sent || have[0].ServerOctets != c.Got {
			t.Errorf("%d records of %+v", len(have), c)
		}
	}
}

// TestInterfaceDeleted: an interface that is deleted and made again is captured from
// again, and what passed before and after is recorded.
func TestInterfaceDeleted(t *testing.T) {
	s := newSite(t)
	o := observe(t, s.Gateway, "up0")
	met := s.visits(20, "asked")
	s.Unlink()
	o.program.Await("up0: the interface is gone", 10*time.Second)
	s.Link()
	o.program.Await("up0: the interface is back", 10*time.Second)
	time.Sleep(2 * time.Second) // until it carries
	met = append(met, s.visits(20, "asked")...)
	recorded(t, met, o.stop())
}

// TestDiskFull: a disk that is full for a while costs no row, nor does it touch another
// output.
func TestDiskFull(t *testing.T) {
	s := newSite(t)
	small := t.TempDir()
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=8m"); err != nil {
		t.Skip("no file system can be mounted: ", err)
	}
	t.Cleanup(func() { unix.Unmount(small, unix.MNT_DETACH) })
	filler := filepath.Join(small, "filler")
	os.WriteFile(filler, make([]byte, 16<<20), 0o600) // as much as there is room for
	full := filepath.Join(small, "rows")
	o := observe(t, s.Gateway, "down0", "--user", "root", "--linger", "1s", "-o", "jsonl="+full)
	met := s.visits(100, "asked")
	o.program.Await("no space left on device", 20*time.Second)
	waitForRows(t, o.rows, len(met))
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	o.program.Await("there is room again", 20*time.Second)
	met = append(met, s.visits(20, "asked")...)
	recorded(t, met, o.stop())
	recorded(t, met, byPair(readRows(t, full)))
}

// waitForRows waits until a file has so many lines.
func waitForRows(t *testing.T, path string, n int) {
	t.Helper()
	for range 300 {
		if octets, err := os.ReadFile(path); err == nil && bytes.Count(octets, []byte("\n")) >= n {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not get %d rows", path, n)
}

// blockedVariable tells for how long TestPipeBlocked blocks, as in 30s.
const blockedVariable = "ONPATH_BLOCKED"

// TestPipeBlocked: a pipe that nobody reads for a while holds nothing up: the rows of all
// connections come in the other output meanwhile, and of the pipe's frames each one comes
// or is counted as lost.
func TestPipeBlocked(t *testing.T) {
	blocked, err := time.ParseDuration(os.Getenv(blockedVariable))
	if err != nil {
		blocked = 2 * time.Second
	}
	s := newSite(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	o := observe(t, s.Gateway, "down0", "--user", "root", "--linger", "1s", "-o", "pcapng="+pipe)
	var met []*truth
	for began := time.Now(); time.Since(began) < blocked || len(met) < 60; {
		met = append(met, s.visits(20, "upload")...)
		waitForRows(t, o.rows, len(met))
	}
	copied := filepath.Join(t.TempDir(), "copy.pcapng")
	read := make(chan error, 1)
	go func() { read <- save(reader, copied) }()
	o.program.Await("is written again", 20*time.Second)
	met = append(met, s.visits(5, "asked")...)
	failed := o.program.Stop() // what was lost is an exit code
	if err := <-read; err != nil {
		t.Error(err)
	}
	recorded(t, met, byPair(readRows(t, o.rows)))
	said := o.program.Said()
	packets, lost, came := counted(said, "\npackets "), counted(said, "rows lost    pcapng="+pipe+": "), frames(t, copied)
	t.Logf("blocked for %v: %d packets, %d came through the pipe, %d were lost", blocked, packets, came, lost)
	if failed == nil || lost == 0 || came+lost != packets {
		t.Errorf("exit %v\n%s", failed, said)
	}
}

// save copies what is read until the writer ends.
func save(from *os.File, path string) error {
	to, err := os.Create(path)
	if err != nil {
		return err
	}
	defer to.Close()
	_, err = io.Copy(to, from)
	return err
}

// counted returns the number behind a text.
func counted(said, text string) (n int) {
	_, rest, _ := strings.Cut(said, text)
	for _, r := range strings.TrimLeft(rest, " ") {
		switch {
		case r >= '0' && r <= '9':
			n = 10*n + int(r-'0')
		case r != ',':
			return n
		}
	}
	return n
}

// frames returns how many frames a capture has.
func frames(t *testing.T, path string) (n int) {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	each(octets, func(block []byte) { n++ })
	return n
}

// enhanced is the type of a packet's block (pcapng §4.3).
const enhanced = 6

// each calls what with each packet's block of a capture of this machine's.
func each(capture []byte, what func(block []byte)) {
	for b := capture; len(b) >= 12; {
		length := int(binary.NativeEndian.Uint32(b[4:]))
		if length < 12 || length > len(b) {
			return
		}
		if binary.NativeEndian.Uint32(b) == enhanced {
			what(b[:length])
		}
		b = b[length:]
	}
}

// TestClockStepped: a clock that somebody sets back in the middle of a capture changes no
// outcome and no count. (The stamps of live are the kernel's, and the machine's clock is
// not a test's to set: so the step is made in a capture of live's, and onpath reads that.)
func TestClockStepped(t *testing.T) {
	s := newSite(t)
	o := observe(t, s.Gateway, "down0", "-o", "pcapng=FRAMES")
	met := append(s.visits(100, "asked"), s.visits(10, "lossy")...)
	met = append(met, s.visits(20, "aborted")...)
	o.stop()
	capture, err := os.ReadFile(o.frames)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []time.Duration{-time.Second, -time.Hour, -90 * 24 * time.Hour} {
		stepped := filepath.Join(t.TempDir(), "stepped.pcapng")
		if err := os.WriteFile(stepped, stepAt(capture, frames(t, o.frames)/2, step), 0o600); err != nil {
			t.Fatal(err)
		}
		rows := filepath.Join(t.TempDir(), "rows")
		if out, err := exec.Command(command(t), "read", "-o", "jsonl="+rows, stepped).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		recorded(t, met, byPair(readRows(t, rows)))
	}
}

// stepAt moves the stamps of all packets behind the n-th, ns as live writes them.
func stepAt(capture []byte, n int, step time.Duration) []byte {
	b := bytes.Clone(capture)
	each(b, func(block []byte) {
		if n--; n >= 0 {
			return
		}
		at := uint64(binary.NativeEndian.Uint32(block[12:]))<<32 | uint64(binary.NativeEndian.Uint32(block[16:]))
		at += uint64(step)
		binary.NativeEndian.PutUint32(block[12:], uint32(at>>32))
		binary.NativeEndian.PutUint32(block[16:], uint32(at))
	})
	return b
}
