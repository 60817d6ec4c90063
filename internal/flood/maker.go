package flood

import (
	"encoding/binary"
	"math/rand/v2"

	"onpath/tcp"
)

// IP protocols (IANA "Protocol Numbers").
const (
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17
	protoGRE  = 47
)

var be = binary.BigEndian

// maker makes frames.
type maker struct {
	dice *rand.Rand
	b    []byte // the frame
}

// ends are those of a connection, over IPv4: sender first.
type ends struct {
	from, to         uint32
	fromPort, toPort uint16
}

// back returns the ends as the answer has them.
func (e ends) back() ends { return ends{e.to, e.from, e.toPort, e.fromPort} }

// Server is whom floods are sent to (RFC 5737), if they are sent to one alone.
const Server = "192.0.2.1"

// server is Server as a number.
const server = 0xc0000201

// client returns the ends of the i-th connection to the server: never the same ones twice
// within 4 milliards.
func client(i uint64) ends {
	return ends{0x0a000000 + uint32(i>>14)&0xffffff, server, uint16(1024 + i%(1<<14)*3), 80}
}

// anyone returns random ends.
func (m *maker) anyone() ends {
	n := m.dice.Uint64()
	return ends{uint32(n)&0x3fffffff | 0x10000000, uint32(n>>32)&0x3fffffff | 0x10000000, uint16(m.dice.Uint32()) | 1, uint16(m.dice.Uint32()) | 1}
}

// segment is what a frame has of TCP.
type segment struct {
	flags   tcp.Flags
	seq     uint32
	ack     uint32
	win     uint16
	urg     uint16
	options []byte // a multiple of 4
	data    []byte
}

// tcp makes the frame of a segment.
func (m *maker) tcp(e ends, s segment) {
	m.ethernet(0x0800)
	m.packet(e, s)
}

// packet appends a segment over IPv4, with checksums.
func (m *maker) packet(e ends, s segment) {
	m.ip(e, protoTCP, 20+len(s.options)+len(s.data), 0x4000)
	at := len(m.b)
	m.header(e, s)
	m.b = append(append(m.b, s.options...), s.data...)
	n := len(m.b) - at
	be.PutUint16(m.b[at+16:], fold(sum(uint32(protoTCP+n), m.b[at-8:])))
}

// header appends the header of a segment without options and checksum.
func (m *maker) header(e ends, s segment) {
	m.b = be.AppendUint16(be.AppendUint16(m.b, e.fromPort), e.toPort)
	m.b = be.AppendUint32(be.AppendUint32(m.b, s.seq), s.ack)
	m.b = append(m.b, byte((20+len(s.options))/4<<4|int(s.flags>>8&1)), byte(s.flags))
	m.b = be.AppendUint16(be.AppendUint16(be.AppendUint16(m.b, s.win), 0), s.urg)
}

// ethernet appends the header of a frame.
func (m *maker) ethernet(kind uint16) {
	m.b = append(m.b, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1)
	m.b = be.AppendUint16(m.b, kind)
}

// ip appends an IPv4 header for n octets; frag has the flags and the offset.
func (m *maker) ip(e ends, proto byte, n int, frag uint16) {
	at := len(m.b)
	m.b = be.AppendUint16(append(m.b, 0x45, 0), uint16(20+n))
	m.b = be.AppendUint16(be.AppendUint16(m.b, uint16(m.dice.Uint32())), frag)
	m.b = append(m.b, 64, proto, 0, 0)
	m.b = be.AppendUint32(be.AppendUint32(m.b, e.from), e.to)
	be.PutUint16(m.b[at+10:], fold(sum(0, m.b[at:])))
}

// sum adds the words of b to s (RFC 1071).
func sum(s uint32, b []byte) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(be.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// zeros are octets to be sent.
var zeros [2048]byte

// octets returns n octets, the first 8 of them random.
func (m *maker) octets(n int) []byte {
	be.PutUint64(zeros[:], m.dice.Uint64())
	return zeros[:n]
}

// pick returns a random number below n.
func (m *maker) pick(n int) int { return m.dice.IntN(n) }
