package packet

import "encoding/binary"

// ARPHRD_ numbers of Linux (linux/if_arp.h) under which the protocol field of a
// cooked header is no ethertype.
const (
	arphrdFrameRelay = 770
	arphrdIPGRE      = 778
	arphrdRadiotap   = 803
	arphrdNetlink    = 824
)

// cooked reads Linux cooked v1: packet type, ARPHRD, length of the address,
// eight octets of address, protocol.
func (w *walk) cooked() layer {
	if len(w.b) < 16 {
		return w.stop(LinkCut)
	}
	arphrd, proto := binary.BigEndian.Uint16(w.b[2:]), binary.BigEndian.Uint16(w.b[14:])
	w.skip(16)
	return w.cookedProtocol(arphrd, proto)
}

// cooked2 reads Linux cooked v2: protocol, two octets reserved, interface,
// ARPHRD, packet type, length of the address, eight octets of address.
func (w *walk) cooked2() layer {
	if len(w.b) < 20 {
		return w.stop(LinkCut)
	}
	arphrd, proto := binary.BigEndian.Uint16(w.b[8:]), binary.BigEndian.Uint16(w.b)
	w.skip(20)
	return w.cookedProtocol(arphrd, proto)
}

func (w *walk) cookedProtocol(arphrd, proto uint16) layer {
	switch arphrd {
	case arphrdNetlink:
		return w.stop(NotIP)
	case arphrdFrameRelay:
		return layerFrameRelay
	case arphrdRadiotap:
		return layerRadiotap
	}
	switch proto {
	case 1: // Novell's frames without LLC
		return w.stop(NotIP)
	case 4:
		return layerLLC
	}
	if proto <= maxLength { // CAN, IrDA, …
		return w.stop(NotIP)
	}
	return w.named(proto)
}
