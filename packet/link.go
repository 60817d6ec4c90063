package packet

import (
	"encoding/binary"
	"strconv"
)

// linkTypes is the only place where it is written which link types are read:
// name (https://www.tcpdump.org/linktypes.html), octets to skip, what follows.
var linkTypes = [...]struct {
	link LinkType
	name string
	skip uint8
	next layer
}{
	{LinkNull, "NULL", 0, layerNull},
	{LinkEthernet, "ETHERNET", 0, layerEthernet},
	{LinkARCnet, "ARCNET_BSD", 0, layerARCnet},
	{LinkPPP, "PPP", 0, layerHDLC},
	{LinkFDDI, "FDDI", 0, layerFDDI},
	{LinkRaw12, "RAW12", 0, layerIP},
	{LinkRaw14, "RAW14", 0, layerIP},
	{LinkPPPSerial, "PPP_HDLC", 0, layerHDLC},
	{LinkPPPEther, "PPP_ETHER", 0, layerPPPoE},
	{LinkATM, "ATM_RFC1483", 0, layerLLC},
	{LinkRaw, "RAW", 0, layerIP},
	{LinkCHDLC, "C_HDLC", 0, layerHDLC},
	{LinkWiFi, "IEEE802_11", 0, layerWiFi},
	{LinkFrameRelay, "FRELAY", 0, layerFrameRelay},
	{LinkLoop, "LOOP", 0, layerNull},
	{LinkEnc, "ENC", 12, layerIP},
	{LinkLinuxSLL, "LINUX_SLL", 0, layerSLL},
	{LinkPFLOG, "PFLOG", 0, layerPFLOG},
	{LinkPrism, "IEEE802_11_PRISM", 144, layerWiFi},
	{LinkIPoverFC, "IP_OVER_FC", 16, layerLLC},
	{LinkSunATM, "SUNATM", 4, layerLLC},
	{LinkRadiotap, "IEEE802_11_RADIOTAP", 0, layerRadiotap},
	{LinkARCnetL, "ARCNET_LINUX", 0, layerARCnetLinux},
	{LinkFireWire, "APPLE_IP_OVER_IEEE1394", 16, layerTyped},
	{LinkAVS, "IEEE802_11_AVS", 0, layerAVS},
	{LinkPPPPPPD, "PPP_PPPD", 1, layerPPP},
	{LinkPPI, "PPI", 0, layerPPI},
	{LinkPPPDir, "PPP_WITH_DIR", 1, layerHDLC},
	{LinkCHDLCDir, "C_HDLC_WITH_DIR", 1, layerHDLC},
	{LinkFrameRelayDir, "FRELAY_WITH_DIR", 1, layerFrameRelay},
	{LinkIPNET, "IPNET", 24, layerIP},
	{LinkIPv4, "IPV4", 0, layerIPv4},
	{LinkIPv6, "IPV6", 0, layerIPv6},
	{LinkNFLOG, "NFLOG", 0, layerNFLOG},
	{LinkNetAnalyzer, "NETANALYZER", 4, layerEthernet},
	{LinkNetAnalyzerT, "NETANALYZER_TRANSPARENT", 12, layerEthernet},
	{LinkInfiniBand, "IPOIB", 40, layerIPoIB},
	{LinkPKTAP, "PKTAP", 0, layerPKTAP},
	{LinkMPacket, "ETHERNET_MPACKET", 8, layerEthernet},
	{LinkLinuxSLL2, "LINUX_SLL2", 0, layerSLL2},
	{LinkDSABrcm, "DSA_TAG_BRCM", 0, layerDSA},
	{LinkDSABrcmFirst, "DSA_TAG_BRCM_PREPEND", 4, layerEthernet},
	{LinkDSA, "DSA_TAG_DSA", 0, layerDSA},
	{LinkEDSA, "DSA_TAG_EDSA", 0, layerEDSA},
}

// numLinks is above every link type in the table.
const numLinks = 512

// linkRow is linkTypes by number, plus one; 0 for what is not in the table.
var linkRow = func() (row [numLinks]uint8) {
	for i, t := range linkTypes {
		row[t.link] = uint8(i) + 1
	}
	return row
}()

