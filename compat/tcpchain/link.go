package tcpchain

import (
	"encoding/binary"

	"onpath/packet"
)

// Ethertypes that the original looks behind.
const (
	typeIPv4  = 0x0800
	typeVLAN  = 0x8100
	typeQinQ  = 0x88a8
	typeIPv6  = 0x86dd
	typeMPLS  = 0x8847
	typePPPoE = 0x8864
)

// Protocol numbers of PPP (RFC 1332, RFC 5072).
const (
	pppIPv4 = 0x0021
	pppIPv6 = 0x0057
)

// datagram returns the captured octets of f from the IP header on, nil if f
// holds no IP that the original finds.
func datagram(f *packet.Frame) []byte {
	b := f.Data
	switch f.Link {
	case packet.LinkEthernet:
		return ethernet(b, 14)
	case packet.LinkFDDI:
		return logical(after(b, 13))
	case packet.LinkLinuxSLL:
		return typed(b, 14, 16)
	case packet.LinkLinuxSLL2:
		return typed(b, 0, 20)
	case packet.LinkCHDLC:
		return typed(b, 2, 4)
	case packet.LinkNull, packet.LinkLoop:
		return anyIP(after(b, 4))
	case packet.LinkRaw, packet.LinkRaw12, packet.LinkRaw14, packet.LinkIPv4, packet.LinkIPv6:
		return anyIP(b)
	case packet.LinkPPP:
		return ppp(b)
	}
	return nil
}

// after returns what stands behind n octets, nil if they were not captured.
func after(b []byte, n int) []byte {
	if len(b) < n {
		return nil
	}
	return b[n:]
}

// ethernet reads a header of n octets whose last two are a type or a length.
func ethernet(b []byte, n int) []byte {
	if len(b) < n {
		return nil
	}
	if binary.BigEndian.Uint16(b[n-2:]) <= 1500 {
		return logical(b[n:])
	}
	return typed(b, n-2, n)
}

// logical reads LLC and SNAP.
func logical(b []byte) []byte {
	if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 {
		return nil
	}
	return typed(b, 6, 8)
}

// typed reads what an ethertype at octet at names, which begins at octet next.
func typed(b []byte, at, next int) []byte {
	for len(b) >= next {
		t := binary.BigEndian.Uint16(b[at:])
		b, at, next = b[next:], 2, 4
		switch t {
		case typeIPv4:
			return versioned(b, 4)
		case typeIPv6:
			return versioned(b, 6)
		case typeMPLS:
			return mpls(b)
		case typePPPoE:
			return ppp(after(b, 6))
		case typeVLAN, typeQinQ:
		default:
			return nil
		}
	}
	return nil
}

// mpls passes over labels to IP.
func mpls(b []byte) []byte {
	const bottom = 1 // RFC 3032 §2.1: in the third octet
	for len(b) >= 4 {
		last := b[2]&bottom != 0
		b = b[4:]
		if last {
			return anyIP(b)
		}
	}
	return nil
}

// ppp reads a protocol number, behind address and control if they are there.
func ppp(b []byte) []byte {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:]
	}
	if len(b) < 2 {
		return nil
	}
	switch binary.BigEndian.Uint16(b) {
	case pppIPv4:
		return versioned(b[2:], 4)
	case pppIPv6:
		return versioned(b[2:], 6)
	}
	return nil
}

// anyIP returns b if it begins with a version of IP.
func anyIP(b []byte) []byte {
	if len(b) > 0 && (b[0]>>4 == 4 || b[0]>>4 == 6) {
		return b
	}
	return nil
}

// versioned returns b if it begins with that version.
func versioned(b []byte, version uint8) []byte {
	if len(b) > 0 && b[0]>>4 == version {
		return b
	}
	return nil
}
