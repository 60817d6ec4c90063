package tcpdump

import (
	"encoding/binary"
	"net/netip"
	"strconv"
)

// appendAddr appends an address of the datagram.
func (w *walk) appendAddr(dst []byte, a *[16]byte) []byte {
	if w.v6 {
		return appendIPv6(dst, a)
	}
	return appendIPv4(dst, a[12:])
}

func appendIPv4(dst, a []byte) []byte {
	for i, o := range a[:4] {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(o), 10)
	}
	return dst
}

// appendIPv6 appends an address as inet_ntop does: as RFC 5952 wants it, and an
// IPv4-compatible one (RFC 4291 §2.5.5.1) with its last four octets decimal.
func appendIPv6(dst []byte, a *[16]byte) []byte {
	be := binary.BigEndian
	if be.Uint64(a[:]) == 0 && be.Uint32(a[8:]) == 0 && be.Uint16(a[12:]) != 0 {
		return appendIPv4(append(dst, "::"...), a[12:])
	}
	return netip.AddrFrom16(*a).AppendTo(dst)
}

// appendMAC appends a hardware address.
func appendMAC(dst, a []byte) []byte {
	for i := range a {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = appendOctets(dst, a[i:i+1])
	}
	return dst
}

// onesSum returns the one's complement sum of b as words of 16 bits, padded with a
// zero octet, and of what was summed before (RFC 1071 §1).
func onesSum(before uint32, b []byte) uint16 {
	sum := uint64(before)
	for ; len(b) >= 2; b = b[2:] {
		sum += uint64(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
