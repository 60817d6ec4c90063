package netfilter

// What helpers read in text. None of it allocates.

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter reports whether c is a letter of Latin-1, as the kernel has it.
func isLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0xc0 && c != 0xd7 && c != 0xf7
}

// lower returns an ASCII letter in lower case, and other octets as they are.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// sameFold reports whether both are the same but for the case of letters.
func sameFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

// hasWord reports whether b begins with s, in whatever case.
func hasWord(b []byte, s string) bool {
	return len(b) >= len(s) && sameFold(b[:len(s)], s)
}

// decimal reads the digits that b begins with, modulo 2⁶⁴, and returns how many
// there are.
func decimal(b []byte) (v uint64, n int) {
	for n < len(b) && isDigit(b[n]) {
		v = v*10 + uint64(b[n]-'0')
		n++
	}
	return v, n
}

// decimals reads len(to) numbers modulo 2³², with sep between them, and returns where
// the octet behind the last one is, which must be term unless term is 0; -1 if they
// are not there. No digits are 0.
func decimals(b []byte, to []uint32, sep, term byte) int {
	i := 0
	for n, c := range b {
		switch {
		case isDigit(c):
			to[i] = to[i]*10 + uint32(c-'0')
		case c == sep:
			if i++; i == len(to) {
				return -1
			}
		case i == len(to)-1 && (term == 0 || c == term):
			return n
		default:
			return -1
		}
	}
	return -1
}

// mappedIPv4 returns an IPv4 address as Tuples hold it.
func mappedIPv4(a uint32) [16]byte {
	return [16]byte{10: 0xff, 11: 0xff, 12: byte(a >> 24), 13: byte(a >> 16), 14: byte(a >> 8), 15: byte(a)}
}

// parseIPv4 reads the dotted address that b begins with, and returns how many octets
// it has; 0 if there is none. As in the kernel zeros may lead a number, and no dot
// may follow the address.
func parseIPv4(b []byte) (a [16]byte, n int) {
	var v uint32
	for part := range 4 {
		if part > 0 {
			if n == len(b) || b[n] != '.' {
				return a, 0
			}
			n++
		}
		x, digits := decimal(b[n:])
		if digits == 0 || x > 255 {
			return a, 0
		}
		v, n = v<<8|uint32(x), n+digits
	}
	if n < len(b) && b[n] == '.' {
		return a, 0
	}
	return mappedIPv4(v), n
}

// parseIPv6 reads the address (RFC 4291 §2.2) that b begins with, and returns how
// many octets it has; 0 if there is none.
func parseIPv6(b []byte) (a [16]byte, n int) {
	at, gap := 0, -1
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, n = 0, 2
	}
	for at < 16 {
		if v4, digits := parseIPv4(b[n:]); digits > 0 && (at == 12 || at < 12 && gap >= 0) {
			at, n = at+copy(a[at:], v4[12:]), n+digits
			break
		}
		v, digits := hex4(b[n:])
		if digits == 0 {
			break
		}
		a[at], a[at+1] = byte(v>>8), byte(v)
		at, n = at+2, n+digits
		if at == 16 || n == len(b) || b[n] != ':' {
			break
		}
		if n+1 < len(b) && b[n+1] == ':' && gap < 0 {
			gap, n = at, n+2
			continue
		}
		if _, more := hex4(b[n+1:]); more == 0 {
			break
		}
		n++
	}
	return spread(a, at, gap, n)
}

// spread moves what stands behind the gap of an IPv6 address to its end.
func spread(a [16]byte, at, gap, n int) ([16]byte, int) {
	if gap < 0 && at < 16 || gap >= 0 && at == 16 {
		return a, 0
	}
	if gap < 0 {
		return a, n
	}
	var full [16]byte
	copy(full[:], a[:gap])
	copy(full[16-(at-gap):], a[gap:at])
	return full, n
}

// hex4 reads hexadecimal digits that make a number of 16 bits, and returns how many
// there are; 0 if the number has more bits.
func hex4(b []byte) (uint16, int) {
	var v uint32
	for n, c := range b {
		switch c = lower(c); {
		case isDigit(c):
			v = v<<4 | uint32(c-'0')
		case 'a' <= c && c <= 'f':
			v = v<<4 | uint32(c-'a'+10)
		default:
			return uint16(v), n
		}
		if v > 0xffff {
			return 0, 0
		}
	}
	return uint16(v), len(b)
}
