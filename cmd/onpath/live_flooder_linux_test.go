package main

import (
	"bytes"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/internal/flood"
	"onpath/internal/inject"
)

// flooder sends what a flood makes: the kernel takes it as if it came in on b, or, where
// that is not permitted, a socket sends it on a.
type flooder struct {
	t        *testing.T
	from     space
	injector *inject.Injector // nil: by the socket
	fd       int
	vecs     []unix.Iovec
	stop     atomic.Bool
	sent     atomic.Uint64 // by the socket
	wg       sync.WaitGroup
}

// A flood's frames are made before, and sent again and again, those of TCP from or to
// other addresses each time.
const (
	distinct       = 400_000
	distinctOctets = 128 << 20 // with as much room for each as the longest takes
)

// made returns the frames of a flood.
func made(k flood.Kind) (frames [][]byte) {
	f, longest := flood.New(k, uint64(time.Now().UnixNano())), 64
	for len(frames) < distinct && len(frames)*longest < distinctOctets {
		frame := bytes.Clone(f.Next())
		frames, longest = append(frames, frame), max(longest, len(frame))
	}
	return frames
}

func newFlooder(t *testing.T, clients, servers space, k flood.Kind) *flooder {
	t.Helper()
	frames := made(k)
	x, err := &flooder{t: t, from: servers}, error(nil)
	servers.run(func() {
		if x.injector, err = inject.New("b", frames, netip.MustParseAddr(flood.Server)); err == nil {
			err = x.injector.Send(1)
		}
	})
	if err == nil {
		t.Cleanup(x.injector.Close)
		return x
	}
	t.Logf("a socket sends, which is slower: %v", err)
	x.injector, x.from = nil, clients
	x.open(frames)
	return x
}

// open makes the socket.
func (x *flooder) open(frames [][]byte) {
	x.vecs = make([]unix.Iovec, len(frames))
	for i, frame := range frames {
		x.vecs[i].Base = &frame[0]
		x.vecs[i].SetLen(len(frame))
	}
	x.from.run(func() {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			x.t.Error(err)
			return
		}
		x.fd = fd
		i, err := net.InterfaceByName("a")
		if err != nil {
			x.t.Error(err)
			return
		}
		unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1) // else it is slower
		if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: i.Index}); err != nil {
			x.t.Error(err)
		}
	})
	x.t.Cleanup(func() { unix.Close(x.fd) })
}

// start sends so many a second; 0: as many as it can. As an interface's interrupts would,
// it goes before what else there is to do.
func (x *flooder) start(rate int) {
	senders := 1
	if rate == 0 && x.injector == nil {
		senders = 2 // are faster
	}
	for range senders {
		x.wg.Go(func() {
			x.from.run(func() {
				if x.injector == nil {
					x.send(rate)
					return
				}
				unix.Setpriority(unix.PRIO_PROCESS, 0, -20)
				if err := x.injector.Stream(uint64(rate), x.stop.Load); err != nil {
					x.t.Error(err)
				}
			})
		})
	}
}

// send sends by the socket.
func (x *flooder) send(rate int) {
	const batch = 64
	type message struct {
		unix.Msghdr
		_ [8]byte // octets sent, and what aligns the next one
	}
	var all [batch]message
	began := time.Now()
	for at := 0; !x.stop.Load(); at = (at + batch) % (len(x.vecs) - batch) {
		for i := range all {
			all[i].Iov, all[i].Iovlen = &x.vecs[at+i], 1
		}
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(x.fd), uintptr(unsafe.Pointer(&all)), batch, 0, 0, 0)
		if errno == 0 {
			x.sent.Add(uint64(n))
		}
		if ahead := time.Duration(float64(x.sent.Load()) / float64(max(rate, 1)) * 1e9); rate > 0 && ahead > time.Since(began) {
			time.Sleep(ahead - time.Since(began))
		}
	}
}

// end returns how many were sent.
func (x *flooder) end() uint64 {
	x.stop.Store(true)
	if x.wg.Wait(); x.injector != nil {
		return x.injector.Sent()
	}
	return x.sent.Load()
}
