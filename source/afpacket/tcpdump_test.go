//go:build linux

package afpacket

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
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
// packet, also if it is several sockets that have them.
func TestAsTcpdump(t *testing.T) {
	stage(t)
	both(t, asTcpdump)
}

func asTcpdump(t *testing.T, open func(Config) []*Ring) {
	path := filepath.Join(t.TempDir(), "b.pcap")
	rings := open(Config{Interface: "b"})
	dice := rand.New(rand.NewPCG(1, 2))
	var sent int
	var got []frame
	capturing(t, "b", path, func() {
		s := newSender(t, "a")
		for range 200 {
			frames := append(odd(), inside(uint16(dice.Uint32()))...)
			s.send(frames...)
			s.send(ethernet(broadcast, dice.IntN(9000), 0x8100, uint16(dice.Uint32()), 0x0800)) // a tag and what may be none
			sent += len(frames) + 1
		}
		got = collect(t, rings, sent)
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
	if err != io.EOF || n != len(got) || n != sent {
		t.Errorf("%v; %d frames of %d, tcpdump has %d", err, len(got), sent, n)
	}
}

// inside returns frames with the same port whose addresses and ports do not lie where those
// of others do: the pieces of a datagram, one that overlaps, an error that quotes a
// segment, and segments behind a tag and in tunnels.
func inside(port uint16) [][]byte {
	tcp := segment(1, 2, port, 80, 100)
	piece := func(offset uint16, octets []byte) []byte {
		f := slices.Concat(tcp[:34], octets)
		binary.BigEndian.PutUint16(f[16:], uint16(20+len(octets)))
		binary.BigEndian.PutUint16(f[20:], offset)
		return f
	}
	const more = 1 << 13
	return [][]byte{
		piece(more, tcp[34:34+48]),
		piece(more|48/8-1, tcp[34+40:34+64]),
		piece(64/8, tcp[34+64:]),
		carried(1, slices.Concat([]byte{3, 1, 0, 0, 0, 0, 0, 0}, tcp[14:14+28])), // ICMP
		carried(47, slices.Concat([]byte{0, 0, 8, 0}, tcp[14:])),                 // GRE
		carried(4, tcp[14:]), // IP in IP
		carried(17, slices.Concat([]byte{byte(port), 9, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0}, tcp)), // VXLAN
		slices.Concat(tcp[:12], []byte{0x81, 0, 0, 5}, tcp[12:]),
	}
}

// carried returns a datagram of IPv4 over Ethernet.
func carried(protocol byte, octets []byte) []byte {
	f := append(segment(3, 4, 0, 0, 0)[:34], octets...)
	binary.BigEndian.PutUint16(f[16:], uint16(20+len(octets)))
	f[23] = protocol
	return f
}
