package tcpdump_test

import (
	"fmt"
	"slices"
	"strings"

	"onpath/packet"
)

// options are lists of TCP options: each kind as it should be, and as it should not.
var options = []string{
	"\x02\x04\x05\xb4", "\x02\x03\x05", "\x02\x05\x05\xb4\x01", "\x02\x06\x05\xb4\x03\x03", "\x01\x01\x02\x09", "\x02\x00", "\x02\x01", "\x01\x01\x01\x02",
	"\x03\x03\x07", "\x03\x04\x07\x01", "\x04\x02", "\x04\x03\x01", "\x01\x01\x05\x0a\x00\x00\x03\xe8\x00\x00\x07\xd0",
	"\x05\x12\x00\x00\x03\xe8\x00\x00\x07\xd0\x00\x00\x0b\xb8\x00\x00\x0f\xa0", "\x05\x02", "\x05\x06\x00\x00\x03\xe8",
	"\x06\x06\x01\x02\x03\x04", "\x07\x06\x01\x02\x03\x04", "\x06\x05\x01\x02\x03", "\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09", "\x08\x09\x00\x00\x00\x07\x00\x00\x00",
	"\x0b\x06\x00\x00\x00\x01", "\x0c\x06\x00\x00\x00\x01", "\x0d\x06\x00\x00\x00\x01", "\x13\x12abcdefghijklmnop", "\x13\x10abcdefghijklmn",
	"\x14\x04\x81\x02", "\x1c\x04\x80\x05", "\x1c\x04\x00\x04", "\x1c\x02", "\x1d\x04\x01\x02", "\x1d\x10\x01\x02abcdefghijkl", "\x1d\x03\x01",
	"\x22\x02", "\x22\x06abcd", "\x22\x0cabcdefghij", "\x22\x05abc", "\x22\x07abcde", "\x22\x14abcdefghijklmnopqr",
	"\xfe\x04\xf9\x89", "\xfe\x0c\xf9\x89abcdefgh", "\xfe\x07\xf9\x89abc", "\xfe\x06\x12\x34ab", "\xfe\x04\x00\x12", "\xfe\x03\xf9", "\xfd\x04\xf9\x89",
	"\x42\x05abc", "\x42\x02", "\xac\x05\x00\x00\x01", "\x00\x00\x00\x00", "\x01\x01\x01\x01",
}

// mptcps are MPTCP options without kind and length. What tcpdump 4.99.3 does not know
// is in laterLines.
var mptcps = []string{
	"", "\x02\x01", "\x10\x05abcdefgh", "\x11\x05abcdefgh", "\x11\x05abcdefghijkl", "\x10\x00abcdefghijklmnopqrst", "\x10\x00abc",
	"\x20\x00", "\x20\x01abcd", "\x20\x03abcdefgh", "\x20\x05abcdefghijklmn", "\x20\x05abcdefghijklmnop", "\x20\x0fabcdefghijklmnopqrstuv", "\x20\x1fabcdefghijklmnopqrstuvwx",
	"\x20\x10", "\x20\x01abc", "\x20\x04abcd", "\x20\x04abcdefgh", "\x20\x01abcdef", "\x20",
	"\x30\x09abcd", "\x31\x09abcd", "\x34\x09abcdef", "\x36\x09abcdefghijklmnop", "\x36\x09abcdefghijklmnopqr", "\x30\x09abcdefghijkl", "\x30\x09abcdefghijklmn",
	"\x30\x09abcdefghijklmnopqrstuvwx", "\x30\x09abcdefghijklmnopqrstuvwxyz", "\x33\x09abcd", "\x30", "\x30\x09abcde",
	"\x40\x01", "\x40\x01\x02\x03", "\x40", "\x50", "\x51", "\x51\x07", "\x50\x07\x08", "\x60\x00abcdefgh", "\x60\x00abc", "\x70\x00abcdefgh", "\x70\x00", "\x90\x01", "\xf0",
}

