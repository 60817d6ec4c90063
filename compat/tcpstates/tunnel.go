package tcpstates

import "encoding/binary"

// portAYIYA is followed over TCP too.
const portAYIYA = 5072

// udp follows the tunnels that the original knows by port, none of them over
// IPv6, and Teredo by what it looks like.
func (w *walk) udp() layer {
	k := &w.x.key
	if k.kind != ipv4 || !w.skip(8) {
		return nil
	}
	if l := udpTunnel(k.dport); l != nil {
		return l
	}
	if l := udpTunnel(k.sport); l != nil {
		return l
	}
	if looksTeredo(w.b) {
		return (*walk).ipv6
	}
	return nil
}

func udpTunnel(port uint16) layer {
	switch port {
	case 4789, 8472:
		return (*walk).vxlan
	case 6081:
		return (*walk).geneve
	case 2152:
		return (*walk).gtp
	case 3544:
		return (*walk).teredo
	case 1701:
		return (*walk).l2tp
	case 5247:
		return (*walk).capwap
	case portAYIYA:
		return (*walk).ayiya
	}
	return nil
}

// looksTeredo reports whether b is an IPv6 packet to or from a Teredo address,
// 2001::/32 (RFC 4380 §2.6).
func looksTeredo(b []byte) bool {
	const prefix = 0x20010000
	return len(b) >= 40 && b[0]>>4 == 6 &&
		(binary.BigEndian.Uint32(b[8:]) == prefix || binary.BigEndian.Uint32(b[24:]) == prefix)
}

// tcpTunnel follows AYIYA over TCP, behind the header.
func (w *walk) tcpTunnel() layer {
	k := &w.x.key
	if k.sport != portAYIYA && k.dport != portAYIYA || len(w.b) < 20 {
		return nil
	}
	if !w.skip(int(w.b[12]>>4) * 4) {
		return nil
	}
	return (*walk).ayiya
}

// vxlan reads the header of RFC 7348 §5, whatever its flags, but not that of
// VXLAN-GPE, which has a flag for the next protocol.
func (w *walk) vxlan() layer {
	const flagP = 0x04
	if len(w.b) < 8 || w.b[0]&flagP != 0 {
		return nil
	}
	w.skip(8)
	return (*walk).tenant
}

// tenant reads the Ethernet frame inside an overlay: the original follows IP
// right behind the addresses, not tags or LLC.
func (w *walk) tenant() layer {
	if len(w.b) < 14 {
		return nil
	}
	switch t := binary.BigEndian.Uint16(w.b[12:]); t {
	case typeIPv4, typeIPv6:
		w.skip(14)
		return w.named(t)
	}
	return nil
}

// maxGeneveOptions is how many words of options the original follows, as far as
// is known: 2 it does, 19 it does not.
const maxGeneveOptions = 15

func (w *walk) geneve() layer {
	if len(w.b) < 8 || binary.BigEndian.Uint16(w.b[2:]) != typeTEB {
		return nil
	}
	words := int(w.b[0] & 0x3f)
	if words > maxGeneveOptions {
		return nil
	}
	return w.over(8+words*4, (*walk).tenant)
}

// gtp reads GTP-U version 1.
func (w *walk) gtp() layer {
	const gpdu = 255
	if len(w.b) < 8 || w.b[0]>>5 != 1 || w.b[1] != gpdu {
		return nil
	}
	flags := w.b[0]
	w.skip(8)
	if flags&7 == 0 {
		return (*walk).ip
	}
	if len(w.b) < 4 {
		return nil
	}
	next := w.b[3]
	w.skip(4)
	for flags&4 != 0 && next != 0 {
		if len(w.b) == 0 {
			return nil
		}
		n := int(w.b[0]) * 4
		if n == 0 || n > len(w.b) {
			return nil
		}
		next = w.b[n-1]
		w.skip(n)
	}
	return (*walk).ip
}

// teredo reads the indications before an IPv6 packet.
func (w *walk) teredo() layer {
	if len(w.b) >= 4 && w.b[0] == 0 && w.b[1] == 1 && !w.skip(13+int(w.b[2])+int(w.b[3])) {
		return nil
	}
	if len(w.b) >= 8 && w.b[0] == 0 && w.b[1] == 0 {
		w.skip(8)
	}
	return (*walk).ip
}

// l2tp reads a data message of version 2, which holds PPP.
func (w *walk) l2tp() layer {
	const control, length, sequence, offset, version = 0x8000, 0x4000, 0x0800, 0x0200, 0xf
	if len(w.b) < 6 {
		return nil
	}
	flags := binary.BigEndian.Uint16(w.b)
	if flags&control != 0 || flags&version != 2 {
		return nil
	}
	n := 6
	if flags&length != 0 {
		n += 2
	}
	if flags&sequence != 0 {
		n += 4
	}
	if flags&offset != 0 {
		if len(w.b) < n+2 {
			return nil
		}
		n += 2 + int(binary.BigEndian.Uint16(w.b[n:]))
	}
	if !w.skip(n) {
		return nil
	}
	return (*walk).ppp
}

// l2tpv3 reads a data message over IP: a session, then PPP or Ethernet.
func (w *walk) l2tpv3() layer {
	if len(w.b) < 4 || binary.BigEndian.Uint32(w.b) == 0 {
		return nil
	}
	w.skip(4)
	return (*walk).ethernet
}

// capwap reads a data message; what it carries is 802.11 or Ethernet.
func (w *walk) capwap() layer {
	const native = 1
	if len(w.b) < 8 || w.b[0] != 0 {
		return nil
	}
	n, wifi := int(w.b[1]>>3)*4, w.b[2]&native != 0
	if n < 8 || !w.skip(n) {
		return nil
	}
	if wifi {
		return (*walk).wifi
	}
	return (*walk).ethernet
}

// ayiya reads "anything in anything" (draft-massar-v6ops-ayiya-02 §3).
func (w *walk) ayiya() layer {
	if len(w.b) < 8 || !w.skip(8+1<<(w.b[0]>>4)+int(w.b[1]>>4)*4) {
		return nil
	}
	return (*walk).ip
}

// Bits of the GRE header.
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1
)

// GRE protocols that are no ethertypes, or mean something else there.
const (
	greERSPAN  = 0x88be
	greERSPAN3 = 0x22eb
	greWCCP    = 0x883e
)

func (w *walk) gre() layer {
	if len(w.b) < 4 {
		return nil
	}
	flags, proto := binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:])
	n := 4
	for _, bit := range [...]uint16{greChecksum | greRouting, greKey, greSequence, greAck} {
		if flags&bit != 0 {
			n += 4
		}
	}
	if !w.skip(n) {
		return nil
	}
	switch proto {
	case greERSPAN:
		if flags&greSequence == 0 {
			return (*walk).ethernet
		}
		return w.over(8, (*walk).ethernet)
	case greERSPAN3:
		return w.over(12, (*walk).ethernet)
	case greWCCP:
		return (*walk).wccp
	}
	return w.named(proto)
}

// wccp reads the redirect header, if there is one.
func (w *walk) wccp() layer {
	if len(w.b) > 0 && w.b[0]>>4 != 4 {
		return w.over(4, (*walk).ipv4)
	}
	return (*walk).ipv4
}
