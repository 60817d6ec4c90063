package packet

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/tcp"
)

const second = int64(time.Second)

// header4 is an IPv4 header of a fragment as the Decoder hands it over, with a
// good checksum; options are padding.
func header4(options int, tos byte, offset int, more bool, wire int) []byte {
	h := append([]byte{0x45 + byte(options/4), tos}, make([]byte, 18+options)...)
	for i := range options {
		h[20+i] = 1
	}
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+wire))
	binary.BigEndian.PutUint16(h[6:], uint16(offset/8))
	if more {
		h[6] |= 0x20
	}
	copy(h[8:], "\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02")
	binary.BigEndian.PutUint16(h[10:], ^onesSum(h))
	return h
}

// header6 is an unfragmentable part with ext octets of hop-by-hop options.
func header6(ext int, class byte) []byte {
	h := append([]byte{0x60, class << 4}, make([]byte, 38+ext)...)
	h[6] = ProtoFragment
	if ext > 0 {
		h[6], h[40] = ProtoHopByHop, ProtoFragment
	}
	return h
}

var (
	key4 = fragmentKey{src: address(10, 0, 0, 1), dst: address(10, 0, 0, 2), id: 7, proto: ProtoUDP}
	key6 = fragmentKey{src: address(0xfe, 0x80, 1), dst: address(0xfe, 0x80, 2), id: 7, v6: true}
)

// piece4 is the IPv4 fragment with the octets [from, to) of whole.
func piece4(whole []byte, from, to int) *fragment {
	more := to < len(whole)
	return &fragment{
		key: key4, header: header4(0, 0, from, more, to-from),
		data: whole[from:to], wire: uint32(to - from), offset: uint32(from), more: more,
	}
}

// piece6 is the IPv6 one.
func piece6(whole []byte, from, to int) *fragment {
	p := piece4(whole, from, to)
	p.key, p.header, p.nextAt, p.next = key6, header6(8, 0), 40, ProtoUDP
	return p
}

// payload is the datagram's octets behind its header.
func (d *datagram) payload() []byte {
	if d.ip[0]>>4 == 6 {
		return d.ip[48:] // header6(8, …)
	}
	return d.ip[d.ip[0]&15*4:]
}

// words is a payload that differs at every multiple of 8.
func words(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i/8 + i%8<<5)
	}
	return b
}

// Each letter of a story is 8 octets; a capital says that the octets differ from
// those of the others. The fragment's first letter stands at its offset, a dot
// at its end is MF.
func TestFragmentStories(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string // what each fragment made: h held, b bad, or the whole
		stats  FragmentStats
	}{
		{"in order", []string{"ab.", "  cd"}, "h abcd", FragmentStats{Datagrams: 1}},
		{"last first", []string{"  cd", "ab."}, "h abcd", FragmentStats{Datagrams: 1}},
		{"inside out", []string{"  c.", "   d", " b.", "a."}, "h h h abcd", FragmentStats{Datagrams: 1}},
		{"twice", []string{"ab.", "ab.", "  cd"}, "h h abcd", FragmentStats{Datagrams: 1, Duplicates: 1}},
		{"last twice", []string{"  cd", "  cd", "ab."}, "h h abcd", FragmentStats{Datagrams: 1, Duplicates: 1}},
		{"twice, other octets", []string{"ab.", "AB.", "  cd"}, "h h abcd!", FragmentStats{Datagrams: 1, Overlaps: 1, Differing: 1}},
		{"the first stays: tail", []string{"abc.", "  Cde"}, "h abcde!", FragmentStats{Datagrams: 1, Overlaps: 1, Differing: 1}},
		{"the first stays: front", []string{"  cde", "abC."}, "h abcde!", FragmentStats{Datagrams: 1, Overlaps: 1, Differing: 1}},
		{"the first stays: middle", []string{"  cd.", "aBCDE.", "     f"}, "h h aBcdEf!", FragmentStats{Datagrams: 1, Overlaps: 1, Differing: 1}},
		{"overlap that agrees", []string{"abc.", " bcd"}, "h abcd?", FragmentStats{Datagrams: 1, Overlaps: 1}},
		{"inside another", []string{"abcd.", " b.", "    e"}, "h h abcde?", FragmentStats{Datagrams: 1, Overlaps: 1}},
		{"over many", []string{"a.", "  c.", "    e.", "abcdef"}, "h h h abcdef?", FragmentStats{Datagrams: 1, Overlaps: 1}},
		{"two ends", []string{"  cd", "  cde", "ab."}, "h b abcd", FragmentStats{Datagrams: 1, Bad: 1}},
		{"a shorter end", []string{"  cd", "  c", "ab."}, "h b abcd", FragmentStats{Datagrams: 1, Bad: 1}},
		{"end inside what came", []string{"abcd.", "  c"}, "h b", FragmentStats{Held: 1, Octets: 2 * blockSize, Bad: 1}},
		{"past the end", []string{"  cd", "    e.", "ab."}, "h b abcd", FragmentStats{Datagrams: 1, Bad: 1}},
		{"nothing in it", []string{"ab.", "  ", "  .", "  cd"}, "h b b abcd", FragmentStats{Datagrams: 1, Bad: 2}},
		{"up to the end, and more", []string{"  cd", "  cd.", "ab."}, "h h abcd", FragmentStats{Datagrams: 1, Duplicates: 1}},
		{"whole", []string{"ab"}, "ab", FragmentStats{Datagrams: 1}},
		{"again from the start", []string{"ab.", "  c", "ab.", "  c"}, "h abc h abc", FragmentStats{Datagrams: 2}},
	} {
		tt.stats.Fragments = uint64(len(tt.pieces))
		for _, of := range []func([]byte, int, int) *fragment{piece4, piece6} {
			f := newFragments(FragmentConfig{})
			if got := tell(f, tt.pieces, of); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
			if f.stats != tt.stats {
				t.Errorf("%s: %+v, want %+v", tt.name, f.stats, tt.stats)
			}
		}
	}
}

