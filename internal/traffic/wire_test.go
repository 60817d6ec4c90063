//go:build linux

package traffic

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/netns"
)

// wiring is the wire's ends: a TAP device with each host, and in the router a pair of
// interfaces between which the frames pass by; the addresses are of RFC 5737 and RFC 4193.
const wiring = `
-n C tuntap add dev tap0 mode tap
-n C addr add 198.51.100.1/24 dev tap0
-n C -6 addr add fd20::1/64 dev tap0 nodad
-n C link set tap0 txqueuelen 100000 up
-n S tuntap add dev tap0 mode tap
-n S addr add 198.51.100.2/24 dev tap0
-n S -6 addr add fd20::2/64 dev tap0 nodad
-n S link set tap0 txqueuelen 100000 up
-n R link add left type veth peer name right
netns exec R sysctl -qw net.ipv6.conf.left.disable_ipv6=1 net.ipv6.conf.right.disable_ipv6=1
-n R link set left mtu 9000 arp off up
-n R link set right mtu 9000 arp off up`

// wayOfWire is where connections go that pass the wire.
var wayOfWire = [2][2]string{{"198.51.100.1", "198.51.100.2"}, {"fd20::1", "fd20::2"}}

// A fault is what may happen to a frame, in hundredths: it is lost, another one is made of
// it, or it comes some milliseconds late.
type fault struct{ lost, copied, late int }

// A wire carries frames between the client and the server, past the router's interfaces
// left and right. Of those of TCP it tags some, and makes faults before the place where
// onpath captures, the interface left, and behind it.
type wire struct {
	t     *testing.T
	taps  [2]*os.File // the client's, the server's
	trunk [2]int      // sockets on left and right
	mu    sync.Mutex
	dice  *rand.Rand
	made  map[string]int // faults, by name and place
	cross map[uint16]*crossroads
}

// crossroads are where the SYNs of both ends meet: both pass the place where onpath
// captures, the client's first, before either arrives. So neither end can have answered.
type crossroads struct {
	syns [2][]byte // the latest of each end that waits
	step crossing
}

// crossing is how far both SYNs have come.
type crossing uint8

const (
	waiting crossing = iota // for that of the other end
	first                   // the client's is on the wire
	second                  // the client's has passed; the server's is on the wire
	crossed                 // both have; those that come now are sent again
)

// connect lays the wire.
func connect(t *testing.T, g *netns.Gateway) *wire {
	w := &wire{t: t, dice: rand.New(rand.NewPCG(4, 4)), made: map[string]int{}, cross: map[uint16]*crossroads{}}
	within(t, g, "C", func() { w.taps[0] = tap(t) })
	within(t, g, "S", func() { w.taps[1] = tap(t) })
	within(t, g, "R", func() { w.trunk = [2]int{packets(t, "left"), packets(t, "right")} })
	var done sync.WaitGroup
	end := make(chan bool)
	for from := range 2 {
		done.Go(func() { w.enters(from, end) })
		done.Go(func() { w.leaves(from, end) })
	}
	t.Cleanup(func() {
		close(end)
		w.taps[0].Close()
		w.taps[1].Close()
		done.Wait()
		unix.Close(w.trunk[0])
		unix.Close(w.trunk[1])
	})
	return w
}

// within does something in a namespace, on a thread that is thrown away behind it.
func within(t *testing.T, g *netns.Gateway, namespace string, what func()) {
	t.Helper()
	space, err := os.Open(g.Path(namespace))
	if err != nil {
		t.Fatal(err)
	}
	defer space.Close()
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
			t.Error(err)
			return
		}
		what()
	}()
	<-done
}

// tap opens the namespace's device tap0.
func tap(t *testing.T) *os.File {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Error(err)
		return nil
	}
	request, _ := unix.NewIfreq("tap0")
	request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		t.Error(err)
	}
	return os.NewFile(uintptr(fd), "tap0")
}

// packets opens a socket for frames of an interface of the namespace. It tells of a
// frame's outermost tag beside the frame.
func packets(t *testing.T, name string) int {
	const all = unix.ETH_P_ALL>>8 | unix.ETH_P_ALL<<8&0xff00
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		t.Error(err)
		return -1
	}
	request, _ := unix.NewIfreq(name)
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request); err != nil {
		t.Error(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: int(request.Uint32())}); err != nil {
		t.Error(err)
	}
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20)
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000})
	return fd
}

// enters takes what a host sends, and puts it on the wire.
func (w *wire) enters(from int, end chan bool) {
	b := make([]byte, 2048)
	for {
		n, err := w.taps[from].Read(b)
		if err != nil {
			return
		}
		w.put(from, b[:n])
	}
}

