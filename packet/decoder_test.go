package packet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"onpath/tcp"
)

// frameCases are frames of every layer, and what they hold: key, payload, IP
// headers. They are the seeds of FuzzDecode too.
var frameCases = []struct {
	name  string
	link  LinkType
	frame []byte
	want  string
}{
	{"ethernet", LinkEthernet, ether(typeIPv4, web()), webIs},
	{"ethernet, padded", LinkEthernet, ether(typeIPv4, web(), make([]byte, 6)), webIs},
	{"ethernet, IPv6", LinkEthernet, ether(typeIPv6, web6()), web6Is},
	{"802.3 SNAP", LinkEthernet, ether(51, snap(typeIPv4, web())), webIs},
	{"802.3 SNAP, padded, total length 0", LinkEthernet, ether(51, snap(typeIPv4, withLength4(web(), 0)), make([]byte, 6)), webIs},
	{"802.3 with the SAP of IP", LinkEthernet, ether(46, []byte{6, 6, 3}, web()), webIs},
	{"bridge tunnel", LinkEthernet, ether(51, []byte{0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0}, web()), webIs},
	{"jumbo LLC", LinkEthernet, ether(typeLLCJumbo, snap(typeIPv4, web())), webIs},
	{"802.1Q", LinkEthernet, ether(typeVLAN, tag(0xe007, typeIPv4, web())), webIs + " vlan 7"},
	{"QinQ", LinkEthernet, ether(typeQinQ, tag(5, typeVLAN, tag(7, typeIPv4, web()))), webIs + " vlan 7"},
	{"priority tag inside", LinkEthernet, ether(0x9100, tag(5, typeVLAN, tag(0, typeIPv4, web()))), webIs},
	{"VLAN and SNAP", LinkEthernet, ether(typeVLAN, tag(7, 51, snap(typeIPv4, web()))), webIs + " vlan 7"},
	{"PBB", LinkEthernet, ether(0x88e7, []byte{0, 0, 0, 9}, ether(typeIPv4, web())), webIs},
	{"VN-tag", LinkEthernet, ether(0x8926, be{0, 0, 0, 9}.u16(typeIPv4), web()), webIs},
	{"FabricPath", LinkEthernet, ether(0x8903, []byte{0, 64}, ether(typeIPv4, web())), webIs},
	{"Cisco MetaData", LinkEthernet, ether(0x8909, be{1, 1, 0, 1, 0, 9}.u16(typeIPv4), web()), webIs},
	{"E-TAG", LinkEthernet, ether(0x893f, be{0, 0, 0, 9, 0, 0}.u16(typeIPv4), web()), webIs},
	{"MACsec, in clear", LinkEthernet, ether(0x88e5, be{0x20, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8}.u16(typeIPv4), web()), webIs},
	{"NSH", LinkEthernet, ether(0x894f, []byte{0, 2, 1, 1, 0, 0, 1, 255}, web()), webIs},
	{"ISL", LinkEthernet, join([]byte{1, 0, 0xc, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 70, 0xaa, 0xaa, 3, 1, 2, 3, 0, 14, 0, 1, 0, 0}, ether(typeIPv4, web())), webIs + " vlan 7"},
	{"MPLS", LinkEthernet, ether(typeMPLS, label(17, false), label(18, true), web()), webIs},
	{"MPLS, IPv6", LinkEthernet, ether(typeMPLS, label(2, true), web6()), web6Is},
	{"pseudowire", LinkEthernet, ether(typeMPLS, label(18, true), ether(typeIPv4, web())), webIs},
	{"pseudowire with control word", LinkEthernet, ether(typeMPLS, label(18, true), []byte{0, 0, 0, 1}, ether(typeVLAN, tag(7, typeIPv4, web()))), webIs + " vlan 7"},
	{"pseudowire to an address that starts with 4", LinkEthernet, ether(typeMPLS, label(18, true), []byte{0x44}, ether(typeIPv4, web())[1:]), webIs},
	{"PPPoE", LinkEthernet, ether(typePPPoE, []byte{0x11, 0, 0, 1, 0, 45, 0, 0x21}, web()), webIs},
	{"PPPoE, IPv6", LinkEthernet, ether(typePPPoE, []byte{0x11, 0, 0, 1, 0, 65, 0, 0x57}, web6()), web6Is},
	{"PPPoE alone", LinkPPPEther, join([]byte{0x11, 0, 0, 1, 0, 45, 0, 0x21}, web()), webIs},
	{"PPP", LinkPPP, join([]byte{0, 0x21}, web()), webIs},
	{"PPP, HDLC framing", LinkPPPSerial, join([]byte{0xff, 3, 0, 0x21}, web()), webIs},
	{"PPP, short protocol field", LinkPPP, join([]byte{0x21}, web()), webIs},
	{"PPP, IPv6, framing, short protocol field", LinkPPP, join([]byte{0xff, 3, 0x57}, web6()), web6Is},
	{"PPP, MPLS", LinkPPP, join([]byte{2, 0x81}, label(18, true), web()), webIs},
	{"PPP of pppd", LinkPPPPPPD, join([]byte{1, 3, 0, 0x21}, web()), webIs},
	{"PPP with direction", LinkPPPDir, join([]byte{1, 0xff, 3, 0, 0x21}, web()), webIs},
	{"Cisco HDLC", LinkCHDLC, join([]byte{0x0f, 0, 8, 0}, web()), webIs},
	{"Cisco HDLC as PPP", LinkPPPSerial, join([]byte{0x8f, 0, 8, 0}, web()), webIs},
	{"Frame Relay", LinkFrameRelay, join([]byte{0x18, 0x41, 3, 0xcc}, web()), webIs},
	{"Frame Relay, SNAP", LinkFrameRelay, join([]byte{0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0}, web()), webIs},
	{"Frame Relay, Cisco", LinkFrameRelay, join([]byte{0x18, 0x41, 8, 0}, web()), webIs},
	{"cooked", LinkLinuxSLL, join([]byte{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0}, web()), webIs},
	{"cooked, VLAN", LinkLinuxSLL, join([]byte{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x81, 0}, tag(7, typeIPv4, web())), webIs + " vlan 7"},
	{"cooked, LLC", LinkLinuxSLL, join([]byte{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 4}, snap(typeIPv4, web())), webIs},
	{"cooked, radiotap", LinkLinuxSLL, join([]byte{0, 0, 3, 0x23, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1}, []byte{0, 0, 8, 0, 0, 0, 0, 0}, wifi(0x08, 1, snap(typeIPv4, web()))), webIs},
	{"cooked, Frame Relay", LinkLinuxSLL, join([]byte{0, 0, 3, 2, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1}, []byte{0x18, 0x41, 3, 0x8e}, web6()), web6Is},
	{"cooked v2", LinkLinuxSLL2, join([]byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0}, web()), webIs},
	{"raw", LinkRaw, web(), webIs},
	{"raw 12", LinkRaw12, web6(), web6Is},
	{"raw 14", LinkRaw14, web(), webIs},
	{"raw IPv4", LinkIPv4, web(), webIs},
	{"raw IPv6", LinkIPv6, web6(), web6Is},
	{"null, little endian", LinkNull, join([]byte{2, 0, 0, 0}, web()), webIs},
	{"null, big endian", LinkNull, join([]byte{0, 0, 0, 30}, web6()), web6Is},
	{"null, FreeBSD", LinkNull, join([]byte{28, 0, 0, 0}, web6()), web6Is},
	{"null, ethertype", LinkNull, join([]byte{0, 0, 8, 0}, web()), webIs},
	{"loop", LinkLoop, join([]byte{0, 0, 0, 24}, web6()), web6Is},
	{"enc", LinkEnc, join(make([]byte, 12), web()), webIs},
	{"pflog", LinkPFLOG, join([]byte{61, 2}, make([]byte, 62), web()), webIs},
	{"nflog", LinkNFLOG, join([]byte{2, 0, 0, 0, 5, 0, 10, 0, 'x', 0, 0, 0, 47, 0, 9, 0}, web()), webIs},
	{"nflog, big endian", LinkNFLOG, join([]byte{10, 0, 0, 0, 0, 67, 0, 9}, web6()), web6Is},
	{"FDDI", LinkFDDI, join([]byte{0x50}, macs, snap(typeIPv4, web())), webIs},
	{"ARCnet", LinkARCnet, join([]byte{1, 2, 212, 0, 0, 7}, web()), webIs},
	{"ARCnet, RFC 1051", LinkARCnet, join([]byte{1, 2, 240}, web()), webIs},
	{"ARCnet, IPv6", LinkARCnet, join([]byte{1, 2, 196, 0, 0, 7}, web6()), web6Is},
	{"ARCnet, exception", LinkARCnet, join([]byte{1, 2, 212, 0xff, 0xff, 0xff, 212, 0, 0, 7}, web()), webIs},
	{"ARCnet, Linux", LinkARCnetL, join([]byte{1, 2, 0, 0, 212, 0, 0, 7}, web()), webIs},
	{"InfiniBand", LinkInfiniBand, join(make([]byte, 40), []byte{8, 0, 0, 0}, web()), webIs},
	{"ATM, NLPID", LinkATM, join([]byte{0xfe, 0xfe, 3, 0xcc}, web()), webIs},
	{"ATM, bridged", LinkATM, join([]byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0}, ether(typeIPv4, web())), webIs},
	{"ATM", LinkATM, snap(typeIPv4, web()), webIs},
	{"Fibre Channel", LinkIPoverFC, join(make([]byte, 16), snap(typeIPv4, web())), webIs},
	{"FireWire", LinkFireWire, join(make([]byte, 16), []byte{8, 0}, web()), webIs},
	{"mPacket", LinkMPacket, join(make([]byte, 8), ether(typeIPv4, web())), webIs},
	{"Marvell tag", LinkDSA, join(macs, []byte{1, 2, 3, 4, 8, 0}, web()), webIs},
	{"Marvell tag with ethertype", LinkEDSA, join(macs, []byte{1, 2, 3, 4, 5, 6, 7, 8, 8, 0}, web()), webIs},
	{"Broadcom tag before", LinkDSABrcmFirst, join([]byte{1, 2, 3, 4}, ether(typeIPv4, web())), webIs},
	{"802.11", LinkWiFi, wifi(0x08, 1, snap(typeIPv4, web())), webIs},
	{"802.11, QoS", LinkWiFi, wifi(0x88, 2, []byte{0, 0}, snap(typeIPv4, web())), webIs},
	{"802.11, QoS, HT control", LinkWiFi, wifi(0x88, 0x82, []byte{0, 0, 1, 2, 3, 4}, snap(typeIPv4, web())), webIs},
	{"802.11, four addresses", LinkWiFi, wifi(0x08, 3, macs[:6], snap(typeIPv4, web())), webIs},
	{"802.11, A-MSDU", LinkWiFi, wifi(0x88, 1, []byte{0x80, 0}, macs, []byte{0, 51}, snap(typeIPv4, web()), []byte{0}), webIs},
	{"radiotap, FCS and padding", LinkRadiotap, join([]byte{0, 0, 17, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x30}, wifi(0x88, 1, []byte{0, 0, 0, 0}, snap(typeIPv4, withLength4(web(), 0))), []byte{1, 2, 3, 4}), webIs},
	{"radiotap, two presence words", LinkRadiotap, join([]byte{0, 0, 13, 0, 2, 0, 0, 0x80, 0, 0, 0, 0, 0}, wifi(0x08, 1, snap(typeIPv4, web()))), webIs},
	{"AVS", LinkAVS, join(be{}.u32(0x80211001).u32(64), make([]byte, 56), wifi(0x08, 1, snap(typeIPv4, web()))), webIs},
	{"Prism", LinkPrism, join(make([]byte, 144), wifi(0x08, 1, snap(typeIPv4, web()))), webIs},
	{"PKTAP", LinkPKTAP, join([]byte{12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, ether(typeIPv4, web())), webIs},
	{"PPI", LinkPPI, join([]byte{0, 0, 8, 0, 105, 0, 0, 0}, wifi(0x08, 1, snap(typeIPv4, web()))), webIs},

	{"IPv4 options", LinkRaw, withOptions4(web(), 1, 1, 1, 0), webIs},
	{"total length 0", LinkRaw, withLength4(web(), 0), webIs},
	{"AH", LinkRaw, ip4(hostA, hostB, ProtoAH, ah(ProtoTCP), segment(1000, 80, "GET")), webIs},
	{"IPv6, every extension header", LinkRaw, ip6(host6A, host6B, ProtoHopByHop,
		extension(ProtoDestOpts), extension(ProtoRouting), extension(ProtoFragment),
		[]byte{ProtoAH, 0, 0, 0, 1, 2, 3, 4}, ah(ProtoMobility), extension(ProtoHIP), extension(ProtoShim6), extension(ProtoTCP),
		segment(1000, 80, "GET")), web6Is},
	{"IPv6, payload length 0", LinkRaw, withLength6(web6(), 0), web6Is},
	{"no next header", LinkRaw, ip6(host6A, host6B, ProtoNoNext), "59 2001:db8::1:0 > 2001:db8::2:0 len 0 depth 1"},
	{"mobility message", LinkRaw, ip6(host6A, host6B, ProtoMobility, extension(ProtoNoNext)), "135 2001:db8::1:0 > 2001:db8::2:0 len 8 depth 1"},
	{"ESP", LinkRaw, ip4(hostA, hostB, ProtoESP, make([]byte, 16)), "50 10.0.0.1:0 > 10.0.0.2:0 len 16 depth 1"},
	{"UDP", LinkRaw, ip4(hostA, hostB, ProtoUDP, udp(1000, 53, []byte("GET"))), "17 10.0.0.1:1000 > 10.0.0.2:53 len 3 depth 1"},
	{"UDP with a length that lies", LinkRaw, ip4(hostA, hostB, ProtoUDP, be{}.u16(1000).u16(53).u16(7).u16(0), []byte("GET")), "17 10.0.0.1:1000 > 10.0.0.2:53 len 3 depth 1"},
	{"UDP-Lite", LinkRaw, ip4(hostA, hostB, ProtoUDPLite, udp(1000, 53, []byte("GET"))), "136 10.0.0.1:1000 > 10.0.0.2:53 len 3 depth 1"},
	{"SCTP", LinkRaw, ip4(hostA, hostB, ProtoSCTP, be{}.u16(1000).u16(53), make([]byte, 12)), "132 10.0.0.1:1000 > 10.0.0.2:53 len 4 depth 1"},
	{"DCCP", LinkRaw, ip4(hostA, hostB, ProtoDCCP, be{}.u16(1000).u16(53), make([]byte, 12)), "33 10.0.0.1:1000 > 10.0.0.2:53 len 4 depth 1"},
	{"echo", LinkRaw, ip4(hostA, hostB, ProtoICMP, []byte{8, 0, 0, 0, 1, 2, 0, 1, 'x'}), "1 10.0.0.1:8 > 10.0.0.2:0 len 1 depth 1 id 258"},
	{"echo reply", LinkRaw, ip4(hostB, hostA, ProtoICMP, []byte{0, 0, 0, 0, 1, 2, 0, 1, 'x'}), "1 10.0.0.2:0 > 10.0.0.1:8 len 1 depth 1 id 258"},
	{"unreachable", LinkRaw, ip4(hostB, hostA, ProtoICMP, []byte{3, 1, 0, 0, 0, 0, 0, 0}, web()), "1 10.0.0.2:3 > 10.0.0.1:1 len 43 depth 1"},
	{"echo, IPv6", LinkRaw, ip6(host6A, host6B, ProtoICMPv6, []byte{128, 0, 0, 0, 1, 2, 0, 1}), "58 2001:db8::1:128 > 2001:db8::2:129 len 0 depth 1 id 258"},
	{"neighbor solicitation", LinkRaw, ip6(host6A, host6B, ProtoICMPv6, []byte{135, 0, 0, 0, 0, 0, 0, 0}), "58 2001:db8::1:135 > 2001:db8::2:136 len 0 depth 1"},
}

