package tcpstates

import (
	"encoding/binary"

	"onpath/packet"
)

// maxLayers bounds the headers of one frame.
const maxLayers = 32

// walk is the way through one frame, and what it found.
type walk struct {
	x        facts
	b        []byte // captured octets from here on
	wire     int    // octets on the wire from here on, at least len(b)
	src, dst [6]byte
	found    bool // x names a flow
	inside   bool // an IP header was read: what is no IP inside of it stays its payload
}

// A layer reads one header and returns what reads the next, nil at the end.
type layer func(*walk) layer

// read fills w.x from f and reports whether f belongs to a flow.
func (w *walk) read(f *packet.Frame) bool {
	if f.Link == packet.LinkEthernet && w.x.plain(f.Data) {
		return true
	}
	return w.any(f)
}

// any reads any frame, layer by layer.
func (w *walk) any(f *packet.Frame) bool {
	*w = walk{b: f.Data, wire: max(int(f.WireLen), len(f.Data))}
	if len(f.Data) == 0 {
		return false
	}
	next := w.link(f.Link)
	for i := 0; next != nil && i < maxLayers; i++ {
		next = next(w)
	}
	return w.found
}

// skip moves over n octets and reports whether they were captured.
func (w *walk) skip(n int) bool {
	if n > len(w.b) {
		return false
	}
	w.b, w.wire = w.b[n:], w.wire-n
	return true
}

// over moves over n octets to what stands behind them; if they were not captured
// the walk ends.
func (w *walk) over(n int, next layer) layer {
	if !w.skip(n) {
		return w.noIP(0)
	}
	return next
}

// noIP ends the walk at something that is not IP: a flow of MAC addresses, if
// there is no IP packet around it.
func (w *walk) noIP(ethertype uint16) layer {
	if w.inside {
		return nil
	}
	k := &w.x.key
	*k = key{ethertype: ethertype, vlan: k.vlan}
	copy(k.src[:], w.src[:])
	copy(k.dst[:], w.dst[:])
	w.found = true
	return nil
}

// Ethertypes that the original follows.
const (
	typeIPv4     = 0x0800
	typeIPv6     = 0x86dd
	typeTEB      = 0x6558
	typePPP      = 0x880b
	typeMPLS     = 0x8847
	typeMPLSUp   = 0x8848
	typePPPoE    = 0x8864
	typeLLCJumbo = 0x8870
	maxLength    = 1500 // up to here the field is a length
)

func (w *walk) ethernet() layer {
	if len(w.b) < 14 {
		return w.noIP(0)
	}
	if isISL(w.b) {
		return w.over(26, (*walk).ethernet)
	}
	w.dst, w.src = [6]byte(w.b), [6]byte(w.b[6:])
	w.skip(12)
	return w.typed()
}

// isISL reports whether b is a Cisco ISL frame, by 40 bits of its address.
func isISL(b []byte) bool {
	const first, second = 0x01000c0000, 0x03000c0000
	to := binary.BigEndian.Uint64(b) >> 24
	return to == first || to == second
}

// typed reads VLAN tags and the ethertype behind them.
func (w *walk) typed() layer {
	for n := 0; len(w.b) >= 2; n++ {
		t := binary.BigEndian.Uint16(w.b)
		w.skip(2)
		switch t {
		case 0x8100, 0x88a8, 0x9100, 0x9200:
			if len(w.b) < 2 {
				return w.noIP(t)
			}
			w.tag(n, binary.BigEndian.Uint16(w.b))
			w.skip(2)
		default:
			return w.named(t)
		}
	}
	return w.noIP(0)
}

// tag takes the VLAN tag number n of a stack. A new stack replaces an older one.
func (w *walk) tag(n int, tci uint16) {
	x := &w.x
	if n == 0 {
		x.tags, x.numTags = [3]uint16{}, 0
	}
	if n < len(x.tags) {
		x.tags[n] = tci
		x.numTags++
	}
	x.key.vlan = tci & 0xfff
}

// named tells what an ethertype names.
func (w *walk) named(t uint16) layer {
	switch t {
	case typeIPv4:
		return (*walk).ipv4
	case typeIPv6:
		return (*walk).ipv6
	case typeMPLS, typeMPLSUp:
		return (*walk).mpls
	case typePPPoE:
		return (*walk).pppoe
	case typePPP:
		return (*walk).ppp
	case typeTEB:
		return (*walk).ethernet
	}
	if t <= maxLength || t == typeLLCJumbo {
		return w.llc(t)
	}
	return w.noIP(t)
}

// llc reads SNAP; any other LLC is a flow of MAC addresses.
func (w *walk) llc(t uint16) layer {
	if len(w.b) < 8 || w.b[0] != 0xaa || w.b[1] != 0xaa {
		return w.noIP(t)
	}
	w.skip(6)
	return w.typed()
}

// mpls reads a label stack, and guesses what lies under it.
func (w *walk) mpls() layer {
	for len(w.b) >= 4 {
		bottom := w.b[2]&1 == 1
		w.skip(4)
		if bottom {
			return w.underLabels()
		}
	}
	return w.noIP(typeMPLS)
}

func (w *walk) underLabels() layer {
	if len(w.b) == 0 {
		return w.noIP(typeMPLS)
	}
	switch w.b[0] >> 4 {
	case 4:
		return (*walk).ipv4
	case 6:
		return (*walk).ipv6
	case 0:
		return w.over(4, (*walk).ethernet)
	}
	return (*walk).ethernet
}
