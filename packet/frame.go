package packet

import "onpath/tcp"

// Frame is one captured frame as a source hands it over.
type Frame struct {
	Data    []byte   // captured octets; owned by the source, valid until its next read
	At      int64    // capture time, ns since the Unix epoch
	Number  uint64   // 1-based, over all files of a run
	WireLen uint32   // octets on the wire, at least len(Data)
	Link    LinkType // of the interface that captured it
	Sum     tcp.Sum  // SumPartial: who captured says that nobody had computed the transport checksum yet
	Text    *Text    // nil, unless the frame was built from a printed line
}

// Text is what is true of a frame that was built from a printed line: what the
// line did not tell stands in its octets nevertheless, and must not be believed.
// ECN bits that are 0 say nothing in any case.
type Text struct {
	TTL bool    // the line told it
	ID  bool    // the line told the IP identification
	Sum tcp.Sum // what the line told of the transport checksum
}

// LinkType is a LINKTYPE_ number as capture files carry it
// (https://www.tcpdump.org/linktypes.html), without the FCS bits.
type LinkType uint16

// The link types that a Decoder reads; linkTypes has their names.
const (
	LinkNull          LinkType = 0   // BSD loopback, family in host order
	LinkEthernet      LinkType = 1   // IEEE 802.3
	LinkARCnet        LinkType = 7   // ARCNET BSD
	LinkPPP           LinkType = 9   // PPP, RFC 1661
	LinkFDDI          LinkType = 10  // FDDI
	LinkRaw12         LinkType = 12  // raw IP, DLT_RAW on most systems
	LinkRaw14         LinkType = 14  // raw IP, DLT_RAW on OpenBSD
	LinkPPPSerial     LinkType = 50  // PPP in HDLC-like framing, RFC 1662
	LinkPPPEther      LinkType = 51  // PPPoE session
	LinkATM           LinkType = 100 // LLC over ATM, RFC 2684
	LinkRaw           LinkType = 101 // raw IP
	LinkCHDLC         LinkType = 104 // Cisco HDLC
	LinkWiFi          LinkType = 105 // IEEE 802.11
	LinkFrameRelay    LinkType = 107 // RFC 2427
	LinkLoop          LinkType = 108 // OpenBSD loopback, family in network order
	LinkEnc           LinkType = 109 // OpenBSD IPsec interface
	LinkLinuxSLL      LinkType = 113 // Linux cooked v1
	LinkPFLOG         LinkType = 117 // OpenBSD packet filter log
	LinkPrism         LinkType = 119 // IEEE 802.11 behind a Prism header
	LinkIPoverFC      LinkType = 122 // IP over Fibre Channel, RFC 2625
	LinkSunATM        LinkType = 123 // Solaris: LLC over ATM
	LinkRadiotap      LinkType = 127 // IEEE 802.11 behind radiotap
	LinkARCnetL       LinkType = 129 // ARCNET Linux
	LinkFireWire      LinkType = 138 // IP over IEEE 1394 as Apple has it
	LinkAVS           LinkType = 163 // IEEE 802.11 behind an AVS header
	LinkPPPPPPD       LinkType = 166 // PPP with a direction octet
	LinkPPI           LinkType = 192 // Per-Packet Information
	LinkPPPDir        LinkType = 204 // PPP with a direction octet
	LinkCHDLCDir      LinkType = 205 // Cisco HDLC with a direction octet
	LinkFrameRelayDir LinkType = 206 // Frame Relay with a direction octet
	LinkIPNET         LinkType = 226 // Solaris IP observability
	LinkIPv4          LinkType = 228 // IPv4
	LinkIPv6          LinkType = 229 // IPv6
	LinkNFLOG         LinkType = 239 // Linux netfilter log
	LinkNetAnalyzer   LinkType = 240 // Ethernet behind Hilscher's header
	LinkNetAnalyzerT  LinkType = 241 // the same, with the preamble
	LinkInfiniBand    LinkType = 242 // IP-over-InfiniBand, RFC 4391
	LinkPKTAP         LinkType = 258 // Darwin: names the link type behind it
	LinkMPacket       LinkType = 274 // IEEE 802.3br mPackets
	LinkLinuxSLL2     LinkType = 276 // Linux cooked v2
	LinkDSABrcm       LinkType = 281 // Ethernet with a Broadcom switch tag
	LinkDSABrcmFirst  LinkType = 282 // Ethernet behind a Broadcom switch tag
	LinkDSA           LinkType = 284 // Ethernet with a Marvell switch tag
	LinkEDSA          LinkType = 285 // the same, with an ethertype of its own
)
