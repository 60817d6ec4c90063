package tcpdump

import (
	"encoding/binary"

	"onpath/tcp"
)

// A subtype is how an MPTCP option is printed (RFC 8684 §3).
type subtype struct {
	name  string
	print func(l *list, data []byte) ending // data from the subtype's octet on
}

// subtypes are those that tcpdump knows; tcprst came after 4.99.3.
var subtypes = [16]subtype{
	0: {"capable", (*list).capable},
	1: {"join", (*list).join},
	2: {"dss", (*list).dss},
	3: {"add-addr", (*list).addAddr},
	4: {"rem-addr", (*list).remAddr},
	5: {"prio", (*list).priority},
	6: {"fail", (*list).fail},
	7: {"fast-close", (*list).fastClose},
	8: {"tcprst", (*list).tcpRST},
}

// mptcp prints an MPTCP option.
func (l *list) mptcp(data []byte, n int) ending {
	l.proto = "mptcp"
	if n < 1 {
		return bad
	}
	l.num(" ", uint64(n)+2)
	l.put(" ")
	s := &subtypes[data[0]>>4]
	if s.print == nil {
		l.put("unknown")
		return whole
	}
	l.put(s.name)
	return s.print(l, data)
}

// letters prints the names of the set bits, from the highest named on, as " flags
// [AH]".
func (l *list) letters(bits uint8, names string) {
	l.put(" flags [")
	if bits == 0 {
		l.put("none")
	}
	for i := range len(names) {
		if bits>>(len(names)-1-i)&1 != 0 {
			l.out = append(l.out, names[i])
		}
	}
	l.put("]")
}

// capable prints MP_CAPABLE (§3.1): without keys or with the sender's in a segment
// with SYN, with both in one without, in version 1 with the length of the data too.
func (l *list) capable(data []byte) ending {
	syn := l.flags.Has(tcp.SYN)
	switch n := len(data) + 2; {
	case n == 4 || n == 12:
		if !syn {
			return bad
		}
	case n != 20 && n != 22 || syn:
		return bad
	}
	version := data[0] & 15
	if version > 1 {
		l.num(" Unknown Version (", uint64(version))
		l.put(")")
		return whole
	}
	l.num(" v", uint64(version))
	l.letters(data[1], "ABCDEFGH")
	if data[1]&0x80 != 0 {
		l.put(" csum")
	}
	l.keys(data[2:], version)
	return whole
}

func (l *list) keys(data []byte, version uint8) {
	be := binary.BigEndian
	if len(data) < 8 {
		return
	}
	l.hex(" {0x", be.Uint64(data))
	if len(data) >= 16 {
		l.hex(",0x", be.Uint64(data[8:]))
	}
	if len(data) == 18 && version == 1 {
		l.num(",data_len=", uint64(be.Uint16(data[16:])))
	}
	l.put("}")
}

// join prints MP_JOIN (§3.2) of a SYN, a SYN,ACK, or what follows it.
func (l *list) join(data []byte) ending {
	be, n := binary.BigEndian, len(data)+2
	syn, ack := l.flags.Has(tcp.SYN), l.flags.Has(tcp.ACK)
	if !(n == 12 && syn || n == 16 && syn && ack || n == 24 && ack) {
		return bad
	}
	if n == 24 {
		l.put(" hmac 0x")
		l.out = appendOctets(l.out, data[2:])
		return whole
	}
	if data[0]&1 != 0 {
		l.put(" backup")
	}
	l.num(" id ", uint64(data[1]))
	if n == 12 {
		l.hex(" token 0x", uint64(be.Uint32(data[2:])))
		l.hex(" nonce 0x", uint64(be.Uint32(data[6:])))
		return whole
	}
	l.hex(" hmac 0x", be.Uint64(data[2:]))
	l.hex(" nonce 0x", uint64(be.Uint32(data[10:])))
	return whole
}

// Flags of a DSS option (§3.3).
const (
	dssAck = 1 << iota
	dssAck8
	dssMap
	dssMap8
	dssFin
)

// dss prints the data sequence signal: data ACK, and mapping with a checksum or
// without. A segment with SYN cannot have it.
func (l *list) dss(data []byte) ending {
	if len(data) < 2 || l.flags.Has(tcp.SYN) {
		return bad
	}
	flags := data[1]
	data = data[2:]
	if flags&dssFin != 0 {
		l.put(" fin")
	}
	ok := true
	if flags&dssAck != 0 {
		if data, ok = l.dssNumber(" ack ", data, flags&dssAck8 != 0); !ok {
			return bad
		}
	}
	if flags&dssMap != 0 {
		if data, ok = l.mapping(data, flags); !ok {
			return bad
		}
	}
	if len(data) > 0 {
		return bad
	}
	return whole
}

