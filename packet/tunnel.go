package packet

import "encoding/binary"

// udpTunnels tells which tunnel a UDP port is registered for, or is known to be
// used by. It is a guess: each reader looks for contradictions in its header
// first, and where no IP packet comes out, it was UDP.
func udpTunnels(port uint16) layer {
	switch port {
	case 4789, 8472: // RFC 7348; Linux before it
		return layerVXLAN
	case 4790: // draft-ietf-nvo3-vxlan-gpe
		return layerVXLANGPE
	case 6081: // RFC 8926
		return layerGeneve
	case 2152: // 3GPP TS 29.281
		return layerGTP
	case 3544: // RFC 4380
		return layerTeredo
	case 1701: // RFC 2661
		return layerL2TP
	case 4754: // RFC 8086
		return layerGREinUDP
	case 6635: // RFC 7510
		return layerMPLS
	case 5247: // RFC 5415
		return layerCAPWAP
	case 5072: // draft-massar-v6ops-ayiya
		return layerAYIYA
	case 4341: // RFC 9300
		return layerLISP
	case 37008: // TaZmen Sniffer Protocol
		return layerTZSP
	}
	return end
}

// ipInIP takes the packet that carries another (RFC 2003, RFC 4213).
func (w *walk) ipInIP() layer {
	proto := w.proto
	w.commit(0, 0, 0)
	if proto == ProtoIPv4 {
		return layerIPv4
	}
	return layerIPv6
}

// mplsInIP takes the packet that carries a label stack (RFC 4023 §3).
func (w *walk) mplsInIP() layer {
	w.commit(0, 0, 0)
	return layerMPLS
}

// etherIP takes the packet, and looks behind version 3 and a reserved field
// (RFC 3378 §2).
func (w *walk) etherIP() layer {
	w.commit(0, 0, 0)
	if len(w.b) < 2 || w.b[0] != 0x30 || w.b[1] != 0 {
		return w.stop(LinkBad)
	}
	return w.over(2, layerEthernet)
}

// vxlan reads the header of RFC 7348 §5. The flag I must be set; all else but
// the VNI is ignored on receipt.
func (w *walk) vxlan() layer {
	const flagI = 0x08
	b := w.b
	if len(b) < 8 {
		return w.stop(LinkCut)
	}
	if b[0]&flagI == 0 {
		return w.stop(LinkBad)
	}
	w.net = NetVXLAN | uint24(b[4:])
	return w.over(8, layerEthernet)
}

// vxlanGPE reads the header that names what follows it (draft-ietf-nvo3-vxlan-gpe
// §3.1): version 0, a VNI, no OAM.
func (w *walk) vxlanGPE() layer {
	const version, flagI, flagP, flagO = 0x30, 0x08, 0x04, 0x01
	b := w.b
	if len(b) < 8 {
		return w.stop(LinkCut)
	}
	if b[0]&(version|flagI|flagO) != flagI {
		return w.stop(LinkBad)
	}
	next := layerEthernet
	if b[0]&flagP != 0 {
		next = nextProtocol(b[3])
	}
	w.net = NetVXLAN | uint24(b[4:])
	return w.over(8, next)
}

// geneve reads the header of RFC 8926 §3.4 and its options, which fill their
// length in version 0.
func (w *walk) geneve() layer {
	b := w.b
	if len(b) < 8 {
		return w.stop(LinkCut)
	}
	n, t := 8+int(b[0]&0x3f)*4, binary.BigEndian.Uint16(b[2:])
	switch {
	case b[0]>>6 != 0 || t <= maxLength:
		return w.stop(LinkBad)
	case len(b) < n:
		return w.stop(LinkCut)
	case !geneveOptions(b[8:n]):
		return w.stop(LinkBad)
	}
	w.net = NetGeneve | uint24(b[4:])
	w.skip(n)
	return w.named(t)
}

