//go:build linux

package afpacket

import (
	"cmp"
	"encoding/binary"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// stage puts the test into a network namespace of its own, with a pair of veth
// interfaces a and b that are up and silent: what is sent on a arrives on b. The
// thread is thrown away behind the test.
func stage(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs the command ip, of iproute2")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip("no network namespace can be made: ", err)
	}
	for _, conf := range []string{"all", "default"} {
		os.WriteFile("/proc/sys/net/ipv6/conf/"+conf+"/disable_ipv6", []byte("1"), 0) // who speaks IPv6 is not silent
	}
	command(t, "ip link set dev lo up")
	pair(t)
}

// pair makes the pair of veth interfaces.
func pair(t testing.TB) {
	t.Helper()
	command(t, "ip link add name a type veth peer name b")
	command(t, "ip link set dev a up mtu 9000 arp off")
	command(t, "ip link set dev b up mtu 9000 arp off")
	running(t)
}

// running waits until the pair carries packets: the kernel says so later, and drops
// what is sent before.
func running(t testing.TB) {
	t.Helper()
	for range 100 {
		if strings.Count(command(t, "ip link show up type veth"), "state UP") >= 2 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the interfaces do not carry")
}

func command(t testing.TB, line string) string {
	t.Helper()
	words := strings.Fields(line)
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

// sender sends frames on an interface.
type sender struct {
	t  testing.TB
	fd int
}

func newSender(t testing.TB, name string) *sender {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	i, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: int(i.index)}); err != nil {
		t.Fatal(err)
	}
	return &sender{t, fd}
}

func (s *sender) send(frames ...[]byte) {
	s.t.Helper()
	for _, f := range frames {
		if _, err := unix.Write(s.fd, f); err != nil {
			s.t.Fatalf("frame of %d octets: %v", len(f), err)
		}
	}
}

// broadcast and others are whom a frame is for: everybody, or a host that is not b.
var (
	broadcast = [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	others    = [6]byte{2, 0, 0, 0, 0, 9}
)

// ethernet returns a frame of n octets behind the ethertype and tags, each an
// ethertype and a TCI.
func ethernet(to [6]byte, n int, types ...uint16) []byte {
	b := append(to[:], 2, 0, 0, 0, 0, 1)
	for _, t := range types {
		b = binary.BigEndian.AppendUint16(b, t)
	}
	for i := range n {
		b = append(b, byte(i))
	}
	return b
}

// segment returns a TCP segment over IPv4 and Ethernet, without a checksum.
func segment(from, to byte, sport, dport uint16, payload int) []byte {
	b := append(broadcast[:], 2, 0, 0, 0, 0, 1, 8, 0)
	b = append(b, 0x45, 0, 0, 0, 0, 1, 0, 0, 64, unix.IPPROTO_TCP, 0, 0, 10, 0, 0, from, 10, 0, 0, to)
	binary.BigEndian.PutUint16(b[16:], uint16(40+payload))
	b = binary.BigEndian.AppendUint16(b, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	b = append(b, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0)
	return append(b, make([]byte, payload)...)
}

// opened opens a Ring for the time of the test.
func opened(t testing.TB, c Config) *Ring {
	t.Helper()
	r, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// frame is a Frame whose octets are kept.
type frame struct {
	packet.Frame
	kept string
}

// collect reads until n frames have come, and then as long as more do, and puts them in
// the order of time.
func collect(t testing.TB, rings []*Ring, n int) (all []frame) {
	t.Helper()
	var f packet.Frame
	for quiet, waited := 0, 0; (quiet < 3 || len(all) < n) && waited < 200; quiet, waited = quiet+1, waited+1 {
		for _, r := range rings {
			for r.Next(&f) {
				all, quiet = append(all, frame{f, string(f.Data)}), 0
			}
		}
		if err := Wait(rings, retire); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortStableFunc(all, func(a, b frame) int { return cmp.Compare(a.At, b.At) })
	return all
}

func one(r *Ring) []*Ring { return []*Ring{r} }

// same fails unless the octets are those of the frames sent.
func same(t *testing.T, got []frame, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d frames came, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].kept != string(want[i]) || int(got[i].WireLen) != len(want[i]) {
			t.Errorf("frame %d: %d octets of %d\n%x\nwant %d\n%x", i+1, len(got[i].kept), got[i].WireLen, got[i].kept[:min(40, len(got[i].kept))], len(want[i]), want[i][:min(40, len(want[i]))])
		}
	}
}
