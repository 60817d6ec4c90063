package evidence

import (
	"encoding/binary"

	"onpath/packet"
)

// pieces marks numbers under which fragments are kept until their datagram is whole: no
// record has them.
const pieces = 1 << 63

// pieceOf returns the number under which the fragment that v is of is kept, a hash of
// what tells which fragments belong together (RFC 791 §2.3, RFC 8200 §4.5); 0 if v is no
// fragment of TCP or ICMP. Who makes two of them equal gets another's fragments into the
// evidence, no more.
func pieceOf(v *packet.View) uint64 {
	b := v.Fragment
	switch {
	case len(b) >= 20 && b[0]>>4 == 4 && owned(b[9]):
		return hash(b[12:20], binary.BigEndian.Uint16(b[4:]))
	case len(b) >= 40 && b[0]>>4 == 6:
		return pieceOf6(b)
	}
	return 0
}

// owned reports whether an IP protocol is one whose datagrams may belong to a
// connection.
func owned(proto uint8) bool {
	return proto == packet.ProtoTCP || proto == packet.ProtoICMP || proto == packet.ProtoICMPv6
}

// IPv6 extension headers that may stand before the fragment header (RFC 8200 §4.1).
const (
	hopByHop    = 0
	routing     = 43
	fragmenting = 44
	destination = 60
)

func pieceOf6(b []byte) uint64 {
	next, at := b[6], 40
	for len(b) >= at+8 {
		switch {
		case next == fragmenting && owned(b[at]):
			return hash(b[8:40], binary.BigEndian.Uint32(b[at+4:]))
		case next != hopByHop && next != routing && next != destination:
			return 0
		}
		next, at = b[at], at+8*(1+int(b[at+1]))
	}
	return 0
}

// hash is FNV-1a over the octets of an address pair and an identification.
func hash[N uint16 | uint32](addrs []byte, id N) uint64 {
	h := uint64(14695981039346656037)
	for _, x := range addrs {
		h = (h ^ uint64(x)) * 1099511628211
	}
	for range 4 {
		h = (h ^ uint64(id&0xff)) * 1099511628211
		id >>= 8
	}
	return h | pieces
}
