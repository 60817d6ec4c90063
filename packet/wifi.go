package packet

import "encoding/binary"

// Bits of the 802.11 frame control field (IEEE 802.11 §9.2.4.1), first octet
// in the low byte.
const (
	wifiTypeData  = 0x0008 // of the two type bits
	wifiTypeMask  = 0x000c
	wifiNull      = 0x0040 // subtype bit: no data
	wifiQoS       = 0x0080 // subtype bit
	wifiToDS      = 0x0100
	wifiFromDS    = 0x0200
	wifiProtected = 0x4000
	wifiOrder     = 0x8000 // in QoS data: HT control is there
)

// wifiAMSDU is the bit of QoS control that says that frames are aggregated.
const wifiAMSDU = 0x80

// wifi reads an 802.11 data frame (IEEE 802.11 §9.3.2). Of aggregated frames
// (A-MSDU) it reads the first.
func (w *walk) wifi() layer {
	if len(w.b) < 2 {
		return w.stop(LinkCut)
	}
	return w.wifiData(binary.LittleEndian.Uint16(w.b))
}

// wifiSwapped is wifi where the octets of frame control may have been swapped,
// as Cisco's access points do in CAPWAP: no version but 0 exists.
func (w *walk) wifiSwapped() layer {
	if len(w.b) < 2 {
		return w.stop(LinkCut)
	}
	if w.b[0]&3 != 0 && w.b[1]&3 == 0 {
		return w.wifiData(binary.BigEndian.Uint16(w.b))
	}
	return w.wifi()
}

func (w *walk) wifiData(fc uint16) layer {
	switch {
	case fc&3 != 0:
		return w.stop(LinkBad)
	case fc&wifiTypeMask != wifiTypeData || fc&wifiNull != 0:
		return w.stop(LinkNoData)
	case fc&wifiProtected != 0:
		return w.stop(LinkEncrypted)
	}
	n := wifiHeader(fc)
	if len(w.b) < n {
		return w.stop(LinkCut)
	}
	if w.b[22]&0xf != 0 { // not the first fragment of a frame
		return w.stop(LinkNoData)
	}
	aggregated := fc&wifiQoS != 0 && w.b[wifiQoSAt(fc)]&wifiAMSDU != 0
	if w.padded {
		n = min((n+3)&^3, len(w.b))
	}
	w.skip(n)
	if aggregated {
		return w.amsdu()
	}
	return layerLLC
}

// wifiQoSAt returns where QoS control stands: behind three or four addresses.
func wifiQoSAt(fc uint16) int {
	if fc&(wifiToDS|wifiFromDS) == wifiToDS|wifiFromDS {
		return 30
	}
	return 24
}

// wifiHeader returns the octets of a data frame's header.
func wifiHeader(fc uint16) int {
	n := wifiQoSAt(fc)
	if fc&wifiQoS == 0 {
		return n
	}
	if fc&wifiOrder != 0 {
		return n + 6
	}
	return n + 2
}

// amsdu reads the first subframe of an A-MSDU: two addresses, length, LLC
// (IEEE 802.11 §9.3.2.2).
func (w *walk) amsdu() layer {
	if len(w.b) < 14 {
		return w.stop(LinkCut)
	}
	length := binary.BigEndian.Uint16(w.b[12:])
	w.skip(14)
	w.limit(uint32(length))
	return layerLLC
}

// Fields and flags of radiotap (radiotap.org, "Defined fields").
const (
	radiotapTSFT  = 1 << 0
	radiotapFlags = 1 << 1
	radiotapMore  = 1 << 31

	radiotapFCS = 0x10
	radiotapPad = 0x20
)

// radiotap reads the flags, which say whether a checksum ends the frame and
// whether its header is padded.
func (w *walk) radiotap() layer {
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	n := int(binary.LittleEndian.Uint16(w.b[2:]))
	switch {
	case w.b[0] != 0 || n < 8:
		return w.stop(LinkBad)
	case len(w.b) < n:
		return w.stop(LinkCut)
	}
	flags := radiotapFlagsOf(w.b[:n])
	w.skip(n)
	w.padded = flags&radiotapPad != 0
	if flags&radiotapFCS != 0 && w.wire >= 4 {
		w.limit(w.wire - 4)
	}
	return layerWiFi
}

// radiotapFlagsOf returns the flags in a whole header, 0 if it has none. Only
// the time stamp may stand before them, at a multiple of 8 octets.
func radiotapFlagsOf(h []byte) uint8 {
	present, at := binary.LittleEndian.Uint32(h[4:]), 8
	for more := present; more&radiotapMore != 0; at += 4 {
		if at+4 > len(h) {
			return 0
		}
		more = binary.LittleEndian.Uint32(h[at:])
	}
	if present&radiotapTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	if present&radiotapFlags == 0 || at >= len(h) {
		return 0
	}
	return h[at]
}

// avs reads the header that the linux-wlan project made: version, length.
func (w *walk) avs() layer {
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	n := binary.BigEndian.Uint32(w.b[4:])
	switch {
	case n < 8 || n > w.wire:
		return w.stop(LinkBad)
	case int(n) > len(w.b):
		return w.stop(LinkCut)
	}
	return w.over(int(n), layerWiFi)
}
