package filter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// number reads a number as C writes it: decimal, 0x hexadecimal, 0 octal.
func number(word string) (n uint32, ok bool) {
	digits, base := word, 10
	switch {
	case strings.HasPrefix(word, "0x") || strings.HasPrefix(word, "0X"):
		digits, base = word[2:], 16
	case len(word) > 1 && word[0] == '0':
		digits, base = word[1:], 8
	}
	u, err := strconv.ParseUint(digits, base, 32)
	return uint32(u), err == nil
}

// dotted reads an IPv4 address of one to four numbers with dots between; those that are
// missing at the end leave bits open.
func dotted(word string) (addr, mask uint32, ok bool) {
	parts := strings.Split(word, ".")
	if len(parts) > 4 {
		return 0, 0, false
	}
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return 0, 0, false
		}
		addr, mask = addr<<8|uint32(n), mask<<8|0xff
	}
	open := 8 * (4 - len(parts))
	return addr << open, mask << open, true
}

// network reads a number without dots as that of a network: its leading octets.
func network(n uint32) (addr, mask uint32) {
	addr, mask = n, ^uint32(0)
	for addr != 0 && addr>>24 == 0 {
		addr, mask = addr<<8, mask<<8
	}
	return addr, mask
}

// prefix returns the mask of that many bits.
func prefix(bits uint32) uint32 { return ^uint32(0) << (32 - bits) } // a shift by 32 leaves 0

// words returns an IPv6 address as four numbers, and the masks of the first bits of it.
func words(a netip.Addr, bits uint32) (addr, mask [4]uint32) {
	b := a.As16()
	for i := range addr {
		addr[i] = binary.BigEndian.Uint32(b[4*i:])
		mask[i] = prefix(min(32, bits-min(bits, uint32(32*i))))
	}
	return addr, mask
}

// station reads a link address: six octets in hexadecimal with colons, dashes or dots
// between, or twelve digits with a dot behind every four, or without.
func station(word string) (mac uint64, ok bool) {
	digits := word
	if parts := strings.FieldsFunc(word, func(c rune) bool { return c == ':' || c == '-' || c == '.' }); len(parts) == 6 {
		digits = ""
		for _, p := range parts {
			digits += strings.Repeat("0", max(0, 2-len(p))) + p
		}
	} else if len(parts) == 3 && len(word) == 14 {
		digits = strings.Join(parts, "")
	}
	if len(digits) != 12 {
		return 0, false
	}
	mac, err := strconv.ParseUint(digits, 16, 64)
	return mac, err == nil
}
