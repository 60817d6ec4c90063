package packet

// Frame is one captured frame as a source hands it over.
type Frame struct {
	Data    []byte   // captured octets; owned by the source, valid until its next read
	At      int64    // capture time, ns since the Unix epoch
	Number  uint64   // 1-based, over all files of a run
	WireLen uint32   // octets on the wire, at least len(Data)
	Link    LinkType // of the interface that captured it
}

// LinkType is a LINKTYPE_ number as capture files carry it
// (https://www.tcpdump.org/linktypes.html), without the FCS bits.
type LinkType uint16

// The link types that a Decoder reads; linkTypes has their names.
const (
	LinkNull       LinkType = 0   // BSD loopback, family in host order
	LinkEthernet   LinkType = 1   // IEEE 802.3
	LinkARCnet     LinkType = 7   // ARCNET BSD
	LinkPPP        LinkType = 9   // PPP, RFC 1661
	LinkFDDI       LinkType = 10  // FDDI
	LinkRaw12      LinkType = 12  // raw IP, DLT_RAW on most systems
	LinkRaw14      LinkType = 14  // raw IP, DLT_RAW on OpenBSD
	LinkPPPSerial  LinkType = 50  // PPP in HDLC-like framing, RFC 1662
	LinkPPPEther   LinkType = 51  // PPPoE session
	LinkRaw        LinkType = 101 // raw IP
	LinkCHDLC      LinkType = 104 // Cisco HDLC
	LinkWiFi       LinkType = 105 // IEEE 802.11
	LinkLoop       LinkType = 108 // OpenBSD loopback, family in network order
	LinkLinuxSLL   LinkType = 113 // Linux cooked v1
	LinkARCnetL    LinkType = 129 // ARCNET Linux
	LinkRadiotap   LinkType = 127 // IEEE 802.11 behind radiotap
	LinkPPPPPPD    LinkType = 166 // PPP with a direction octet
	LinkPPPDir     LinkType = 204 // PPP with a direction octet
	LinkPPI        LinkType = 192 // Per-Packet Information
	LinkIPv4       LinkType = 228
	LinkIPv6       LinkType = 229
	LinkNFLOG      LinkType = 239
	LinkInfiniBand LinkType = 242 // IP-over-InfiniBand
	LinkLinuxSLL2  LinkType = 276 // Linux cooked v2
)