// tell adds the pieces of a story and says what each made.
func tell(f *fragments, pieces []string, of func([]byte, int, int) *fragment) string {
	var got []string
	for i, s := range pieces {
		text := strings.TrimSuffix(s, ".")
		from := len(text) - len(strings.TrimLeft(text, " "))
		whole := make([]byte, 8*len(text))
		for at := range whole {
			whole[at] = text[at/8]
		}
		p := of(whole, 8*from, len(whole))
		p.more = strings.HasSuffix(s, ".")
		d, why := f.add(int64(i), p)
		got = append(got, told(d, why))
	}
	return strings.Join(got, " ")
}

// told is one word of tell: the letters of a datagram, with ! where octets
// differed and ? where fragments only overlapped.
func told(d datagram, why Reason) string {
	switch why {
	case FragmentHeld:
		return "h"
	case FragmentBad:
		return "b"
	case FragmentLost:
		return "l"
	}
	var b strings.Builder
	for octet := range slices.Chunk(d.payload(), 8) {
		b.Write(octet[7:])
	}
	switch {
	case d.differ:
		b.WriteByte('!')
	case d.overlap:
		b.WriteByte('?')
	}
	return b.String()
}

func TestFragmentMakesAWholeHeader(t *testing.T) {
	whole := words(100)
	for _, tt := range []struct {
		name   string
		change func(first, last *fragment)
		header []byte
		sum    tcp.Sum
	}{
		{"plain", func(_, _ *fragment) {}, header4(0, 0, 0, false, 100), tcp.SumGood},
		{"options of the first", func(first, _ *fragment) { first.header = header4(8, 0, 0, true, 48) }, header4(8, 0, 0, false, 100), tcp.SumGood},
		{"congestion in the first", func(first, _ *fragment) { first.header = header4(0, 3, 0, true, 48) }, header4(0, 3, 0, false, 100), tcp.SumGood},
		{"congestion in the last", func(first, last *fragment) {
			first.header, last.header = header4(0, 0xb9, 0, true, 48), header4(0, 3, 48, false, 52)
		}, header4(0, 0xbb, 0, false, 100), tcp.SumGood},
		{"sum of the first was bad", func(first, _ *fragment) { first.header[11]++ }, nil, tcp.SumBad},
		{"don't fragment stays", func(first, _ *fragment) {
			first.header[6] |= 0x40
			binary.BigEndian.PutUint16(first.header[10:], binary.BigEndian.Uint16(first.header[10:])-0x4000)
		}, nil, tcp.SumGood},
	} {
		for _, order := range [][2]int{{0, 1}, {1, 0}} {
			pieces := []*fragment{piece4(whole, 0, 48), piece4(whole, 48, 100)}
			tt.change(pieces[0], pieces[1])
			f := newFragments(FragmentConfig{})
			f.add(0, pieces[order[0]])
			d, why := f.add(0, pieces[order[1]])
			if why != Decoded || !bytes.Equal(d.payload(), whole) || int(d.wire) != len(d.ip) || d.frames != 2 {
				t.Fatalf("%s: %v %+v", tt.name, why, d)
			}
			if tt.header != nil && !bytes.Equal(d.ip[:len(d.ip)-100], tt.header) {
				t.Errorf("%s: header % x, want % x", tt.name, d.ip[:len(d.ip)-100], tt.header)
			}
			if got := headerSum(d.ip); got != tt.sum {
				t.Errorf("%s: header sum is %v, want %v", tt.name, got, tt.sum)
			}
		}
	}
}

