package tcpstates

import (
	"encoding/binary"

	"onpath/packet"
)

// ip reads IP of the version that its first octet says.
func (w *walk) ip() layer {
	switch {
	case len(w.b) > 0 && w.b[0]>>4 == 4:
		return (*walk).ipv4
	case len(w.b) > 0 && w.b[0]>>4 == 6:
		return (*walk).ipv6
	}
	return w.noIP(0)
}

// ipv4 reads an IPv4 header. A header length below 20 ends the frame without a
// flow; a total length that is 0 or more than there is means what there is.
func (w *walk) ipv4() layer {
	b := w.b
	if len(b) == 0 || b[0]>>4 != 4 {
		return w.noIP(typeIPv4)
	}
	n := int(b[0]&15) * 4
	if n < 20 || len(b) < 20 {
		w.found = w.inside
		return nil
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 || total > w.wire {
		total = w.wire & 0xffff
	}
	w.cut(total)
	x := &w.x
	x.key = key{ethertype: typeIPv4, vlan: x.key.vlan, proto: b[9], kind: ipv4}
	putIPv4(&x.key.src, b[12:])
	putIPv4(&x.key.dst, b[16:])
	field := binary.BigEndian.Uint16(b[6:])
	x.offset, x.more, x.id = field&0x1fff, field&0x2000 != 0, binary.BigEndian.Uint16(b[4:])
	w.found, w.inside = true, true
	if !w.skip(n) {
		w.b, w.wire = nil, 0
	}
	x.l4 = w.b
	if x.later() {
		return nil
	}
	if b[9] == packet.ProtoTCP && total < 40 {
		return nil
	}
	return w.transport(b[9])
}

// cut lets what stands here end after n octets.
func (w *walk) cut(n int) {
	w.wire = min(w.wire, n)
	w.b = w.b[:min(len(w.b), n)]
}

// transport reads ports, or the header of a tunnel.
func (w *walk) transport(proto uint8) layer {
	switch proto {
	case packet.ProtoIPv4:
		return (*walk).ipv4
	case packet.ProtoIPv6:
		return (*walk).ipv6
	case packet.ProtoGRE:
		return (*walk).gre
	case packet.ProtoEtherIP:
		return w.over(2, (*walk).ethernet)
	case packet.ProtoL2TP:
		return (*walk).l2tpv3
	}
	if !hasPorts(proto) || len(w.b) < 4 {
		return nil
	}
	k := &w.x.key
	k.sport, k.dport = binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:])
	switch proto {
	case packet.ProtoUDP:
		return w.udp()
	case packet.ProtoTCP:
		return w.tcpTunnel()
	}
	return nil
}

// maxExtensions is how many IPv6 extension headers are walked.
const maxExtensions = 5

// ipv6 reads the fixed header and the extension headers. The transport header
// and what follows it reaches to the end of the captured frame.
func (w *walk) ipv6() layer {
	b := w.b
	if len(b) < 40 || b[0]>>4 != 6 {
		return w.noIP(typeIPv6)
	}
	x := &w.x
	x.key = key{ethertype: typeIPv6, vlan: x.key.vlan, proto: b[6], kind: ipv6}
	x.key.src, x.key.dst = [16]byte(b[8:]), [16]byte(b[24:])
	x.offset, x.more, x.id = 0, false, 0
	w.found, w.inside = true, true
	w.skip(40)
	x.l4 = w.b
	return w.extensions()
}

// extensions walks to the transport header.
func (w *walk) extensions() layer {
	x := &w.x
	for range maxExtensions {
		if len(w.b) < 8 {
			return nil
		}
		n := int(w.b[1])*8 + 8
		switch x.key.proto {
		case packet.ProtoHopByHop, packet.ProtoDestOpts, packet.ProtoRouting:
		case packet.ProtoAH:
			n = int(w.b[1])*4 + 8
		case packet.ProtoFragment:
			n = 8
			field := binary.BigEndian.Uint16(w.b[2:])
			x.offset, x.more = field>>3, field&1 != 0
		default:
			return w.payload6()
		}
		x.key.proto = w.b[0]
		if !w.skip(n) {
			x.l4 = nil
			return nil
		}
		x.l4 = w.b
		if x.later() {
			return nil
		}
	}
	return w.payload6()
}

// payload6 reads the transport header. TCP has ports only if all of its fixed
// part was captured.
func (w *walk) payload6() layer {
	proto := w.x.key.proto
	if proto == packet.ProtoTCP && len(w.b) < 20 {
		return nil
	}
	return w.transport(proto)
}
