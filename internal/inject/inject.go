//go:build linux

package inject

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// An Injector sends the frames of one table. One goroutine uses it, whose thread is its own
// and in the interface's network namespace.
type Injector struct {
	index        uint32 // of the interface
	table, state memory
	program      int   // descriptor
	held         []int // other descriptors
}

// New returns an Injector of frames, of Ethernet and 14 to 3,000 octets, for an interface
// of the thread's network namespace; it copies the frames. Each pass through them changes
// the addresses of TCP over IPv4, but one: keep, if it is valid. The error is
// ErrNotSupported where the kernel does not permit it.
func New(name string, frames [][]byte, keep netip.Addr) (*Injector, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	x := &Injector{index: uint32(i.Index), program: -1}
	if err := x.open(frames, keep); err != nil {
		x.Close()
		return nil, fmt.Errorf("%w: %w", ErrNotSupported, err)
	}
	return x, nil
}

// open makes the maps and the program.
func (x *Injector) open(frames [][]byte, keep netip.Addr) (err error) {
	slot := slotFrame
	for _, f := range frames {
		slot = max(slot, slotFrame+(len(f)+7)&^7)
	}
	if x.table, err = newMemory(slot, len(frames)); err != nil {
		return err
	}
	for i, f := range frames {
		s := x.table.octets[i*slot:]
		binary.NativeEndian.PutUint16(s[slotLength:], uint16(len(f)))
		binary.NativeEndian.PutUint16(s[slotRenew:], renewed(f, keep))
		copy(s[slotFrame:], f)
	}
	if x.state, err = newMemory(stateSize, 1); err != nil {
		return err
	}
	binary.NativeEndian.PutUint32(x.state.octets[stateCount:], uint32(len(frames)))
	if x.program, err = load(assemble(program(x.state.fd, x.table.fd, slot))); err != nil {
		return err
	}
	return x.hold()
}

// hold attaches the program to the lo of a namespace that nobody is in, where nothing
// passes. Of a program that is in use nowhere, the kernel changes at the beginning and at the
// end of each test run how it is called, and waits both times until no processor calls
// anything the old way: 10 ms and more.
func (x *Injector) hold() error {
	const self, lo = "/proc/thread-self/ns/net", 1
	home, err := unix.Open(self, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(home)
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	for _, open := range [...]func() (int, error){
		func() (int, error) { return unix.Open(self, unix.O_RDONLY|unix.O_CLOEXEC, 0) }, // the namespace stays
		func() (int, error) { return attach(x.program, lo) },
	} {
		fd, openErr := open()
		if err = errors.Join(err, openErr); openErr == nil {
			x.held = append(x.held, fd)
		}
	}
	return errors.Join(err, unix.Setns(home, unix.CLONE_NEWNET))
}

// renewed says which addresses of a frame change with each pass: those of TCP over IPv4
// whose checksums are where the program looks for them.
func renewed(f []byte, keep netip.Addr) (which uint16) {
	const kind, first, fragment, protocol = 12, 14, 20, 23
	if len(f) < headers || binary.BigEndian.Uint16(f[kind:]) != unix.ETH_P_IP || f[first] != 0x45 ||
		f[protocol] != unix.IPPROTO_TCP || binary.BigEndian.Uint16(f[fragment:])&0x3fff != 0 {
		return 0
	}
	if netip.AddrFrom4([4]byte(f[source:])) != keep {
		which |= renewSource
	}
	if netip.AddrFrom4([4]byte(f[destination:])) != keep {
		which |= renewDestination
	}
	return which
}

// Send hands over the next n frames, in as many pieces as signals make of it.
func (x *Injector) Send(n uint64) error {
	for until := x.Sent() + n; x.Sent() < until; {
		err := run(x.program, x.index, uint32(min(until-x.Sent(), 1<<20)))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("%w: %w", ErrNotSupported, err)
		}
	}
	return nil
}

// Stream hands over so many frames a second, 0: as many as it can, until stopped says so:
// those that are due each time it wakes, each millisecond at best. What it could not send
// within the last tenth of a second is not made good.
func (x *Injector) Stream(rate uint64, stopped func() bool) error {
	const most, piece = time.Second / 10, 1 << 14
	for due := time.Now(); !stopped(); {
		n := uint64(piece)
		if rate > 0 {
			time.Sleep(time.Millisecond)
			late := time.Since(due)
			due = due.Add(max(late-most, 0))
			n = rate * uint64(min(late, most)) / uint64(time.Second)
			due = due.Add(time.Duration(n * uint64(time.Second) / rate))
		}
		if err := x.Send(n); err != nil {
			return err
		}
	}
	return nil
}

// Sent returns how many frames were handed over in all.
func (x *Injector) Sent() uint64 { return binary.NativeEndian.Uint64(x.state.octets[stateSent:]) }

// Close gives all back.
func (x *Injector) Close() {
	for _, fd := range x.held {
		unix.Close(fd)
	}
	if x.program >= 0 {
		unix.Close(x.program)
	}
	x.table.close()
	x.state.close()
}
