package packet

// Reason says why a frame has no Key. The zero Reason is Decoded.
type Reason uint8

// Why a frame could not be decoded. reasons has the names and the words.
const (
	Decoded       Reason = iota
	NotIP                // ARP, LLDP, spanning tree …: nothing of ours
	LinkUnknown          // a link type no decoder exists for
	LinkCut              // the captured octets end inside the link header
	LinkBad              // a link header that contradicts itself
	LinkNoData           // 802.11 management or control, PPP negotiation: no datagram inside
	LinkEncrypted        // 802.11 protected data
	IPCut                // the captured octets end inside an IP header
	IPVersion            // the version is neither 4 nor 6, or not what the layer before said
	IPLength             // header length or total length too small for the header
	FragmentHeld         // waits for the datagram's other fragments
	FragmentBad          // runs past 65,535 octets, lies in length, or contradicts what is held
	FragmentLost         // the bounded memory for fragments was full
	L4Cut                // the captured octets end inside the transport header
	L4Length             // the IP payload is too short for the transport header
	TCPOffset            // TCP data offset below 5 words, or past the segment
	TooDeep              // more headers inside one another than the Decoder follows
	NumReasons
)

// reasons is the only place where a reason's name and words are written.
var reasons = [NumReasons]struct{ name, doc string }{
	Decoded:       {"decoded", "an IP packet with a readable transport header"},
	NotIP:         {"not-ip", "no IP inside: ARP, LLDP, spanning tree and their like"},
	LinkUnknown:   {"link-unknown", "a link type that onpath cannot read"},
	LinkCut:       {"link-cut", "the captured octets end inside the link header"},
	LinkBad:       {"link-bad", "a link header that contradicts itself"},
	LinkNoData:    {"link-no-data", "link management without a datagram: 802.11 beacons, PPP negotiation"},
	LinkEncrypted: {"link-encrypted", "802.11 data that is encrypted"},
	IPCut:         {"ip-cut", "the captured octets end inside an IP header"},
	IPVersion:     {"ip-version", "an IP version other than 4 and 6, or other than announced"},
	IPLength:      {"ip-length", "an IP header or total length too small for the header"},
	FragmentHeld:  {"fragment", "a fragment whose datagram was not complete yet"},
	FragmentBad:   {"fragment-bad", "a fragment that cannot belong to a datagram: past 65,535 octets, or against the others"},
	FragmentLost:  {"fragment-lost", "a fragment given up because the memory for fragments was full"},
	L4Cut:         {"transport-cut", "the captured octets end inside the transport header"},
	L4Length:      {"transport-length", "an IP payload too short for the transport header"},
	TCPOffset:     {"tcp-offset", "a TCP data offset below 5 words or past the segment"},
	TooDeep:       {"too-deep", "more headers inside one another than are followed"},
}

// String returns the name used in columns and summaries.
func (r Reason) String() string { return reasons[r].name }

// Doc returns the reason in words.
func (r Reason) Doc() string { return reasons[r].doc }