func TestFragmentMakesAWholeIPv6Header(t *testing.T) {
	whole := words(100)
	f := newFragments(FragmentConfig{})
	first, last := piece6(whole, 0, 48), piece6(whole, 48, 100)
	last.header, last.nextAt, last.next = header6(0, 3), 6, ProtoTCP // only the first one's count, but for the mark
	f.add(0, last)
	d, why := f.add(0, first)
	want := header6(8, 3)
	binary.BigEndian.PutUint16(want[4:], 108)
	want[40] = ProtoUDP
	if why != Decoded || !bytes.Equal(d.ip, append(want, whole...)) || d.wire != 148 {
		t.Errorf("%v, % x, want % x", why, d.ip, want)
	}
}

// A fragment of which octets were not captured ends the datagram's octets, not
// the datagram.
func TestFragmentCut(t *testing.T) {
	whole := words(120)
	for _, tt := range []struct {
		name string
		keep [3]int // octets captured of 40 each
		want int
	}{
		{"first", [3]int{10, 40, 40}, 10},
		{"second", [3]int{40, 10, 40}, 50},
		{"last", [3]int{40, 40, 39}, 119},
		{"nothing of the second", [3]int{40, 0, 40}, 40},
		{"all but a word", [3]int{8, 8, 8}, 8},
	} {
		f := newFragments(FragmentConfig{})
		var d datagram
		var why Reason
		for i := range 3 {
			p := piece6(whole, 40*i, 40*i+40)
			p.data = p.data[:tt.keep[i]]
			d, why = f.add(0, p)
		}
		if why != Decoded || d.wire != 48+120 || !bytes.Equal(d.payload(), whole[:tt.want]) || d.overlap {
			t.Errorf("%s: %v, %d of %d octets, want %d of 168", tt.name, why, len(d.ip), d.wire, 48+tt.want)
		}
	}
}

func TestFragmentRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		p     fragment
		want  Reason
		bytes int // of the piece that is held
	}{
		{"IPv4 cut to a multiple of 8", fragment{key: key4, header: header4(0, 0, 0, true, 15), data: words(15), wire: 15, more: true}, FragmentHeld, 8},
		{"IPv4 without a multiple of 8", fragment{key: key4, header: header4(0, 0, 0, true, 7), data: words(7), wire: 7, more: true}, FragmentBad, 0},
		{"IPv6 not a multiple of 8", fragment{key: key6, header: header6(0, 0), nextAt: 6, data: words(15), wire: 15, more: true}, FragmentBad, 0},
		{"IPv4 up to 65,535", fragment{key: key4, header: header4(0, 0, 0, false, 0), wire: 65_515 - 65_512 + 8, offset: 65_504}, FragmentHeld, 11},
		{"IPv4 past 65,535", fragment{key: key4, header: header4(0, 0, 0, false, 0), wire: 12, offset: 65_504}, FragmentBad, 0},
		{"IPv4 options past 65,535", fragment{key: key4, header: header4(4, 0, 0, false, 0), wire: 11, offset: 65_504}, FragmentBad, 0},
		{"IPv6 up to 65,535", fragment{key: key6, header: header6(0, 0), nextAt: 6, wire: 7, offset: 65_528}, FragmentHeld, 7},
		{"IPv6 past 65,535", fragment{key: key6, header: header6(0, 0), nextAt: 6, wire: 8, offset: 65_528}, FragmentBad, 0},
		{"offset of 4 GiB", fragment{key: key6, header: header6(0, 0), nextAt: 6, wire: 1<<32 - 1, offset: 1<<32 - 8}, FragmentBad, 0},
		{"more octets than on the wire", fragment{key: key4, header: header4(0, 0, 0, true, 8), data: words(99), wire: 8, more: true}, FragmentHeld, 8},
		{"no header", fragment{key: key4, data: words(8), wire: 8, more: true}, FragmentBad, 0},
		{"no next header", fragment{key: key6, header: header6(0, 0), nextAt: 40, data: words(8), wire: 8, more: true}, FragmentBad, 0},
	} {
		f := newFragments(FragmentConfig{})
		_, why := f.add(0, &tt.p)
		held := 0
		if why == FragmentHeld {
			held = f.held[f.oldest].covered
		}
		if why != tt.want || held != tt.bytes || (f.stats.Bad == 1) != (why == FragmentBad) {
			t.Errorf("%s: %v with %d octets, want %v with %d", tt.name, why, held, tt.want, tt.bytes)
		}
	}
}

