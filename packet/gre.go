package packet

import "encoding/binary"

// Bits of the GRE header (RFC 2784 §2, RFC 2890 §2, RFC 2637 §4.1).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1
	greVersion  = 0x0007
)

// gre takes the packet that carries GRE, and looks inside.
func (w *walk) gre() layer {
	w.commit(0, 0, 0)
	return w.greHeader()
}

// greHeader reads a GRE header of version 0 or 1.
func (w *walk) greHeader() layer {
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	flags, proto := binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:])
	switch flags & greVersion {
	case 0:
		return w.greZero(flags, proto)
	case 1:
		return w.greOne(flags, proto)
	}
	return w.stop(LinkBad)
}

func (w *walk) greZero(flags, proto uint16) layer {
	n := 4
	if flags&(greChecksum|greRouting) != 0 {
		n += 4
	}
	if flags&greKey != 0 {
		n += 4
	}
	if flags&greSequence != 0 {
		n += 4
	}
	if len(w.b) < n {
		return w.stop(LinkCut)
	}
	w.skip(n)
	if flags&greRouting != 0 && !w.greRoutes() {
		return w.stop(LinkCut)
	}
	return w.greProtocol(proto, flags&greSequence != 0)
}

// greRoutes moves over the source routes of RFC 1701: family, offset, length of
// each; a zero family and length end them.
func (w *walk) greRoutes() bool {
	for len(w.b) >= 4 {
		family, n := binary.BigEndian.Uint16(w.b), int(w.b[3])+4
		if n > len(w.b) {
			return false
		}
		w.skip(n)
		if family == 0 && n == 4 {
			return true
		}
	}
	return false
}

// greOne reads the enhanced header that PPTP uses: payload length and call in
// the key, PPP inside, nothing inside without a sequence number.
func (w *walk) greOne(flags, proto uint16) layer {
	if proto == greEoIP && flags == greKey|1 {
		return w.over(8, layerEthernet)
	}
	if proto != typePPP || flags&greKey == 0 || flags&(greChecksum|greRouting) != 0 {
		return w.stop(LinkBad)
	}
	if flags&greSequence == 0 {
		return w.stop(LinkNoData)
	}
	n := 12
	if flags&greAck != 0 {
		n += 4
	}
	return w.over(n, layerPPP)
}

// GRE protocol types that are no ethertypes, or mean something else here.
const (
	greERSPAN    = 0x88be // types I and II
	greERSPAN3   = 0x22eb
	greWCCP      = 0x883e
	greEoIP      = 0x6400 // MikroTik's Ethernet over IP, in version 1
	greArubaLow  = 0x8200
	greArubaHigh = 0x8370
	greAruba     = 0x9000
)

func (w *walk) greProtocol(proto uint16, sequence bool) layer {
	switch {
	case proto == greERSPAN && !sequence: // type I has no header of its own
		return layerEthernet
	case proto == greERSPAN || proto == greERSPAN3:
		return w.erspan()
	case proto == greWCCP && len(w.b) > 0 && w.b[0]>>4 != 4: // redirect header
		return w.over(4, layerIPv4)
	case proto == greWCCP:
		return layerIPv4
	case proto >= greArubaLow && proto <= greArubaHigh && proto&0xf == 0 || proto == greAruba:
		return layerWiFi
	case proto <= maxLength:
		return w.stop(NotIP)
	}
	return w.named(proto)
}

// erspan reads the header of types II and III, told apart by their version
// (draft-foschiano-erspan-03 §4).
func (w *walk) erspan() layer {
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	switch w.b[0] >> 4 {
	case 1:
		return w.over(8, layerEthernet)
	case 2:
		if len(w.b) >= 12 && w.b[11]&1 != 0 { // platform-specific subheader
			return w.over(20, layerEthernet)
		}
		return w.over(12, layerEthernet)
	}
	return w.stop(LinkBad)
}
