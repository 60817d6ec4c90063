package tcpchain_test

import (
	"encoding/binary"
	"testing"

	"onpath/compat/tcpchain"
	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// ip4 is an IPv4 header and what follows it.
func ip4(src, dst byte, proto uint8, fragment uint16, body []byte) []byte {
	h := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, src, 10, 0, 0, dst}
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
	binary.BigEndian.PutUint16(h[6:], fragment)
	return append(h, body...)
}

// ip6 is an IPv6 header and what follows it.
func ip6(src, dst byte, next uint8, body []byte) []byte {
	h := make([]byte, 40, 40+len(body))
	h[0], h[6], h[7], h[8], h[23], h[24], h[39] = 0x60, next, 64, 0xfd, src, 0xfd, dst
	binary.BigEndian.PutUint16(h[4:], uint16(len(body)))
	return append(h, body...)
}

// segment is a TCP header without options.
func segment(srcPort, dstPort uint16, flags tcp.Flags) []byte {
	h := make([]byte, tcp.MinHeader)
	binary.BigEndian.PutUint16(h, srcPort)
	binary.BigEndian.PutUint16(h[2:], dstPort)
	binary.BigEndian.PutUint16(h[12:], 5<<12|uint16(flags))
	return h
}

// between is a segment between the client 10.0.0.1:1000 and the server 10.0.0.2:80.
func between(from tcp.Dir, flags tcp.Flags) []byte {
	if from == tcp.Client {
		return ip4(1, 2, packet.ProtoTCP, 0, segment(1000, 80, flags))
	}
	return ip4(2, 1, packet.ProtoTCP, 0, segment(80, 1000, flags))
}

// raw is a frame without a link header.
func raw(at int64, ip []byte) *packet.Frame {
	return &packet.Frame{Data: ip, At: at, WireLen: uint32(len(ip)), Link: packet.LinkRaw}
}

// parse reads a conversation.
func parse(t testing.TB, text string) []tcp.Segment {
	t.Helper()
	segs, err := segtext.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return segs
}

// flows gives frames to a table and returns its flows as they end.
func flows(c tcpchain.Config, frames ...*packet.Frame) (all []tcpchain.Flow) {
	table := tcpchain.New(c, tcpchain.Chain{Done: func(f *tcpchain.Flow) { all = append(all, *f) }})
	for _, f := range frames {
		table.Observe(f)
	}
	table.Flush()
	return all
}
