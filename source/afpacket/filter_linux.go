package afpacket

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"onpath/filter"
)

// Octets that are no part of a frame, as a filter loads them (linux/filter.h).
const (
	skfAdOff      = 0xfffff000 // SKF_AD_OFF
	skfAdProtocol = skfAdOff + 0
	skfAdPkttype  = skfAdOff + 4
	skfAdIfindex  = skfAdOff + 8
	skfAdHatype   = skfAdOff + 28
)

// Instructions of classic BPF (linux/bpf_common.h).
const (
	opLoadWord = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	opLoadImm  = unix.BPF_LD | unix.BPF_IMM
	opJumpEq   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	opReturn   = unix.BPF_RET | unix.BPF_K
)

// loopbackIndex is that of lo: the first interface of every namespace.
const loopbackIndex = 1

// nothing lets no packet pass.
var nothing = []unix.SockFilter{{Code: opReturn}}

// program returns the filter of a socket: what only the socket's packets pass, what
// drops those that lo shows on their way out, and the user's filter, or none, which
// keeps no more than the snap length. only is the index of the one interface whose
// packets pass; 0: it matters not.
func program(c *Config, i *iface, only int32) []unix.SockFilter {
	var p []unix.SockFilter
	if only != 0 {
		p = append(p,
			unix.SockFilter{Code: opLoadWord, K: skfAdIfindex},
			unix.SockFilter{Code: opJumpEq, Jt: 1, K: uint32(only)},
			unix.SockFilter{Code: opReturn})
	}
	if i.loopback || i.index == 0 {
		p = append(p,
			unix.SockFilter{Code: opLoadWord, K: skfAdIfindex},
			unix.SockFilter{Code: opJumpEq, Jf: 3, K: loopbackIndex},
			unix.SockFilter{Code: opLoadWord, K: skfAdPkttype},
			unix.SockFilter{Code: opJumpEq, Jf: 1, K: unix.PACKET_OUTGOING},
			unix.SockFilter{Code: opReturn})
	}
	p = append(p, unix.SockFilter{Code: opLoadImm}) // the user's begins with 0 in A
	if len(c.Filter) == 0 {
		return append(p, unix.SockFilter{Code: opReturn, K: uint32(c.Snaplen)})
	}
	for _, in := range c.Filter {
		p = append(p, clip(in, c.Snaplen))
	}
	return p
}

// clip lets an instruction that takes a frame take no more than the snap length.
func clip(in filter.Instruction, snaplen int) unix.SockFilter {
	if in.Op == opReturn {
		in.K = min(in.K, uint32(snaplen))
	}
	return unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
}

// cookedFields are where the kernel tells what a header of LINKTYPE_LINUX_SLL2 will
// hold, by the offset in it.
var cookedFields = map[uint32]uint32{0: skfAdProtocol, 4: skfAdIfindex, 8: skfAdHatype, 10: skfAdPkttype}

// uncooked returns a filter as the kernel must have it for a cooked socket, whose
// frames begin behind the header that they will have. len is without it, as in
// tcpdump.
func uncooked(p filter.Program) (filter.Program, error) {
	moved := make(filter.Program, len(p))
	for i, in := range p {
		if class, mode := in.Op&0x07, in.Op&0xe0; class > unix.BPF_LDX || mode != unix.BPF_ABS && mode != unix.BPF_IND && mode != unix.BPF_MSH || in.K >= skfAdOff {
			moved[i] = in
			continue
		}
		at, told := cookedFields[in.K]
		switch {
		case in.K >= cookedHead:
			at = in.K - cookedHead
		case !told || in.Op&0xe0 != unix.BPF_ABS:
			return nil, fmt.Errorf("the filter asks for octet %d of a header of LINKTYPE_LINUX_SLL2, which the kernel does not tell", in.K)
		}
		in.K = at
		moved[i] = in
	}
	return moved, nil
}

// attach gives a socket its filter, in one step: it has the old one or the new.
func attach(fd int, p []unix.SockFilter) error {
	if len(p) > unix.BPF_MAXINSNS {
		return fmt.Errorf("the filter has %d instructions, and the kernel takes %d: make it simpler", len(p), unix.BPF_MAXINSNS)
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return refused(err, len(p))
	}
	return nil
}

// enoughMemory is a net.core.optmem_max with which a filter of any length is taken: that
// of Linux since 6.7. It was 20,480 before.
const enoughMemory = 128 << 10

// refused says why the kernel does not take a filter of so many instructions, and what to
// do.
func refused(err error, instructions int) error {
	if errors.Is(err, unix.ENOMEM) {
		return fmt.Errorf("the kernel has no memory for a filter of %d instructions: %w; root can allow more with sysctl net.core.optmem_max=%d, or make the filter simpler", instructions, err, enoughMemory)
	}
	return fmt.Errorf("the kernel refuses the filter: %w", err)
}
