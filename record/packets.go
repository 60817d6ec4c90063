package record

import (
	"net/netip"

	"onpath/packet"
	"onpath/tcp"
)

// packetColumns are those of a packet, as columns are those of a connection.
var packetColumns = append([]Column[Packet]{
	{"frame", Uint, "", "number of the frame, from 1 over all files", srcOnpath,
		func(dst []byte, p *Packet) []byte { return appendUint(dst, p.View.Number) }},
	{"time", Time, "", "capture time", srcOnpath,
		func(dst []byte, p *Packet) []byte { return AppendTime(dst, p.View.At) }},
	{"conn", Uint, "", "number of the record that it belongs to; null if not decoded", srcOnpath,
		func(dst []byte, p *Packet) []byte { return appendNonZero(dst, p.Conn) }},
	{"dir", String, "", "who sent it: client or server; null if not decoded", srcOnpath, appendDir},
	{"proto", String, "", "IP protocol: tcp, udp, icmp, icmp6, …, or its number; null if not decoded", srcIANA, appendPacketProto},
	{"src", Addr, "", "address of the sender; null if not decoded", srcOnpath,
		func(dst []byte, p *Packet) []byte { return p.appendAddr(dst, p.View.FromB) }},
	{"src_port", Uint, "", "its port; for ICMP the type, or where it answers a type the type answered; null without ports", srcZeek,
		func(dst []byte, p *Packet) []byte { return p.appendPort(dst, p.View.FromB) }},
	{"dst", Addr, "", "address of the addressee; null if not decoded", srcOnpath,
		func(dst []byte, p *Packet) []byte { return p.appendAddr(dst, !p.View.FromB) }},
	{"dst_port", Uint, "", "its port; for ICMP the type that answers, or the code; null without ports", srcZeek,
		func(dst []byte, p *Packet) []byte { return p.appendPort(dst, !p.View.FromB) }},
	{"flags", String, "", "TCP flags in tcpdump's letters, none for no flag; null if not TCP", "tcpdump; RFC 9293 §3.1", appendFlags},
	{"seq", Uint, "", "sequence number, absolute; null if not TCP", "RFC 9293 §3.1", appendSeq},
	{"ack", Uint, "", "acknowledgment number, absolute; null without the flag ACK", "RFC 9293 §3.1", appendAck},
	{"len", Uint, "octets", "transport payload on the wire, even if not captured; null if not decoded", "tcpdump", appendLen},
	{"win", Uint, "", "window as on the wire, not scaled; null if not TCP", "RFC 9293 §3.1", appendWin},
	{"client_state", String, "", "the state that the client is presumed to be in after this packet; null if not TCP", srcTcpad,
		func(dst []byte, p *Packet) []byte { return p.appendState(dst, tcp.Client) }},
	{"server_state", String, "", "the same of the server", srcTcpad,
		func(dst []byte, p *Packet) []byte { return p.appendState(dst, tcp.Server) }},
	{"client_possible", List, "", "all states that the client may be in after this packet, the shown one first; null if not TCP", srcOnpath,
		func(dst []byte, p *Packet) []byte { return p.appendPossible(dst, tcp.Client) }},
	{"server_possible", List, "", "the same of the server", srcOnpath,
		func(dst []byte, p *Packet) []byte { return p.appendPossible(dst, tcp.Server) }},
	{"delivery", String, "", "what the segment is to its octets: new, retransmission, spurious-retransmission, keep-alive, window-probe, reordered, network-duplicate, capture-duplicate, unknown; null if not TCP", srcOnpath, appendDelivery},
	{"explanation", String, "", "the mildest cause of what is surprising: path, capture, endpoint, none; null if nothing is", srcOnpath,
		func(dst []byte, p *Packet) []byte { return append(dst, p.Explanation.String()...) }},
	{"tcpstates", String, "", "what tcpStates would have said of the sender's direction after this packet: 0x00, or bits that onpath columns tcpstates 0x43 explains; null if not TCP", srcStates, appendTCPStates},
	{"checksum", String, "", "transport checksum: good, bad, partial (left to the sender's card), unknown (not all captured, or not asked); null if not decoded", "RFC 9293 §3.1", appendSum},
	{"undecoded", String, "", "why the frame could not be decoded; null if it was", srcOnpath, appendUndecoded},
	{"findings", JSON, "", "what the packet showed, be it of another one: an array of objects with id, severity, explanation, dir, frame (the accused one), accused_too, count; in tsv their ids; null if not decoded and nothing is strange", srcCatalogue, appendRaised},
}, netfilterColumns...)