// rawFrames are datagrams without a link header.
func rawFrames() (list []crafted) {
	add := func(name string, data []byte) { list = append(list, crafted{name: name, data: data}) }
	for _, o := range options {
		add(fmt.Sprintf("option %x", o), tcp4(segment{flags: 0x02, seq: 1000, options: []byte(o)}))
		add(fmt.Sprintf("option %x behind NOP, before data", o), tcp4(segment{flags: 0x10, seq: 1001, ack: 5001, options: []byte("\x01" + o), payload: "GET"}))
	}
	for _, o := range mptcps {
		o = "\x1e" + string(rune(len(o)+2)) + o
		for _, flags := range []uint16{0x02, 0x12, 0x10} {
			add(fmt.Sprintf("MPTCP %x, flags %x", o, flags), tcp4(segment{flags: flags, seq: 1000, ack: 5000, options: []byte(o)}))
		}
	}
	for flags := uint16(0); flags < 256; flags += 3 {
		add(fmt.Sprintf("flags %x", flags), tcp4(segment{flags: flags, seq: 7, ack: 9, urgent: 5}))
	}
	for _, text := range []string{"no", "a\x00\xff\x7f\n\"\\", strings.Repeat("x", 30), strings.Repeat("x", 31)} {
		add("reset, "+text, tcp4(segment{flags: 0x14, seq: 1000, ack: 5001, payload: text}))
		add("reset without ACK, "+text, tcp4(segment{flags: 0x04, seq: 1000, payload: text}))
	}
	for offset := byte(1); offset < 16; offset++ {
		add(fmt.Sprintf("offset %d", offset), tcp4(segment{flags: 0x18, seq: 1001, ack: 5001, offset: offset, payload: "eleven octets"}))
	}
	add("wrong checksum", tcp4(segment{flags: 0x18, seq: 1001, ack: 5001, payload: "odd", wrong: true}))
	list = append(list, conversation()...)
	list = append(list, datagrams4()...)
	list = append(list, datagrams6()...)
	return append(list, tunnels()...)
}

// conversation is one with both kinds of numbers.
func conversation() (list []crafted) {
	sack := []byte("\x01\x01\x05\x0a\x00\x00\x07\xd0\x00\x00\x07\xe0")
	for i, s := range []segment{
		{flags: 0x02, seq: 2000}, {flags: 0x12, seq: 9000, ack: 2001, reply: true}, {flags: 0x10, seq: 2001, ack: 9001}, {flags: 0x08, seq: 2001, payload: "no ACK"},
		{flags: 0x18, seq: 2001, ack: 9001, payload: "data"}, {flags: 0x10, seq: 9001, ack: 2005, options: sack, reply: true}, {flags: 0x11, seq: 2005, ack: 9001},
		{flags: 0x04, seq: 2005}, {flags: 0x12, seq: 30000, ack: 1, options: sack, payload: "data", reply: true}, {flags: 0x10, seq: 1, ack: 30005, options: sack},
		{flags: 0x02, seq: 5, options: sack}, {flags: 0x10, seq: 0xfffffff0, ack: 3, payload: "before its base"},
	} {
		list = append(list, crafted{name: fmt.Sprintf("segment %d", i), data: tcp4(s)})
	}
	return list
}

// datagrams4 are IPv4 headers.
func datagrams4() (list []crafted) {
	s := segment{flags: 0x10, seq: 1001, ack: 5001, payload: "sixteen octets.."}.octets(client4, server4)
	add := func(name, options string, change func(h []byte)) {
		list = append(list, crafted{name: name, data: ip4(6, s, options, change)})
	}
	for _, fragment := range []uint16{0x2000, 0x4000, 0x8000, 0xe000, 0x6000, 0xa000, 0xc000, 1, 0x2001, 0x1fff} {
		add(fmt.Sprintf("fragment field %x", fragment), "", func(h []byte) { h[6], h[7] = byte(fragment>>8), byte(fragment) })
	}
	for tos := range byte(8) {
		add(fmt.Sprintf("TOS %d", tos), "", func(h []byte) { h[1] = tos*33 + tos })
	}
	add("no TTL", "", func(h []byte) { h[8] = 0 })
	add("wrong checksum", "", func(h []byte) { h[11] = 9 })
	for _, length := range []byte{0, 10, 19, 20, 23, 24, 39, 40, 41, 55, 56, 57, 200} {
		add(fmt.Sprintf("length %d", length), "", func(h []byte) { h[3] = length })
	}
	for n := range byte(16) {
		add(fmt.Sprintf("header of %d words", n), "", func(h []byte) { h[0] = 0x40 | n })
	}
	for _, o := range []string{"\x01\x01\x01\x00", "\x94\x04\x00\x00", "\x94\x04\x00\x01", "\x07\x07\x04\x01\x02\x03\x04\x00", "\x07\x0b\x08\x01\x02\x03\x04\x05\x06\x07\x08\x00",
		"\x83\x07\x04\x0a\x00\x00\x09\x00", "\x89\x07\x08\x0a\x00\x00\x09\x00", "\x82\x04\x00\x00", "\x88\x04\x01\x02", "\x55\x04\x01\x02", "\x55\x00\x01\x02", "\x55\x09\x01\x02"} {
		add(fmt.Sprintf("IP options %x", o), o, nil)
	}
	return list
}

