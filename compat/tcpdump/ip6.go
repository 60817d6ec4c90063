package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
)

// ip6 prints an IPv6 datagram (RFC 8200 §3), or reports that this is none.
func (w *walk) ip6() bool {
	b := w.b
	switch {
	case !w.deeper():
		return false
	case len(b) == 0:
		return w.cut("ip6")
	case b[0]>>4 != 6:
		return false
	case len(b) < 40:
		return w.cut("ip6")
	}
	w.version("IP6 ")
	payload := uint32(binary.BigEndian.Uint16(b[4:]))
	if payload == 0 && w.lenient {
		payload = w.wire - min(w.wire, 40)
	}
	if w.wire < payload+40 {
		w.num("truncated-ip6 - ", uint64(payload+40-w.wire))
		w.put(" bytes missing!")
	}
	w.v6, w.named, w.fragment = true, false, false
	w.src, w.dst = [16]byte(b[8:]), [16]byte(b[24:])
	w.final = w.dst
	if w.tells() {
		w.header6(payload)
	}
	w.b, w.wire = b[40:min(uint32(len(b)), payload+40)], payload
	return w.extensions(b[6])
}

// header6 prints the header in brackets.
func (w *walk) header6(payload uint32) {
	w.put("(")
	if class := w.b[0]<<4 | w.b[1]>>4; class != 0 {
		w.put("class 0x")
		w.out = appendHex(w.out, uint64(class), 2)
		w.put(", ")
	}
	if label := binary.BigEndian.Uint32(w.b) & 0xfffff; label != 0 {
		w.put("flowlabel 0x")
		w.out = appendHex(w.out, uint64(label), 5)
		w.put(", ")
	}
	w.num("hlim ", uint64(w.b[7]))
	w.put(", next-header ")
	w.protocol(w.b[6])
	w.num(") payload length: ", uint64(payload))
	w.put(") ")
}

// extensions prints extension headers, and the payload behind them.
func (w *walk) extensions(next uint8) bool {
	for w.deeper() {
		if !extends[next] {
			return w.payload(next)
		}
		if !w.named {
			w.ends()
		}
		if len(w.b) < 8 {
			return w.cut("ip6")
		}
		proto := next
		next = w.b[0]
		if proto == packet.ProtoFragment {
			if w.fragment6() {
				return true
			}
			continue
		}
		n := (int(w.b[1]) + 1) * 8
		if n > len(w.b) {
			return w.cut("ip6")
		}
		w.extension(proto, w.b[:n])
		w.skip(n)
	}
	return true
}

// extends are the extension headers that may be more than one.
var extends = [256]bool{
	packet.ProtoHopByHop: true, packet.ProtoRouting: true, packet.ProtoFragment: true, packet.ProtoDestOpts: true,
}

// extension prints an extension header of which all was captured.
func (w *walk) extension(proto uint8, h []byte) {
	switch proto {
	case packet.ProtoHopByHop:
		w.put("HBH ")
		w.options6(h[2:])
	case packet.ProtoDestOpts:
		w.put("DSTOPT ")
		w.options6(h[2:])
	case packet.ProtoRouting:
		w.routing(h)
	}
}

// option6Names are the options that tcpdump names (IANA "Destination Options and
// Hop-by-Hop Options"), without what they hold.
var option6Names = map[uint8]string{0: "pad1", 1: "padn", 5: "rtalert", 0xc2: "jumbo", 0xc9: "homeaddr"}

// options6 prints the names of options, in brackets.
func (w *walk) options6(b []byte) {
	if w.config.Verbose == 0 {
		return
	}
	for len(b) > 0 {
		n := 1
		if b[0] != 0 {
			if len(b) < 2 || int(b[1])+2 > len(b) {
				return
			}
			n = int(b[1]) + 2
		}
		w.option6(b[0], b[:n])
		b = b[n:]
	}
	w.put(" ")
}

func (w *walk) option6(kind uint8, option []byte) {
	name := option6Names[kind]
	if name == "" {
		w.num("(opt_type 0x", uint64(kind))
		w.num(": len=", uint64(len(option)-2))
		w.put(")")
		return
	}
	w.put("(")
	w.put(name)
	if kind == 0xc2 && len(option) == 6 {
		w.num(": ", uint64(binary.BigEndian.Uint32(option[2:])))
	}
	w.put(")")
}

// routing prints a routing header; type 0 and its like name addresses (RFC 8200
// §4.4), of which the last is what checksums are of.
func (w *walk) routing(h []byte) {
	w.num("RT6 (len=", uint64(h[1]))
	w.num(", type=", uint64(h[2]))
	if h[2] == 0 {
		w.put(" [Deprecated]")
	}
	w.num(", segleft=", uint64(h[3]))
	if h[2] == 0 || h[2] == 2 {
		w.routes(h)
	}
	w.put(") ")
}

func (w *walk) routes(h []byte) {
	if rsv := binary.BigEndian.Uint32(h[4:]); rsv != 0 || w.config.Verbose > 0 {
		w.hex(", rsv=0x", uint64(rsv))
	}
	for i, at := 0, 8; at+16 <= len(h); i, at = i+1, at+16 {
		w.num(", [", uint64(i))
		w.put("]")
		a := [16]byte(h[at:])
		w.out = appendIPv6(w.out, &a)
		if h[3] > 0 {
			w.final = a
		}
	}
}

// fragment6 prints a fragment header, and reports whether the line ends here: what
// follows it is not the head of the datagram.
func (w *walk) fragment6() bool {
	field, n := binary.BigEndian.Uint16(w.b[2:]), w.wire-min(w.wire, 8)
	w.put("frag (")
	if w.config.Verbose > 0 {
		w.put("0x")
		w.out = append(appendHex(w.out, uint64(binary.BigEndian.Uint32(w.b[4:])), 8), ':')
	}
	w.num("", uint64(field&^7))
	w.num("|", uint64(n))
	w.put(")")
	if field&^7 != 0 {
		return true
	}
	w.put(" ")
	w.fragment = true
	w.skip(8)
	return false
}
