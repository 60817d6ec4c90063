//go:build linux

package afpacket

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"onpath/packet"
	"onpath/source"
)

// capturing runs tcpdump -w for the time of f, and returns what it says it captured.
func capturing(t testing.TB, name, path string, f func()) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs the command tcpdump")
	}
	cmd := exec.Command("tcpdump", "-i", name, "-w", path, "-Z", "root", "-B", "65536", "--time-stamp-precision", "nano")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(log)
	for line := ""; !strings.Contains(line, "listening on"); {
		if line, err = said.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	f()
	time.Sleep(time.Second) // its blocks are closed after at most that
	cmd.Process.Signal(syscall.SIGINT)
	rest, _ := io.ReadAll(said)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, rest)
	}
	t.Logf("tcpdump: %s", strings.ReplaceAll(strings.TrimSpace(string(rest)), "\n", ", "))
}

// TestAsTcpdump: both hold the same octets, lengths, stamps and link type of every
// packet.
func TestAsTcpdump(t *testing.T) {
	stage(t)
	path := filepath.Join(t.TempDir(), "b.pcap")
	r := opened(t, Config{Interface: "b"})
	dice := rand.New(rand.NewPCG(1, 2))
	var sent int
	var got []frame
	capturing(t, "b", path, func() {
		s := newSender(t, "a")
		for range 200 {
			s.send(odd()...)
			s.send(ethernet(broadcast, dice.IntN(9000), 0x8100, uint16(dice.Uint32()), 0x0800)) // a tag and what may be none
			sent += len(odd()) + 1
		}
		got = collect(t, one(r), sent)
	})
	f := packet.Frame{}
	file, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for err = file.Next(&f); err == nil; err = file.Next(&f) {
		if n == len(got) {
			t.Fatalf("tcpdump has more than %d frames", n)
		}
		g := &got[n]
		if g.kept != string(f.Data) || g.WireLen != f.WireLen || g.At != f.At || g.Link != f.Link {
			t.Fatalf("frame %d: %d octets of %d at %d, %v; tcpdump has %d of %d at %d, %v", n+1, len(g.kept), g.WireLen, g.At, g.Link, len(f.Data), f.WireLen, f.At, f.Link)
		}
		n++
	}
	if err != io.EOF || n != len(got) {
		t.Errorf("%v; %d frames, tcpdump has %d", err, len(got), n)
	}
	t.Logf("%d frames", n)
}
