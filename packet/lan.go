package packet

import "encoding/binary"

// fddi reads frame control and two addresses. Frames without LLC are tokens and
// station management.
func (w *walk) fddi() layer {
	if len(w.b) < 13 {
		return w.stop(LinkCut)
	}
	if w.b[0]&0xf8 != 0x50 {
		return w.stop(LinkNoData)
	}
	return w.over(13, layerLLC)
}

// ipoib reads the four octets of RFC 4391 §6.
func (w *walk) ipoib() layer {
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	t := binary.BigEndian.Uint16(w.b)
	w.skip(4)
	return w.named(t)
}

// System codes (ARCNET Trade Association).
const (
	arcnetIP    = 212 // RFC 1201
	arcnetIPv6  = 196 // RFC 2497
	arcnetOldIP = 240 // RFC 1051: nothing behind the code
)

// arcnet reads a frame as the BSDs hand it over: source, destination, system
// code, and by RFC 1201 §3 a split flag and a sequence number. In an exception
// frame, which has the flag FF, code, flag and number come again.
func (w *walk) arcnet() layer {
	if len(w.b) >= 8 && w.b[2] != arcnetOldIP && w.b[3] == 0xff {
		w.skip(4)
	}
	return w.arcnetCode(2)
}

// arcnetLinux reads a frame as Linux hands it over: source, destination, two
// octets of offset, and from the system code on as above, never an exception.
func (w *walk) arcnetLinux() layer { return w.arcnetCode(4) }

// arcnetCode reads from the system code on, which is the octet n from here.
func (w *walk) arcnetCode(n int) layer {
	if len(w.b) < n+4 {
		return w.stop(LinkCut)
	}
	code, flag := w.b[n], w.b[n+1]
	switch code {
	case arcnetOldIP:
		return w.over(n+1, layerIPv4)
	case arcnetIP:
		if flag != 0 && flag&1 == 0 { // not the first piece of a datagram
			return w.stop(NotIP)
		}
		return w.over(n+4, layerIPv4)
	case arcnetIPv6:
		return w.over(n+4, layerIPv6)
	}
	return w.stop(NotIP)
}
