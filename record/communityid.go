package record

import (
	"crypto/sha1"
	"encoding/binary"
	"slices"

	"onpath/packet"
)

// hashesPorts are the protocols whose ports are part of a Community ID; for
// every other one it is made of addresses and protocol alone.
var hashesPorts = [256]bool{
	packet.ProtoICMP: true, packet.ProtoTCP: true, packet.ProtoUDP: true,
	packet.ProtoICMPv6: true, packet.ProtoSCTP: true,
}

// oneWay reports whether k names ICMP messages that nobody answers: its ports
// are not the types of a question and its answer.
func oneWay(k *packet.Key) bool {
	if k.Proto != packet.ProtoICMP && k.Proto != packet.ProtoICMPv6 {
		return false
	}
	_, answer, oneWay := packet.ICMPPorts(k.Proto == packet.ProtoICMPv6, uint8(k.APort), uint8(k.BPort))
	return oneWay || answer != k.BPort
}

// appendCommunityID appends the Community ID of k, version 1 with seed 0: the
// SHA-1 of seed, lower end's address, higher end's address, protocol, a zero
// octet and both ports. One-way ICMP is not ordered: the sender stands first.
func appendCommunityID(dst []byte, k *packet.Key, senderIsB bool) []byte {
	a, b, ap, bp := &k.A, &k.B, k.APort, k.BPort
	if senderIsB && oneWay(k) {
		a, b, ap, bp = b, a, bp, ap
	}
	var buf [40]byte
	in := buf[:2]
	if k.V6 {
		in = append(append(in, a[:]...), b[:]...)
	} else {
		in = append(append(in, a[12:]...), b[12:]...)
	}
	in = append(in, k.Proto, 0)
	if hashesPorts[k.Proto] {
		in = binary.BigEndian.AppendUint16(in, ap)
		in = binary.BigEndian.AppendUint16(in, bp)
	}
	sum := sha1.Sum(in)
	return appendBase64(append(dst, '1', ':'), &sum)
}

// appendBase64 appends a sum as base64 (RFC 4648 §4): three octets as four letters, and two at
// its end as three. Package base64, which takes any length, takes three times as long.
func appendBase64(dst []byte, sum *[sha1.Size]byte) []byte {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	const textLen = (sha1.Size + 2) / 3 * 4
	dst = slices.Grow(dst, textLen)
	at := len(dst)
	dst = dst[:at+textLen]
	text := (*[textLen]byte)(dst[at:])
	for i := range 6 {
		n := uint32(sum[3*i])<<16 | uint32(sum[3*i+1])<<8 | uint32(sum[3*i+2])
		text[4*i], text[4*i+1], text[4*i+2], text[4*i+3] = letters[n>>18&63], letters[n>>12&63], letters[n>>6&63], letters[n&63]
	}
	n := uint32(sum[18])<<10 | uint32(sum[19])<<2
	text[24], text[25], text[26], text[27] = letters[n>>12&63], letters[n>>6&63], letters[n&63], '='
	return dst
}

// senderIsB reports whether Key.B sent what was seen; it matters only where
// just one end sent.
func (r *Record) senderIsB() bool {
	return r.ClientIsB == (r.Side[0].Packets > 0)
}