// put puts a frame on the wire; the first SYNs of a crossing wait for each other.
func (w *wire) put(from int, frame []byte) {
	port, syn := shown(frame)
	k := wiredAt(port)
	if k.crosses && syn && w.meets(from, port, frame) {
		return
	}
	w.fault("before", k.before, frame, func(b []byte) { unix.Write(w.trunk[from], tagged(b, k.tags)) })
}

// meets holds a SYN until that of the other end has come; it reports false of one that
// comes when both have passed.
func (w *wire) meets(from int, port uint16, frame []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.cross[port]
	if c == nil {
		c = new(crossroads)
		w.cross[port] = c
	}
	switch {
	case c.step == crossed:
		return false
	case c.step != waiting: // it is sent again while the first is on its way
		return true
	}
	c.syns[from] = append([]byte{}, frame...)
	if c.syns[0] != nil && c.syns[1] != nil {
		c.step = first
		unix.Write(w.trunk[0], c.syns[0])
	}
	return true
}

// crosses takes a SYN of a crossing from the wire, for one end; it reports false of one that
// is only to be given to it.
func (w *wire) crosses(to int, port uint16) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch c := w.cross[port]; {
	case c.step == first && to == 1:
		c.step = second
		unix.Write(w.trunk[1], c.syns[1])
		return true
	case c.step == second && to == 0:
		c.step = crossed
		w.taps[1].Write(c.syns[0])
	}
	return false
}

// leaves takes what comes from the other end of the wire, and gives it to the host.
func (w *wire) leaves(to int, end chan bool) {
	b := make([]byte, 2048)
	for {
		select {
		case <-end:
			return
		default:
		}
		n, _, err := unix.Recvfrom(w.trunk[to], b, 0)
		if err != nil || n < 14 {
			continue
		}
		frame := untagged(b[:n])
		port, syn := shown(frame)
		if syn && wiredAt(port).crosses && w.crosses(to, port) {
			continue
		}
		w.fault("behind", wiredAt(port).behind, frame, func(b []byte) { w.taps[to].Write(b) })
	}
}

// fault lets a frame pass, or not, or otherwise.
func (w *wire) fault(where string, f fault, frame []byte, pass func([]byte)) {
	w.mu.Lock()
	roll := w.dice.IntN(100)
	late := time.Duration(1+w.dice.IntN(5)) * time.Millisecond
	what := ""
	switch {
	case roll < f.lost:
		what = "lost "
	case roll < f.lost+f.copied:
		what = "copied "
	case roll < f.lost+f.copied+f.late:
		what = "late "
	}
	w.made[what+where]++
	w.mu.Unlock()
	switch what {
	case "lost ":
	case "copied ":
		pass(frame)
		pass(frame)
	case "late ":
		kept := append([]byte{}, frame...)
		time.AfterFunc(late, func() { pass(kept) })
	default:
		pass(frame)
	}
}

// tagged returns a frame with tags of VLANs, an ethertype and an id each.
func tagged(frame []byte, tags []uint16) []byte {
	if len(tags) == 0 {
		return frame
	}
	b := append([]byte{}, frame[:12]...)
	for _, t := range tags {
		b = binary.BigEndian.AppendUint16(b, t)
	}
	return append(b, frame[12:]...)
}

// untagged returns a frame without the tags that the kernel has left in it.
func untagged(b []byte) []byte {
	for len(b) > 18 && (binary.BigEndian.Uint16(b[12:]) == unix.ETH_P_8021Q || binary.BigEndian.Uint16(b[12:]) == unix.ETH_P_8021AD) {
		copy(b[4:], b[:12])
		b = b[4:]
	}
	return b
}

// shown returns the server's port of a TCP segment, 0 of all else, and whether it is a SYN
// without ACK.
func shown(frame []byte) (port uint16, syn bool) {
	if len(frame) < 54 {
		return 0, false
	}
	ip := frame[14:]
	at, next := 40, ip[6]
	if binary.BigEndian.Uint16(frame[12:]) == unix.ETH_P_IP {
		at, next = int(ip[0]&15)*4, ip[9]
	}
	if next != unix.IPPROTO_TCP || len(ip) < at+20 {
		return 0, false
	}
	tcp := ip[at:]
	port = min(binary.BigEndian.Uint16(tcp), binary.BigEndian.Uint16(tcp[2:]))
	return port, tcp[13]&0x12 == 0x02
}