// The others' headers may be shorter than the first's: then only the whole shows
// that it cannot be.
func TestFragmentTooLongInAll(t *testing.T) {
	whole := words(65_515)
	f := newFragments(FragmentConfig{})
	f.add(0, piece4(whole, 60_000, 65_515))
	first := piece4(whole, 0, 60_000)
	first.header = header4(4, 0, 0, true, 60_000)
	if _, why := f.add(0, first); why != FragmentBad || f.stats.Bad != 1 || f.stats.Held != 0 || f.stats.Octets != 0 {
		t.Errorf("%v, %+v", why, f.stats)
	}
	f.add(0, piece4(whole, 60_000, 65_515))
	if d, why := f.add(0, piece4(whole, 0, 60_000)); why != Decoded || !bytes.Equal(d.payload(), whole) || d.wire != 65_535 {
		t.Errorf("the longest datagram: %v", why)
	}
}

// What differs in any part of the key is another datagram.
func TestFragmentKeys(t *testing.T) {
	whole := words(16)
	f := newFragments(FragmentConfig{})
	f.add(0, piece4(whole, 0, 8))
	for name, change := range map[string]func(k *fragmentKey){
		"src": func(k *fragmentKey) { k.src[15]++ }, "dst": func(k *fragmentKey) { k.dst[15]++ },
		"ends swapped": func(k *fragmentKey) { k.src, k.dst = k.dst, k.src },
		"id":           func(k *fragmentKey) { k.id++ }, "protocol": func(k *fragmentKey) { k.proto = ProtoICMP },
		"vlan": func(k *fragmentKey) { k.vlan = 5 }, "net": func(k *fragmentKey) { k.net = NetVXLAN | 5 },
		"version": func(k *fragmentKey) { k.v6 = true },
	} {
		p := piece6(whole, 8, 16)
		p.key = key4
		change(&p.key)
		if _, why := f.add(0, p); why != FragmentHeld {
			t.Errorf("another %s: %v", name, why)
		}
	}
	if _, why := f.add(0, piece4(whole, 8, 16)); why != Decoded {
		t.Errorf("the same key: %v", why)
	}
}

func TestFragmentTimeout(t *testing.T) {
	whole := words(16)
	for _, tt := range []struct {
		name    string
		of      func([]byte, int, int) *fragment
		at      [2]int64
		want    Reason
		expired uint64
	}{
		{"IPv4 in time", piece4, [2]int64{0, 30 * second}, Decoded, 0},
		{"IPv4 late", piece4, [2]int64{0, 30*second + 1}, FragmentHeld, 1},
		{"IPv6 in time", piece6, [2]int64{0, 60 * second}, Decoded, 0},
		{"IPv6 late", piece6, [2]int64{0, 60*second + 1}, FragmentHeld, 1},
		{"a little back", piece4, [2]int64{second, 0}, Decoded, 0},
		{"back by the timeout", piece4, [2]int64{30 * second, 0}, Decoded, 0},
		{"far back: another with this id", piece4, [2]int64{100 * second, 0}, FragmentHeld, 1},
		{"as far as numbers go", piece4, [2]int64{1<<63 - 1, -1 << 63}, Decoded, 0}, // the distance wraps to -1
	} {
		f := newFragments(FragmentConfig{})
		f.add(tt.at[0], tt.of(whole, 0, 8))
		_, why := f.add(tt.at[1], tt.of(whole, 8, 16))
		if why != tt.want || f.stats.Expired != tt.expired {
			t.Errorf("%s: %v, %d expired, want %v, %d", tt.name, why, f.stats.Expired, tt.want, tt.expired)
		}
	}
}

