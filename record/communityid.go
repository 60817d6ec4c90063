package record

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

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
	dst = append(dst, '1', ':')
	return base64.StdEncoding.AppendEncode(dst, sum[:])
}

// senderIsB reports whether Key.B sent what was seen; it matters only where
// just one end sent.
func (r *Record) senderIsB() bool {
	return r.ClientIsB == (r.Side[0].Packets > 0)
}