// geneveOptions reports whether options fill b: class, type, length in words.
func geneveOptions(b []byte) bool {
	for len(b) >= 4 {
		n := 4 + int(b[3]&0x1f)*4
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0
}

// gtp reads GTP-U version 1 (3GPP TS 29.281 §5.1): a G-PDU whose length fits.
// The spare bit is not evaluated.
func (w *walk) gtp() layer {
	const version1, mask, optional, extended, gpdu = 0x30, 0xf0, 0x07, 0x04, 255
	b := w.b
	if len(b) < 8 {
		return w.stop(LinkCut)
	}
	length := uint32(binary.BigEndian.Uint16(b[2:]))
	if b[0]&mask != version1 || b[1] != gpdu || length > w.wire-8 {
		return w.stop(LinkBad)
	}
	flags := b[0]
	w.skip(8)
	w.limit(length)
	if flags&optional == 0 {
		return layerIP
	}
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	next := w.b[3]
	w.skip(4)
	if flags&extended == 0 {
		return layerIP
	}
	return w.gtpExtensions(next)
}

// gtpExtensions moves over extension headers: length in words, content, and the
// type of the next, 0 for none (§5.2.1).
func (w *walk) gtpExtensions(next uint8) layer {
	for next != 0 {
		if len(w.b) < 4 {
			return w.stop(LinkCut)
		}
		n := int(w.b[0]) * 4
		switch {
		case n == 0:
			return w.stop(LinkBad)
		case n > len(w.b):
			return w.stop(LinkCut)
		}
		next = w.b[n-1]
		w.skip(n)
	}
	return layerIP
}

// teredo reads the indications of RFC 4380 §5.1.1 before an IPv6 packet.
func (w *walk) teredo() layer {
	if len(w.b) >= 4 && w.b[0] == 0 && w.b[1] == 1 { // authentication
		n := 13 + int(w.b[2]) + int(w.b[3])
		if len(w.b) < n {
			return w.stop(LinkCut)
		}
		w.skip(n)
	}
	if len(w.b) >= 8 && w.b[0] == 0 && w.b[1] == 0 { // origin
		w.skip(8)
	}
	return layerIPv6
}

// ayiya reads "anything in anything" (draft-massar-v6ops-ayiya-02 §3): an
// identity of 2ⁿ octets, a signature, and a packet that is to be forwarded.
func (w *walk) ayiya() layer {
	const forward = 1
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	n := 8 + 1<<(w.b[0]>>4) + int(w.b[1]>>4)*4
	if w.b[2]&0xf != forward {
		return w.stop(LinkBad)
	}
	switch w.b[3] {
	case ProtoIPv4:
		return w.over(n, layerIPv4)
	case ProtoIPv6:
		return w.over(n, layerIPv6)
	}
	return w.stop(NotIP)
}

// capwap reads a data message (RFC 5415 §4.3): version 0 without DTLS, no
// keep-alive, whole or a first fragment.
func (w *walk) capwap() layer {
	const native, fragment, keepAlive = 0x01, 0x80, 0x08
	b := w.b
	if len(b) < 8 {
		return w.stop(LinkCut)
	}
	n := int(b[1]>>3) * 4
	switch {
	case b[0] != 0 || n < 8:
		return w.stop(LinkBad)
	case b[3]&keepAlive != 0, b[3]&fragment != 0 && binary.BigEndian.Uint16(b[6:])>>3 != 0:
		return w.stop(LinkNoData)
	case len(b) < n:
		return w.stop(LinkCut)
	}
	w.skip(n)
	if b[2]&native == 0 {
		return layerEthernet
	}
	if wbid := b[2] >> 1 & 0x1f; wbid != 1 { // not IEEE 802.11
		return w.stop(NotIP)
	}
	return w.wifiSwapped()
}

// lisp reads the data header of RFC 9300 §5.1, whose last three flags a receiver
// ignores.
func (w *walk) lisp() layer { return w.over(8, layerIP) }

// tzsp reads a captured frame on its way to an analyzer: version 1, type 0 or 1,
// link, and tags of kind, length and content up to the end tag.
func (w *walk) tzsp() layer {
	const padding, last, ethernet, wifi = 0, 1, 1, 18
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	version, kind, link := w.b[0], w.b[1], binary.BigEndian.Uint16(w.b[2:])
	if version != 1 || kind > 1 || link != ethernet && link != wifi {
		return w.stop(LinkBad)
	}
	w.skip(4)
	for len(w.b) >= 2 && w.b[0] != last {
		n := 1
		if w.b[0] != padding {
			n = 2 + int(w.b[1])
		}
		w.skip(min(n, len(w.b)))
	}
	if link == wifi {
		return w.over(1, layerWiFi)
	}
	return w.over(1, layerEthernet)
}