// A frame whose time is far off does not cost the others their fragments.
func TestFragmentTimeStepsBack(t *testing.T) {
	whole := words(16)
	f := newFragments(FragmentConfig{})
	for id := range 10 {
		p := piece4(whole, 0, 8)
		p.key.id = uint32(id)
		f.add(1000*second, p)
	}
	stray := piece4(whole, 0, 8)
	stray.key.id = 99
	f.add(0, stray)
	if f.stats.Held != 11 || f.stats.Expired != 0 {
		t.Errorf("%+v, want 11 held", f.stats)
	}
	f.add(1061*second, stray)
	if f.stats.Held != 1 || f.stats.Expired != 11 {
		t.Errorf("%+v, want 11 expired", f.stats)
	}
}

func TestFragmentBounds(t *testing.T) {
	whole := words(8 * 400)
	for _, tt := range []struct {
		name    string
		config  FragmentConfig
		add     func(f *fragments) Reason // of the last fragment
		want    Reason
		evicted uint64
		held    int
	}{
		{"datagrams", FragmentConfig{MaxDatagrams: 3}, func(f *fragments) Reason { return spray(f, 10, whole[:16]) }, FragmentHeld, 7, 3},
		{"one datagram", FragmentConfig{MaxDatagrams: 1}, func(f *fragments) Reason { return spray(f, 10, whole[:16]) }, FragmentHeld, 9, 1},
		{"octets", FragmentConfig{MaxOctets: 20 * blockSize}, func(f *fragments) Reason { return spray(f, 11, whole[:16]) }, FragmentHeld, 1, 10}, // a piece and a header each
		{"an odd number of blocks", FragmentConfig{MaxOctets: 21 * blockSize}, func(f *fragments) Reason { return spray(f, 11, whole[:16]) }, FragmentHeld, 1, 10},
		{"no octets", FragmentConfig{MaxOctets: 1}, func(f *fragments) Reason { return spray(f, 3, whole[:16]) }, FragmentLost, 3, 0},
		{"pieces", FragmentConfig{MaxPieces: 4}, func(f *fragments) Reason { return scatter(f, whole, 5) }, FragmentLost, 1, 0},
		{"pieces by default", FragmentConfig{}, func(f *fragments) Reason { return scatter(f, whole, 200) }, FragmentHeld, 0, 1},
		{"too large for all", FragmentConfig{MaxOctets: 4 * blockSize}, func(f *fragments) Reason {
			spray(f, 2, whole[:16])
			_, why := f.add(0, piece4(whole, 0, 3192))
			return why
		}, FragmentLost, 3, 0},
		{"the oldest is the one", FragmentConfig{MaxOctets: 4 * blockSize}, func(f *fragments) Reason {
			f.add(0, piece4(whole, 0, 8))
			f.add(0, piece6(whole, 0, 8))
			_, why := f.add(0, piece4(whole, 8, 16))
			return why
		}, FragmentLost, 1, 1},
	} {
		f := newFragments(tt.config)
		if why := tt.add(f); why != tt.want || f.stats.Evicted != tt.evicted || f.stats.Held != tt.held {
			t.Errorf("%s: %v %+v, want %v, %d evicted, %d held", tt.name, why, f.stats, tt.want, tt.evicted, tt.held)
		}
	}
}

// spray begins n datagrams and returns what the last fragment made.
func spray(f *fragments, n int, whole []byte) (why Reason) {
	for id := range n {
		p := piece4(whole, 0, 8)
		p.key.id = uint32(id)
		_, why = f.add(int64(id), p)
	}
	return why
}

// scatter adds n fragments with gaps between them.
func scatter(f *fragments, whole []byte, n int) (why Reason) {
	for i := range n {
		_, why = f.add(0, piece4(whole, 16*i, 16*i+8))
	}
	return why
}

// Datagrams of different depth do not share memory: one may lie in the other.
func TestFragmentDepth(t *testing.T) {
	outer, inner := words(1000), words(300)
	f := newFragments(FragmentConfig{})
	f.add(0, piece4(outer, 0, 400))
	a, _ := f.add(0, piece4(outer, 400, 1000))
	first, last := piece6(inner, 0, 96), piece6(inner, 96, 300)
	first.depth, last.depth = 1, 1
	f.add(0, first)
	b, why := f.add(0, last)
	if why != Decoded || !bytes.Equal(a.payload(), outer) || !bytes.Equal(b.payload(), inner) {
		t.Errorf("%v: the outer datagram changed", why)
	}
}