// PacketColumns returns the table of the columns of a Packet.
func PacketColumns() []Column[Packet] { return append([]Column[Packet](nil), packetColumns...) }

// FlatPacketColumns returns it for formats whose values are words.
func FlatPacketColumns() []Column[Packet] {
	return flatten(packetColumns, map[string]func([]byte, *Packet) []byte{"findings": appendRaisedIDs})
}

// decoded reports whether the packet has a Key.
func (p *Packet) decoded() bool { return p.View.Why == packet.Decoded }

func appendDir(dst []byte, p *Packet) []byte {
	if p.Conn == 0 {
		return dst
	}
	return append(dst, p.Dir.String()...)
}

func appendPacketProto(dst []byte, p *Packet) []byte {
	if !p.decoded() {
		return dst
	}
	return AppendProto(dst, p.View.Key.Proto)
}

func (p *Packet) appendAddr(dst []byte, b bool) []byte {
	if !p.decoded() {
		return dst
	}
	return appendAddr(dst, p.addr(b))
}

func (p *Packet) addr(b bool) netip.Addr {
	if b {
		return p.View.Key.AddrB()
	}
	return p.View.Key.AddrA()
}

func (p *Packet) appendPort(dst []byte, b bool) []byte {
	if !p.decoded() {
		return dst
	}
	return appendPort(dst, p.View.Key.Proto, p.port(b))
}

func (p *Packet) port(b bool) uint16 {
	if b {
		return p.View.Key.BPort
	}
	return p.View.Key.APort
}

func appendFlags(dst []byte, p *Packet) []byte {
	if !p.View.IsTCP() {
		return dst
	}
	return p.View.Seg.Flags.Append(dst)
}

func appendSeq(dst []byte, p *Packet) []byte {
	if !p.View.IsTCP() {
		return dst
	}
	return appendUint(dst, uint64(p.View.Seg.Seq))
}

func appendAck(dst []byte, p *Packet) []byte {
	if !p.View.IsTCP() || !p.View.Seg.Flags.Has(tcp.ACK) {
		return dst
	}
	return appendUint(dst, uint64(p.View.Seg.Ack))
}

func appendLen(dst []byte, p *Packet) []byte {
	if !p.decoded() {
		return dst
	}
	return appendUint(dst, uint64(p.View.L4Len))
}

func appendWin(dst []byte, p *Packet) []byte {
	if !p.View.IsTCP() {
		return dst
	}
	return appendUint(dst, uint64(p.View.Seg.Win))
}

func (p *Packet) appendState(dst []byte, end tcp.Dir) []byte {
	if !p.View.IsTCP() {
		return dst
	}
	return append(dst, p.State[end].String()...)
}

func appendSum(dst []byte, p *Packet) []byte {
	if !p.decoded() {
		return dst
	}
	return append(dst, p.View.L4Sum.String()...)
}

func appendUndecoded(dst []byte, p *Packet) []byte {
	if p.decoded() {
		return dst
	}
	return append(dst, p.View.Why.String()...)
}

// appendPossible appends the states of one end, separated by commas.
func (p *Packet) appendPossible(dst []byte, d tcp.Dir) []byte {
	if p.Conn == 0 || p.View.Key.Proto != packet.ProtoTCP {
		return dst
	}
	return appendSet(dst, p.Possible[d], p.State[d])
}

func appendDelivery(dst []byte, p *Packet) []byte {
	if p.Conn == 0 || p.View.Key.Proto != packet.ProtoTCP {
		return dst
	}
	return append(dst, p.Delivery.String()...)
}
