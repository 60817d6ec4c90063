package tcpstates

import (
	"encoding/binary"

	"onpath/packet"
)

// Bits of the 802.11 frame control field, first octet in the low byte.
const (
	wifiTypeMask  = 0x000c
	wifiTypeData  = 0x0008
	wifiNull      = 0x0040 // subtype without data
	wifiQoS       = 0x0080
	wifiToDS      = 0x0100
	wifiFromDS    = 0x0200
	wifiProtected = 0x4000
	wifiOrder     = 0x8000
)

// wifi reads an 802.11 data frame; anything else is a flow of MAC addresses.
func (w *walk) wifi() layer {
	const addresses = 24
	if len(w.b) < addresses {
		return w.noIP(0)
	}
	w.dst, w.src = [6]byte(w.b[4:]), [6]byte(w.b[10:])
	fc := binary.LittleEndian.Uint16(w.b)
	if fc&(wifiTypeMask|wifiNull|wifiProtected) != wifiTypeData {
		return w.noIP(0)
	}
	if !w.skip(wifiHeader(fc)) {
		return w.noIP(0)
	}
	return w.llc(0)
}

// wifiHeader returns the octets of a data frame's header.
func wifiHeader(fc uint16) int {
	n := 24
	if fc&(wifiToDS|wifiFromDS) == wifiToDS|wifiFromDS {
		n += 6
	}
	if fc&wifiQoS != 0 {
		n += 2
		if fc&wifiOrder != 0 {
			n += 4
		}
	}
	return n
}

// radiotap reads the length of the header before an 802.11 frame.
func (w *walk) radiotap() layer {
	if len(w.b) < 8 {
		return w.noIP(0)
	}
	return w.over(int(binary.LittleEndian.Uint16(w.b[2:])), (*walk).wifi)
}

// ppi reads the header that names the link type behind it.
func (w *walk) ppi() layer {
	if len(w.b) < 8 {
		return w.noIP(0)
	}
	n, link := int(binary.LittleEndian.Uint16(w.b[2:])), binary.LittleEndian.Uint32(w.b[4:])
	if n < 8 || link > 0xffff || !w.skip(n) {
		return w.noIP(0)
	}
	return w.link(packet.LinkType(link))
}
