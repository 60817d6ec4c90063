//go:build linux

package afpacket

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

var ne = binary.NativeEndian

// TestDownAndUp: an interface that is down is waited for.
func TestDownAndUp(t *testing.T) {
	stage(t)
	both(t, func(t *testing.T, open func(Config) []*Ring) {
		var got []What
		rings := open(Config{Interface: "b", Event: func(e Event) { got = append(got, e.What) }})
		command(t, "ip link set dev b down")
		collect(t, rings, 0)
		command(t, "ip link set dev b up")
		running(t)
		settle(t, rings)
		newSender(t, "a").send(ethernet(broadcast, 46, 0x0800))
		if n := len(collect(t, rings, 1)); n != 1 {
			t.Errorf("%d frames came", n)
		}
		if want := []What{Down, Up}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// TestGoneAndBack: another interface of the same name is followed, without a
// privilege and without what others would have shown.
func TestGoneAndBack(t *testing.T) {
	stage(t)
	both(t, func(t *testing.T, open func(Config) []*Ring) {
		var got []What
		rings := open(Config{Interface: "b", Promiscuous: true, Event: func(e Event) { got = append(got, e.What) }})
		for range 2 {
			command(t, "ip link delete dev b")
			settle(t, rings)
			command(t, "ip link add name c type veth peer name d")
			pair(t)
			unprivileged(t, func() { settle(t, rings) })
			command(t, "ip link delete dev c")
			newSender(t, "a").send(odd()...)
			same(t, collect(t, rings, len(odd())), odd())
		}
		if want := []What{Gone, Back, Gone, Back}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// TestUnread: a group whose interface has gone hands over what it holds before it takes
// the next one, and forgets no count.
func TestUnread(t *testing.T) {
	stage(t)
	var got []What
	rings := openedGroup(t, Config{Interface: "b", Event: func(e Event) { got = append(got, e.What) }}, 4)
	if w := rings[0].watch; w.wide || !w.bound() {
		t.Error("it looks at other interfaces")
	}
	newSender(t, "a").send(odd()...)
	command(t, "ip link delete dev b")
	pair(t)
	settle(t, rings)
	if want := []What{Gone}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	same(t, collect(t, rings, len(odd())), odd())
	unprivileged(t, func() { settle(t, rings) })
	newSender(t, "a").send(odd()...)
	same(t, collect(t, rings, len(odd())), odd())
	if want := []What{Gone, Back}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	var frames, arrived int
	for _, r := range rings {
		frames, arrived = frames+int(r.Stats().Frames), arrived+int(r.Stats().Arrived)
	}
	if want := 2 * len(odd()); frames != want || arrived != want {
		t.Errorf("%d frames, %d arrived, want %d", frames, arrived, want)
	}
}

// TestRefused: what keeps a group from an interface that is back is told once, with the
// reason, and the next try finds everything as it was.
func TestRefused(t *testing.T) {
	stage(t)
	var got []What
	var why error
	rings := openedGroup(t, Config{Interface: "b", Event: func(e Event) {
		if got = append(got, e.What); e.What == Refused {
			why = e.Err
		}
	}}, 2)
	of := openedGroup(t, Config{Interface: "lo"}, 1)[0]
	full, err := unix.GetsockoptInt(of.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	if err != nil {
		t.Fatal(err)
	}
	command(t, "ip link delete dev b")
	settle(t, rings)
	pair(t)
	w := rings[0].watch
	foreign := full & 0xffff
	w.id = foreign // a group of lo takes no sockets of others
	settle(t, rings)
	if want := []What{Gone, Refused}; !slices.Equal(got, want) || !errors.Is(why, unix.EINVAL) || w.id != foreign {
		t.Errorf("%v, want %v: %v; group %d, want %d", got, want, why, w.id, foreign)
	}
	w.id = newGroup
	settle(t, rings)
	newSender(t, "a").send(odd()...)
	same(t, collect(t, rings, len(odd())), odd())
	if want := []What{Gone, Refused, Back}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v: %v", got, want, why)
	}
}

// TestSameIndex: that an interface is gone does not hide behind another that has its
// index.
func TestSameIndex(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "b"})
	i := index(t, "b")
	command(t, "ip link delete dev b")
	command(t, fmt.Sprintf("ip link add name a type veth peer name b index %d", i))
	command(t, "ip link set dev a up")
	command(t, "ip link set dev b up")
	running(t)
	settle(t, one(r))
	newSender(t, "a").send(segment(1, 2, 3, 4, 5))
	same(t, collect(t, one(r), 1), [][]byte{segment(1, 2, 3, 4, 5)})
}

// TestRenamed: another name makes no other interface.
func TestRenamed(t *testing.T) {
	stage(t)
	r := opened(t, Config{Interface: "b", Event: func(e Event) { t.Error(e) }})
	command(t, "ip link set dev b name c")
	settle(t, one(r))
	newSender(t, "a").send(segment(1, 2, 3, 4, 5))
	same(t, collect(t, one(r), 1), [][]byte{segment(1, 2, 3, 4, 5)})
}

// TestChanged: an interface that the filter was not written for is refused, once, and
// one that comes later is taken.
func TestChanged(t *testing.T) {
	stage(t)
	var got []What
	r := opened(t, Config{Interface: "b", Event: func(e Event) { got = append(got, e.What) }})
	command(t, "ip link delete dev b")
	command(t, "ip tuntap add dev b mode tun")
	settle(t, one(r))
	command(t, "ip link delete dev b")
	pair(t)
	settle(t, one(r))
	if want := []What{Gone, Changed, Back}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestFanout: both directions of a connection come to one socket, and every packet to
// one only.
func TestFanout(t *testing.T) {
	stage(t)
	rings, err := OpenFanout(Config{Interface: "b"}, 4)
	if err != nil {
		t.Fatal(err)
	}
	s := newSender(t, "a")
	const flows = 500
	for port := range uint16(flows) {
		s.send(segment(1, 2, 1000+port, 80, 5), segment(2, 1, 80, 1000+port, 5))
	}
	newSender(t, "lo").send(segment(1, 2, 3, 4, 5)) // a socket in a group is bound to all
	of := map[packet.Key]int{}
	var d, v = packet.NewDecoder(packet.Config{}), packet.View{}
	for i, r := range rings {
		got := collect(t, one(r), 0)
		if len(got) < flows*2/4/2 {
			t.Errorf("socket %d has %d frames of %d", i, len(got), flows*2)
		}
		for _, f := range got {
			f.Data = []byte(f.kept)
			d.Decode(&f.Frame, &v)
			if at, ok := of[v.Key]; ok && at != i {
				t.Fatalf("%v came to sockets %d and %d", v.Key, at, i)
			}
			of[v.Key] = i
		}
		r.Close()
	}
	if len(of) != flows {
		t.Errorf("%d connections, want %d", len(of), flows)
	}
}

// TestUnjoined: a kernel without groups is told from one that has none to give now.
func TestUnjoined(t *testing.T) {
	for err, none := range map[syscall.Errno]bool{
		unix.EINVAL: true, unix.ENOPROTOOPT: true, unix.EOPNOTSUPP: true,
		unix.ENOMEM: false, unix.ENOSPC: false, unix.EPERM: false, unix.ENODEV: false,
	} {
		if got := unjoined(err); errors.Is(got, ErrNoFanout) != none || !errors.Is(got, err) {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// both runs a test with a socket, and with groups of 2 and 4.
func both(t *testing.T, test func(*testing.T, func(Config) []*Ring)) {
	t.Log("one socket")
	test(t, func(c Config) []*Ring { return one(opened(t, c)) })
	for _, n := range []int{2, 4} {
		t.Logf("%d sockets in a group", n)
		test(t, func(c Config) []*Ring { return openedGroup(t, c, n) })
	}
}

// openedGroup opens a group of Rings for the time of the test.
func openedGroup(t testing.TB, c Config, n int) []*Ring {
	t.Helper()
	rings, err := OpenFanout(c, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, r := range rings {
			r.Close()
		}
	})
	return rings
}

// settle looks after the interfaces twice, whatever the time is.
func settle(t *testing.T, rings []*Ring) {
	t.Helper()
	for range 2 {
		for _, r := range rings {
			unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
			r.watch.follow()
		}
	}
}

// unprivileged does something without any capability in effect.
func unprivileged(t *testing.T, do func()) {
	t.Helper()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had [2]unix.CapUserData
	if err := unix.Capget(&head, &had[0]); err != nil {
		t.Fatal(err)
	}
	none := had
	none[0].Effective, none[1].Effective = 0, 0
	if err := unix.Capset(&head, &none[0]); err != nil {
		t.Fatal(err)
	}
	if fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); err == nil {
		unix.Close(fd)
		t.Error("there is still a privilege")
	}
	do()
	if err := unix.Capset(&head, &had[0]); err != nil {
		t.Fatal(err)
	}
}
