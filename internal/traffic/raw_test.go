//go:build linux

package traffic

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// spook sends a SYN in the name of somebody who is not there.
func spook(from, to netip.AddrPort) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if err != nil {
		panic(err)
	}
	defer unix.Close(fd)
	if err := unix.Sendto(fd, syn4(from, to, uint32(from.Port())<<16), 0, &unix.SockaddrInet4{Addr: to.Addr().As4()}); err != nil {
		panic(err)
	}
}

// syn4 is a SYN over IPv4, with an MSS of 1460. The kernel fills in the header's sum.
func syn4(from, to netip.AddrPort, isn uint32) []byte {
	src, dst := from.Addr().As4(), to.Addr().As4()
	b := []byte{0x45, 0, 0, 44, 0, 1, 0x40, 0, 64, unix.IPPROTO_TCP, 0, 0}
	b = append(append(b, src[:]...), dst[:]...)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, isn)
	b = append(b, 0, 0, 0, 0, 0x60, 0x02, 0xff, 0xff, 0, 0, 0, 0, 2, 4, 5, 180)
	binary.BigEndian.PutUint16(b[36:], sum(b))
	return b
}

// sum is the checksum of a TCP segment of 24 octets over IPv4 (RFC 9293 §3.1).
func sum(b []byte) uint16 {
	total := uint32(unix.IPPROTO_TCP + 24)
	for i := 12; i < len(b); i += 2 {
		total += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return ^uint16(total)
}
