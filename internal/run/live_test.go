//go:build linux

package run

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/filter"
	"onpath/flow"
	"onpath/packet"
	"onpath/source/afpacket"
)

// ownNetwork puts the test's thread into a network namespace of its own, and returns
// the way into it for other threads.
func ownNetwork(t *testing.T, commands ...string) (enter func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs the command ip, of iproute2")
	}
	runtime.LockOSThread() // thrown away behind the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip("no network namespace can be made: ", err)
	}
	os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0) // who speaks IPv6 is not silent
	for _, line := range commands {
		command(t, line)
	}
	space, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { space.Close() })
	return func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
			panic(err)
		}
	}
}

// command runs a command.
func command(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// connect opens a connection on lo and returns its client's and its server's end; nil
// if that failed, which t is told.
func connect(t *testing.T) (c, s net.Conn) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	defer l.Close()
	if c, err = net.Dial("tcp4", l.Addr().String()); err != nil {
		t.Error(err)
		return nil, nil
	}
	if s, err = l.Accept(); err != nil {
		t.Error(err)
		return nil, nil
	}
	return c, s
}

// talk lets a connection on lo open, speak, and close if it is to.
func talk(t *testing.T, closes bool) {
	c, s := connect(t)
	if c == nil {
		return
	}
	c.Write([]byte("how are you?"))
	s.Read(make([]byte, 100))
	if closes {
		c.Close()
		s.Read(make([]byte, 100))
		s.Close()
	}
	held = append(held, c, s)
}

// held keeps connections open.
var held []net.Conn

// TestLive: rows come when connections end, though nothing passes any more; a signal
// ends it, and what is open is flushed.
func TestLive(t *testing.T) { streams(t, 1) }

// TestLiveInShards is TestLive with two tables.
func TestLiveInShards(t *testing.T) { streams(t, 2) }

