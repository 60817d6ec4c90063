package tcpstates

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// facts are what the original takes from one frame. Its dissection is not
// packet's: nothing is put together, lengths are hardly checked, and what cannot
// be read as IP is a flow of MAC addresses.
type facts struct {
	key     key
	tags    [3]uint16 // VLAN tags, all 16 bits, outermost first
	numTags uint8
	more    bool   // IPv4: not the datagram's last fragment
	offset  uint16 // of a fragment, 0 for what is whole
	id      uint16 // IPv4 identification
	l4      []byte // captured octets from the transport header on; of a later fragment, its data
}

// headerSeen is how much of a TCP header the machine needs: up to the flags.
const headerSeen = 14

func (x *facts) later() bool         { return x.offset != 0 }
func (x *facts) firstFragment() bool { return x.offset == 0 && x.more }

// isTCP reports whether the machine looks at the frame.
func (x *facts) isTCP() bool {
	return x.key.proto == packet.ProtoTCP && x.key.kind != layer2 && !x.later() && len(x.l4) >= headerSeen
}

func (x *facts) seq() tcp.Seq { return tcp.Seq(binary.BigEndian.Uint32(x.l4[4:])) }
func (x *facts) ack() tcp.Seq { return tcp.Seq(binary.BigEndian.Uint32(x.l4[8:])) }

// flags returns the octet where a TCP header has its flags, 0 if it was not
// captured.
func (x *facts) flags() tcp.Flags {
	if len(x.l4) < headerSeen {
		return 0
	}
	return tcp.Flags(x.l4[13])
}

// plain reads Ethernet II with a whole IPv4 datagram without options that holds
// TCP, and reports whether f is that. It only saves time: walk reads the same.
func (x *facts) plain(b []byte) bool {
	const ip, l4, ethertypeAndVersion = 14, 34, typeIPv4<<8 | 0x45
	be := binary.BigEndian
	if len(b) < l4+headerSeen || be.Uint32(b[12:])>>8 != ethertypeAndVersion || b[ip+9] != packet.ProtoTCP {
		return false
	}
	total := int(be.Uint16(b[ip+2:]))
	if total < 40 || total > len(b)-ip || be.Uint16(b[ip+6:])&0x3fff != 0 {
		return false
	}
	k := &x.key
	putIPv4(&k.src, b[ip+12:])
	putIPv4(&k.dst, b[ip+16:])
	k.sport, k.dport = be.Uint16(b[l4:]), be.Uint16(b[l4+2:])
	k.ethertype, k.vlan, k.proto, k.kind = typeIPv4, 0, packet.ProtoTCP, ipv4
	x.tags, x.numTags, x.more, x.offset, x.id = [3]uint16{}, 0, false, 0, be.Uint16(b[ip+4:])
	x.l4 = b[l4 : ip+total]
	return k.sport != portAYIYA && k.dport != portAYIYA // a tunnel over TCP
}

// putIPv4 sets a to the address in b as ::ffff:a.b.c.d.
func putIPv4(a *[16]byte, b []byte) {
	*a = [16]byte{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}
}