const (
	webIs  = "6 10.0.0.1:1000 > 10.0.0.2:80 len 3 depth 1"
	web6Is = "6 2001:db8::1:1000 > 2001:db8::2:80 len 3 depth 1"
)

// shown is what the tests compare of a View.
func shown(v *View) string {
	if v.Why != Decoded {
		return v.Why.String()
	}
	k := &v.Key
	src, dst := fmt.Sprint(k.AddrA(), ":", k.APort), fmt.Sprint(k.AddrB(), ":", k.BPort)
	if v.FromB {
		src, dst = dst, src
	}
	s := fmt.Sprintf("%d %s > %s len %d depth %d", k.Proto, src, dst, v.L4Len, v.Depth)
	for _, f := range []struct {
		name  string
		value uint32
	}{{"vlan", uint32(k.VLAN)}, {"net", k.Net}, {"id", uint32(k.ID)}} {
		if f.value != 0 {
			s += fmt.Sprintf(" %s %d", f.name, f.value)
		}
	}
	return s
}

func decodeNew(link LinkType, data []byte) *View {
	v := new(View)
	NewDecoder(Config{}).Decode(&Frame{Data: data, WireLen: uint32(len(data)), Link: link}, v)
	return v
}

func TestDecode(t *testing.T) {
	for _, c := range append(frameCases, tunnelCases...) {
		t.Run(c.name, func(t *testing.T) {
			v := decodeNew(c.link, c.frame)
			if got := shown(v); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if v.Fragments != 0 || v.Fragment != nil {
				t.Errorf("put together of %d fragments", v.Fragments)
			}
			if v.IsTCP() && v.L4Len == 3 && !bytes.Equal(v.Payload, []byte("GET")) {
				t.Errorf("payload %q", v.Payload)
			}
		})
	}
}