func streams(t *testing.T, shards int) {
	enter := ownNetwork(t, "ip link set lo up")
	out := filepath.Join(t.TempDir(), "rows")
	selected, err := filter.Parse("tcp")
	if err != nil {
		t.Fatal(err)
	}
	linger := flow.Linger{AfterReset: 100 * time.Millisecond, AfterClose: 100 * time.Millisecond}
	c := Config{Capture: Capture{Interfaces: []string{"lo"}}, Filter: selected, Flow: flow.Config{Linger: &linger}, Shards: shards,
		Outputs: []Output{{"jsonl", out}}}
	streamed := make(chan bool)
	go func() {
		enter()
		time.Sleep(300 * time.Millisecond) // until it listens: it says so, but not here
		talk(t, true)
		came := false
		for range 100 {
			rows, _ := os.ReadFile(out)
			if came = strings.Contains(string(rows), `"end_reason":"fin"`); came {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		talk(t, false)
		syscall.Kill(os.Getpid(), syscall.SIGTERM) // what has come is still read
		streamed <- came
	}()
	if err := Read(quiet(c)); err != nil {
		t.Fatal(err)
	}
	if !<-streamed {
		t.Error("the row of what had ended did not come")
	}
	rows, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(rows), "\n"); n != 2 || !strings.Contains(string(rows), `"end_reason":"flush"`) {
		t.Errorf("%d rows\n%s", n, rows)
	}
}

// TestMerged: packets of two interfaces, each with some rings, come in the order of time,
// each once.
func TestMerged(t *testing.T) {
	ownNetwork(t, "ip link add name a type veth peer name b", "ip link set dev a up", "ip link set dev b up", "ip link add name c type veth peer name d", "ip link set dev c up", "ip link set dev d up")
	time.Sleep(1500 * time.Millisecond)                                                          // the kernel says late that they carry
	for i, names := range [][]string{{"a", "b"}, {"b", "a", "d"}, {"a", "b"}, {"b", "a", "d"}} { // d is silent
		var said []string
		l, err := openLive(&Config{Capture: Capture{Interfaces: names, rings: 2 * i}}, func(s string) { said = append(said, s) })
		if err != nil {
			t.Fatal(err)
		}
		const n = 3000
		flood(t, "a", n)
		var f packet.Frame
		var before packet.Frame
		var batch [][]byte
		count := 0
		for tries := 0; count < 2*n && tries < 50; {
			ready := l.Buffered()
			if !ready {
				batch = batch[:0]
			}
			switch err := l.Next(&f); {
			case err == errIdle && !ready:
				tries++
				continue
			case err != nil:
				t.Fatal(err, ready)
			}
			if count++; f.Number != uint64(count) || f.At < before.At {
				t.Fatalf("%v: frame %d has number %d, %d ns behind the one before", names, count, f.Number, f.At-before.At)
			}
			batch, before = append(batch, f.Data), f
			for _, b := range batch { // all of a batch stay valid
				if string(b[:14]) != string(f.Data[:14]) {
					t.Fatalf("%v: frame %d: an older one is gone", names, count)
				}
			}
		}
		if h := l.Health(); count != 2*n || h.Dropped != 0 || len(said) != len(names) {
			t.Errorf("%v: %d frames, want %d; %d dropped; said %q", names, count, 2*n, h.Dropped, said)
		}
		l.drain()
		for err = l.Next(&f); err == errIdle; err = l.Next(&f) {
		}
		if err == nil || err == errIdle {
			t.Error("it does not end")
		}
		l.Close()
	}
}

// TestBusyFollows: that an interface goes and comes is seen though there are always frames,
// so that nobody waits.
func TestBusyFollows(t *testing.T) {
	pair := "ip link add name a type veth peer name b"
	ownNetwork(t, pair, "ip link set lo up")
	for _, rings := range []int{1, 4} {
		var said []string
		l, err := openLive(&Config{Capture: Capture{Interfaces: []string{"lo", "b"}, rings: rings}}, func(s string) { said = append(said, s) })
		if err != nil {
			t.Fatal(err)
		}
		busy := make([]ring, len(l.rings))
		for i := range busy {
			busy[i] = &endless{at: int64(i), step: int64(len(busy))}
		}
		l.merge = newMerge(busy, func() int64 { return 1 })
		command(t, "ip link delete dev b")
		untilSaid(t, l, &said, "b: "+afpacket.Gone.String())
		command(t, pair)
		untilSaid(t, l, &said, "b: "+afpacket.Back.String())
		l.Close()
	}
}

// untilSaid takes frames until something is said. The time is only for who never says it.
func untilSaid(t *testing.T, l *live, said *[]string, want string) {
	t.Helper()
	var f packet.Frame
	for began := time.Now(); !slices.Contains(*said, want); {
		for range lookFrames {
			if err := l.Next(&f); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("said %q, want %q", *said, want)
		}
	}
}

// TestSilent: time goes on from the last packet by a clock that nobody sets.
func TestSilent(t *testing.T) {
	const future = int64(1) << 61
	var l live
	var f packet.Frame
	if err := l.take(&lane{head: packet.Frame{At: future}, here: true}, &f); err != nil || l.idle() != errIdle {
		t.Fatal(err)
	}
	if s := l.silent(); s < future || s > future+int64(time.Minute) {
		t.Errorf("%d ns behind the last packet", s-future)
	}
}

// TestDrainOfSetClocks: the end comes though the clock was set back behind it, and otherwise
// waits for all that came before.
func TestDrainOfSetClocks(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		about          string
		until, drained time.Duration // from now
		ends           bool
	}{
		{"just now", 0, 0, false},
		{"slow", -2 * longEnough, -2 * longEnough, false},
		{"set back just now", time.Hour, 0, false},
		{"set back", time.Hour, -2 * longEnough, true},
		{"set forth", -time.Hour, -2 * longEnough, false},
	} {
		l := live{until: now.Add(c.until).UnixNano(), drained: now.Add(c.drained)}
		var f packet.Frame
		err := l.take(&lane{head: packet.Frame{At: l.until}, here: true}, &f)
		if ends := err == io.EOF; ends != c.ends {
			t.Errorf("%s: %v", c.about, err)
		}
	}
}

// flood sends n frames on an interface.
func flood(t *testing.T, name string, n int) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	frame := append([]byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 0}, fmt.Sprintf("\x45%09d%090d", 0, 0)...)
	to := &unix.SockaddrLinklayer{Ifindex: i.Index}
	for n := range n {
		frame[30], frame[31] = byte(n>>8), byte(n) // of the address, which says to which ring it comes
		if err := unix.Sendto(fd, frame, 0, to); err != nil {
			t.Fatal(err)
		}
	}
}
