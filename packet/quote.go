package packet

import (
	"encoding/binary"

	"onpath/tcp"
)

// Quote is the TCP segment that an ICMP error quotes: what somebody on its way
// could not deliver.
type Quote struct {
	Key   Key       // of the segment's connection; VLAN and Net are the error's
	Seq   tcp.Seq   // absolute
	Flags tcp.Flags // 0 if the quote is too short: RFC 792 asks for 8 octets only
	MTU   uint32    // of the next hop, octets, in the errors that tell one (RFC 1191 §4, RFC 4443 §3.2); 0: not told
	Kind  uint8     // type of the error (RFC 792, RFC 4443)
	Code  uint8
	FromB bool // the segment's sender is Key.B
}

// Types of ICMP and ICMPv6 errors that quote what could not be delivered.
const (
	ICMPUnreachable   = 3  // RFC 792
	ICMPTimeExceeded  = 11 // RFC 792
	ICMPBadHeader     = 12 // RFC 792: parameter problem
	ICMP6Unreachable  = 1  // RFC 4443 §3.1
	ICMP6TooBig       = 2  // RFC 4443 §3.2
	ICMP6TimeExceeded = 3  // RFC 4443 §3.3
	ICMP6BadHeader    = 4  // RFC 4443 §3.4
)

// errorTypes tells which messages are errors, by version and type.
var errorTypes = [2]uint64{
	1<<ICMPUnreachable | 1<<ICMPTimeExceeded | 1<<ICMPBadHeader,
	1<<ICMP6Unreachable | 1<<ICMP6TooBig | 1<<ICMP6TimeExceeded | 1<<ICMP6BadHeader,
}

// quotedTCP is how many octets of a TCP header a quote has at least.
const quotedTCP = 8

// Quote returns the TCP segment that the packet quotes. ok is false for what is no
// ICMP error, quotes no TCP or too little of it, or goes to somebody who did not
// send it.
func (v *View) Quote() (q Quote, ok bool) {
	version := 0
	switch {
	case v.Why != Decoded || len(v.L4) < 8 || v.Key.Proto != ProtoICMP && v.Key.Proto != ProtoICMPv6:
		return q, false
	case v.Key.Proto == ProtoICMPv6:
		version = 1
	}
	b := v.L4
	if b[0] >= 64 || errorTypes[version]>>b[0]&1 == 0 {
		return q, false
	}
	q.Kind, q.Code, q.MTU = b[0], b[1], binary.BigEndian.Uint32(b[4:])
	if version == 0 {
		q.MTU &= 0xffff
	}
	header, ok := q.read(b[8:], version)
	if !ok || len(header) < quotedTCP || q.sender() != v.addressee() {
		return q, false
	}
	q.segment(header)
	q.Key.VLAN, q.Key.Net = v.Key.VLAN, v.Key.Net
	return q, true
}

// read reads the quoted IP header, the sender as Key.A, and returns the octets of
// TCP behind it. Extension headers are not looked into.
func (q *Quote) read(b []byte, version int) (header []byte, ok bool) {
	k := &q.Key
	k.Proto, k.V6 = ProtoTCP, version == 1
	if k.V6 {
		if len(b) < 40 || b[0]>>4 != 6 || b[6] != ProtoTCP {
			return nil, false
		}
		k.A, k.B = [16]byte(b[8:]), [16]byte(b[24:])
		return b[40:], true
	}
	if len(b) < 20 || b[0]>>4 != 4 || b[9] != ProtoTCP || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return nil, false
	}
	n := int(b[0]&15) * 4
	if n < 20 || len(b) < n {
		return nil, false
	}
	putMapped(&k.A, binary.BigEndian.Uint32(b[12:]))
	putMapped(&k.B, binary.BigEndian.Uint32(b[16:]))
	return b[n:], true
}

// sender returns the address of who sent the segment, before segment has put the
// Key in order.
func (q *Quote) sender() [16]byte { return q.Key.A }

// addressee returns to whom the packet goes.
func (v *View) addressee() [16]byte {
	if v.FromB {
		return v.Key.A
	}
	return v.Key.B
}

// segment reads the TCP header, whose first octets are h.
func (q *Quote) segment(h []byte) {
	be := binary.BigEndian
	q.Key.APort, q.Key.BPort, q.Seq = be.Uint16(h), be.Uint16(h[2:]), tcp.Seq(be.Uint32(h[4:]))
	if len(h) >= tcp.MinHeader {
		q.Flags = tcp.Header(h).Flags()
	}
	q.FromB = q.Key.order()
}
