package filter

import (
	"fmt"

	"onpath/packet"
)

// layout says where the headers of a frame lie, as far as the words before have told:
// vlan, mpls and pppoes move it.
type layout struct {
	kind   kind
	name   string // of the link type, for messages
	link   uint32 // the link header that ether[…] reads
	typ    uint32 // the ethertype, or PPP's protocol
	net    uint32 // the network header
	way    uint32 // the direction in which a Linux host saw the frame
	labels int    // of MPLS before the network header
}

// kind is how a link header tells what follows.
type kind uint8

const (
	kindEthernet kind = iota + 1
	kindRaw           // it is absent; the IP version tells
	kindIPv4          // it is absent, and there is only IPv4
	kindIPv6
	kindFamily // an address family, in the octet order of who knows whom
	kindSLL    // an ethertype, or 4 before an LLC header
	kindTyped  // an ethertype
	kindSNAP   // an ethertype behind an LLC header, which is taken for SNAP's
	kindPPP    // a protocol of PPP
)

// layouts are the link types that are compiled for, where only one thing can follow
// their headers (https://www.tcpdump.org/linktypes.html).
var layouts = map[packet.LinkType]layout{
	packet.LinkEthernet:     {kind: kindEthernet, typ: 12, net: 14},
	packet.LinkNetAnalyzer:  {kind: kindEthernet, link: 4, typ: 16, net: 18},
	packet.LinkNetAnalyzerT: {kind: kindEthernet, link: 12, typ: 24, net: 26},
	packet.LinkFireWire:     {kind: kindTyped, typ: 16, net: 18},
	packet.LinkFDDI:         {kind: kindSNAP, typ: 19, net: 21},
	packet.LinkATM:          {kind: kindSNAP, typ: 6, net: 8},
	packet.LinkIPoverFC:     {kind: kindSNAP, typ: 22, net: 24},
	packet.LinkEnc:          {kind: kindFamily, net: 12},
	packet.LinkPPPEther:     {kind: kindPPP, typ: 6, net: 8},
	packet.LinkPPPPPPD:      {kind: kindPPP, typ: 2, net: 4},
	packet.LinkNull:         {kind: kindFamily, net: 4},
	packet.LinkLoop:         {kind: kindFamily, net: 4},
	packet.LinkRaw:          {kind: kindRaw},
	packet.LinkRaw12:        {kind: kindRaw},
	packet.LinkRaw14:        {kind: kindRaw},
	packet.LinkIPv4:         {kind: kindIPv4},
	packet.LinkIPv6:         {kind: kindIPv6},
	packet.LinkLinuxSLL:     {kind: kindSLL, typ: 14, net: 16},
	packet.LinkLinuxSLL2:    {kind: kindTyped, net: 20, way: 10},
	packet.LinkPPP:          {kind: kindPPP, typ: 2, net: 4},
	packet.LinkPPPSerial:    {kind: kindPPP, typ: 2, net: 4},
	packet.LinkCHDLC:        {kind: kindTyped, typ: 2, net: 4},
}

// layoutOf returns where the headers lie in frames of a link type.
func layoutOf(link packet.LinkType) (layout, error) {
	l, ok := layouts[link]
	if !ok {
		return l, fmt.Errorf("filters are not made for LINKTYPE %v; convert the capture or filter it with tcpdump first", link)
	}
	l.name = "LINKTYPE " + link.String()
	return l, nil
}

// Ethertypes that the language names (IEEE 802 numbers at IANA).
const (
	typeIPv4   = 0x0800
	typeARP    = 0x0806
	typeRARP   = 0x8035
	typeVLAN   = 0x8100
	typeQinQ   = 0x88a8
	typeQinQ9  = 0x9100 // before IEEE 802.1ad there were others
	typeIPv6   = 0x86dd
	typeMPLS   = 0x8847
	typePPPoED = 0x8863
	typePPPoES = 0x8864

	maxLength = 1500 // up to it the field is the length of an LLC frame (IEEE 802.3)
)

// llc are protocols that may stand behind LLC headers of several forms.
var llc = map[uint32]string{0xe0: "IPX", 0x809b: "AppleTalk", 0x80f3: "AARP"}

