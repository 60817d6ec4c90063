package filter

import (
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"onpath/packet"
)

// kernel runs programs over datagrams that a socket gets: the same machine that packet
// sockets have, for which nobody needs to be root.
type kernel struct{ from, to int }

func newKernel(t *testing.T) kernel {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no pair of sockets: %v", err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return kernel{fds[0], fds[1]}
}

// attach gives the kernel a program in place of the one before, and it checks it.
func (k kernel) attach(p Program) error {
	unix.SetsockoptInt(k.to, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
	return unix.SetsockoptSockFprog(k.to, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{
		Len: uint16(len(p)), Filter: (*unix.SockFilter)(unsafe.Pointer(&p[0])),
	})
}

// match reports whether the kernel lets a datagram pass.
func (k kernel) match(t *testing.T, b []byte) bool {
	t.Helper()
	if err := unix.Send(k.from, b, 0); err != nil && err != unix.EPERM {
		t.Fatal(err)
	}
	var buf [4096]byte
	_, err := unix.Read(k.to, buf[:])
	return err == nil
}

// TestKernelTakes: the kernel takes every program, for files or live.
func TestKernelTakes(t *testing.T) {
	k := newKernel(t)
	n := 0
	for _, text := range append(lines(t, "selects.txt"), append(lines(t, "links.txt"), "port 1"+repeat(" or %", 2, 100))...) {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for link := range layouts {
			for _, compile := range []func(packet.LinkType) (Program, error){f.Compile, f.CompileLive} {
				p, err := compile(link)
				if err != nil {
					continue
				}
				if err := k.attach(p); err != nil {
					t.Errorf("%v %q: %v", link, text, err)
				}
				n++
			}
		}
	}
	t.Logf("%d programs", n)
}

// TestMatchAsKernel: the kernel comes to the same answers as Match.
func TestMatchAsKernel(t *testing.T) {
	k := newKernel(t)
	frames := newDice(10).frames(packet.LinkEthernet, 60)
	for _, text := range lines(t, "selects.txt") {
		if strings.Contains(text, "<< ip") { // a shift by more than 31 gives 0, but not there
			continue
		}
		p, err := compileFor(text, packet.LinkEthernet)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.attach(p); err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if len(f.data) == 0 {
				continue
			}
			if is, kernel := p.Match(f.data, uint32(len(f.data))), k.match(t, f.data); is != kernel {
				t.Errorf("%q: % x: we say %v, the kernel %v", text, f.data, is, kernel)
				break
			}
		}
	}
}
