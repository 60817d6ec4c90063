package packet

import "time"

// FragmentConfig bounds the memory for fragments. The zero FragmentConfig is a
// good one.
type FragmentConfig struct {
	MaxOctets    int           // memory for fragments held, their bookkeeping included; 0 means 4 MiB, as Linux's ipfrag_high_thresh
	MaxDatagrams int           // datagrams that are being put together at once; 0 means 4096
	MaxPieces    int           // pieces of one datagram; 0 means 256
	TimeoutIPv4  time.Duration // from a datagram's first fragment on; 0 means 30 s, as Linux's ipfrag_time
	TimeoutIPv6  time.Duration // the same; 0 means 60 s, RFC 8200 §4.5
	Seed         Seed          // keys the hash; no output depends on it
}

// FragmentStats counts what reassembly did and what it gave up.
type FragmentStats struct {
	Fragments  uint64 // given to reassembly
	Datagrams  uint64 // put together
	Duplicates uint64 // fragments that came again, octet for octet
	Overlaps   uint64 // fragments that overlapped others and were not duplicates
	Differing  uint64 // of these, those whose octets were not the same
	Bad        uint64 // fragments refused, see FragmentBad
	Expired    uint64 // datagrams given up after the timeout
	Evicted    uint64 // datagrams given up for newer ones, by a bound
	Held       int    // datagrams that are being put together now
	Octets     int    // memory in use now; at most FragmentConfig.MaxOctets
}

// fragmentKey tells which fragments belong together: RFC 791 §2.3, RFC 8200
// §4.5, and as in Key what keeps tenants apart.
type fragmentKey struct {
	src, dst [16]byte // as in Key
	id       uint32
	net      uint32 // as Key.Net
	vlan     uint16 // as Key.VLAN
	proto    uint8  // IPv4: protocol; IPv6: 0
	v6       bool
}

// fragment is one fragment as the Decoder has read it.
type fragment struct {
	key    fragmentKey
	header []byte // IPv4: the header; IPv6: the unfragmentable part, from the IPv6 header to before the fragment header
	nextAt int    // IPv6: where in header the octet stands that names the fragment header
	next   uint8  // IPv6: what the fragment header names as its next
	data   []byte // captured octets of the fragmentable part
	wire   uint32 // octets of the fragmentable part on the wire, at least len(data)
	offset uint32 // octets
	more   bool   // the flag MF or M
	depth  uint8  // IP headers around this one: datagrams of different depth do not share memory
}

// datagram is what fragments made. ip looks like a datagram that came whole:
// lengths, MF, offset, the next header, and with any fragment the congestion
// mark (RFC 3168 §5.3) are set, and the IPv4 header checksum follows them, good or bad as it
// was. Like one it may be cut: it ends before the first octet not captured.
type datagram struct {
	ip      []byte // valid until the next datagram of that depth
	wire    uint32 // octets of the IP datagram on the wire, header included
	frames  uint16 // fragments that it was put together of, duplicates included
	overlap bool   // fragments overlapped: the octets that came first are in ip
	differ  bool   // and did not agree
}

// fragments is all the datagrams that wait for fragments.
type fragments struct {
	stats FragmentStats
}

// newFragments returns an empty store. It allocates nothing before the first
// fragment comes.
func newFragments(c FragmentConfig) *fragments { return &fragments{} }

// add takes a fragment seen at the time at, in ns. Why is Decoded if it completes d,
// else FragmentHeld, FragmentBad or FragmentLost. An IPv6 fragment with offset 0
// and without M is whole (RFC 6946) and need not come here.
func (f *fragments) add(at int64, p *fragment) (d datagram, why Reason) {
	return datagram{}, FragmentHeld
}