// String returns the name of the LINKTYPE_ constant without that prefix, or
// the number of a link type that is not read.
func (t LinkType) String() string {
	if t < numLinks && linkRow[t] != 0 {
		return linkTypes[linkRow[t]-1].name
	}
	return strconv.Itoa(int(t))
}

// link starts the walk at a link header.
func (w *walk) link(t LinkType) layer {
	if t == LinkEthernet {
		return layerEthernet
	}
	if t >= numLinks || linkRow[t] == 0 {
		return w.stop(LinkUnknown)
	}
	row := &linkTypes[linkRow[t]-1]
	return w.over(int(row.skip), row.next)
}

// familyIP tells the IP version of an address family as any system numbers
// it: AF_INET is 2 everywhere, AF_INET6 is 10 in Linux, 23 in Windows, 24 in
// NetBSD and OpenBSD, 26 in Solaris, 28 in FreeBSD, 30 in Darwin.
func familyIP(family uint32) layer {
	switch family {
	case 2:
		return layerIPv4
	case 10, 23, 24, 26, 28, 30:
		return layerIPv6
	}
	return layerNotIP
}

// null reads the family in the order of whatever machine captured it. Some
// programs write an ethertype there, or PPP's FF 03 without any family.
func (w *walk) null() layer {
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	if w.b[0] == 0xff && w.b[1] == 3 {
		return layerPPP
	}
	family := binary.LittleEndian.Uint32(w.b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(w.b)
	}
	w.skip(4)
	if family > maxLength && family <= 0xffff {
		return w.named(uint16(family))
	}
	return familyIP(family)
}

// pflog reads OpenBSD's packet filter log: length, family, …, padded to words.
func (w *walk) pflog() layer {
	if len(w.b) < 2 {
		return w.stop(LinkCut)
	}
	next := familyIP(uint32(w.b[1]))
	return w.over((int(w.b[0])+3)&^3, next)
}

// nflogPayload is the TLV that holds the packet.
const nflogPayload = 9

// nflog walks the TLVs behind family, version and resource id. Their lengths
// and types are in the order of the machine that captured them; no type is above
// 255, so the zero octet of the type tells the order.
func (w *walk) nflog() layer {
	if len(w.b) < 4 {
		return w.stop(LinkCut)
	}
	next := familyIP(uint32(w.b[0]))
	w.skip(4)
	for len(w.b) >= 4 {
		length, kind := int(w.b[1])<<8|int(w.b[0]), w.b[2]
		if kind == 0 {
			length, kind = int(w.b[0])<<8|int(w.b[1]), w.b[3]
		}
		switch {
		case length < 4:
			return w.stop(LinkBad)
		case kind == nflogPayload:
			w.limit(uint32(length))
			w.skip(4)
			return next
		case length > len(w.b):
			return w.stop(LinkCut)
		}
		w.skip(min((length+3)&^3, len(w.b)))
	}
	return w.stop(LinkNoData)
}

// ppi reads the header of Per-Packet Information: version, flags, length, and
// the link type behind it.
func (w *walk) ppi() layer {
	if len(w.b) < 8 {
		return w.stop(LinkCut)
	}
	le := binary.LittleEndian
	return w.relink(8, uint32(le.Uint16(w.b[2:])), le.Uint32(w.b[4:]))
}

// pktap reads the header of Darwin's packet tap: length, type, and the link type
// behind it.
func (w *walk) pktap() layer {
	if len(w.b) < 12 {
		return w.stop(LinkCut)
	}
	le := binary.LittleEndian
	return w.relink(12, le.Uint32(w.b), le.Uint32(w.b[8:]))
}

// relink moves over a header of n octets, at least so many, to a link header.
func (w *walk) relink(least, n, link uint32) layer {
	switch {
	case n < least:
		return w.stop(LinkBad)
	case n > uint32(len(w.b)):
		return w.stop(LinkCut)
	case link >= numLinks:
		return w.stop(LinkUnknown)
	}
	w.skip(int(n))
	return w.link(LinkType(link))
}
