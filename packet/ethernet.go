package packet

import "encoding/binary"

// maxLength is the highest value of an Ethernet type field that is a length
// (IEEE 802.3 §3.2.6).
const maxLength = 1500

// Ethertypes that the packet path names (IANA "IEEE 802 Numbers").
const (
	typeIPv4     = 0x0800
	typeARP      = 0x0806
	typeTEB      = 0x6558 // transparent Ethernet bridging, RFC 1701
	typeVLAN     = 0x8100
	typeIPv6     = 0x86dd
	typePPP      = 0x880b
	typeMPLS     = 0x8847
	typePPPoE    = 0x8864
	typeLLCJumbo = 0x8870
	typeQinQ     = 0x88a8
)

// ethernet reads Ethernet II and IEEE 802.3.
func (w *walk) ethernet() layer {
	if len(w.b) < 14 {
		return w.stop(LinkCut)
	}
	t := binary.BigEndian.Uint16(w.b[12:])
	if t <= maxLength && isISL(w.b) {
		return w.isl()
	}
	w.skip(14)
	if t == typeIPv4 {
		return w.ipv4()
	}
	return w.named(t)
}

// typed moves over n octets, and reads the ethertype behind them.
func (w *walk) typed(n int) layer {
	if len(w.b) < n+2 {
		return w.stop(LinkCut)
	}
	t := binary.BigEndian.Uint16(w.b[n:])
	w.skip(n + 2)
	return w.named(t)
}

// named tells what an ethertype names. It is the only place that does.
func (w *walk) named(t uint16) layer {
	switch t {
	case typeIPv4:
		return layerIPv4
	case typeIPv6:
		return layerIPv6
	case typeVLAN, typeQinQ, 0x9100, 0x9200, 0x9300:
		return layerVLAN
	case typeMPLS, 0x8848:
		return layerMPLS
	case typePPPoE:
		return layerPPPoE
	case 0x8863: // PPPoE discovery
		return layerNoData
	case typePPP:
		return layerPPP
	case typeTEB:
		return layerEthernet
	case typeLLCJumbo:
		return layerLLC
	case 0x88e7:
		return layerPBB
	case 0x8903: // Cisco FabricPath: two octets of tag, and the frame
		return w.over(2, layerEthernet)
	case 0x8926:
		return layerVNTag
	case 0x8909, 0x893f: // Cisco MetaData, IEEE 802.1BR
		return layerSixOctets
	case 0x88e5:
		return layerMACsec
	case 0x894f:
		return layerNSH
	}
	if t > maxLength {
		return layerNotIP
	}
	if t > 0 {
		w.limit(uint32(t))
	}
	return layerLLC
}

// vlanTag reads what stands behind the type of IEEE 802.1Q, 802.1ad and their
// forerunners. Of a stack the last tag stays.
func (w *walk) vlanTag() layer {
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	w.vlan = binary.BigEndian.Uint16(w.b) & 0xfff
	return w.typed(2)
}

// macsec reads a frame that is only authenticated (IEEE 802.1AE §9).
func (w *walk) macsec() layer {
	const hasSCI, encrypted, changed = 0x20, 0x08, 0x04
	if len(w.b) < 6 {
		return w.stop(LinkCut)
	}
	tci, n := w.b[0], 6
	if tci&(encrypted|changed) != 0 {
		return w.stop(LinkEncrypted)
	}
	if tci&hasSCI != 0 {
		n += 8
	}
	return w.typed(n)
}

// nsh reads the Network Service Header (RFC 8300 §2).
func (w *walk) nsh() layer {
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	n, proto := int(w.b[1]&0x3f)*4, w.b[3]
	if w.b[0]>>6 != 0 || n < 8 {
		return w.stop(LinkBad)
	}
	return w.over(n, nextProtocol(proto))
}

// nextProtocol tells what NSH and VXLAN-GPE name (RFC 8300 §11.2.5).
func nextProtocol(proto uint8) layer {
	switch proto {
	case 1:
		return layerIPv4
	case 2:
		return layerIPv6
	case 3:
		return layerEthernet
	case 4:
		return layerNSH
	case 5:
		return layerMPLS
	}
	return layerNotIP
}

// isISL reports whether b, of 14 octets at least, is a Cisco ISL frame: it goes
// to one of two multicast addresses, of which it has 40 bits, and SNAP follows.
func isISL(b []byte) bool {
	const first, second = 0x01000c0000, 0x03000c0000
	to := binary.BigEndian.Uint64(b) >> 24
	return (to == first || to == second) && len(b) >= 26 && b[14] == 0xaa && b[15] == 0xaa && b[16] == 3
}

// isl reads Cisco's Inter-Switch Link: 26 octets around an Ethernet frame.
func (w *walk) isl() layer {
	if w.b[5]>>4 != 0 { // Token Ring, FDDI, ATM
		return w.stop(NotIP)
	}
	w.vlan = binary.BigEndian.Uint16(w.b[20:]) >> 1 & 0xfff
	return w.over(26, layerEthernet)
}

// LLC service access points with the control octet of unnumbered information.
const (
	llcSNAP   = 0xaaaa03
	llcIP     = 0x060603 // RFC 1042
	llcNLPID  = 0xfefe03 // RFC 2684 §5.1
	ouiEther  = 0x000000
	ouiBridge = 0x0000f8 // IEEE 802.1H
	oui8021   = 0x0080c2 // bridged frames, RFC 2684 §5.2
)

// llc reads IEEE 802.2 and SNAP.
func (w *walk) llc() layer {
	if len(w.b) < 3 {
		return w.stop(LinkCut)
	}
	switch uint24(w.b) {
	case llcSNAP:
		w.skip(3)
		return w.snap()
	case llcIP:
		return w.over(3, layerIPv4)
	case llcNLPID:
		w.skip(3)
		return w.nlpid()
	}
	return w.stop(NotIP)
}

// snap reads the five octets behind AA AA 03.
func (w *walk) snap() layer {
	if len(w.b) < 5 {
		return w.stop(LinkCut)
	}
	oui, t := uint24(w.b), binary.BigEndian.Uint16(w.b[3:])
	w.skip(5)
	switch {
	case (oui == ouiEther || oui == ouiBridge) && t > maxLength:
		return w.named(t)
	case oui == oui8021 && (t == 1 || t == 7): // two octets of padding
		return w.over(2, layerEthernet)
	}
	return w.stop(NotIP)
}

// nlpid reads one octet that names the network layer (ISO/IEC TR 9577).
func (w *walk) nlpid() layer {
	if len(w.b) < 1 {
		return w.stop(LinkCut)
	}
	id := w.b[0]
	w.skip(1)
	switch id {
	case 0xcc:
		return layerIPv4
	case 0x8e:
		return layerIPv6
	case 0x80:
		return w.snap()
	}
	return w.stop(NotIP)
}

func uint24(b []byte) uint32 {
	return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
}
