package tcpstates_test

import (
	"onpath/packet"
	"onpath/tcp"
)

// fuzzSeeds returns one or more frames of each kind that the dissection knows,
// as cutFrames reads them.
func fuzzSeeds() (seeds [][]byte) {
	for _, s := range layers() {
		seed := []byte{byte(len(s.data)), 1, byte(s.link), 0}
		seeds = append(seeds, append(seed, s.data...))
	}
	return seeds
}

// layered is a frame with TCP inside, and where the original finds it.
type layered struct {
	name  string
	link  packet.LinkType
	data  []byte
	found bool // the TCP flow of inner is found
}

// inner is the IPv4 datagram inside of all layers, and macs an Ethernet header
// without type.
var (
	inner = craft(tcp.Segment{Flags: tcp.SYN}, 9).Data[14:]
	macs  = craft(tcp.Segment{}, 9).Data[:12]
)

func join(parts ...any) (b []byte) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// ip4 and ip6 carry a payload of a protocol between tunnel ends.
func ip4(proto byte, payload []byte) []byte {
	n := 20 + len(payload)
	return join([]byte{0x45, 0, byte(n >> 8), byte(n), 0, 1, 0, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, payload)
}

func ip6(proto byte, payload []byte) []byte {
	return join([]byte{0x60, 0, 0, 0, byte(len(payload) >> 8), byte(len(payload)), proto, 64},
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02", payload)
}

func udp(port uint16, payload []byte) []byte {
	n := 8 + len(payload)
	return join([]byte{0xc0, 0, byte(port >> 8), byte(port), byte(n >> 8), byte(n), 0, 0}, payload)
}

func ether(ethertype string, payload ...any) []byte {
	return join(macs, ethertype, join(payload...))
}

// layers are what the dissection reads, and what it must not.
func layers() []layered {
	const ip, vlan = "\x08\x00", "\x81\x00\x20\x07"
	eth := packet.LinkEthernet
	frame := ether(ip, inner)
	vxlan, geneve := join("\x08\x00\x00\x00\x00\x00\x01\x00", frame), join("\x00\x00\x65\x58\x00\x00\x01\x00", frame)
	return []layered{
		{"plain", eth, frame, true},
		{"VLAN", eth, ether(vlan+ip, inner), false},
		{"priority tag", eth, ether("\x81\x00\xe0\x00"+ip, inner), true},
		{"SNAP", eth, ether("\x00\x30\xaa\xaa\x03\x00\x00\x00"+ip, inner), true},
		{"LLC", eth, ether("\x00\x30\x06\x06\x03", inner), false},
		{"MPLS", eth, ether("\x88\x47\x00\x01\x00\x40\x00\x02\x01\x40", inner), true},
		{"pseudowire", eth, ether("\x88\x47\x00\x02\x01\x40\x00\x00\x00\x00", frame), true},
		{"PPPoE", eth, ether("\x88\x64\x11\x00\x00\x01\x00\x30\x00\x21", inner), true},
		{"PPPoE, protocol of one octet", eth, ether("\x88\x64\x11\x00\x00\x01\x00\x30\x21", inner), false},
		{"IP in IP", eth, ether(ip, ip4(4, inner)), true},
		{"AH", eth, ether(ip, ip4(51, join("\x06\x04\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", inner[20:]))), false},
		{"IPv4 in IPv6", eth, ether("\x86\xdd", ip6(4, inner)), true},
		{"behind extension headers", eth, ether("\x86\xdd", ip6(0, join("\x3c\x00\x01\x04\x00\x00\x00\x00\x04\x00\x01\x04\x00\x00\x00\x00", inner))), true},
		{"GRE", eth, ether(ip, ip4(47, join("\x00\x00"+ip, inner))), true},
		{"GRE, key and number", eth, ether(ip, ip4(47, join("\x30\x00"+ip+"\x00\x00\x00\x01\x00\x00\x00\x02", inner))), true},
		{"GRE, Ethernet", eth, ether(ip, ip4(47, join("\x00\x00\x65\x58", frame))), true},
		{"NVGRE", eth, ether(ip, ip4(47, join("\x20\x00\x65\x58\x00\x00\x01\x00", frame))), true},
		{"PPTP", eth, ether(ip, ip4(47, join("\x30\x01\x88\x0b\x00\x2c\x00\x01\x00\x00\x00\x01\xff\x03\x00\x21", inner))), true},
		{"ERSPAN", eth, ether(ip, ip4(47, join("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x00\x00\x00\x00\x00\x00\x01", frame))), true},
		{"WCCP", eth, ether(ip, ip4(47, join("\x00\x00\x88\x3e\x00\x00\x00\x00", inner))), true},
		{"EtherIP", eth, ether(ip, ip4(97, join("\x30\x00", frame))), true},
		{"VXLAN", eth, ether(ip, ip4(17, udp(4789, vxlan))), true},
		{"VXLAN over IPv6", eth, ether("\x86\xdd", ip6(17, udp(4789, vxlan))), false},
		{"VXLAN, tagged inside", eth, ether(ip, ip4(17, udp(4789, join(vxlan[:20], vlan, vxlan[20:])))), false},
		{"Geneve", eth, ether(ip, ip4(17, udp(6081, geneve))), true},
		{"GTP", eth, ether(ip, ip4(17, udp(2152, join("\x30\xff\x00\x28\x00\x00\x00\x01", inner)))), true},
		{"GTP, extension", eth, ether(ip, ip4(17, udp(2152, join("\x34\xff\x00\x30\x00\x00\x00\x01\x00\x00\x00\x85\x01\x00\x00\x00", inner)))), true},
		{"L2TP", eth, ether(ip, ip4(17, udp(1701, join("\x40\x02\x00\x34\x00\x01\x00\x01\xff\x03\x00\x21", inner)))), true},
		{"cooked", packet.LinkLinuxSLL, join("\x00\x00\x00\x01\x00\x06", macs[:8], ip, inner), true},
		{"cooked v2", packet.LinkLinuxSLL2, join(ip, "\x00\x00\x00\x00\x00\x01\x00\x01\x00\x06", macs[:8], inner), true},
		{"raw", packet.LinkRaw, inner, true},
		{"loopback", packet.LinkNull, join("\x02\x00\x00\x00", inner), true},
		{"PPP", packet.LinkPPP, join("\xff\x03\x00\x21", inner), true},
		{"Cisco HDLC", packet.LinkCHDLC, join("\x0f\x00"+ip, inner), true},
		{"Frame Relay", packet.LinkFrameRelay, join("\x18\x41\x03\xcc", inner), true},
		{"802.11", packet.LinkWiFi, join("\x08\x00\x00\x00", macs, macs[:8], "\xaa\xaa\x03\x00\x00\x00"+ip, inner), true},
		{"radiotap", packet.LinkRadiotap, join("\x00\x00\x08\x00\x00\x00\x00\x00\x88\x00\x00\x00", macs, macs[:8], "\x00\x00\xaa\xaa\x03\x00\x00\x00"+ip, inner), true},
		{"PPI", packet.LinkPPI, join("\x00\x00\x08\x00\x01\x00\x00\x00", frame), true},
		{"Infiniband", packet.LinkInfiniBand, frame, false},
	}
}
