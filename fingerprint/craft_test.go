package fingerprint_test

import (
	"encoding/binary"
	"testing"

	"onpath/fingerprint"
	"onpath/packet"
	"onpath/tcp"
)

// segment is one from 10.77.0.2 to 10.77.0.1, or from fd77::2 to fd77::1. A TTL
// of 0 becomes one of 64.
type segment struct {
	v6          bool
	back        bool // the other way
	from, to    uint16
	seq, ack    uint32
	flags       tcp.Flags
	window, urg uint16
	options     []byte // in whole words
	payload     string
	ttl, tos    uint8
	id          uint16
	ipFlags     uint8 // 4 reserved, 2 DF
	flow        uint32
	ipOptions   []byte
}

// Addresses of the two ends.
var ends = [2][2][]byte{
	{{10, 77, 0, 1}, {10, 77, 0, 2}},
	{{0xfd, 0x77, 15: 1}, {0xfd, 0x77, 15: 2}},
}

// wire is the segment as an IP datagram.
func (s segment) wire() []byte {
	if s.ttl == 0 {
		s.ttl = 64
	}
	if s.v6 {
		return s.wire6()
	}
	dst, src := s.addresses(0)
	t := s.tcp(src, dst)
	h := []byte{0x40 | byte(5+len(s.ipOptions)/4), s.tos}
	h = binary.BigEndian.AppendUint16(h, uint16(20+len(s.ipOptions)+len(t)))
	h = binary.BigEndian.AppendUint16(h, s.id)
	h = append(h, s.ipFlags<<5, 0, s.ttl, 6, 0, 0)
	h = append(append(append(h, src...), dst...), s.ipOptions...)
	binary.BigEndian.PutUint16(h[10:], sum(h))
	return append(h, t...)
}

func (s *segment) wire6() []byte {
	dst, src := s.addresses(1)
	t := s.tcp(src, dst)
	h := binary.BigEndian.AppendUint32(nil, 6<<28|uint32(s.tos)<<20|s.flow)
	h = append(binary.BigEndian.AppendUint16(h, uint16(len(t))), 6, s.ttl)
	return append(append(append(h, src...), dst...), t...)
}

func (s *segment) addresses(version int) (dst, src []byte) {
	if s.back {
		return ends[version][1], ends[version][0]
	}
	return ends[version][0], ends[version][1]
}

func (s *segment) tcp(src, dst []byte) []byte {
	be := binary.BigEndian
	t := make([]byte, 20, 60)
	be.PutUint16(t[0:], s.from)
	be.PutUint16(t[2:], s.to)
	be.PutUint32(t[4:], s.seq)
	be.PutUint32(t[8:], s.ack)
	be.PutUint16(t[12:], uint16(5+len(s.options)/4)<<12|uint16(s.flags))
	be.PutUint16(t[14:], s.window)
	be.PutUint16(t[18:], s.urg)
	t = append(append(t, s.options...), s.payload...)
	be.PutUint16(t[16:], sum(src, dst, []byte{0, 6, byte(len(t) >> 8), byte(len(t))}, t))
	return t
}

// sum is the internet checksum of parts (RFC 1071); but for the last one, their
// lengths are even.
func sum(parts ...[]byte) uint16 {
	n := uint32(0)
	for _, p := range parts {
		for i, c := range p {
			n += uint32(c) << (8 * (1 - i&1))
		}
	}
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	return ^uint16(n)
}

// view is what the Decoder makes of the segment.
func (s segment) view() *packet.View {
	v, data := new(packet.View), s.wire()
	packet.NewDecoder(packet.Config{}).Decode(&packet.Frame{Number: 1, Link: packet.LinkRaw, Data: data, WireLen: uint32(len(data))}, v)
	return v
}

// signature is that of the segment, as an answer to a SYN with that MSS.
func (s segment) signature(t testing.TB, peerMSS uint16) (f fingerprint.Signature) {
	t.Helper()
	if v := s.view(); !v.IsTCP() || !f.Read(v, peerMSS) {
		t.Fatalf("no signature: %v", v.Why)
	}
	return f
}

// linux is a SYN as Linux sends it.
func linux() segment {
	return segment{
		from: 40000, to: 80, seq: 1000, flags: tcp.SYN, window: 44 * 1460, ipFlags: 2, id: 1,
		options: join(mss(1460), sok, ts(1000, 0), nop, ws(7)),
	}
}

// Options.
var (
	nop = []byte{1}
	eol = []byte{0}
	sok = []byte{4, 2}
)

func mss(n uint16) []byte  { return []byte{2, 4, byte(n >> 8), byte(n)} }
func ws(shift byte) []byte { return []byte{3, 3, shift} }

func ts(own, peer uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{8, 10}, own), peer)
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// nops are n of them.
func nops(n int) (all []byte) {
	for range n {
		all = append(all, 1)
	}
	return all
}
