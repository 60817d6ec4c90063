package tcpdump

import "encoding/binary"

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
