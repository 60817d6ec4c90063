package netfilter

import (
	"encoding/binary"

	"onpath/packet"
)

// fragmentID names an IPv6 datagram that comes in fragments.
type fragmentID struct {
	src, dst [16]byte
	id       uint32
}

// spoilt are the newest IPv6 datagrams of which the first fragment had no room for
// the transport header.
type spoilt struct {
	ids  [8]fragmentID
	next uint8
}

// has reports whether id is one of them.
func (s *spoilt) has(id *fragmentID) bool {
	for i := range s.ids {
		if s.ids[i] == *id {
			return true
		}
	}
	return false
}

// add takes the place of the oldest.
func (s *spoilt) add(id *fragmentID) {
	s.ids[s.next] = *id
	s.next = (s.next + 1) % uint8(len(s.ids))
}

// fragment has the last word on an IPv6 datagram of which this frame brought the
// fragment b. The kernel leaves a first one alone that lacks part of the transport
// header (RFC 7112 §5): it goes on as it is, nothing can be tracked by it, and its
// datagram never becomes whole, though a Decoder puts it together. For others cause is the answer.
func (t *Tracker) fragment(b []byte, d *datagram, cause Cause) Cause {
	b = fragmentHeader(b)
	if b == nil || refusedIPv6(&d.Src, &d.Dst) {
		return cause
	}
	id := fragmentID{d.Src, d.Dst, binary.BigEndian.Uint32(b[4:])}
	var f datagram
	first := binary.BigEndian.Uint16(b[2:])&laterParts == 0
	if first && f.skipExtensions(b[0], b[8:], uint32(len(b)-8), 0) && uint32(len(f.l4)) < headerOctets[f.Proto] {
		t.spoilt.add(&id)
		d.Proto, d.l4, d.length = packet.ProtoNoNext, nil, 0
		return CauseNone
	}
	if cause == CauseNone && t.spoilt.has(&id) {
		return CauseFragment
	}
	return cause
}

// fragmentHeader returns the octets of an IPv6 packet from its fragment header on;
// nil if there is none.
func fragmentHeader(b []byte) []byte {
	next, b := b[6], b[40:]
	for extends(next) && next != packet.ProtoNoNext && len(b) >= 8 {
		if next == packet.ProtoFragment {
			return b
		}
		n := extensionLength(next, b)
		next, b = b[0], b[min(n, uint32(len(b))):]
	}
	return nil
}
