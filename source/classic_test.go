package source

import (
	"bytes"
	"slices"
	"testing"

	"onpath/packet"
)

// Every form of a classic file must give these frames.
var (
	small  = payload(60, 1)
	medium = payload(200, 2)
	large  = payload(1500, 3)
)

// formats are the forms of a classic file with the ns in one of their fractions.
var formats = []struct {
	name  string
	order order
	magic uint32
	nanos int64
}{
	{"µs, little endian", le, magicMicro, 1000},
	{"µs, big endian", be, magicMicro, 1000},
	{"ns, little endian", le, magicNano, 1},
	{"ns, big endian", be, magicNano, 1},
	{"Kuznetzov, little endian", le, magicKuznetzov, 1000},
	{"Kuznetzov, big endian", be, magicKuznetzov, 1000},
}

// patched puts the eight octets of Kuznetzov's patch behind a record header.
func patched(magic uint32, record []byte) []byte {
	if magic != magicKuznetzov {
		return record
	}
	return join(record[:16], []byte{1, 0, 0, 0, 8, 0, 4, 0}, record[16:])
}

func TestClassicForms(t *testing.T) {
	for _, form := range formats {
		o := form.order
		all, h := read(t, join(
			o.pcapHeader(form.magic, 2, 4, 1),
			patched(form.magic, o.whole(7, 999_999, small)),
			patched(form.magic, o.pcapRecord(4_294_967_295, 0, 200, 1400, medium)),
			patched(form.magic, o.whole(8, 1, large))))
		want := []got{
			{7e9 + 999_999*form.nanos, packet.LinkEthernet, 60, string(small)},
			{4_294_967_295e9, packet.LinkEthernet, 1400, string(medium)},
			{8e9 + form.nanos, packet.LinkEthernet, 1500, string(large)},
		}
		if !slices.Equal(all, want) || h.Damaged != 0 {
			t.Errorf("%s: got %v, damages %v", form.name, all, h.Damages)
		}
	}
}

// Which versions have the lengths the other way round was checked with tshark
// and tcpdump, by files like these.
func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		major, minor   uint16
		first, second  uint32
		caplen, length uint32
		damaged        uint64
	}{
		{2, 0, 100, 60, 60, 100, 0},
		{2, 1, 100, 60, 60, 100, 0},
		{2, 2, 100, 60, 60, 100, 0},
		{2, 3, 100, 60, 60, 100, 0},
		{2, 3, 60, 100, 60, 100, 0},
		{2, 4, 60, 100, 60, 100, 0},
		{2, 4, 60, 40, 60, 60, 1},
		{2, 2, 40, 60, 60, 60, 1},
		{543, 0, 100, 60, 60, 100, 0},
		{2, 9, 60, 100, 60, 100, 0},
		{0, 0, 60, 100, 60, 100, 0},
	} {
		for _, o := range []order{le, be} {
			all, h := read(t, join(o.pcapHeader(magicMicro, tt.major, tt.minor, 1), o.pcapRecord(1, 2, tt.first, tt.second, small)))
			if len(all) != 1 || len(all[0].data) != int(tt.caplen) || all[0].wirelen != tt.length || h.Damaged != tt.damaged {
				t.Errorf("version %d.%d, lengths %d %d: %d captured of %d, want %d of %d (damages %v)",
					tt.major, tt.minor, tt.first, tt.second, len(all[0].data), all[0].wirelen, tt.caplen, tt.length, h.Damages)
			}
		}
	}
}

func TestLinkType(t *testing.T) {
	for word, want := range map[uint32]packet.LinkType{
		1:          packet.LinkEthernet,
		276:        packet.LinkLinuxSLL2,
		0xffff:     linkUnknown,
		0x24000001: packet.LinkEthernet, // an FCS of 2 words
		0xf0000001: packet.LinkEthernet, // length without the bit that it is there
		0x00010001: linkUnknown,         // reserved bits, as tshark has it
		0x02240001: linkUnknown,
	} {
		all, _ := read(t, join(le.pcapHeader(magicMicro, 2, 4, word), le.whole(1, 2, small)))
		if all[0].link != want {
			t.Errorf("%#x: %d, want %d", word, all[0].link, want)
		}
	}
}

