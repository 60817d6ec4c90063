package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
)

// link prints a link header and what is behind it, or reports that it does not know
// the one or the other.
func (w *walk) link(v *packet.View) bool {
	switch v.Link {
	case packet.LinkEthernet:
		return w.ethernet()
	case packet.LinkRaw, packet.LinkRaw12, packet.LinkRaw14, packet.LinkIPv4, packet.LinkIPv6:
		return w.raw()
	case packet.LinkNull, packet.LinkLoop:
		return w.null()
	case packet.LinkLinuxSLL:
		return w.cooked()
	case packet.LinkLinuxSLL2:
		return w.cooked2()
	case packet.LinkPPP:
		return w.ppp()
	case packet.LinkCHDLC:
		return w.chdlc()
	case packet.LinkPPPSerial:
		return w.hdlc()
	case packet.LinkPPPEther:
		return w.pppoe()
	case packet.LinkFDDI:
		return w.fddi()
	case packet.LinkATM:
		return w.llc()
	case packet.LinkInfiniBand:
		return w.ipoib()
	case packet.LinkNFLOG:
		return w.nflog(v)
	case packet.LinkRadiotap:
		return w.radiotap(v)
	}
	return false
}

// raw prints IP that nothing precedes.
func (w *walk) raw() bool {
	if w.config.Link {
		w.put("ip: ")
	}
	return w.ip()
}

// A family is an ethertype and tcpdump's name of it.
type family struct {
	ethertype uint16
	name      string
}

// families are the ethertypes behind which this package goes on.
var families = [...]family{
	{typeIPv4, "IPv4"},
	{typeIPv6, "IPv6"},
	{typeMPLS, "MPLS unicast"},
	{typeMPLSMulticast, "MPLS multicast"},
	{typePPPoE, "PPPoE S"},
	{typeVLAN, "802.1Q"},
	{typeQinQ, "802.1Q-QinQ"},
	{typeQinQ9100, "802.1Q-9100"},
	{typeQinQ9200, "802.1Q-9200"},
}

// Ethertypes (IEEE "EtherType" registry).
const (
	typeIPv4          = 0x0800
	typeIPv6          = 0x86dd
	typeMPLS          = 0x8847
	typeMPLSMulticast = 0x8848
	typePPPoE         = 0x8864
	typeVLAN          = 0x8100
	typeQinQ          = 0x88a8
	typeQinQ9100      = 0x9100
	typeQinQ9200      = 0x9200
	typeTEB           = 0x6558 // transparent Ethernet bridging
	typePPP           = 0x880b
)

// maxLength is the highest value that is a length in IEEE 802.3, not a type.
const maxLength = 1500

// familyOf returns the family of an ethertype, or nil.
func familyOf(t uint16) *family {
	for i := range families {
		if families[i].ethertype == t {
			return &families[i]
		}
	}
	return nil
}

// ethernet prints an Ethernet header if asked, and what is behind it.
func (w *walk) ethernet() bool {
	if len(w.b) < 14 {
		return w.cut("ether")
	}
	length, t := w.wire, binary.BigEndian.Uint16(w.b[12:])
	if w.config.Link {
		w.out = append(appendMAC(w.out, w.b[6:12]), " > "...)
		w.out = appendMAC(w.out, w.b[:6])
	}
	w.skip(14)
	if t <= maxLength {
		return w.ieee8023(t)
	}
	f := familyOf(t)
	if f == nil {
		return false
	}
	if w.config.Link {
		w.put(", ")
		w.family(f)
		w.num(", length ", uint64(length))
		w.put(": ")
	}
	return w.behind(f)
}

// behind prints what follows an ethertype.
func (w *walk) behind(f *family) bool {
	switch f.ethertype {
	case typeIPv4:
		return w.ip4()
	case typeIPv6:
		return w.ip6()
	case typeMPLS, typeMPLSMulticast:
		return w.mpls()
	case typePPPoE:
		return w.pppoe()
	}
	return w.vlan()
}

// family prints an ethertype as it stands in a header.
func (w *walk) family(f *family) {
	if w.config.Quick {
		w.put(f.name)
		return
	}
	w.put("ethertype ")
	w.put(f.name)
	w.hex4(" (0x", f.ethertype)
	w.put(")")
}

// vlan prints an IEEE 802.1Q tag if asked, and what is behind it.
func (w *walk) vlan() bool {
	if !w.deeper() {
		return false
	}
	if len(w.b) < 4 {
		return w.cut("vlan")
	}
	tci, t := binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:])
	f := familyOf(t)
	if f == nil {
		return false
	}
	if w.config.Link {
		w.tag(tci)
		w.family(f)
		w.put(", ")
	}
	w.skip(4)
	return w.behind(f)
}

// tag prints a VLAN id, priority and the drop eligible indicator.
func (w *walk) tag(tci uint16) {
	w.num("vlan ", uint64(tci&0xfff))
	w.num(", p ", uint64(tci>>13))
	if tci&0x1000 != 0 {
		w.put(", DEI")
	}
	w.put(", ")
}

// null prints the address family of a BSD loopback, which stands there in the order
// of the machine that captured it.
func (w *walk) null() bool {
	if len(w.b) < 4 {
		return w.cut("null")
	}
	af := binary.LittleEndian.Uint32(w.b)
	if af > 0xffff {
		af = binary.BigEndian.Uint32(w.b)
	}
	name := "IPv6"
	switch af {
	case 2:
		name = "IPv4"
	case 24, 28, 30:
	default:
		return false
	}
	if w.config.Link {
		w.af(af, name)
	}
	w.skip(4)
	return w.ip()
}

func (w *walk) af(af uint32, name string) {
	if !w.config.Quick {
		w.put("AF ")
	}
	w.put(name)
	if !w.config.Quick {
		w.num(" (", uint64(af))
		w.put(")")
	}
	w.num(", length ", uint64(w.wire))
	w.put(": ")
}