// datagrams6 are IPv6 headers.
func datagrams6() (list []crafted) {
	s := segment{flags: 0x10, seq: 1001, ack: 5001, payload: "sixteen octets.."}.octets(client6, server6)
	add := func(name string, next byte, before string, change func(h []byte)) {
		list = append(list, crafted{name: name, data: ip6(next, append([]byte(before), s...), change)})
	}
	add("IPv6", 6, "", nil)
	add("IPv6 class and label", 6, "", func(h []byte) { h[0], h[1], h[2], h[3] = 0x6b, 0x91, 0x23, 0x45 })
	for _, n := range []byte{0, 10, 30, 36, 37, 200} {
		add(fmt.Sprintf("IPv6 length %d", n), 6, "", func(h []byte) { h[5] = n })
	}
	add("hop by hop", 0, "\x06\x00\x01\x04\x00\x00\x00\x00", nil)
	add("two of them", 0, "\x3c\x00\x01\x04\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00", nil)
	add("first fragment", 44, "\x06\x00\x00\x01\x00\x00\x00\x07", nil)
	add("atomic fragment", 44, "\x06\x00\x00\x00\x00\x00\x00\x07", nil)
	add("later fragment", 44, "\x06\x00\x00\x09\x00\x00\x00\x07", nil)
	add("routing", 43, "\x06\x02\x00\x01\x00\x00\x00\x00\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09", nil)
	add("mapped addresses", 6, "", func(h []byte) {
		copy(h[8:], "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x0a\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x02")
	})
	return list
}