// saps are access points of LLC that both ends name: IP, NetBEUI, OSI.
var saps = map[uint32]bool{6: true, 0xf0: true, sapOSI: true}

const sapOSI = 0xfe

// pppOf are PPP's numbers (IANA) for ethertypes and access points: IP, IPv6, OSI, XNS,
// DECnet, bridging; others stand for themselves, as tcpdump has it.
var pppOf = map[uint32]uint32{typeIPv4: 0x21, typeIPv6: 0x57, sapOSI: 0x23, 0x0600: 0x25, 0x6003: 0x27, 0x42: 0x31}

// pppMPLS is PPP's number for MPLS (RFC 3032 §4.3).
const pppMPLS = 0x0281

// carries tests whether the frame carries what has that ethertype.
func (g *generator) carries(t token, ethertype uint32) *formula {
	switch {
	case llc[ethertype] != "":
		return g.fail(t, "%s is not looked for: it may stand behind LLC headers of several forms", llc[ethertype])
	case g.labels > 0:
		return g.labelled(t, ethertype)
	}
	switch g.kind {
	case kindEthernet, kindSLL, kindSNAP:
		if ethertype <= maxLength {
			return g.unnumbered(t, ethertype)
		}
	case kindRaw:
		return g.version(ethertype)
	case kindIPv4:
		return certain(ethertype == typeIPv4)
	case kindIPv6:
		return certain(ethertype == typeIPv6)
	case kindFamily:
		return g.family(ethertype)
	case kindTyped:
		if ethertype == sapOSI && g.typ == 2 { // Cisco HDLC has both octets of LLC there
			ethertype = sapOSI<<8 | sapOSI
		}
	case kindPPP:
		if n, ok := pppOf[ethertype]; ok {
			ethertype = n
		}
	}
	return equal(g.typ, 2, ethertype)
}

// unnumbered tests for a protocol that has no ethertype but an access point of LLC.
func (g *generator) unnumbered(t token, sap uint32) *formula {
	switch g.kind {
	case kindEthernet:
		return and(not(compare(g.typ, 2, jmpGT, maxLength)), g.accessPoint(sap))
	case kindSLL:
		return and(equal(g.typ, 2, 4), g.accessPoint(sap))
	}
	return g.fail(t, "in frames of %s only ethertypes can be told", g.name)
}

// accessPoint tests whom an LLC header addresses.
func (g *generator) accessPoint(sap uint32) *formula {
	if saps[sap] {
		return equal(g.net, 2, sap<<8|sap)
	}
	return equal(g.net, 1, sap)
}

// version tests the first four bits of an IP header.
func (g *generator) version(ethertype uint32) *formula {
	switch ethertype {
	case typeIPv4:
		return masked(g.net, 1, 0xf0, 0x40)
	case typeIPv6:
		return masked(g.net, 1, 0xf0, 0x60)
	}
	return never
}

// labelled tests what lies behind the labels of MPLS: nothing tells but the bottom of the
// stack and the version that follows.
func (g *generator) labelled(t token, ethertype uint32) *formula {
	if ethertype != typeIPv4 && ethertype != typeIPv6 {
		return g.fail(t, "behind mpls only ip and ip6 can be told")
	}
	return and(g.bottom(1), g.version(ethertype))
}

// bottom tests the S bit of the label before the network header (RFC 3032 §2.1).
func (g *generator) bottom(s uint32) *formula { return masked(g.net-2, 1, 1, s) }

// families are the numbers that systems have for IPv6: Linux, Windows, NetBSD and
// OpenBSD, Solaris, FreeBSD, Darwin. IPv4 has one.
var families = map[uint32][]uint32{typeIPv4: {2}, typeIPv6: {10, 23, 24, 26, 28, 30}}

// family tests the address family, which stands in the octet order of the host that
// captured, for IPv6 in its own numbers. tcpdump knows but the numbers of its own host.
func (g *generator) family(ethertype uint32) *formula {
	any := never
	for _, n := range families[ethertype] {
		any = or(any, equal(0, 4, n<<24), equal(0, 4, n))
	}
	return any
}
