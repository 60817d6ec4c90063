package record

import "onpath/packet"

// protocols has what the columns must know of an IP protocol. A protocol that
// is not here is shown as its number and has no ports.
var protocols = [256]struct {
	name  string // IANA's keyword in lower case, and icmp6
	ports bool   // Key has ports, or for ICMP what stands in their place
}{
	packet.ProtoHopByHop: {"hopopt", false},
	packet.ProtoICMP:     {"icmp", true},
	packet.ProtoIGMP:     {"igmp", false},
	packet.ProtoIPv4:     {"ipv4", false},
	packet.ProtoTCP:      {"tcp", true},
	packet.ProtoUDP:      {"udp", true},
	packet.ProtoDCCP:     {"dccp", true},
	packet.ProtoIPv6:     {"ipv6", false},
	packet.ProtoRouting:  {"ipv6-route", false},
	packet.ProtoFragment: {"ipv6-frag", false},
	46:                   {"rsvp", false},
	packet.ProtoGRE:      {"gre", false},
	packet.ProtoESP:      {"esp", false},
	packet.ProtoAH:       {"ah", false},
	packet.ProtoICMPv6:   {"icmp6", true},
	packet.ProtoNoNext:   {"ipv6-nonxt", false},
	packet.ProtoDestOpts: {"ipv6-opts", false},
	88:                   {"eigrp", false},
	89:                   {"ospf", false},
	packet.ProtoEtherIP:  {"etherip", false},
	103:                  {"pim", false},
	112:                  {"vrrp", false},
	packet.ProtoL2TP:     {"l2tp", false},
	packet.ProtoSCTP:     {"sctp", true},
	packet.ProtoMobility: {"mobility", false},
	packet.ProtoUDPLite:  {"udplite", true},
	packet.ProtoMPLS:     {"mpls-in-ip", false},
	packet.ProtoHIP:      {"hip", false},
	packet.ProtoShim6:    {"shim6", false},
}

// AppendProto appends the value of the column proto.
func AppendProto(dst []byte, proto uint8) []byte {
	if name := protocols[proto].name; name != "" {
		return append(dst, name...)
	}
	return appendUint(dst, uint64(proto))
}

// appendPort appends a port, or nothing for a protocol without ports.
func appendPort(dst []byte, proto uint8, port uint16) []byte {
	if !protocols[proto].ports {
		return dst
	}
	return appendUint(dst, uint64(port))
}
