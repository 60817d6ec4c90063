package source

import (
	"encoding/binary"
	"slices"
	"testing"

	"onpath/packet"
)

// ngForms is a file with all blocks, several sections in both byte orders, and
// interfaces with clocks of their own.
func ngForms(o, other order) []byte {
	offset := o.AppendUint64(nil, 100)
	return join(
		o.section(o.option(1, []byte("made by hand")...), o.option(0)),
		o.iface(1, 99),
		o.enhanced(0, 5_000_001, 1400, small, o.option(1, 'a'), o.option(1, 'b'), o.option(0)),
		o.block(4, make([]byte, 20)), o.block(5, make([]byte, 20)), o.block(10, make([]byte, 20)),
		o.block(0x1234, nil),
		o.iface(276, 50, o.option(9, 9), o.option(14, offset...)),
		o.enhanced(1, 7_000_000_001, 200, medium),
		o.oldPacket(1, 8_000_000_002, 61, payload(61, 7)),
		o.simple(1400, payload(99, 8)),
		other.section(),
		other.iface(101, 30, other.option(9, 0x8a)),
		other.simple(40, small[:30]),
		other.enhanced(0, 1536, 60, small),
	)
}

// TestNGForms has all blocks and both byte orders, several sections and
// interfaces.
func TestNGForms(t *testing.T) {
	for _, orders := range [][2]order{{le, be}, {be, le}} {
		all, h := read(t, join(ngForms(orders[0], orders[1]), orders[1].block(9, payload(20, 4)), orders[1].block(0x0bad, small), orders[1].block(0x40000bad, small)))
		want := []got{
			{5_000_001_000, packet.LinkEthernet, 1400, string(small)},
			{107_000_000_001, packet.LinkLinuxSLL2, 200, string(medium)},
			{108_000_000_002, packet.LinkLinuxSLL2, 61, string(payload(61, 7))},
			{108_000_000_002, packet.LinkEthernet, 1400, string(payload(99, 8))},
			{108_000_000_002, packet.LinkRaw, 40, string(small[:30])},
			{1_500_000_000, packet.LinkRaw, 60, string(small)},
		}
		if !slices.Equal(all, want) || h.Damaged != 0 || h.Comments != 3 {
			t.Errorf("got %v, %d comments, damages %v", all, h.Comments, h.Damages)
		}
	}
}

// A length without the padding is what some writers write; tshark reads it so.
func TestNGUnpaddedLength(t *testing.T) {
	b := le.enhanced(0, 1, 61, payload(61, 1))
	binary.LittleEndian.PutUint32(b[4:], 32+61)
	binary.LittleEndian.PutUint32(b[len(b)-4:], 32+61)
	all, h := read(t, join(le.section(), le.iface(1, 0), b, le.enhanced(0, 1, 60, small)))
	if len(all) != 2 || len(all[0].data) != 61 || h.Damaged != 0 {
		t.Errorf("%v, %v", all, h)
	}
}

// with returns a copy of b with the 32-bit word at an offset set; a negative
// offset counts from the end.
func with(b []byte, at int, word uint32) []byte {
	b = slices.Clone(b)
	if at < 0 {
		at += len(b)
	}
	binary.LittleEndian.PutUint32(b[at:], word)
	return b
}

