package tcpdump

import (
	"encoding/binary"

	"onpath/packet"
)

// protocolNames are the names that stand in an IP header with -v.
var protocolNames = map[uint8]string{
	0: "Options", 1: "ICMP", 2: "IGMP", 4: "IPIP", 6: "TCP", 8: "EGP", 9: "IGRP", 17: "UDP", 33: "DCCP",
	41: "IPv6", 43: "Routing", 44: "Fragment", 46: "RSVP", 47: "GRE", 50: "ESP", 51: "AH", 58: "ICMPv6",
	77: "SUN-ND", 88: "EIGRP", 89: "OSPF", 103: "PIM", 108: "Compressed IP", 112: "VRRP", 113: "PGM", 132: "SCTP",
	135: "Mobility IP",
}

func protocolName(proto uint8) string {
	if name := protocolNames[proto]; name != "" {
		return name
	}
	return "unknown"
}

// hasPorts are the other protocols whose ports tcpdump prints.
var hasPorts = [256]bool{packet.ProtoSCTP: true, packet.ProtoDCCP: true}

// udp prints UDP: a tunnel, or its length.
func (w *walk) udp() bool {
	if len(w.b) < 8 {
		if !w.named {
			w.ends()
		}
		w.out = w.out[:len(w.out)-1] // the blank
		return w.cut("udp")
	}
	be := binary.BigEndian
	src, dst, length := be.Uint16(w.b), be.Uint16(w.b[2:]), uint32(be.Uint16(w.b[4:]))
	w.endsPorts(src, dst)
	w.skip(8)
	if length >= 8 && length-8 < w.wire {
		w.wire = length - 8
		w.b = w.b[:min(uint32(len(w.b)), w.wire)]
	}
	for _, port := range [...]uint16{src, dst} {
		if w.fragment || w.config.Quick {
			break
		}
		switch port {
		case portGeneve:
			return w.geneve()
		case portVXLAN, portOTV:
			return w.vxlan(port == portOTV)
		}
	}
	w.num("UDP, length ", uint64(w.wire))
	return true
}

// otherWords are this package's own words for what tcpdump decodes further.
var otherWords = map[uint8]string{packet.ProtoESP: "ESP", packet.ProtoSCTP: "sctp", packet.ProtoDCCP: "DCCP", packet.ProtoUDPLite: "UDP-Lite"}

// other prints any other protocol.
func (w *walk) other(proto uint8) bool {
	if hasPorts[proto] {
		if len(w.b) < 4 {
			w.ends()
			w.out = w.out[:len(w.out)-1] // the blank
			return w.cut("ip")
		}
		w.endsPorts(binary.BigEndian.Uint16(w.b), binary.BigEndian.Uint16(w.b[2:]))
	}
	switch words, known := otherWords[proto]; {
	case proto == packet.ProtoICMP || proto == packet.ProtoICMPv6:
		w.icmp(proto)
	case proto == packet.ProtoNoNext && w.v6:
		w.put("no next header")
	case known:
		w.put(words)
		w.num(", length ", uint64(w.wire))
	default:
		w.num(" ip-proto-", uint64(proto))
		w.num(" ", uint64(w.wire))
	}
	return true
}

// icmpHeader is how many octets of a message are looked at.
const icmpHeader = 8

// An icmpType is how an ICMP type is called.
type icmpType struct {
	words string
	query bool // has an identifier and a sequence number
}

// icmpTypes are the common types by protocol; another one is shown as its number.
var icmpTypes = map[uint8]map[uint8]icmpType{
	packet.ProtoICMP: {
		0: {"echo reply", true}, 3: {"unreachable", false}, 4: {"source quench", false}, 5: {"redirect", false},
		8: {"echo request", true}, 9: {"router advertisement", false}, 10: {"router solicitation", false},
		11: {"time exceeded", false}, 12: {"parameter problem", false},
		13: {"time stamp query", true}, 14: {"time stamp reply", true},
	},
	packet.ProtoICMPv6: {
		1: {"destination unreachable", false}, 2: {"packet too big", false}, 3: {"time exceeded", false},
		4: {"parameter problem", false}, 128: {"echo request", true}, 129: {"echo reply", true},
		130: {"multicast listener query", false}, 131: {"multicast listener report", false},
		133: {"router solicitation", false}, 134: {"router advertisement", false},
		135: {"neighbor solicitation", false}, 136: {"neighbor advertisement", false},
		143: {"multicast listener report v2", false},
	},
}

// icmp prints a message; its length is that of the whole message.
func (w *walk) icmp(proto uint8) {
	name := "ICMP "
	if proto == packet.ProtoICMPv6 {
		name = "ICMP6, "
	}
	w.put(name)
	if len(w.b) < icmpHeader {
		w.put("cut")
		return
	}
	kind, code := w.b[0], w.b[1]
	t, known := icmpTypes[proto][kind]
	w.put(t.words)
	switch {
	case !known:
		w.num("type ", uint64(kind))
		w.num(" code ", uint64(code))
	case t.query:
		w.num(", id ", uint64(binary.BigEndian.Uint16(w.b[4:])))
		w.num(", seq ", uint64(binary.BigEndian.Uint16(w.b[6:])))
	default:
		w.num(", code ", uint64(code))
	}
	w.num(", length ", uint64(w.wire))
}
