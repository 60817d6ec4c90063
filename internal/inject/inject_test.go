//go:build linux

package inject

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"onpath/internal/flood"
	"onpath/packet"
	"onpath/tcp"
)

// apart moves the thread into a network namespace of its own whose lo is up, and returns
// a socket that sees all of it.
func apart(t *testing.T) (tap int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	runtime.LockOSThread() // the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip("no network namespace can be made: ", err)
	}
	if out, err := exec.Command("ip", "link", "set", "dev", "lo", "up").CombinedOutput(); err != nil {
		t.Skipf("needs the command ip, of iproute2: %v %s", err, out)
	}
	const all = unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8
	tap, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(tap) })
	unix.SetsockoptInt(tap, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20)
	unix.SetsockoptTimeval(tap, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 5})
	return tap
}

// open returns an Injector for lo, or skips the test.
func open(t *testing.T, frames [][]byte, keep netip.Addr) *Injector {
	t.Helper()
	x, err := New("lo", frames, keep)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// frames are some of each kind of flood, of 54 octets to 1,500; but no tags, which the
// kernel takes off.
func frames() (all [][]byte) {
	for _, k := range flood.Kinds() {
		if k.Name == "tunnels" {
			continue
		}
		for f := range 20 {
			all = append(all, bytes.Clone(flood.New(k, uint64(f)).Next()))
		}
	}
	return all
}

// TestArrive: the frames of the table arrive as they are, and in later passes with
// addresses that say which pass it is; no checksum is wrong then.
func TestArrive(t *testing.T) {
	tap, all := apart(t), frames()
	keep := netip.MustParseAddr(flood.Server)
	x := open(t, all, keep)
	got := make([]byte, 4096)
	for pass := range uint16(3) {
		if err := x.Send(uint64(len(all))); err != nil {
			t.Skip("no live test run: ", err)
		}
		for i, f := range all {
			n, err := unix.Read(tap, got)
			if err != nil {
				t.Fatalf("frame %d of pass %d: %v", i, pass, err)
			}
			want := moved(f, pass, keep)
			if renewed(f, keep) != 0 && pass > 0 {
				copy(want[ipSum:], got[ipSum:ipSum+2])
				copy(want[tcpSum:], got[tcpSum:tcpSum+2])
				sound(t, got[:n])
			}
			if !bytes.Equal(got[:n], want) {
				t.Fatalf("frame %d of pass %d:\n% x, not\n% x", i, pass, got[:n], want)
			}
		}
	}
	if want := uint64(3 * len(all)); x.Sent() != want {
		t.Errorf("%d frames are said to be sent, not %d", x.Sent(), want)
	}
}

// moved returns a frame with its addresses as they are in a pass.
func moved(f []byte, pass uint16, keep netip.Addr) []byte {
	f = bytes.Clone(f)
	which := renewed(f, keep)
	for bit, at := range map[uint16]int{renewSource: source, renewDestination: destination} {
		if which&bit != 0 {
			binary.BigEndian.PutUint16(f[at:], binary.BigEndian.Uint16(f[at:])^pass)
		}
	}
	return f
}

// sound fails if a checksum is wrong.
func sound(t *testing.T, f []byte) {
	t.Helper()
	var v packet.View
	packet.NewDecoder(packet.Config{}).Decode(&packet.Frame{Number: 1, Link: packet.LinkEthernet, Data: f}, &v)
	if v.Why == packet.Decoded && v.L4Sum == tcp.SumBad || ipv4Sum(f) != 0xffff {
		t.Fatalf("a checksum is wrong: % x", f)
	}
}

// ipv4Sum is the sum of the words of an IPv4 header, with the carries: 0xffff if it is
// right (RFC 1071).
func ipv4Sum(f []byte) (sum uint32) {
	for at := 14; at < 34; at += 2 {
		sum += uint32(binary.BigEndian.Uint16(f[at:]))
	}
	return sum&0xffff + sum>>16
}

// TestStream: a stream goes on until it is stopped, and is no faster than it was asked
// to be.
func TestStream(t *testing.T) {
	apart(t)
	x := open(t, frames(), netip.Addr{})
	const rate, calls = 20_000, 5
	n := 0
	if err := x.Stream(rate, func() bool { n++; return n > calls }); err != nil {
		t.Skip("no live test run: ", err)
	}
	if most := uint64(rate / 10 * calls); x.Sent() == 0 || x.Sent() > most {
		t.Errorf("%d frames in %d pieces of at most %d", x.Sent(), calls, most/calls)
	}
}
