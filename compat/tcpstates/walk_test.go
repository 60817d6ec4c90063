package tcpstates_test

import (
	"net/netip"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/packet"
)

// TestLayers: the connection inside is the same flow wherever the original finds
// it.
func TestLayers(t *testing.T) {
	for _, l := range layers() {
		table := tcpstates.New(tcpstates.Config{}, nil)
		var p tcpstates.Packet
		plain := layers()[0]
		table.Observe(&packet.Frame{Data: plain.data, WireLen: uint32(len(plain.data)), Link: plain.link}, &p)
		ok := table.Observe(&packet.Frame{Data: l.data, WireLen: uint32(len(l.data)), Link: l.link}, &p)
		if found := ok && p.Flow == 1 && p.TCP; found != l.found {
			t.Errorf("%s: found %v, want %v (frame has a flow: %v, number %d, TCP %v)", l.name, found, l.found, ok, p.Flow, p.TCP)
		}
	}
}

// TestLayersCut: frames may end anywhere.
func TestLayersCut(t *testing.T) {
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	for _, l := range layers() {
		for n := range l.data {
			table.Observe(&packet.Frame{Data: l.data[:n:n], WireLen: uint32(len(l.data)), Link: l.link}, &p)
		}
	}
}

// TestFragments: later fragments belong to the flow of the first, in whose row
// they have no ports; without a first they are a flow without ports.
func TestFragments(t *testing.T) {
	piece := func(id byte, flags, offset byte) packet.Frame {
		data := ether("\x08\x00", inner)
		data[14+5], data[14+6], data[14+7] = id, flags, offset
		return packet.Frame{Data: data, WireLen: uint32(len(data)), Link: packet.LinkEthernet}
	}
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	for i, tt := range []struct {
		frame packet.Frame
		flow  uint64
		tcp   bool
	}{
		{piece(1, 0x20, 0), 1, true},  // first of datagram 1
		{piece(2, 0x20, 5), 2, false}, // a later one of datagram 2, whose first is lost
		{piece(1, 0x20, 5), 1, false},
		{piece(2, 0x20, 9), 2, false},
		{piece(1, 0x00, 9), 1, false}, // the last
		{piece(1, 0x00, 9), 2, false}, // once more: nothing waits for it
		{piece(0, 0x40, 0), 1, true},  // whole
	} {
		if !table.Observe(&tt.frame, &p) || p.Flow != tt.flow || p.TCP != tt.tcp {
			t.Errorf("frame %d: flow %d, TCP %v; want %d, %v", i+1, p.Flow, p.TCP, tt.flow, tt.tcp)
		}
		if p.Src() != netip.MustParseAddr("10.0.9.1") || p.Dst() != netip.MustParseAddr("10.0.9.2") {
			t.Errorf("frame %d: from %v to %v", i+1, p.Src(), p.Dst())
		}
	}
}

// TestFragments6: later fragments of IPv6 never find their first.
func TestFragments6(t *testing.T) {
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	for i, tt := range []struct {
		field string
		flow  uint64
		tcp   bool
	}{
		{"\x00\x00", 1, true}, // atomic
		{"\x00\x01", 1, true}, // first
		{"\x00\x10", 2, false},
	} {
		data := ether("\x86\xdd", ip6(packet.ProtoFragment, join("\x06\x00", tt.field, "\x00\x00\x00\x01", inner[20:])))
		f := packet.Frame{Data: data, WireLen: uint32(len(data)), Link: packet.LinkEthernet}
		if !table.Observe(&f, &p) || p.Flow != tt.flow || p.TCP != tt.tcp {
			t.Errorf("frame %d: flow %d, TCP %v; want %d, %v", i+1, p.Flow, p.TCP, tt.flow, tt.tcp)
		}
	}
}