// Damage in a classic file: what is between good records, and what is said of it.
func TestClassicDamage(t *testing.T) {
	a, b, c := le.whole(1_700_000_000, 1, small), le.whole(1_700_000_000, 2, medium), le.whole(1_700_000_001, 3, large)
	bad := func(caplen uint32) []byte { return le.pcapRecord(1_700_000_000, 5, caplen, caplen, payload(90, 9)) }
	edited := join(b[:16], b[16:150]) // the payload, but not its length, made shorter
	for _, tt := range []struct {
		name   string
		middle []byte
		frames int // beside a, b and c
		faults []Fault
		lost   int64
	}{
		{"nothing", nil, 0, nil, 0},
		{"one octet too many", []byte{0}, 0, []Fault{CapLength}, 1},
		{"garbage", payload(100_000, 5), 0, []Fault{CapLength}, 100_000},
		{"a length above all limits", bad(1 << 30), 0, []Fault{CapLength}, 106},
		{"a length just above the limit", bad(maxCapture + 1), 0, []Fault{CapLength}, 106},
		{"a length that overruns the file", le.pcapRecord(1_700_000_000, 5, 200_000, 200_001, payload(90, 9)), 0, []Fault{CapLength}, 106},
		{"a length that overruns the file and the wire", le.pcapRecord(1_700_000_000, 5, 200_000, 90, payload(90, 9)), 0, []Fault{CapLength}, 106},
		{"zeros", make([]byte, 48), 3, []Fault{Unwritten, Unwritten, Unwritten}, 0},
		{"captured more than the wire had", le.pcapRecord(1_700_000_000, 5, 60, 59, small), 1, []Fault{LengthOrder}, 0},
		{"a fraction of more than a second", le.pcapRecord(1_700_000_000, 1e6, 60, 60, small), 1, []Fault{TimeFraction}, 0},
		{"both", le.pcapRecord(1_700_000_000, 1e6, 60, 59, small), 1, []Fault{LengthOrder, TimeFraction}, 0},
		{"payload shorter than its length", edited, 1, []Fault{CapLength}, -66},
	} {
		file := join(le.pcapHeader(magicMicro, 2, 4, 1), a, tt.middle, b, c, a, b, c)
		all, h := read(t, file)
		var faults []Fault
		var lost int64
		for _, d := range h.Damages {
			faults = append(faults, d.Fault)
			lost += d.Lost
		}
		if len(all) != 6+tt.frames || !slices.Equal(faults, tt.faults) || lost != tt.lost {
			t.Errorf("%s: %d frames, faults %v, lost %d; want %d, %v, %d", tt.name, len(all), faults, lost, 6+tt.frames, tt.faults, tt.lost)
		}
		for i, want := range [][]byte{b, c, a, b, c} {
			if at := len(all) - 5 + i; at > 0 && all[at].data != string(want[16:]) {
				t.Errorf("%s: frame %d is not what it should be", tt.name, at+1)
			}
		}
	}
}

// A record that somebody has cut out of the middle of a search's reach.
// TestJoined: cat a.pcap b.pcap is read as a, then b, whatever their forms.
func TestJoined(t *testing.T) {
	for _, first := range formats {
		for _, second := range formats {
			a := join(first.order.pcapHeader(first.magic, 2, 4, 1), patched(first.magic, first.order.whole(7, 5, small)))
			b := join(second.order.pcapHeader(second.magic, 2, 4, 101), patched(second.magic, second.order.whole(1e9, 6, medium)))
			all, h := read(t, join(a, b, a[:24], a))
			want := []got{
				{7e9 + 5*first.nanos, packet.LinkEthernet, 60, string(small)},
				{1e18 + 6*second.nanos, packet.LinkRaw, 200, string(medium)},
				{7e9 + 5*first.nanos, packet.LinkEthernet, 60, string(small)},
			}
			if !slices.Equal(all, want) {
				t.Errorf("%s, then %s: got %v", first.name, second.name, all)
			}
			if h.Damaged != 3 || h.Damages[0].Fault != Joined || h.Damages[0].Offset != int64(len(a)) || h.Damages[0].Frame != 2 || h.Lost != 0 {
				t.Errorf("%s, then %s: damages %v", first.name, second.name, h.Damages)
			}
		}
	}
}

