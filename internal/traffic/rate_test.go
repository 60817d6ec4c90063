//go:build linux

package traffic

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/internal/genload"
	"onpath/internal/netns"
)

// rateVariable runs TestRate, which takes a processor or two for a minute.
const rateVariable = "ONPATH_RATE"

// apart are the interfaces' limits for TestRate: frames as they are, of any length.
const apart = `
-n C link set eth0 mtu 9000
-n R link set down0 mtu 9000`

// TestRate: of frames that are sent over a pair of interfaces at full speed, onpath live
// loses no more than tcpdump -w /dev/null does, each alone in turns and then both at once.
func TestRate(t *testing.T) {
	if os.Getenv(rateVariable) == "" {
		t.Skip("measures for minutes: ", rateVariable, "=1 runs it, or make live-rate")
	}
	g := netns.NewGateway(t, apart, "tcpdump")
	readers := []reader{
		{"tcpdump", []string{"tcpdump", "-i", "down0", "-w", "/dev/null", "-Z", "root", "-B", "65536"}},
		{"onpath", []string{command(t), "live", "-i", "down0", "-o", "jsonl=/dev/null"}},
	}
	for _, name := range []string{"mix", "flood"} {
		all := load(t, name)
		for range 3 {
			measure(t, g, name, all, readers[:1])
			measure(t, g, name, all, readers[1:])
		}
		measure(t, g, name, all, readers)
	}
}

// A reader is a program that captures from down0.
type reader struct {
	name string
	args []string
}

// measure sends all frames while the readers are at work, and says what they lost.
func measure(t *testing.T, g *netns.Gateway, load string, all [][]byte, readers []reader) {
	t.Helper()
	var programs []*netns.Program
	for _, r := range readers {
		programs = append(programs, g.Start("listening on", nil, "R", r.args...))
	}
	var spent time.Duration
	within(t, g, "C", func() { spent = send(t, all) })
	time.Sleep(500 * time.Millisecond)
	for i, p := range programs {
		p.Stop()
		user, system := p.ProcessState.UserTime(), p.ProcessState.SystemTime()
		t.Logf("%-5s %7.0f packets/s, %d at work: %-7s %4d ns of processor time a packet, %d of them in the kernel, %s", load, float64(len(all))/spent.Seconds(),
			len(readers), readers[i].name, int(user+system)/len(all), int(system)/len(all), dropped(p.Said()))
	}
}

// dropped is the line in which a reader says what the kernel dropped.
func dropped(said string) string {
	for line := range strings.Lines(said) {
		if strings.Contains(line, "dropped by") && !strings.Contains(line, "by interface") {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return said
}

// load returns the frames of one of genload's workloads, a fifth of it.
func load(t *testing.T, name string) (all [][]byte) {
	t.Helper()
	l, ok := genload.Find(name)
	if !ok {
		t.Fatal("no load ", name)
	}
	var capture bytes.Buffer
	if _, err := genload.Write(&capture, l.Scale(0.2), genload.Options{}); err != nil {
		t.Fatal(err)
	}
	for b := capture.Bytes()[24:]; len(b) > 16; { // classic pcap
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		all, b = append(all, b[16:n]), b[n:]
	}
	return all
}

// send sends frames on eth0, many with each call, and returns how long it took.
func send(t *testing.T, all [][]byte) time.Duration {
	type message struct {
		unix.Msghdr
		_ uint32 // octets sent
		_ [4]byte
	}
	fd := packets(t, "eth0")
	defer unix.Close(fd)
	began := time.Now()
	for len(all) > 0 {
		n := min(len(all), 64)
		var batch [64]message
		var octets [64]unix.Iovec
		for i, frame := range all[:n] {
			octets[i].Base = &frame[0]
			octets[i].SetLen(len(frame))
			batch[i].Iov, batch[i].Iovlen = &octets[i], 1
		}
		sent, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&batch)), uintptr(n), 0, 0, 0)
		switch {
		case errno == 0:
			all = all[sent:]
		case errno != unix.ENOBUFS && errno != unix.EINTR:
			t.Error(errno)
			return time.Since(began)
		}
	}
	return time.Since(began)
}
