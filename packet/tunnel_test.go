package packet

import "testing"

// inUDP is a tunnel's packet from host A to host B.
func inUDP(port uint16, rest ...[]byte) []byte {
	return ip4(hostB, hostA, ProtoUDP, udp(40000, port, rest...))
}

func inGRE(flags, proto uint16, rest ...[]byte) []byte {
	return ip4(hostB, hostA, ProtoGRE, be{}.u16(flags).u16(proto), join(rest...))
}

func inIP(proto uint8, rest ...[]byte) []byte { return ip4(hostB, hostA, proto, rest...) }

const (
	inner    = "6 10.0.0.1:1000 > 10.0.0.2:80 len 3 depth 2"
	inner6   = "6 2001:db8::1:1000 > 2001:db8::2:80 len 3 depth 2"
	greAlone = "47 10.0.0.2:0 > 10.0.0.1:0 len "
)

// tunnelCases are the tunnels; what cannot be looked into stays what it is.
var tunnelCases = []struct {
	name  string
	link  LinkType
	frame []byte
	want  string
}{
	{"GRE", LinkRaw, inGRE(0, typeIPv4, web()), inner},
	{"GRE, all fields", LinkRaw, inGRE(greChecksum|greKey|greSequence, typeIPv6, make([]byte, 12), web6()), inner6},
	{"GRE, source routes", LinkRaw, inGRE(greRouting, typeIPv4, make([]byte, 4), []byte{8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0}, web()), inner},
	{"GRE, Ethernet", LinkRaw, inGRE(greKey, typeTEB, make([]byte, 4), ether(typeVLAN, tag(7, typeIPv4, web()))), inner + " vlan 7"},
	{"ERSPAN I", LinkRaw, inGRE(0, greERSPAN, ether(typeIPv4, web())), inner},
	{"ERSPAN II", LinkRaw, inGRE(greSequence, greERSPAN, make([]byte, 4), []byte{0x10, 0, 0, 0, 0, 0, 0, 0}, ether(typeIPv4, web())), inner},
	{"ERSPAN III", LinkRaw, inGRE(greSequence, greERSPAN3, make([]byte, 4), []byte{0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ether(typeIPv4, web())), inner},
	{"ERSPAN III with subheader", LinkRaw, inGRE(greSequence, greERSPAN3, make([]byte, 4), []byte{0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 8), ether(typeIPv4, web())), inner},
	{"PPTP", LinkRaw, inGRE(greKey|greSequence|greAck|1, typePPP, make([]byte, 12), []byte{0xff, 3, 0, 0x21}, web()), inner},
	{"PPTP, no payload", LinkRaw, inGRE(greKey|greAck|1, typePPP, make([]byte, 8)), greAlone + "12 depth 1"},
	{"EoIP", LinkRaw, inGRE(greKey|1, 0x6400, []byte{0, 57, 1, 0}, ether(typeIPv4, web())), inner},
	{"GRE, MPLS", LinkRaw, inGRE(0, typeMPLS, label(18, true), web()), inner},
	{"WCCP", LinkRaw, inGRE(0, greWCCP, []byte{0, 0, 0, 1}, web()), inner},
	{"WCCP, no redirect header", LinkRaw, inGRE(0, greWCCP, web()), inner},
	{"Aruba", LinkRaw, inGRE(0, 0x8200, wifi(0x88, 2, []byte{0, 0}, snap(typeIPv4, web()))), inner},
	{"GRE, version 2", LinkRaw, inGRE(2, typeIPv4, web()), greAlone + "47 depth 1"},
	{"GRE keep-alive", LinkRaw, inGRE(0, 0), greAlone + "4 depth 1"},
	{"GRE in UDP", LinkRaw, inUDP(4754, be{0, 0}.u16(typeIPv4), web()), inner},
	{"IPIP", LinkRaw, inIP(ProtoIPv4, web()), inner},
	{"6in4", LinkRaw, inIP(ProtoIPv6, web6()), inner6},
	{"4in6", LinkRaw, ip6(host6A, host6B, ProtoIPv4, web()), inner},
	{"eight IP headers", LinkRaw, nested(8), "6 10.0.0.1:1000 > 10.0.0.2:80 len 3 depth 8"},
	{"6in4 that is none", LinkRaw, inIP(ProtoIPv6, web()), "41 10.0.0.2:0 > 10.0.0.1:0 len 43 depth 1"},
	{"inside longer than outside", LinkRaw, inIP(ProtoIPv4, withLength4(web(), 44)), "4 10.0.0.2:0 > 10.0.0.1:0 len 43 depth 1"},
	{"inside longer than outside, in PPPoE", LinkPPPEther, join([]byte{0x11, 0, 0, 1, 0, 65, 0, 0x21}, inIP(ProtoIPv4, withLength4(web(), 44))), "4 10.0.0.2:0 > 10.0.0.1:0 len 43 depth 1"},
	{"EtherIP", LinkRaw, inIP(ProtoEtherIP, []byte{0x30, 0}, ether(typeIPv4, web())), inner},
	{"MPLS in IP", LinkRaw, inIP(ProtoMPLS, label(18, true), web()), inner},
	{"MPLS in UDP", LinkRaw, inUDP(6635, label(18, true), web()), inner},
	{"L2TPv3", LinkRaw, inIP(ProtoL2TP, []byte{0, 0, 0, 9, 1, 2, 3, 4}, ether(typeIPv4, web())), inner},
	{"L2TPv3 over UDP", LinkRaw, inUDP(1701, []byte{0, 3, 0, 0, 0, 0, 0, 9}, ether(typeIPv4, web())), inner},
	{"VXLAN", LinkRaw, inUDP(4789, vxlanHeader(9), ether(typeIPv4, web())), inner + " net 16777225"},
	{"VXLAN, tags inside and outside", LinkEthernet, ether(typeVLAN, tag(7, typeIPv4, inUDP(8472, vxlanHeader(9), ether(typeVLAN, tag(8, typeIPv4, web()))))), inner + " vlan 8 net 16777225"},
	{"VXLAN, a tag outside", LinkEthernet, ether(typeVLAN, tag(7, typeIPv4, inUDP(8472, vxlanHeader(9), ether(typeIPv4, web())))), inner + " vlan 7 net 16777225"},
	{"VXLAN with ARP", LinkRaw, inUDP(4789, vxlanHeader(9), ether(typeVLAN, tag(8, typeARP, make([]byte, 28)))), "17 10.0.0.2:40000 > 10.0.0.1:4789 len 54 depth 1"},
	{"VXLAN in VXLAN", LinkRaw, inUDP(4789, vxlanHeader(9), ether(typeIPv4, inUDP(4789, vxlanHeader(8), ether(typeIPv4, web())))), "6 10.0.0.1:1000 > 10.0.0.2:80 len 3 depth 3 net 16777224"},
	{"VXLAN without VNI", LinkRaw, inUDP(4789, make([]byte, 8), ether(typeIPv4, web())), "17 10.0.0.2:40000 > 10.0.0.1:4789 len 65 depth 1"},
	{"VXLAN-GPE", LinkRaw, inUDP(4790, []byte{0x0c, 0, 0, 1, 0, 0, 9, 0}, web()), inner + " net 16777225"},
	{"VXLAN-GPE, NSH", LinkRaw, inUDP(4790, []byte{0x0c, 0, 0, 4, 0, 0, 9, 0, 0, 2, 1, 3, 0, 0, 1, 255}, ether(typeIPv4, web())), inner + " net 16777225"},
	{"Geneve", LinkRaw, inUDP(6081, be{2, 0}.u16(typeTEB), []byte{0, 0, 9, 0, 1, 2, 3, 1, 0, 0, 0, 0}, ether(typeIPv4, web())), inner + " net 33554441"},
	{"Geneve, IPv6", LinkRaw, inUDP(6081, be{0, 0}.u16(typeIPv6), []byte{0, 0, 9, 0}, web6()), inner6 + " net 33554441"},
	{"Geneve, options that lie", LinkRaw, inUDP(6081, be{1, 0}.u16(typeIPv4), []byte{0, 0, 9, 0, 1, 2, 3, 9}, web()), "17 10.0.0.2:40000 > 10.0.0.1:6081 len 55 depth 1"},
	{"GTP", LinkRaw, inUDP(2152, []byte{0x30, 255, 0, 43, 0, 0, 0, 9}, web()), inner},
	{"GTP, sequence number", LinkRaw, inUDP(2152, []byte{0x32, 255, 0, 47, 0, 0, 0, 9, 0, 1, 0, 0}, web()), inner},
	{"GTP, extension headers", LinkRaw, inUDP(2152, []byte{0x34, 255, 0, 55, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0x10, 9, 0x85, 1, 0, 9, 0}, web()), inner},
	{"GTP, IPv6", LinkRaw, inUDP(2152, []byte{0x30, 255, 0, 63, 0, 0, 0, 9}, web6()), inner6},
	{"GTP from VXLAN's port", LinkRaw, ip4(hostA, hostB, ProtoUDP, udp(4789, 2152, []byte{0x30, 255, 0, 43, 0, 0, 0, 9}, web())), inner},
	{"GTP to VXLAN's port", LinkRaw, ip4(hostA, hostB, ProtoUDP, udp(2152, 4789, []byte{0x30, 255, 0, 43, 0, 0, 0, 9}, web())), inner},
	{"GTP echo", LinkRaw, inUDP(2152, []byte{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0}), "17 10.0.0.2:40000 > 10.0.0.1:2152 len 12 depth 1"},
	{"Teredo", LinkRaw, inUDP(3544, web6()), inner6},
	{"Teredo, authentication and origin", LinkRaw, inUDP(3544, []byte{0, 1, 1, 2, 'i', 'a', 'a'}, make([]byte, 9), make([]byte, 8), web6()), inner6},
	{"L2TP", LinkRaw, inUDP(1701, []byte{0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21}, web()), inner},
	{"L2TP, all fields", LinkRaw, inUDP(1701, []byte{0x4a, 2, 0, 63, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 1, 2, 0xff, 3, 0, 0x21}, web()), inner},
	{"L2TP control", LinkRaw, inUDP(1701, []byte{0xc8, 2, 0, 12, 0, 1, 0, 1, 0, 0, 0, 0}), "17 10.0.0.2:40000 > 10.0.0.1:1701 len 12 depth 1"},
	{"CAPWAP", LinkRaw, inUDP(5247, []byte{0, 0x10, 0, 0, 0, 0, 0, 0}, ether(typeIPv4, web())), inner},
	{"CAPWAP, 802.11", LinkRaw, inUDP(5247, []byte{0, 0x10, 3, 0, 0, 0, 0, 0}, wifi(0x08, 2, snap(typeIPv4, web()))), inner},
	{"CAPWAP, 802.11, swapped", LinkRaw, inUDP(5247, []byte{0, 0x10, 3, 0, 0, 0, 0, 0}, wifi(2, 0x08, snap(typeIPv4, web()))), inner},
	{"CAPWAP, keep-alive", LinkRaw, inUDP(5247, []byte{0, 0x10, 3, 8, 0, 0, 0, 0}), "17 10.0.0.2:40000 > 10.0.0.1:5247 len 8 depth 1"},
	{"LISP", LinkRaw, inUDP(4341, make([]byte, 8), web()), inner},
	{"TZSP", LinkRaw, inUDP(37008, []byte{1, 0, 0, 1, 10, 1, 200, 0, 1}, ether(typeIPv4, web())), inner},
	{"AYIYA", LinkRaw, inUDP(5072, []byte{0x41, 0x52, 0x11, 41, 0, 0, 0, 0}, make([]byte, 16+20), web6()), inner6},
}

// TestTunnelEnds holds the outermost packet apart from the innermost.
func TestTunnelEnds(t *testing.T) {
	v := decodeNew(LinkRaw, inUDP(4789, vxlanHeader(9), ether(typeIPv4, web())))
	if v.Outer().Proto != ProtoUDP || v.Outer().Net != 0 || !v.OuterFromB() || v.FromB {
		t.Errorf("outer %+v, from B %v; inner from B %v", v.Outer(), v.OuterFromB(), v.FromB)
	}
	if len(v.OuterIP()) != 20+8+8+14+43 || len(v.IP) != 43 {
		t.Errorf("%d octets of the outer packet, %d of the inner", len(v.OuterIP()), len(v.IP))
	}
}

// TestCutInside holds what was cut inside a tunnel to be that, not the tunnel.
func TestCutInside(t *testing.T) {
	frame := inUDP(4789, vxlanHeader(9), ether(typeIPv4, web()))
	v := new(View)
	NewDecoder(Config{}).Decode(&Frame{Data: frame[:len(frame)-5], WireLen: uint32(len(frame)), Link: LinkRaw}, v)
	if v.Why != L4Cut || v.Depth != 2 {
		t.Errorf("%v at depth %d", v.Why, v.Depth)
	}
}
