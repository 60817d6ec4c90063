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

// Ports of tunnels that tcpdump looks into.
const (
	portGeneve = 6081 // RFC 8926
	portVXLAN  = 4789 // RFC 7348
	portOTV    = 8472 // RFC 7348 as Linux had it; tcpdump takes it for OTV
)

// geneve prints a Geneve header (RFC 8926 §3.4), and the frame behind it.
func (w *walk) geneve() bool {
	be := binary.BigEndian
	if len(w.b) < 8 {
		return w.cut("geneve")
	}
	b := w.b
	w.put("Geneve")
	if b[0]>>6 != 0 {
		w.num(" ERROR: unknown-version ", uint64(b[0]>>6))
		return true
	}
	flags, t, n := b[1], be.Uint16(b[2:]), 8+int(b[0]&0x3f)*4
	w.put(", Flags [")
	w.out = append(w.out, geneveFlags[flags>>6]...)
	w.hex("], vni 0x", uint64(be.Uint32(b[4:])>>8))
	if w.config.Link {
		w.put(", proto ")
		w.put(protoName(t))
		w.hex4(" (0x", t)
		w.put(")")
	}
	if n > 8 && !w.geneveOptions(n) {
		return w.cut("geneve")
	}
	w.innerMark()
	w.skip(n)
	return w.greInner(t, 0)
}

// geneveFlags are O and C.
var geneveFlags = [4]string{"none", "C", "O", "OC"}

// geneveOptions prints how many octets the options have, with -v each of them, and
// reports whether they were captured.
func (w *walk) geneveOptions(n int) bool {
	if len(w.b) < n {
		return false
	}
	w.put(", options [")
	if w.config.Verbose > 0 {
		w.geneveList(w.b[8:n])
	} else {
		w.num("", uint64(n-8))
		w.put(" bytes")
	}
	w.put("]")
	return true
}

// geneveList prints options: class, type, length in words, data.
func (w *walk) geneveList(b []byte) {
	for first := true; len(b) >= 4; first = false {
		if !first {
			w.put(", ")
		}
		class, n := binary.BigEndian.Uint16(b), 4+int(b[3]&31)*4
		if class <= 0xff {
			w.hex("class Standard (0x", uint64(class))
		} else {
			w.hex("class Unknown (0x", uint64(class))
		}
		w.hex(") type 0x", uint64(b[2]&0x7f))
		if b[2]&0x80 != 0 {
			w.put("(C)")
		}
		w.num(" len ", uint64(n))
		if n > len(b) {
			w.put(" [bad length]")
			return
		}
		w.geneveData(b[4:n])
		b = b[n:]
	}
}

// geneveData prints what an option holds, in words of four octets.
func (w *walk) geneveData(data []byte) {
	if w.config.Verbose < 2 || len(data) == 0 {
		return
	}
	w.put(" data")
	for ; len(data) > 0; data = data[4:] {
		w.put(" ")
		w.out = appendOctets(w.out, data[:4])
	}
}

// vxlan prints a VXLAN header (RFC 7348 §5), and the frame behind it on a line of
// its own.
func (w *walk) vxlan(otv bool) bool {
	if len(w.b) < 8 {
		return w.cut("vxlan")
	}
	flags, overlay, vni := w.b[0], binary.BigEndian.Uint32(w.b)&0xffffff, binary.BigEndian.Uint32(w.b[4:])>>8
	mark := "."
	if flags&8 != 0 {
		mark = "I"
	}
	if otv {
		w.put("OTV, flags [")
	} else {
		w.put("VXLAN, flags [")
	}
	w.put(mark)
	w.put("] (0x")
	w.out = appendHex(w.out, uint64(flags), 2)
	if otv {
		w.num("), overlay ", uint64(overlay))
		w.num(", instance ", uint64(vni))
	} else {
		w.num("), vni ", uint64(vni))
	}
	w.put("\n")
	w.skip(8)
	return w.greInner(typeTEB, 0)
}

// ah prints an authentication header (RFC 4302 §2), and what is behind it.
func (w *walk) ah() bool {
	be := binary.BigEndian
	if len(w.b) < 12 {
		return w.cut("ah")
	}
	b, n := w.b, (int(w.b[1])+2)*4
	w.put("AH(")
	if w.config.Verbose > 0 {
		w.num("length=", uint64(b[1]))
		w.num("(", uint64(n))
		w.put("-bytes),")
	}
	if reserved := be.Uint16(b[2:]); reserved != 0 {
		w.hex("reserved=0x", uint64(reserved))
		w.put("[MustBeZero],")
	}
	w.put("spi=0x")
	w.out = appendHex(w.out, uint64(be.Uint32(b[4:])), 8)
	w.hex(",seq=0x", uint64(be.Uint32(b[8:])))
	if len(b) < n {
		return w.cut("ah")
	}
	w.put(",icv=0x")
	w.out = appendOctets(w.out, b[12:max(n, 12)])
	w.put("): ")
	w.skip(n)
	return w.payload(b[0])
}
