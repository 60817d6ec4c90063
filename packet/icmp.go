package packet

import "encoding/binary"

// icmpPairs are the ICMP messages that ask and answer, and whether they carry
// an identifier at octet 4 (RFC 792, 950, 1256, 4443, 4861, 4620, 6275). Which
// are pairs is Community ID v1's choice, taken from Zeek.
var icmpPairs = [...]struct {
	v6          bool
	ask, answer uint8
	identifier  bool
}{
	{false, 8, 0, true},     // echo
	{false, 10, 9, false},   // router solicitation, advertisement
	{false, 13, 14, true},   // timestamp
	{false, 15, 16, true},   // information
	{false, 17, 18, true},   // address mask
	{true, 128, 129, true},  // echo
	{true, 130, 131, false}, // multicast listener query, report
	{true, 133, 134, false}, // router solicitation, advertisement
	{true, 135, 136, false}, // neighbor solicitation, advertisement
	{true, 139, 140, false}, // node information
	{true, 144, 145, true},  // home agent address discovery
}

// icmpKind is what the table says of one message type.
type icmpKind struct {
	counterpart      uint8
	pair, identifier bool
}

// icmpKinds is icmpPairs by version and type.
var icmpKinds = func() (kinds [2][256]icmpKind) {
	for _, p := range icmpPairs {
		version := 0
		if p.v6 {
			version = 1
		}
		kinds[version][p.ask] = icmpKind{p.answer, true, p.identifier}
		kinds[version][p.answer] = icmpKind{p.ask, true, p.identifier}
	}
	return kinds
}()

func icmpKindOf(v6 bool, kind uint8) icmpKind {
	if v6 {
		return icmpKinds[1][kind]
	}
	return icmpKinds[0][kind]
}

// ICMPPorts returns what stands for ports in an ICMP message of that type and
// code, the sender's first, as Community ID v1 wants them: type and the type of
// the counterpart where messages ask and answer, so that both directions have
// one Key; else type and code, and oneWay.
func ICMPPorts(v6 bool, kind, code uint8) (src, dst uint16, oneWay bool) {
	if k := icmpKindOf(v6, kind); k.pair {
		return uint16(kind), uint16(k.counterpart), false
	}
	return uint16(kind), uint16(code), true
}

// icmp reads type and code, and an identifier where there is one. What an error
// message quotes is not read: it is another packet's.
func (w *walk) icmp() layer {
	if why := w.short(4); why != Decoded {
		return w.broken(why)
	}
	v6 := w.proto == ProtoICMPv6
	kind, code, id := w.b[0], w.b[1], uint16(0)
	if icmpKindOf(v6, kind).identifier {
		if why := w.short(8); why != Decoded {
			return w.broken(why)
		}
		id = binary.BigEndian.Uint16(w.b[4:])
	}
	src, dst, _ := ICMPPorts(v6, kind, code)
	w.commit(src, dst, id)
	w.v.L4Len -= min(w.v.L4Len, 8)
	return end
}
