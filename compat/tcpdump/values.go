package tcpdump

import (
	"encoding/binary"

	"onpath/tcp"
)

func (l *list) number8(data []byte, _ int) ending {
	l.num(" ", uint64(data[0]))
	return whole
}

func (l *list) number16(data []byte, _ int) ending {
	l.num(" ", uint64(binary.BigEndian.Uint16(data)))
	return whole
}

func (l *list) number32(data []byte, _ int) ending {
	l.num(" ", uint64(binary.BigEndian.Uint32(data)))
	return whole
}

func (l *list) timestamps(data []byte, _ int) ending {
	if l.config.Classic {
		l.out = append(l.out[:len(l.out)-len("TS")], "timestamp "...)
		l.num("", uint64(binary.BigEndian.Uint32(data)))
		l.num(" ", uint64(binary.BigEndian.Uint32(data[4:])))
		return whole
	}
	l.num(" val ", uint64(binary.BigEndian.Uint32(data)))
	l.num(" ecr ", uint64(binary.BigEndian.Uint32(data[4:])))
	return whole
}

// blocks prints SACK blocks (RFC 2018 §3).
func (l *list) blocks(data []byte, n int) ending {
	if n%8 != 0 {
		l.put(" invalid sack")
		return whole
	}
	l.num(" ", uint64(n/8))
	l.put(" ")
	for ; n > 0; data, n = data[8:], n-8 {
		if len(data) < 8 {
			return short
		}
		l.num("{", uint64(tcp.Seq(binary.BigEndian.Uint32(data))-l.sack))
		l.num(":", uint64(tcp.Seq(binary.BigEndian.Uint32(data[4:]))-l.sack))
		l.put("}")
	}
	return whole
}

// ofCaptured returns how an option of n octets ends of which data was captured.
func ofCaptured(data []byte, n int) ending {
	if len(data) < n {
		return short
	}
	return whole
}

// md5 prints a signature (RFC 2385), and why it is not checked: tcpdump would have to
// be told the secret.
func (l *list) md5(data []byte, _ int) ending {
	l.put(" ")
	if uint32(len(l.walk.b)) < l.wire {
		l.put("snaplen too short")
	} else {
		l.put("shared secret not supplied with -M")
	}
	l.put(", can't check - ")
	l.out = appendOctets(l.out, data)
	return whole
}

func (l *list) scps(data []byte, _ int) ending {
	l.put(" cap ")
	l.out = appendOctets(l.out, data[:1])
	l.num(" id ", uint64(data[1]))
	return whole
}

// userTimeout prints a time in seconds. tcpdump takes the lowest bit for the
// granularity, which by RFC 5482 §3 is the highest.
func (l *list) userTimeout(data []byte, _ int) ending {
	v := uint64(binary.BigEndian.Uint16(data))
	l.hex(" 0x", v)
	l.put(" ")
	if v&1 != 0 {
		l.num("", v>>1*60)
		return whole
	}
	l.num("", v>>1)
	return whole
}

// authentication prints key numbers and the MAC (RFC 5925 §2.2).
func (l *list) authentication(data []byte, n int) ending {
	if n < 2 {
		l.put(" (invalid)")
		return whole
	}
	if len(data) < 1 {
		return short
	}
	l.num(" keyid ", uint64(data[0]))
	if len(data) < 2 {
		return short
	}
	l.num(" rnextkeyid ", uint64(data[1]))
	if n > 2 {
		l.put(" mac 0x")
	}
	l.out = appendOctets(l.out, data[2:])
	return ofCaptured(data, n)
}

// octets prints an option that tcpdump does not know.
func (l *list) octets(data []byte, n int) ending {
	if n > 0 {
		l.put(" 0x")
	}
	l.out = appendOctets(l.out, data)
	return ofCaptured(data, n)
}

// fastOpen prints a cookie (RFC 7413 §4.1.1).
func (l *list) fastOpen(data []byte, n int) ending {
	l.put(" ")
	return l.cookie(data, n)
}

// experiment prints the identifier of an experiment (RFC 6994 §3); of Fast Open the
// cookie as well (RFC 7413 §9).
func (l *list) experiment(data []byte, n int) ending {
	if n < 2 {
		return bad
	}
	id := binary.BigEndian.Uint16(data)
	l.put("-")
	if id == tcp.ExIDTFO {
		l.put("tfo")
		return l.cookie(data[2:], n-2)
	}
	l.hex4("", id)
	return whole
}

// cookie prints one of 4 to 16 octets, or the request for one.
func (l *list) cookie(data []byte, n int) ending {
	switch {
	case n == 0:
		l.put(" cookiereq")
	case n < 4 || n > 16 || n%2 != 0:
		l.put(" (invalid)")
	default:
		l.put(" cookie ")
		l.out = appendOctets(l.out, data)
	}
	return whole
}
