package tcpstates

import (
	"encoding/binary"

	"onpath/packet"
)

// link starts at a link header. The original refuses other link types, and Linux
// cooked v2, which is read because tcpdump writes it today. Those of Juniper and
// Symantec, which the original reads, are not.
func (w *walk) link(t packet.LinkType) layer {
	switch t {
	case packet.LinkEthernet:
		if len(w.b) >= 16 {
			return (*walk).ethernet
		}
	case packet.LinkLinuxSLL:
		if len(w.b) >= 16 {
			return (*walk).cooked
		}
	case packet.LinkLinuxSLL2: // refused by the original
		if len(w.b) >= 20 {
			return (*walk).cooked2
		}
	case packet.LinkNull, packet.LinkLoop:
		return w.over(4, (*walk).ip)
	case packet.LinkRaw12, packet.LinkRaw14, packet.LinkRaw, packet.LinkIPv4, packet.LinkIPv6:
		return (*walk).ip
	case packet.LinkPPP, packet.LinkPPPSerial, packet.LinkCHDLC:
		return (*walk).hdlc
	case packet.LinkPPPDir, packet.LinkCHDLCDir:
		return w.over(1, (*walk).hdlc)
	case packet.LinkPPPEther:
		return (*walk).pppoe
	case packet.LinkFrameRelay:
		return (*walk).frameRelay
	case packet.LinkWiFi:
		return (*walk).wifi
	case packet.LinkPrism:
		return w.over(144, (*walk).wifi)
	case packet.LinkRadiotap:
		return (*walk).radiotap
	case packet.LinkPPI:
		return (*walk).ppi
	}
	return nil
}

// cooked reads Linux cooked v1: the sender's address stands in it, the protocol
// at its end.
func (w *walk) cooked() layer {
	copy(w.src[:], w.b[6:12])
	w.skip(14)
	return w.typed()
}

// cooked2 reads Linux cooked v2: the protocol stands first, the sender's address
// last.
func (w *walk) cooked2() layer {
	t := binary.BigEndian.Uint16(w.b)
	copy(w.src[:], w.b[12:18])
	w.skip(20)
	return w.named(t)
}

// hdlc tells Cisco HDLC from PPP by the address octet.
func (w *walk) hdlc() layer {
	if len(w.b) >= 4 && (w.b[0] == 0x0f || w.b[0] == 0x8f) && w.b[1] == 0 {
		w.skip(2)
		return w.typed()
	}
	return (*walk).ppp
}

// ppp reads the protocol behind address and control, which may have been left
// out. A protocol of one octet is not followed, nor is MPLS.
func (w *walk) ppp() layer {
	if len(w.b) >= 2 && w.b[0] == 0xff && w.b[1] == 3 {
		w.skip(2)
	}
	if len(w.b) < 2 {
		return w.noIP(0)
	}
	proto := binary.BigEndian.Uint16(w.b)
	w.skip(2)
	switch proto {
	case 0x0021:
		return (*walk).ipv4
	case 0x0057:
		return (*walk).ipv6
	}
	return w.noIP(proto)
}

func (w *walk) pppoe() layer { return w.over(6, (*walk).ppp) }

// frameRelay reads a two-octet address and what follows it: an NLPID, or as
// Cisco has it an ethertype.
func (w *walk) frameRelay() layer {
	if len(w.b) < 4 {
		return w.noIP(0)
	}
	w.skip(2)
	if w.b[0] != 3 {
		return w.typed()
	}
	switch w.b[1] {
	case 0xcc:
		return w.over(2, (*walk).ipv4)
	case 0x8e:
		return w.over(2, (*walk).ipv6)
	}
	return w.noIP(0)
}