func TestNGDamage(t *testing.T) {
	start := join(le.section(), le.iface(1, 0), le.enhanced(0, 1, 60, small))
	a, b := le.enhanced(0, 1, 60, payload(60, 6)), le.enhanced(0, 1, 200, medium)
	short := le.option(1, 'a', 'b', 'c', 'd')
	short[2] = 200
	for _, tt := range []struct {
		name   string
		middle []byte
		frames int // beside the three others
		faults []Fault
		lost   int64
	}{
		{"nothing", nil, 0, nil, 0},
		{"one octet too many", []byte{0}, 0, []Fault{BlockLength}, 1},
		{"garbage", payload(100_000, 5), 0, []Fault{BlockLength}, 100_000},
		{"length below the least", with(a, 4, 8), 0, []Fault{BlockLength}, 92},
		{"length above the limit", with(a, 4, 1<<30), 0, []Fault{BlockLength}, 92},
		{"length that overruns the file", with(a, 4, 1<<20), 0, []Fault{BlockLength}, 92},
		{"length that is not the one behind", with(a, 4, 88), 0, []Fault{BlockTrailer}, 92},
		{"length behind that is not the one in front", with(a, -4, 88), 0, []Fault{BlockTrailer}, 92},
		{"too short for its type", le.block(blockEnhanced, payload(16, 1)), 0, []Fault{BlockShort}, 28},
		{"captured more than the block has", with(a, 20, 61), 0, []Fault{BlockContent}, 92},
		{"a simple packet longer than its block", le.simple(61, small), 0, []Fault{BlockContent}, 76},
		{"captured more than the wire had", with(a, 24, 59), 1, []Fault{LengthOrder}, 0},
		{"an interface that was not described", with(a, 8, 1), 0, []Fault{NoInterface}, 92},
		{"an option longer than the block", le.enhanced(0, 1, 60, small, short), 1, []Fault{BlockOption}, 0},
		{"a section of no byte order", with(le.section(), 8, 0), 0, []Fault{Section}, 28},
	} {
		all, h := read(t, join(start, tt.middle, b, a))
		var faults []Fault
		var lost int64
		for _, d := range h.Damages {
			faults = append(faults, d.Fault)
			lost += d.Lost
		}
		if len(all) != 3+tt.frames || !slices.Equal(faults, tt.faults) || lost != tt.lost {
			t.Errorf("%s: %d frames, faults %v, lost %d; want %d, %v, %d", tt.name, len(all), faults, lost, 3+tt.frames, tt.faults, tt.lost)
		}
		if n := len(all); n > 2 && (all[n-2].data != string(medium) || all[n-1].data != string(a[28:88])) {
			t.Errorf("%s: not the frames behind the damage", tt.name)
		}
	}
}

// A section of another version is read as if it were 1.0, and said; a simple
// packet without interface has no link type.
func TestNGOdd(t *testing.T) {
	v2 := le.section()
	v2[12] = 2
	all, h := read(t, join(v2, le.simple(60, small), le.iface(1, 0), le.enhanced(0, 1, 60, small)))
	if len(all) != 1 || h.Damaged != 2 || h.Damages[0].Fault != Section || h.Damages[1].Fault != NoInterface {
		t.Errorf("%d frames, %v", len(all), h.Damages)
	}
}

func TestNGManyInterfaces(t *testing.T) {
	var file []byte
	file = append(file, le.section()...)
	for range maxInterfaces + 10 {
		file = append(file, le.iface(1, 0)...)
	}
	all, h := read(t, append(file, le.enhanced(maxInterfaces-1, 1, 60, small)...))
	if len(all) != 1 || h.Damaged != 10 || len(h.Damages) != 10 {
		t.Errorf("%d frames, %d damages", len(all), h.Damaged)
	}
}

func TestNGCut(t *testing.T) {
	for _, o := range []order{le, be} {
		checkCuts(t, [][]byte{o.section(), o.iface(1, 0), o.enhanced(0, 1, 60, small), o.block(4, small), o.oldPacket(0, 2, 61, payload(61, 1)),
			o.section(), o.iface(1, 0), o.simple(60, small), o.enhanced(0, 1, 60, small, o.option(1, 'a'), o.option(0))}, 28)
	}
}

// A capture inside the payload stays there, even where the file is cut.
func TestNGInNG(t *testing.T) {
	var inner []byte
	for range 20 {
		inner = append(inner, le.enhanced(0, 1, 60, small)...)
	}
	file := join(le.section(), le.iface(1, 0), le.enhanced(0, 1, 60, small), le.enhanced(0, 1, uint32(len(inner)), inner))
	for cut := range 500 {
		if all, h := read(t, file[:len(file)-1-cut]); len(all) != 1 || h.Cut != 1 || h.Damaged != 1 {
			t.Fatalf("%d octets cut off: %d frames, %v", 1+cut, len(all), h)
		}
	}
}
