//go:build linux

package inject

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attr is the argument of bpf(2): words as union bpf_attr has them, and what they point to.
type attr struct {
	octets [80]byte // a test run's
	held   runtime.Pinner
}

func (a *attr) put(at int, n uint32) { binary.NativeEndian.PutUint32(a.octets[at:], n) }

// point has the words at an offset point to octets.
func (a *attr) point(at int, b []byte) {
	a.held.Pin(&b[0])
	binary.NativeEndian.PutUint64(a.octets[at:], uint64(uintptr(unsafe.Pointer(&b[0]))))
}

// call asks the kernel once.
func (a *attr) call(command uintptr) (int, error) {
	defer a.held.Unpin()
	n, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(&a.octets)), unsafe.Sizeof(a.octets))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// memory is a map of the kind array that this process writes as memory of its own.
type memory struct {
	fd     int
	octets []byte
}

// newMemory makes one of so many values of a size, which is a multiple of 8.
func newMemory(size, values int) (m memory, err error) {
	var a attr
	a.put(0, unix.BPF_MAP_TYPE_ARRAY)
	a.put(4, 4) // octets of a key
	a.put(8, uint32(size))
	a.put(12, uint32(values))
	a.put(16, unix.BPF_F_MMAPABLE)
	if m.fd, err = a.call(unix.BPF_MAP_CREATE); err != nil {
		return memory{}, fmt.Errorf("bpf map: %w", err)
	}
	page := os.Getpagesize()
	if m.octets, err = unix.Mmap(m.fd, 0, (size*values+page-1)&^(page-1), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		unix.Close(m.fd)
		return memory{}, fmt.Errorf("bpf map: mmap: %w", err)
	}
	return m, nil
}

func (m *memory) close() {
	if m.octets == nil {
		return
	}
	unix.Munmap(m.octets)
	unix.Close(m.fd)
	m.octets = nil
}

// load returns the descriptor of an XDP program; the error has what the verifier says.
func load(code []byte) (int, error) {
	var a attr
	says := make([]byte, 64<<10)
	a.put(0, unix.BPF_PROG_TYPE_XDP)
	a.put(4, uint32(len(code)/8))
	a.point(8, code)
	a.point(16, []byte("MIT\x00"))
	a.put(24, 1)
	a.put(28, uint32(len(says)))
	a.point(32, says)
	fd, err := a.call(unix.BPF_PROG_LOAD)
	if err != nil {
		text, _, _ := bytes.Cut(says, []byte{0})
		return -1, fmt.Errorf("bpf program: %w: %s", err, text)
	}
	return fd, nil
}

// run has a program make so many frames, which come in on an interface.
func run(program int, index, frames uint32) error {
	const batch = 256 // TEST_XDP_MAX_BATCH
	var a attr
	ctx := make([]byte, 24) // struct xdp_md
	binary.NativeEndian.PutUint32(ctx[4:], initial)
	binary.NativeEndian.PutUint32(ctx[12:], index)
	a.put(0, uint32(program))
	a.put(8, initial)
	a.point(16, make([]byte, initial))
	a.put(32, frames)
	a.put(40, uint32(len(ctx)))
	a.point(48, ctx)
	a.put(64, unix.BPF_F_TEST_XDP_LIVE_FRAMES)
	a.put(72, batch)
	_, err := a.call(unix.BPF_PROG_TEST_RUN)
	return err
}

// attach has an XDP program look at an interface's packets as long as the descriptor that
// it returns is open.
func attach(program, index int) (int, error) {
	var a attr
	a.put(0, uint32(program))
	a.put(4, uint32(index))
	a.put(8, unix.BPF_XDP)
	a.put(12, unix.XDP_FLAGS_SKB_MODE)
	fd, err := a.call(unix.BPF_LINK_CREATE)
	if err != nil {
		return -1, fmt.Errorf("bpf link: %w", err)
	}
	return fd, nil
}