func TestSearchLimit(t *testing.T) {
	tail := join(le.whole(1_700_000_000, 2, small), le.whole(1_700_000_000, 3, small), le.whole(1_700_000_000, 4, small))
	for _, tt := range []struct{ garbage, frames int }{
		{searchLimit - 1000, 4},
		{searchLimit + 1000, 1},
	} {
		garbage := bytes.Repeat([]byte{0xff}, tt.garbage)
		all, h := read(t, join(le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1_700_000_000, 1, small), garbage, tail))
		if len(all) != tt.frames || h.Damaged != 1 || h.Cut != 0 {
			t.Errorf("%d octets of garbage: %d frames, %v", tt.garbage, len(all), h)
		}
	}
}

// Records inside payload must not be taken for records as long as the file is
// sound, nor if it is cut inside them.
func TestCaptureInCapture(t *testing.T) {
	inner := join(le.pcapHeader(magicMicro, 2, 4, 1), bytes.Repeat(le.whole(1_700_000_000, 7, small), 100))
	file := join(le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1_700_000_000, 1, small), le.whole(1_700_000_000, 2, inner))
	if all, h := read(t, file); len(all) != 2 || h.Damaged != 0 {
		t.Errorf("whole: %d frames, %v", len(all), h)
	}
	for cut := range 500 {
		if all, h := read(t, file[:len(file)-1-cut]); len(all) != 1 || h.Cut != 1 {
			t.Fatalf("%d octets cut off: %d frames, %v", 1+cut, len(all), h)
		}
	}
}

func TestBusRecord(t *testing.T) {
	const usbpcap = 249
	huge := payload(maxCapture+5_000_000, 4)
	file := join(le.pcapHeader(magicMicro, 2, 4, usbpcap), le.whole(1, 2, huge), le.whole(1, 3, small))
	all, h := read(t, file)
	if len(all) != 2 || all[0].data != string(huge[:maxCapture]) || all[0].wirelen != uint32(len(huge)) || all[1].data != string(small) || h.Damaged != 0 {
		t.Errorf("%d frames, %v", len(all), h)
	}
	if all, h := read(t, file[:1_000_000]); len(all) != 1 || h.Cut != 1 {
		t.Errorf("cut: %d frames, %v", len(all), h)
	}
}

// Every cut leaves the frames that are whole, and is counted but at the end of a
// record.
func TestClassicCut(t *testing.T) {
	parts := [][]byte{le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1_700_000_000, 1, small), le.whole(1_700_000_000, 2, medium), le.whole(1_700_000_000, 3, small)}
	checkCuts(t, parts, fileHeaderLen)
}

func checkCuts(t *testing.T, parts [][]byte, from int) {
	t.Helper()
	file := join(parts...)
	all, _ := read(t, file)
	ends := map[int]bool{}
	n := 0
	for _, p := range parts {
		n += len(p)
		ends[n] = true
	}
	for cut := from; cut < len(file); cut++ {
		some, h := read(t, file[:cut])
		if !slices.Equal(some, all[:len(some)]) {
			t.Fatalf("cut at %d: not the frames of the whole file", cut)
		}
		if want := uint64(1); (h.Cut == want) == ends[cut] || h.Damaged != h.Cut {
			t.Fatalf("cut at %d: counted %d times, %v", cut, h.Cut, h.Damages)
		}
	}
}
