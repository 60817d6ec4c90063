package packet

import "encoding/binary"

// mplsBottom is the bit of a label stack entry that says it is the last
// (RFC 3032 §2.1).
const mplsBottom = 0x100

// mpls reads a label stack.
func (w *walk) mpls() layer {
	for {
		if len(w.b) < 4 {
			return w.stop(LinkCut)
		}
		entry := binary.BigEndian.Uint32(w.b)
		w.skip(4)
		if entry&mplsBottom != 0 {
			return w.underLabels()
		}
	}
}

// underLabels guesses what lies under a label stack, as nothing names it: IP by
// its version, which a control word imitates with a zero on purpose (RFC 4385
// §2); else Ethernet, with the control word before it or without.
func (w *walk) underLabels() layer {
	if len(w.b) == 0 {
		return w.stop(LinkCut)
	}
	switch version := w.b[0] >> 4; {
	case version == 4 && (looksIPv4(w.b) || !looksEthernet(w.b)):
		return layerIPv4
	case version == 6 && (len(w.b) < 8 || !looksEthernet(w.b)):
		return layerIPv6
	case version == 0 && len(w.b) >= 4 && looksEthernet(w.b[4:]):
		return w.over(4, layerEthernet)
	case looksEthernet(w.b):
		return layerEthernet
	}
	return w.stop(NotIP)
}

// looksIPv4 reports whether b may start with an IPv4 header.
func looksIPv4(b []byte) bool {
	if len(b) < 20 || b[0]>>4 != 4 {
		return false
	}
	n, total := uint16(b[0]&15)*4, binary.BigEndian.Uint16(b[2:])
	return n >= 20 && (total == 0 || total >= n)
}

// looksEthernet reports whether b may start with an Ethernet header: its type
// is one of those that carry IP or go with it, and the octet behind it fits.
func looksEthernet(b []byte) bool {
	if len(b) < 15 {
		return false
	}
	t, first := binary.BigEndian.Uint16(b[12:]), b[14]
	switch t {
	case typeIPv4:
		return first>>4 == 4 && first&15 >= 5
	case typeIPv6:
		return first>>4 == 6
	case typeARP:
		return first == 0
	case typePPPoE, 0x8863:
		return first == 0x11
	case typeVLAN, typeQinQ, typeMPLS, 0x9100:
		return true
	}
	return t >= 3 && t <= maxLength && len(b) >= 17 && uint24(b[14:]) == llcSNAP
}
