package packet

import "encoding/binary"

// Bits of the L2TP header (RFC 2661 §3.1).
const (
	l2tpControl  = 0x8000
	l2tpLength   = 0x4000
	l2tpSequence = 0x0800
	l2tpOffset   = 0x0200
	l2tpReserved = 0x34f0
	l2tpVersion  = 0x000f
)

// l2tp reads a data message of version 2, or of version 3 over UDP (RFC 3931
// §4.1.2.1). Control messages carry no packet.
func (w *walk) l2tp() layer {
	if len(w.b) < 6 {
		return w.stop(LinkCut)
	}
	switch flags := binary.BigEndian.Uint16(w.b); {
	case flags&l2tpControl != 0:
		return w.stop(LinkNoData)
	case flags == 3 && w.b[2] == 0 && w.b[3] == 0:
		w.skip(4)
		return w.l2tpSession()
	case flags&l2tpVersion != 2 || flags&l2tpReserved != 0:
		return w.stop(LinkBad)
	default:
		return w.l2tpData(flags)
	}
}

// l2tpData reads the fields that the flags announce: length, tunnel and session,
// sequence numbers, offset. PPP follows.
func (w *walk) l2tpData(flags uint16) layer {
	n := 6
	if flags&l2tpLength != 0 {
		if uint32(binary.BigEndian.Uint16(w.b[2:])) > w.wire {
			return w.stop(LinkBad)
		}
		w.limit(uint32(binary.BigEndian.Uint16(w.b[2:])))
		n += 2
	}
	if flags&l2tpSequence != 0 {
		n += 4
	}
	if flags&l2tpOffset == 0 {
		return w.over(n, layerPPP)
	}
	if len(w.b) < n+2 {
		return w.stop(LinkCut)
	}
	return w.over(n+2+int(binary.BigEndian.Uint16(w.b[n:])), layerPPP)
}

// l2tpv3 takes the packet, and looks inside if it is a data message (RFC 3931
// §4.1.1.1): session 0 is control.
func (w *walk) l2tpv3() layer {
	w.commit(0, 0, 0)
	if len(w.b) < 4 || binary.BigEndian.Uint32(w.b) == 0 {
		return w.stop(LinkNoData)
	}
	return w.l2tpSession()
}

// l2tpSession looks for an Ethernet frame behind the session id, a cookie of 0,
// 4 or 8 octets and a sublayer of 0 or 4, on which the ends have agreed
// elsewhere (RFC 3931 §4.1, §4.6).
func (w *walk) l2tpSession() layer {
	for n := 4; n <= 16 && n < len(w.b); n += 4 {
		if looksEthernet(w.b[n:]) {
			return w.over(n, layerEthernet)
		}
	}
	return w.stop(NotIP)
}