// TestReasons holds frames that cannot be decoded to their reasons.
func TestReasons(t *testing.T) {
	tcpWords := func(n byte) []byte {
		s := segment(1000, 80, "GET")
		s[12] = n << 4
		return s
	}
	for _, c := range []struct {
		name  string
		link  LinkType
		frame []byte
		want  Reason
	}{
		{"ARP", LinkEthernet, ether(typeARP, make([]byte, 28)), NotIP},
		{"spanning tree", LinkEthernet, ether(38, []byte{0x42, 0x42, 3}, make([]byte, 35)), NotIP},
		{"a link type that does not exist", 999, web(), LinkUnknown},
		{"a link type of something else", 147, web(), LinkUnknown},
		{"empty", LinkEthernet, nil, LinkCut},
		{"PPPoE discovery", LinkEthernet, ether(0x8863, make([]byte, 40)), LinkNoData},
		{"netlink", LinkLinuxSLL, join([]byte{0, 4, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0}, web()), NotIP},
		{"CAN", LinkLinuxSLL, join([]byte{0, 4, 1, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12}, web()), NotIP},
		{"Novell", LinkLinuxSLL, join([]byte{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1}, web()), NotIP},
		{"ISO over NULL", LinkNull, join([]byte{7, 0, 0, 0}, web()), NotIP},
		{"FDDI token", LinkFDDI, make([]byte, 20), LinkNoData},
		{"later piece of an ARCnet datagram", LinkARCnet, join([]byte{1, 2, 212, 2, 0, 7}, web()), NotIP},
		{"ARCnet, ARP", LinkARCnet, join([]byte{1, 2, 213, 0, 0, 7}, web()), NotIP},
		{"later fragment of an 802.11 frame", LinkWiFi, join(wifi(0x08, 1)[:22], []byte{0x11, 0}, snap(typeIPv4, web())), LinkNoData},
		{"802.11 version 1", LinkWiFi, wifi(0x09, 1, web()), LinkBad},
		{"PPI around a link type that is not read", LinkPPI, join([]byte{0, 0, 8, 0, 147, 0, 0, 0}, web()), LinkUnknown},
		{"nflog without a packet", LinkNFLOG, []byte{2, 0, 0, 0, 5, 0, 10, 0, 'x', 0, 0, 0}, LinkNoData},
		{"nflog, length", LinkNFLOG, []byte{2, 0, 0, 0, 3, 0, 10, 0}, LinkBad},
		{"MPLS over something else", LinkEthernet, ether(typeMPLS, label(18, true), make([]byte, 40)), NotIP},
		{"NSH version", LinkEthernet, ether(0x894f, []byte{0x40, 2, 1, 1, 0, 0, 1, 255}, web()), LinkBad},
		{"PPPoE version", LinkEthernet, ether(typePPPoE, make([]byte, 40)), LinkBad},
		{"LCP", LinkPPP, []byte{0xc0, 0x21, 1, 1, 0, 4}, LinkNoData},
		{"beacon", LinkWiFi, wifi(0x80, 0, make([]byte, 40)), LinkNoData},
		{"null data", LinkWiFi, wifi(0x48, 1), LinkNoData},
		{"protected", LinkWiFi, wifi(0x08, 0x41, make([]byte, 40)), LinkEncrypted},
		{"MACsec", LinkEthernet, ether(0x88e5, []byte{0x2c, 0}, make([]byte, 40)), LinkEncrypted},
		{"IPv4 header cut", LinkRaw, web()[:19], IPCut},
		{"IPv4 options cut", LinkRaw, withOptions4(web(), 1, 1, 1, 0)[:22], IPCut},
		{"IPv6 header cut", LinkRaw, web6()[:39], IPCut},
		{"version 5", LinkRaw, join([]byte{0x55}, web()[1:]), IPVersion},
		{"version other than announced", LinkEthernet, ether(typeIPv4, web6()), IPVersion},
		{"header length", LinkRaw, join([]byte{0x44}, web()[1:]), IPLength},
		{"total length", LinkRaw, withLength4(web(), 19), IPLength},
		{"extension header past the datagram", LinkRaw, ip6(host6A, host6B, ProtoHopByHop, []byte{6, 9, 0, 0, 0, 0, 0, 0}), IPLength},
		{"extension header cut", LinkRaw, ip6(host6A, host6B, ProtoHopByHop, []byte{6, 1, 0, 0, 0, 0, 0, 0}, make([]byte, 40))[:50], IPCut},
		{"fragment", LinkRaw, ip4Fragment(hostA, hostB, ProtoTCP, 0x2000, make([]byte, 24)), FragmentHeld},
		{"fragment, IPv6", LinkRaw, ip6(host6A, host6B, ProtoFragment, []byte{6, 0, 0, 1, 0, 0, 0, 9}, make([]byte, 24)), FragmentHeld},
		{"TCP header cut", LinkRaw, web()[:39], L4Cut},
		{"UDP header cut", LinkRaw, ip4(hostA, hostB, ProtoUDP, udp(1, 2))[:27], L4Cut},
		{"echo cut", LinkRaw, ip4(hostA, hostB, ProtoICMP, make([]byte, 8))[:27], L4Cut},
		{"TCP header past the datagram", LinkRaw, ip4(hostA, hostB, ProtoTCP, make([]byte, 19)), L4Length},
		{"UDP header past the datagram", LinkRaw, ip4(hostA, hostB, ProtoUDP, make([]byte, 7)), L4Length},
		{"TCP offset below 5", LinkRaw, ip4(hostA, hostB, ProtoTCP, tcpWords(4)), TCPOffset},
		{"TCP offset past the segment", LinkRaw, ip4(hostA, hostB, ProtoTCP, tcpWords(6)), TCPOffset},
		{"nine IP headers", LinkRaw, nested(9), TooDeep},
		{"a hundred VLAN tags", LinkEthernet, ether(typeVLAN, bytes.Repeat(tag(1, typeVLAN), 100), tag(1, typeIPv4, web())), TooDeep},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decodeNew(c.link, c.frame).Why; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestReasonNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range NumReasons {
		if r.String() == "" || r.Doc() == "" || seen[r.String()] {
			t.Errorf("reason %d: name %q, doc %q", uint8(r), r.String(), r.Doc())
		}
		seen[r.String()] = true
	}
}

func TestLinkTypeNames(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range linkTypes {
		if l.link.String() != l.name || seen[l.name] {
			t.Errorf("link type %d: %q, %q", uint16(l.link), l.link.String(), l.name)
		}
		seen[l.name] = true
	}
	if got := LinkType(147).String(); got != "147" {
		t.Errorf("unknown link type is %q", got)
	}
}

// TestPartial: a checksum that was not computed yet is not bad; one that is good stays so.
func TestPartial(t *testing.T) {
	d, v := NewDecoder(Config{}), new(View)
	for _, link := range []LinkType{LinkEthernet, LinkRaw} { // the short way and the long one
		f := Frame{Data: ether(typeIPv4, web()), Link: link}
		if link == LinkRaw {
			f.Data = f.Data[plainEther:]
		}
		f.WireLen = uint32(len(f.Data))
		for _, c := range []struct{ said, want tcp.Sum }{{tcp.SumUnknown, tcp.SumBad}, {tcp.SumPartial, tcp.SumPartial}} {
			f.Sum = c.said
			if d.Decode(&f, v); v.L4Sum != c.want || v.Seg.Sum != c.want {
				t.Errorf("%v, %v: transport %v, segment %v", link, c.said, v.L4Sum, v.Seg.Sum)
			}
		}
		src, dst := v.ends()
		sum := uint32(onesSum(v.L4)) + uint32(bigFold(pseudoSum(src, dst, false, ProtoTCP, uint32(len(v.L4)))))
		binary.BigEndian.PutUint16(v.L4[16:], ^fold(uint64(sum)))
		if d.Decode(&f, v); v.L4Sum != tcp.SumGood || v.Seg.Sum != tcp.SumGood {
			t.Errorf("%v, filled in: transport %v, segment %v", link, v.L4Sum, v.Seg.Sum)
		}
	}
}
