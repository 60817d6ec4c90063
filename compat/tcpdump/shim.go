package tcpdump

import "encoding/binary"

// labelNames are the reserved MPLS labels (RFC 3032 §2.1).
var labelNames = [...]string{"IPv4 explicit NULL", "router alert", "IPv6 explicit NULL", "implicit NULL"}

// mpls prints a label stack, and the IP datagram behind it.
func (w *walk) mpls() bool {
	be := binary.BigEndian
	w.put("MPLS")
	for first := true; ; first = false {
		if len(w.b) < 4 {
			return w.cut("mpls")
		}
		if !w.deeper() {
			return false
		}
		entry := be.Uint32(w.b)
		if first || w.config.Verbose == 0 {
			w.put(" ")
		} else {
			w.put("\n\t")
		}
		w.label(entry)
		w.skip(4)
		if entry&0x100 != 0 {
			break
		}
	}
	if len(w.b) == 0 {
		return true
	}
	if w.config.Verbose > 0 {
		w.put("\n\t")
	} else {
		w.put(" ")
	}
	return w.ip()
}

func (w *walk) label(entry uint32) {
	w.num("(label ", uint64(entry>>12))
	if w.config.Verbose > 0 && entry>>12 < uint32(len(labelNames)) {
		w.put(" (")
		w.put(labelNames[entry>>12])
		w.put(")")
	}
	w.num(", tc ", uint64(entry>>9&7))
	if entry&0x100 != 0 {
		w.put(", [S]")
	}
	w.num(", ttl ", uint64(entry&0xff))
	w.put(")")
}

// pppoe prints a PPPoE session header (RFC 2516 §4), and PPP behind it.
func (w *walk) pppoe() bool {
	be := binary.BigEndian
	if len(w.b) < 6 {
		return w.cut("pppoe")
	}
	version, code, session, length := w.b[0], w.b[1], be.Uint16(w.b[2:]), uint32(be.Uint16(w.b[4:]))
	if code != 0 {
		return false
	}
	if version>>4 != 1 {
		w.num(" [ver ", uint64(version>>4))
		w.put("]")
	}
	if version&15 != 1 {
		w.num(" [type ", uint64(version&15))
		w.put("]")
	}
	w.put("PPPoE ")
	w.skip(6)
	if length > w.wire {
		w.num(" [len ", uint64(length))
		w.num(" > ", uint64(w.wire))
		w.put("!]")
		length = w.wire
	}
	w.wire = length
	w.hex(" [ses 0x", uint64(session))
	w.put("] ")
	return w.ppp()
}

// PPP protocols (IANA "PPP DLL Protocol Numbers").
const (
	pppIPv4          = 0x21
	pppIPv6          = 0x57
	pppMPLS          = 0x281
	pppMPLSMulticast = 0x283
)

// pppNames are tcpdump's names of them.
var pppNames = map[uint16]string{pppIPv4: "IP", pppIPv6: "IP6", pppMPLS: "MPLS", pppMPLSMulticast: "MPLS"}

// ppp prints PPP (RFC 1662 §2): address and control if they are there, a protocol
// of one octet or two.
func (w *walk) ppp() bool {
	length := w.wire
	if len(w.b) < 2 {
		return w.cut("ppp")
	}
	if w.b[0] == 0xff && w.b[1] == 3 {
		w.skip(2)
	}
	proto := uint16(0)
	switch {
	case len(w.b) > 0 && w.b[0]&1 != 0:
		proto = uint16(w.b[0])
		w.skip(1)
	case len(w.b) < 2:
		return w.cut("ppp")
	default:
		proto = binary.BigEndian.Uint16(w.b)
		w.skip(2)
	}
	return w.pppBehind(proto, length)
}

// pppBehind prints the protocol if asked, and what is behind it.
func (w *walk) pppBehind(proto uint16, length uint32) bool {
	name := pppNames[proto]
	if name == "" {
		return false
	}
	if w.config.Link {
		w.put(name)
		w.hex4(" (0x", proto)
		w.num("), length ", uint64(length))
		w.put(": ")
	}
	switch proto {
	case pppIPv4:
		return w.ip4()
	case pppIPv6:
		return w.ip6()
	}
	return w.mpls()
}

// chdlc prints Cisco HDLC: an address, a zero octet, an ethertype.
func (w *walk) chdlc() bool {
	length := w.wire
	if len(w.b) < 4 {
		return w.cut("chdlc")
	}
	address, f := w.b[0], familyOf(binary.BigEndian.Uint16(w.b[2:]))
	if f == nil {
		return false
	}
	if w.config.Link {
		if address == 0x8f {
			w.put("bcast, ")
		} else {
			w.put("unicast, ")
		}
		w.put("ethertype ")
		w.put(f.name)
		w.hex4(" (0x", f.ethertype)
		w.num("), length ", uint64(length))
		w.put(": ")
	}
	w.skip(4)
	return w.behind(f)
}

// hdlc prints PPP in HDLC-like framing, or Cisco HDLC, which may stand there as well.
func (w *walk) hdlc() bool {
	if len(w.b) < 4 {
		return w.cut("ppp")
	}
	if w.b[0] != 0xff || w.b[1] != 3 {
		return w.chdlc()
	}
	name := pppNames[binary.BigEndian.Uint16(w.b[2:])]
	if name == "" {
		return false
	}
	if w.config.Link {
		w.num("ff 03 ", uint64(w.wire))
		w.put(" ")
	}
	w.put(name)
	w.put(": ")
	w.skip(4)
	return w.ip()
}
