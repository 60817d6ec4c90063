package fingerprint_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"onpath/fingerprint"
	"onpath/packet"
	"onpath/tcp"
)

// kernel is this machine's kernel in a network namespace of its own, with a tun device
// at whose other end the test stands. It belongs to one goroutine and its thread.
type kernel struct {
	t    *testing.T
	tun  int // the other end
	lo   int // a packet socket on the loopback device
	port uint16

	multipaths bool // it knows MPTCP
}

// Addresses of the kernel and of the other end.
var (
	inside  = [2]string{"10.77.0.1", "fd77::1"}
	outside = [2]string{"10.77.0.2", "fd77::2"}
)

// newKernel makes the namespace, or skips the test where that is not allowed. The
// thread is given up with the goroutine, and the namespace with it.
func newKernel(t *testing.T) *kernel {
	t.Helper()
	runtime.LockOSThread()
	if os.Geteuid() != 0 {
		t.Skip("it takes root to make a network namespace")
	}
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace: %v", err)
	}
	k := &kernel{t: t, port: 20000}
	var err error
	if k.tun, err = openTun("stage"); err != nil {
		t.Skipf("no tun device: %v", err)
	}
	k.ip("link set lo up")
	k.ip("link set stage up mtu 1500")
	k.ip("addr add " + inside[0] + "/24 dev stage")
	k.ip("addr add " + inside[1] + "/64 dev stage nodad")
	k.listen(0, served)
	k.multipaths = k.listen(protoMPTCP, servedMPTCP)
	k.lo = k.packets("lo")
	return k
}

func (k *kernel) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kernel) ip(args string) {
	k.t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		k.t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// set sets a sysctl of net.ipv4, and reports whether the kernel has it.
func (k *kernel) set(name, value string) bool {
	return os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0) == nil
}

func (k *kernel) mtu(n int) { k.ip(fmt.Sprintf("link set stage mtu %d", n)) }

func openTun(name string) (fd int, err error) {
	if fd, err = syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK, 0); err != nil {
		return 0, err
	}
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], name)
	request.flags = syscall.IFF_TUN | syscall.IFF_NO_PI
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if e != 0 {
		return 0, e
	}
	return fd, nil
}

// packets opens a packet socket on a device.
func (k *kernel) packets(device string) int {
	const all = syscall.ETH_P_ALL<<8&0xff00 | syscall.ETH_P_ALL>>8
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK, all)
	k.must(err)
	dev, err := net.InterfaceByName(device)
	k.must(err)
	k.must(syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all, Ifindex: dev.Index}))
	return fd
}

// Ports that the kernel listens at.
const served, servedMPTCP = 8080, 8081

// protoMPTCP is Linux's IPPROTO_MPTCP.
const protoMPTCP = 262

// listen has the kernel accept connections over both versions of IP, and reports
// whether it knows the protocol.
func (k *kernel) listen(proto, port int) bool {
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM, proto)
	if err != nil {
		return false
	}
	k.must(syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 0))
	k.must(syscall.Bind(fd, &syscall.SockaddrInet6{Port: port}))
	k.must(syscall.Listen(fd, 1024))
	return true
}

// connect has the kernel send a SYN, and returns the socket.
func (k *kernel) connect(proto int, to string, port int) int {
	k.t.Helper()
	addr, family := netip.MustParseAddr(to), syscall.AF_INET
	var sa syscall.Sockaddr = &syscall.SockaddrInet4{Port: port}
	if addr.Is4() {
		sa.(*syscall.SockaddrInet4).Addr = addr.As4()
	} else {
		family, sa = syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: addr.As16()}
	}
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, proto)
	k.must(err)
	if proto == fastOpen {
		k.must(syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, tcpFastOpenConnect, 1))
	}
	if err := syscall.Connect(fd, sa); err != nil && err != syscall.EINPROGRESS {
		k.t.Fatal(err)
	}
	if proto == fastOpen { // only data makes it send
		syscall.Write(fd, []byte("x"))
	}
	return fd
}

// fastOpen asks connect for TCP with Fast Open (RFC 7413); the number of its option
// is Linux's TCP_FASTOPEN_CONNECT.
const fastOpen, tcpFastOpenConnect = syscall.IPPROTO_TCP, 30

// waits is how long the kernel may take for a segment.
const waits = 3 * time.Second

// next returns the next segment to a port with the flags SYN, or SYN and ACK, that
// leaves by fd; port 0 is any.
func (k *kernel) next(fd int, port uint16, flags tcp.Flags) *packet.View {
	k.t.Helper()
	d, b, v := packet.NewDecoder(packet.Config{}), make([]byte, 1<<16), new(packet.View)
	for end := time.Now().Add(waits); time.Now().Before(end); {
		n, err := syscall.Read(fd, b)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		d.Decode(&packet.Frame{Number: 1, Link: packet.LinkRaw, Data: b[:n], WireLen: uint32(n)}, v)
		if v.IsTCP() && v.Seg.Flags&(tcp.SYN|tcp.ACK) == flags && (port == 0 || v.TCP.DstPort() == port) {
			return v
		}
	}
	k.t.Fatalf("the kernel sent no %v to port %d", flags, port)
	return nil
}

// syn returns the signature of the SYN that the kernel sends over a version of IP: 0
// for IPv4, 1 for IPv6. proto is that of the socket, 0 for TCP.
func (k *kernel) syn(version, proto int) (s fingerprint.Signature) {
	k.t.Helper()
	k.port++
	defer syscall.Close(k.connect(proto, outside[version], int(k.port)))
	return k.read(k.next(k.tun, k.port, tcp.SYN), 0)
}

// answer returns the signature of the SYN,ACK with which the kernel answers a SYN with
// such options, the MSS first. A RST follows: of many that are half open the kernel would
// answer with cookies.
func (k *kernel) answer(version int, port uint16, flags tcp.Flags, options []byte) fingerprint.Signature {
	k.t.Helper()
	k.port++
	s := segment{v6: version == 1, from: k.port, to: port, seq: 1000, window: 60000, ipFlags: 2, id: 1}
	s.flags, s.options = flags, options
	k.send(s)
	f := k.read(k.next(k.tun, k.port, tcp.SYN|tcp.ACK), binary.BigEndian.Uint16(options[2:]))
	s.seq, s.flags, s.options = s.seq+1, tcp.RST, nil
	k.send(s)
	return f
}

func (k *kernel) send(s segment) {
	k.t.Helper()
	_, err := syscall.Write(k.tun, s.wire())
	k.must(err)
}

// looped returns the signatures of a connection over the loopback device.
func (k *kernel) looped(version int) (syn, answer fingerprint.Signature) {
	k.t.Helper()
	defer syscall.Close(k.connect(0, [...]string{"127.0.0.1", "::1"}[version], served))
	syn = k.read(k.next(k.lo, served, tcp.SYN), 0)
	return syn, k.read(k.next(k.lo, 0, tcp.SYN|tcp.ACK), syn.MSS)
}

func (k *kernel) read(v *packet.View, peerMSS uint16) (s fingerprint.Signature) {
	k.t.Helper()
	if !s.Read(v, peerMSS) {
		k.t.Fatalf("no signature of %v", v.Seg.Flags)
	}
	return s
}
