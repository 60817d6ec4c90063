package netfilter

import (
	"encoding/binary"

	"onpath/tcp"
)

// kind is what tracking takes a segment for: the column of the transition table.
type kind uint8

// The kinds, as the kernel's log numbers them.
const (
	kindSYN kind = iota
	kindSYNACK
	kindFIN
	kindACK
	kindRST
	kindNone // of no segment
)

// segment is what tracking reads of a TCP header.
type segment struct {
	header tcp.Header // its captured octets, at least tcp.MinHeader
	seq    uint32
	ack    uint32 // as on the wire, with or without ACK
	end    uint32 // seq + payload + 1 each for SYN and FIN
	win    uint16 // as on the wire
	flags  tcp.Flags
	kind   kind
}

// Flags that tracking does not look at.
const passedOver = tcp.PSH | tcp.ECE | tcp.CWR | tcp.AE

// kinds says what each combination of FIN, SYN, RST, ACK and URG is; all others
// are invalid.
var kinds = func() (k [64]kind) {
	for i := range k {
		k[i] = kindNone
	}
	k[tcp.SYN], k[tcp.SYN|tcp.URG] = kindSYN, kindSYN
	k[tcp.SYN|tcp.ACK] = kindSYNACK
	k[tcp.FIN|tcp.ACK], k[tcp.FIN|tcp.ACK|tcp.URG] = kindFIN, kindFIN
	k[tcp.ACK], k[tcp.ACK|tcp.URG] = kindACK, kindACK
	k[tcp.RST], k[tcp.RST|tcp.ACK] = kindRST, kindRST
	return k
}()

// readSegment reads the TCP header of d. The cause is that of a header which
// cannot be judged; the checksum is asked for if checked.
func readSegment(d *datagram, checked bool, s *segment) Cause {
	h := d.l4
	if len(h) < tcp.MinHeader {
		return CauseTCPShort
	}
	n := uint32(h[12]>>4) * 4
	switch {
	case n < tcp.MinHeader || n > d.length:
		return CauseTruncated
	case checked && d.sum == tcp.SumBad:
		return CauseChecksum
	}
	s.flags = tcp.Flags(h[13])
	if s.kind = kinds[s.flags&^passedOver&63]; s.kind == kindNone {
		return CauseFlags
	}
	s.seq, s.ack, s.win = binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:]), binary.BigEndian.Uint16(h[14:])
	s.header = tcp.Header(h[:min(n, uint32(len(h)))])
	s.end = s.seq + d.length - n + uint32(s.flags&tcp.FIN) + uint32(s.flags&tcp.SYN)>>1
	return CauseNone
}
