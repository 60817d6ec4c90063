package packet

import "encoding/binary"

// pppoe reads the session header (RFC 2516 §4).
func (w *walk) pppoe() layer {
	if len(w.b) < 6 {
		return w.stop(LinkCut)
	}
	version, code, length := w.b[0], w.b[1], binary.BigEndian.Uint16(w.b[4:])
	switch {
	case version != 0x11:
		return w.stop(LinkBad)
	case code != 0:
		return w.stop(LinkNoData)
	}
	w.skip(6)
	w.limit(uint32(length))
	w.told = true
	return layerPPP
}

// hdlc tells Cisco HDLC from PPP by the address octet.
func (w *walk) hdlc() layer {
	if len(w.b) < 2 {
		return w.stop(LinkCut)
	}
	if (w.b[0] == 0x0f || w.b[0] == 0x8f) && w.b[1] == 0 {
		return layerCHDLC
	}
	return layerPPP
}

// ppp reads the protocol field behind address and control, which may have been
// left out (RFC 1661 §6.6) or be only the control octet (LINKTYPE_PPP_PPPD).
// The field has one octet if that is odd (§6.5).
func (w *walk) ppp() layer {
	b := w.b
	switch {
	case len(b) >= 2 && b[0] == 0xff && b[1] == 3:
		w.skip(2)
	case len(b) >= 2 && b[0] == 3 && b[1]&1 == 0:
		w.skip(1)
	}
	if len(w.b) < 2 {
		return w.stop(LinkCut)
	}
	if w.b[0]&1 == 1 {
		proto := uint16(w.b[0])
		w.skip(1)
		return pppProtocol(proto)
	}
	proto := binary.BigEndian.Uint16(w.b)
	w.skip(2)
	return pppProtocol(proto)
}

// pppProtocol tells what a protocol field names (IANA "PPP Numbers").
func pppProtocol(proto uint16) layer {
	switch proto {
	case 0x0021:
		return layerIPv4
	case 0x0057:
		return layerIPv6
	case 0x0281, 0x0283:
		return layerMPLS
	}
	if proto >= 0x8000 { // negotiation: NCPs, LCP, authentication
		return layerNoData
	}
	return layerNotIP
}

// frameRelay reads the address, of two to four octets, and what follows it:
// an NLPID (RFC 2427 §3), or as Cisco has it an ethertype.
func (w *walk) frameRelay() layer {
	n := 0
	for n < len(w.b) && n < 4 && w.b[n]&1 == 0 {
		n++
	}
	n++
	if len(w.b) < n+2 {
		return w.stop(LinkCut)
	}
	if n < 2 || n > 4 {
		return w.stop(LinkBad)
	}
	w.skip(n)
	if w.b[0] != 3 {
		return w.typed(0)
	}
	w.skip(1)
	if w.b[0] == 0 { // padding
		w.skip(1)
	}
	return w.nlpid()
}
