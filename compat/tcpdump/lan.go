package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
)

// snapHead is LLC with SNAP whose protocol is an ethertype (RFC 1042).
const snapHead = 0xaaaa03000000

// llc prints LLC with SNAP if asked, and what is behind it.
func (w *walk) llc() bool {
	if len(w.b) < 8 || binary.BigEndian.Uint64(w.b)>>16 != snapHead {
		return false
	}
	f := familyOf(binary.BigEndian.Uint16(w.b[6:]))
	if f == nil {
		return false
	}
	if w.config.Link {
		w.put("LLC, dsap SNAP (0xaa) Individual, ssap SNAP (0xaa) Command, ctrl 0x03: oui Ethernet (0x000000), ethertype ")
		w.put(f.name)
		w.hex4(" (0x", f.ethertype)
		w.num("), length ", uint64(w.wire-min(w.wire, 8)))
		w.put(": ")
	}
	w.skip(8)
	return w.behind(f)
}

// ieee8023 prints a frame with a length.
func (w *walk) ieee8023(length uint16) bool {
	if w.config.Link {
		w.num(", 802.3, length ", uint64(length))
		w.put(": ")
	}
	w.wire = min(w.wire, uint32(length))
	return w.llc()
}

// fddi prints an asynchronous frame of FDDI.
func (w *walk) fddi() bool {
	if len(w.b) < 13 {
		return w.cut("fddi")
	}
	b := w.b
	if b[0]&0xf8 != 0x50 {
		return false
	}
	if w.config.Link {
		if !w.config.Quick {
			w.num("async", uint64(b[0]&7))
			w.put(" ")
		}
		w.out = append(appendMAC(w.out, b[7:13]), " > "...)
		w.out = appendMAC(w.out, b[1:7])
		w.num(", length ", uint64(w.wire))
		w.put(": ")
	}
	w.skip(13)
	return w.llc()
}

// ipoib prints IP over InfiniBand (RFC 4391) behind its global routing header.
func (w *walk) ipoib() bool {
	if len(w.b) < 44 {
		return w.cut("ipoib")
	}
	f := familyOf(binary.BigEndian.Uint16(w.b[40:]))
	if f == nil {
		return false
	}
	if w.config.Link {
		w.put("IPOIB, ethertype ")
		w.put(f.name)
		if !w.config.Quick {
			w.hex4(" (0x", f.ethertype)
			w.put(")")
		}
		w.num(", length ", uint64(w.wire))
		w.put(": ")
	}
	w.skip(44)
	return w.behind(f)
}

// nflogFamilies are Linux's numbers of them.
var nflogFamilies = map[byte]string{2: "IPv4", 10: "IPv6"}

// nflog prints the head of a packet that Linux netfilter logged, and the IP datagram
// that packet found in it.
func (w *walk) nflog(v *packet.View) bool {
	if len(w.b) < 4 || v.Depth == 0 {
		return false
	}
	name := nflogFamilies[w.b[0]]
	if name == "" {
		return false
	}
	if w.config.Link {
		w.num("version ", uint64(w.b[1]))
		w.num(", resource ID ", uint64(binary.BigEndian.Uint16(w.b[2:])))
		w.put(", ")
		if !w.config.Quick {
			w.put("family ")
		}
		w.put(name)
		if !w.config.Quick {
			w.num(" (", uint64(w.b[0]))
			w.put(")")
		}
		w.num(", length ", uint64(w.wire))
		w.put(": ")
	}
	return w.decoded(v)
}