// tunnels are those that tcpdump looks into.
func tunnels() (list []crafted) {
	add := func(name string, data []byte) { list = append(list, crafted{name: name, data: data}) }
	four := tcp4(segment{flags: 0x02, seq: 1000, payload: "data"})
	six := ip6(6, segment{flags: 0x02, seq: 1000}.octets(client6, server6), nil)
	frame := func(t string, inner []byte) []byte {
		return append([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"+t), inner...)
	}
	udp := func(port uint16, header string, inner []byte) []byte {
		n := 8 + len(header) + len(inner)
		return append([]byte{0x12, 0x34, byte(port >> 8), byte(port), byte(n >> 8), byte(n), 0, 0}, append([]byte(header), inner...)...)
	}
	gre := func(header string, inner []byte) []byte { return ip4(47, append([]byte(header), inner...), "", nil) }
	add("IP in IP", ip4(4, four, "", nil))
	add("6in4", ip4(41, six, "", nil))
	add("4in6", ip6(4, four, nil))
	add("6in6", ip6(41, six, nil))
	for _, h := range []string{"\x00\x00\x08\x00", "\x20\x00\x08\x00\x00\x00\x00\x05", "\x10\x00\x08\x00\x00\x00\x00\x07", "\x80\x00\x08\x00\x12\x34\x00\x00", "\x02\x00\x08\x00", "\x30\x01\x88\x0b\x00\x30\x00\x07\x00\x00\x00\x09\xff\x03\x00\x21", "\x30\x81\x88\x0b\x00\x30\x00\x07\x00\x00\x00\x09\x00\x00\x00\x03\x21", "\x20\x81\x88\x0b\x00\x30\x00\x07\x00\x00\x00\x03"} {
		add(fmt.Sprintf("GRE %x", h), gre(h, four))
	}
	add("GRE, IPv6", gre("\x00\x00\x86\xdd", six))
	add("GRE, Ethernet", gre("\x00\x00\x65\x58", frame("\x08\x00", four)))
	add("GRE, MPLS", gre("\x00\x00\x88\x47\x00\x01\x00\x40\x00\x01\x11\x40", four))
	add("Geneve", ip4(17, udp(6081, "\x00\x00\x65\x58\x00\x00\x05\x00", frame("\x08\x00", four)), "", nil))
	add("Geneve, options", ip4(17, udp(6081, "\x02\x40\x08\x00\x00\x00\x05\x00\x01\x32\x01\x01\x00\x00\x00\x09", four), "", nil))
	add("VXLAN", ip4(17, udp(4789, "\x08\x00\x00\x00\x00\x00\x05\x00", frame("\x86\xdd", six)), "", nil))
	add("VXLAN of old", ip4(17, udp(8472, "\x08\x00\x00\x00\x00\x00\x05\x00", frame("\x08\x00", four)), "", nil))
	add("AH", ip4(51, append([]byte("\x06\x04\x00\x00\x00\x00\x12\x34\x00\x00\x00\x07aaaaaaaaaaaa"), four[20:]...), "", nil))
	add("AH, tunnel", ip4(51, append([]byte("\x04\x04\x00\x01\x00\x00\x12\x34\x00\x00\x00\x07aaaaaaaaaaaa"), four...), "", nil))
	return list
}

// cuts are captures with a short snap length.
func cuts() (list []crafted) {
	for i := 0; i < len(options); i += 3 {
		o := options[i]
		for _, whole := range [][]byte{
			tcp4(segment{flags: 0x02, seq: 1000, options: []byte(o), payload: "data"}),
			tcp4(segment{flags: 0x02, seq: 1000, options: []byte("\x01\x01" + o), payload: "data"}),
		} {
			for n := 38; n < len(whole); n++ {
				list = append(list, crafted{fmt.Sprintf("option %x, %d captured", o, n), whole[:n], len(whole)})
			}
		}
	}
	whole := tcp4(segment{flags: 0x14, seq: 1000, ack: 5001, payload: "a reset with more than thirty octets"})
	for n := 1; n < len(whole); n++ {
		list = append(list, crafted{fmt.Sprintf("reset, %d captured", n), whole[:n], len(whole)})
	}
	return list
}

// ethernetFrames have what stands before IP.
func ethernetFrames() (list []crafted) {
	four, six := tcp4(segment{flags: 0x02, seq: 1000}), ip6(6, segment{flags: 0x02, seq: 1000}.octets(client6, server6), nil)
	for name, h := range map[string]string{
		"IPv4": "\x08\x00", "VLAN": "\x81\x00\x20\x05\x08\x00", "QinQ": "\x88\xa8\xf0\x05\x81\x00\x00\x07\x08\x00", "old QinQ": "\x91\x00\x10\x05\x08\x00",
		"MPLS": "\x88\x47\x00\x01\x01\x40", "two labels": "\x88\x47\x00\x01\x02\x40\x00\x00\x05\x09", "PPPoE": "\x88\x64\x11\x00\x12\x34\x00\x2a\x00\x21",
		"PPPoE, long": "\x88\x64\x11\x00\x12\x34\x01\x2a\x00\x21", "SNAP": "\x00\x30\xaa\xaa\x03\x00\x00\x00\x08\x00",
	} {
		data := append([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"+h), four...)
		list = append(list, crafted{name: name, data: data}, crafted{name: name + ", padded", data: append(slices.Clone(data), 0, 0, 0)})
	}
	list = append(list, crafted{name: "IPv6", data: append([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x86\xdd"), six...)})
	slices.SortFunc(list, func(a, b crafted) int { return strings.Compare(a.name, b.name) })
	return list
}

// linkFrames have other link headers; the same datagram behind each.
func linkFrames(link packet.LinkType) (list []crafted) {
	four, six := tcp4(segment{flags: 0x02, seq: 1000}), ip6(6, segment{flags: 0x02, seq: 1000}.octets(client6, server6), nil)
	for _, h := range map[packet.LinkType][]string{
		packet.LinkNull:       {"\x02\x00\x00\x00", "\x00\x00\x00\x02"},
		packet.LinkLoop:       {"\x00\x00\x00\x02"},
		packet.LinkPPP:        {"\xff\x03\x00\x21", "\x00\x21", "\x21", "\xff\x03\x02\x81\x00\x01\x01\x40"},
		packet.LinkPPPSerial:  {"\xff\x03\x00\x21", "\x0f\x00\x08\x00", "\x8f\x00\x08\x00"},
		packet.LinkCHDLC:      {"\x0f\x00\x08\x00"},
		packet.LinkIPv4:       {""},
		packet.LinkFDDI:       {"\x53abcdefghijkl\xaa\xaa\x03\x00\x00\x00\x08\x00"},
		packet.LinkATM:        {"\xaa\xaa\x03\x00\x00\x00\x08\x00"},
		packet.LinkInfiniBand: {strings.Repeat("i", 40) + "\x08\x00\x00\x00"},
		packet.LinkNFLOG:      {"\x02\x00\x00\x05\x2c\x00\x09\x00", "\x02\x00\x00\x05\x08\x00\x01\x00abcd\x2c\x00\x09\x00"},
		packet.LinkLinuxSLL: {"\x00\x00\x00\x01\x00\x06abcdef\x00\x00\x08\x00", "\x00\x04\x00\x01\x00\x00abcdef\x00\x00\x08\x00", "\x00\x09\x00\x01\x00\x06abcdef\x00\x00\x08\x00",
			"\x00\x00\x00\x01\x00\x06abcdef\x00\x00\x81\x00\x00\x05\x08\x00"},
		packet.LinkLinuxSLL2: {"\x08\x00\x00\x00\x00\x00\x00\x01\x00\x01\x00\x06abcdef\x00\x00", "\x08\x00\x00\x00\x00\x00\x7f\x09\x00\x01\x04\x06abcdef\x00\x00"},
	}[link] {
		list = append(list, crafted{name: fmt.Sprintf("%v %x", link, h), data: append([]byte(h), four...)})
	}
	if link == packet.LinkNull {
		list = append(list, crafted{name: "NULL, IPv6", data: append([]byte("\x1e\x00\x00\x00"), six...)})
	}
	return list
}

// radios are frames of 802.11 of which the radio said one thing each.
func radios() (list []crafted) {
	four := tcp4(segment{flags: 0x02, seq: 1000})
	for _, f := range []struct{ bit, field string }{
		{"\x01\x00", "\x01\x02\x03\x04\x05\x06\x07\x00"}, {"\x02\x00", "\x4f"}, {"\x04\x00", "\x02"}, {"\x04\x00", "\x0b"}, {"\x04\x00", "\x82"}, {"\x04\x00", "\xff"},
		{"\x08\x00", "\x6c\x09\xa0\x00"}, {"\x08\x00", "\x6c\x09\xc0\x00"}, {"\x08\x00", "\x3c\x14\x40\x01"}, {"\x08\x00", "\x6c\x09\x80\x04"}, {"\x08\x00", "\x6c\x09\xa0\x04"}, {"\x08\x00", "\x6c\x09\x00\x00"},
		{"\x10\x00", "\x03\x04"}, {"\x20\x00", "\xc0"}, {"\x40\x00", "\xa0"}, {"\x80\x00", "\x09\x00"}, {"\x00\x01", "\x09\x00"}, {"\x00\x02", "\x09\x00"},
		{"\x00\x04", "\x0a"}, {"\x00\x08", "\x01"}, {"\x00\x10", "\x0a"}, {"\x00\x20", "\x0a"}, {"\x00\x00", ""}, {"\x2c\x00", "\x02\x00\x6c\x09\xa0\x00\xc0"},
	} {
		head := "\x00\x00" + string(rune(8+len(f.field))) + "\x00" + f.bit + "\x00\x00" + f.field
		list = append(list, crafted{name: fmt.Sprintf("radio %x", head), data: append([]byte(head+"\x08\x01\x00\x00abcdefghijklmnopqr\x00\x00\xaa\xaa\x03\x00\x00\x00\x08\x00"), four...)})
	}
	return list
}
