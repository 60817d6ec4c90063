package tcpdump

import "encoding/binary"

// Bits of the GRE header (RFC 2784 §2.1, RFC 2890 §2, RFC 2637 §4.1).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080
)

// greFlags are the names of the bits.
var greFlags = [...]struct {
	bit  uint16
	name string
}{
	{greChecksum, "checksum present"}, {greRouting, "routing present"}, {greKey, "key present"},
	{greSequence, "sequence# present"}, {0x0800, "source routing present"}, {greAck, "ack present"},
}

// gre prints a GRE header of version 0 or 1, and what it carries.
func (w *walk) gre() bool {
	if len(w.b) < 4 {
		return w.cut("gre")
	}
	flags, proto, length := binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:]), w.wire
	version := flags & 7
	w.num("GREv", uint64(version))
	if version > 1 {
		w.put(" ERROR: unknown-version")
		return true
	}
	if w.config.Verbose > 0 {
		w.greFlags(flags)
	}
	w.skip(4)
	ok := w.greFields(flags, version)
	if !ok {
		return w.cut("gre")
	}
	if w.config.Link {
		w.put(", proto ")
		w.put(protoName(proto))
		w.hex4(" (0x", proto)
		w.put(")")
	}
	w.num(", length ", uint64(length))
	if version == 1 && flags&greSequence == 0 {
		return true
	}
	w.innerMark()
	return w.greInner(proto, version)
}

// greFlags prints the names of the set bits.
func (w *walk) greFlags(flags uint16) {
	w.put(", Flags [")
	start := len(w.out)
	for _, f := range greFlags {
		if flags&f.bit != 0 {
			if len(w.out) > start {
				w.put(", ")
			}
			w.put(f.name)
		}
	}
	if len(w.out) == start {
		w.put("none")
	}
	w.put("]")
}

// greFields prints the optional fields, and reports whether they were captured.
func (w *walk) greFields(flags, version uint16) bool {
	if version == 0 && flags&(greChecksum|greRouting) != 0 {
		if len(w.b) < 4 {
			return false
		}
		if w.config.Verbose > 0 && flags&greChecksum != 0 {
			w.hex(", sum 0x", uint64(binary.BigEndian.Uint16(w.b)))
		}
		w.hex(", off 0x", uint64(binary.BigEndian.Uint16(w.b[2:])))
		w.skip(4)
	}
	if flags&greKey != 0 {
		if len(w.b) < 4 {
			return false
		}
		w.greKey(version)
	}
	if flags&greSequence != 0 && !w.word(", seq ") {
		return false
	}
	if version == 1 && flags&greAck != 0 && !w.word(", ack ") {
		return false
	}
	if version == 1 && flags&greSequence == 0 {
		w.put(", no-payload")
	}
	return true
}

// greKey prints the key, which in version 1 holds the number of the call.
func (w *walk) greKey(version uint16) {
	key := binary.BigEndian.Uint32(w.b)
	if version == 0 {
		w.hex(", key=0x", uint64(key))
	} else {
		w.num(", call ", uint64(key&0xffff))
	}
	w.skip(4)
}

// word prints a number of four octets, if it was captured.
func (w *walk) word(words string) bool {
	if len(w.b) < 4 {
		return false
	}
	w.num(words, uint64(binary.BigEndian.Uint32(w.b)))
	w.skip(4)
	return true
}

// innerMark parts a tunnel's header from what it carries.
func (w *walk) innerMark() {
	if w.config.Verbose > 0 {
		w.put("\n\t")
		return
	}
	w.put(": ")
}

// protoName names what a tunnel carries, by its ethertype.
func protoName(t uint16) string {
	switch t {
	case typeTEB:
		return "TEB"
	case typePPP:
		return "PPP"
	}
	if f := familyOf(t); f != nil {
		return f.name
	}
	return "unknown"
}

// greInner prints what GRE carries, or its type if that is not known.
func (w *walk) greInner(proto, version uint16) bool {
	w.named = false
	known := true
	switch proto {
	case typeTEB:
		known = w.ethernet()
	case typePPP:
		known = version == 1 && w.ppp()
	case typeIPv4, typeIPv6, typeMPLS, typeMPLSMulticast:
		known = w.behind(familyOf(proto))
	default:
		known = false
	}
	if !known {
		w.hex4("gre-proto-0x", proto)
	}
	return true
}
