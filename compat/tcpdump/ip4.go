package tcpdump

import (
	"encoding/binary"
	"strconv"

	"onpath/packet"
)

// ip prints a datagram of the version that its first octet says, or reports that
// there is none.
func (w *walk) ip() bool {
	if len(w.b) > 0 && w.b[0]>>4 == 6 {
		return w.ip6()
	}
	return w.ip4()
}

// ip4 prints an IPv4 datagram (RFC 791 §3.1), or reports that this is none.
func (w *walk) ip4() bool {
	b := w.b
	switch {
	case !w.deeper():
		return false
	case len(b) == 0:
		return w.cut("ip")
	case b[0]>>4 != 4:
		return false
	}
	w.version("IP ")
	if len(b) < 20 {
		return w.cut("ip")
	}
	n, total := int(b[0]&15)*4, uint32(binary.BigEndian.Uint16(b[2:]))
	if total == 0 && w.lenient {
		total = w.wire
	}
	if n < 20 {
		w.num("bad-hlen ", uint64(n))
		return true
	}
	if w.wire < total {
		w.num("truncated-ip - ", uint64(total-w.wire))
		w.put(" bytes missing! ")
	}
	if total < uint32(n) {
		w.num("bad-len ", uint64(total))
		return true
	}
	w.b, w.wire = b[:min(uint32(len(b)), total)], total
	return w.datagram4(n)
}

// version prints which IP this is, unless the link header has told. tcpdump 3 did not.
func (w *walk) version(name string) {
	if !w.config.Link && !w.config.Classic {
		w.put(name)
	}
}

// datagram4 prints a datagram whose header has n octets, and what is in it.
func (w *walk) datagram4(n int) bool {
	b := w.b
	if w.tells() {
		w.header4(n)
	}
	w.ends4(b)
	if n <= len(b) {
		w.sourceRoute(b[20:n])
	}
	field, proto := binary.BigEndian.Uint16(b[6:]), b[9]
	w.named, w.fragment = false, field&0x2000 != 0
	if field&0x1fff != 0 {
		w.ends()
		w.num("ip-proto-", uint64(proto))
		return true
	}
	w.b, w.wire = b[min(n, len(b)):], w.wire-uint32(n)
	return w.payload(proto)
}

// ends4 takes the addresses from a header.
func (w *walk) ends4(b []byte) {
	w.v6, w.header = false, b[:20]
	w.src, w.dst = mapped(b[12:16]), mapped(b[16:20])
	w.final = w.dst
}

func mapped(b []byte) (a [16]byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b)
	return a
}

// sourceRoute takes the last address of a source route as the destination: it
// stands in the pseudo-header (RFC 1122 §3.2.1.8).
func (w *walk) sourceRoute(list []byte) {
	for o := (optionList{list}); ; {
		kind, body, ok := o.next()
		if !ok {
			return
		}
		if (kind == optionLSRR || kind == optionSSRR) && len(body) >= 5 {
			w.final = mapped(body[len(body)-4:])
		}
	}
}

// ecn are the two bits of RFC 3168 §5 as they stand behind the TOS.
var ecn = [4]string{"", ",ECT(1)", ",ECT(0)", ",CE"}

// fragmentFlags are the three flags, as a number 0 to 7: MF, DF, reserved.
var fragmentFlags = [8]string{"none", "+", "DF", "+, DF", "rsvd", "+, rsvd", "DF, rsvd", "+, DF, rsvd"}

// header4 prints the header, of n octets, in brackets.
func (w *walk) header4(n int) {
	b := w.b
	w.hex("(tos 0x", uint64(b[1]))
	w.put(ecn[b[1]&3])
	if b[8] >= 1 {
		w.num(", ttl ", uint64(b[8]))
	}
	field := binary.BigEndian.Uint16(b[6:])
	w.num(", id ", uint64(binary.BigEndian.Uint16(b[4:])))
	w.num(", offset ", uint64(field&0x1fff)*8)
	w.put(", flags [")
	w.put(fragmentFlags[field>>13])
	w.put("], proto ")
	w.protocol(b[9])
	w.num("), length ", uint64(w.wire))
	if n > 20 && n <= len(b) {
		w.put(", options (")
		w.options4(b[20:n])
		w.put(")")
	}
	w.headerSum(n)
	w.put(")\n    ")
}

// protocol prints a protocol's name, its number behind it in a bracket left open.
func (w *walk) protocol(proto uint8) {
	w.put(protocolName(proto))
	w.num(" (", uint64(proto))
}

// headerSum prints that the header's checksum is wrong, if it is.
func (w *walk) headerSum(n int) {
	if w.config.NoChecksums || n > len(w.b) {
		return
	}
	if sum := onesSum(0, w.b[:n]); sum != 0xffff {
		field := binary.BigEndian.Uint16(w.b[10:])
		w.hex(", bad cksum ", uint64(field))
		w.hex(" (->", uint64(^onesSum(uint32(^field), w.b[:n])))
		w.put(")!")
	}
}

// ends prints the addresses, once.
func (w *walk) ends() {
	w.out = w.appendAddr(w.out, &w.src)
	w.put(" > ")
	w.out = w.appendAddr(w.out, &w.dst)
	w.put(": ")
	w.named = true
}

// endsPorts prints addresses with ports, or ports alone where the addresses stand
// before another header.
func (w *walk) endsPorts(src, dst uint16) {
	if w.named {
		w.num("", uint64(src))
		w.num(" > ", uint64(dst))
		w.put(": ")
		return
	}
	w.out = append(w.appendAddr(w.out, &w.src), '.')
	w.out = strconv.AppendUint(w.out, uint64(src), 10)
	w.put(" > ")
	w.out = append(w.appendAddr(w.out, &w.dst), '.')
	w.out = strconv.AppendUint(w.out, uint64(dst), 10)
	w.put(": ")
}

// payload prints what an IP header carries.
func (w *walk) payload(proto uint8) bool {
	switch proto {
	case packet.ProtoTCP:
		return w.tcp()
	case packet.ProtoUDP:
		return w.udp()
	}
	if !w.named && !hasPorts[proto] {
		w.ends()
	}
	switch proto {
	case packet.ProtoIPv4:
		return w.inner(w.ip4)
	case packet.ProtoIPv6:
		return w.inner(w.ip6)
	case packet.ProtoGRE:
		return w.gre()
	case packet.ProtoAH:
		return w.ah()
	}
	return w.other(proto)
}

// inner prints what a tunnel carries, or its protocol's name if it is not that.
func (w *walk) inner(print func() bool) bool {
	w.named = false
	if !print() {
		w.put("ip (invalid)")
	}
	return true
}
