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

// answers are the pairs of ICMP types that ask and answer, in Zeek's selection:
// where the ports of a conversation are such a pair, it has two directions.
var answers = map[[3]uint16]bool{
	{packet.ProtoICMP, 0, 8}:       true, // echo
	{packet.ProtoICMP, 9, 10}:      true, // router
	{packet.ProtoICMP, 13, 14}:     true, // timestamp
	{packet.ProtoICMP, 15, 16}:     true, // information
	{packet.ProtoICMP, 17, 18}:     true, // address mask
	{packet.ProtoICMPv6, 128, 129}: true, // echo
	{packet.ProtoICMPv6, 130, 131}: true, // multicast listener
	{packet.ProtoICMPv6, 133, 134}: true, // router
	{packet.ProtoICMPv6, 135, 136}: true, // neighbour
	{packet.ProtoICMPv6, 139, 140}: true, // node information
	{packet.ProtoICMPv6, 144, 145}: true, // home agent
}

// oneWay reports whether k names ICMP messages that nobody answers.
func oneWay(k *packet.Key) bool {
	if k.Proto != packet.ProtoICMP && k.Proto != packet.ProtoICMPv6 {
		return false
	}
	return !answers[[3]uint16{uint16(k.Proto), min(k.APort, k.BPort), max(k.APort, k.BPort)}]
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