// dssNumber prints a number of four octets or eight, and returns what is behind it.
func (l *list) dssNumber(words string, data []byte, long bool) (rest []byte, ok bool) {
	l.put(words)
	switch {
	case long && len(data) >= 8:
		l.num("", binary.BigEndian.Uint64(data))
		return data[8:], true
	case !long && len(data) >= 4:
		l.num("", uint64(binary.BigEndian.Uint32(data)))
		return data[4:], true
	}
	return nil, false
}

func (l *list) mapping(data []byte, flags uint8) (rest []byte, ok bool) {
	be := binary.BigEndian
	if data, ok = l.dssNumber(" seq ", data, flags&dssMap8 != 0); !ok || len(data) < 4 {
		return nil, false
	}
	l.num(" subseq ", uint64(be.Uint32(data)))
	if data = data[4:]; len(data) < 2 {
		return nil, false
	}
	l.num(" len ", uint64(be.Uint16(data)))
	if data = data[2:]; len(data) < 2 {
		return data, true
	}
	l.hex(" csum 0x", uint64(be.Uint16(data)))
	return data[2:], true
}

// addrVersions are the lower bits of ADD_ADDR's first octet: the IP version in
// version 0, the echo flag in version 1 (§3.4.1).
var addrVersions = [16]string{0: " v1", 1: " v1-echo", 4: " v0-ip4", 6: " v0-ip6"}

// addAddr prints ADD_ADDR: an address, and by the option's length a port and an HMAC.
func (l *list) addAddr(data []byte) ending {
	n := len(data) + 2
	size := 4
	if n >= 20 {
		size = 16
	}
	rest := n - 4 - size
	if rest != 0 && rest != 2 && rest != 8 && rest != 10 {
		return bad
	}
	if version := addrVersions[data[0]&15]; version != "" {
		l.put(version)
	} else {
		l.put(" [bad version/echo]")
	}
	l.num(" id ", uint64(data[1]))
	l.put(" ")
	l.address(data[2:2+size], data[2+size:])
	return whole
}

// address prints one, and the port and the HMAC behind it.
func (l *list) address(addr, rest []byte) {
	if len(addr) == 4 {
		l.out = appendIPv4(l.out, addr)
	} else {
		a := [16]byte(addr)
		l.out = appendIPv6(l.out, &a)
	}
	if len(rest)%8 == 2 {
		l.num(":", uint64(binary.BigEndian.Uint16(rest)))
		rest = rest[2:]
	}
	if len(rest) == 8 {
		l.hex(" hmac 0x", binary.BigEndian.Uint64(rest))
	}
}

// remAddr prints REMOVE_ADDR (§3.4.2).
func (l *list) remAddr(data []byte) ending {
	if len(data) < 2 {
		return bad
	}
	l.put(" id")
	for _, id := range data[1:] {
		l.num(" ", uint64(id))
	}
	return whole
}

// priority prints MP_PRIO (§3.3.8).
func (l *list) priority(data []byte) ending {
	if len(data) > 2 {
		return bad
	}
	if data[0]&1 != 0 {
		l.put(" backup")
	} else {
		l.put(" non-backup")
	}
	if len(data) == 2 {
		l.num(" id ", uint64(data[1]))
	}
	return whole
}

// fail prints MP_FAIL (§3.7).
func (l *list) fail(data []byte) ending {
	if len(data) != 10 {
		return bad
	}
	l.num(" seq ", binary.BigEndian.Uint64(data[2:]))
	return whole
}

// fastClose prints MP_FASTCLOSE (§3.5).
func (l *list) fastClose(data []byte) ending {
	if len(data) != 10 {
		return bad
	}
	l.hex(" key 0x", binary.BigEndian.Uint64(data[2:]))
	return whole
}

// resetReasons are those of MP_TCPRST (§3.6).
var resetReasons = [...]string{
	"Unspecified error", "MPTCP-specific error", "Lack of resources", "Administratively prohibited",
	"Too much outstanding data", "Unacceptable performance", "Middlebox interference",
}

// tcpRST prints MP_TCPRST (§3.6).
func (l *list) tcpRST(data []byte) ending {
	if len(data) != 2 {
		return bad
	}
	l.letters(data[0]&15, "UVWT")
	l.put(" reason ")
	if int(data[1]) < len(resetReasons) {
		l.put(resetReasons[data[1]])
		return whole
	}
	l.hex("unknown (0x", uint64(data[1]))
	l.put(")")
	return whole
}
