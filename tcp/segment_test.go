package tcp

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// lists are option lists: those of real stacks, and those that lie.
var lists = []string{
	"",
	"\x01\x01\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x06",
	"\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x00\x01\x03\x03\x07",                 // Linux
	"\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02",                                                 // Windows
	"\x02\x04\x05\xb4\x01\x03\x03\x06\x01\x01\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x00\x04\x02\x00\x00", // macOS
	"\x01\x01\x05\x0a\x00\x00\x00\x07\x00\x00\x00\x09",
	"\x01\x01\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x06\x01\x01\x05\x12\x00\x00\x00\x07\x00\x00\x00\x09\x00\x00\x00\x0b\x00\x00\x00\x0d",
	"\x01\x01\x08\x0b\x00\x00\x00\x05\x00\x00\x00\x06",                 // nearly NOP NOP TS
	"\x01\x01\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x06\x01\x01\x01\x01", // and more behind it
	"\x02\x04\x05\xb4\x02\x04\x02\x00",                                 // twice: the last counts
	"\x02\x04\x05\xb4\x02\x03\x02\x00",                                 // twice, the second unreadable
	"\x1e\x0c\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x1e\x04\x50\x00", // two of MPTCP
	"\xac\x05\x00\x00\x01\xae\x05\x00\x00\x01\x01\x01",
	"\xfe\x04\xf9\x89\x22\x02\xfd\x04\x12\x34\xfe\x03\x00\x01",
	"\x13\x12mmmmmmmmmmmmmmmm\x01\x01",
	"\x04\x03\x00\x01", "\x05\x02\x01\x01", "\x05\x0b123456789\x00", "\x03\x04\x01\x01", "\x08\x0212",
	"\x03\x00\x00\x00", "\x03\x01\x00\x00", "\x01\x01\x01\x03", "\x04\x02\x02\x28",
	"\x45\x04ab\x45\x04cd", "\x00\x02\x04\x05", "\x1c\x04\x80\x01\x1d\x04\x00\x00",
	"\x01\x01\x01\x01", "\x04\x02\x01\x01\x01\x01\x03\x03\x07", "\x04\x02\x01\x01\x01\x01", "\x04\x02\x00\x01", "\x02\x04\x05\xb4\x02\x04\x05\xb5",
}

// header is a header with the option list, padded.
func header(list string) Header {
	list += strings.Repeat("\x00", (4-len(list)%4)%4)
	h := append([]byte("\x00\x50\x1f\x90\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\xff\xfe\xab\xcd\x12\x34"), list...)
	h[12] = byte(len(h) / 4 << 4)
	return h
}

// twin is Segment.Read written for reading: an option at a time, from the RFCs'
// own words about lengths.
func twin(h []byte, payload uint32) Segment {
	s := Segment{
		Seq: Seq(binary.BigEndian.Uint32(h[4:8])), Ack: Seq(binary.BigEndian.Uint32(h[8:12])), Len: payload,
		Flags: Flags(h[13]) | Flags(h[12]&1)<<8,
		Win:   binary.BigEndian.Uint16(h[14:16]), Urg: binary.BigEndian.Uint16(h[18:20]),
	}
	seen, run, rest := map[OptSet]bool{}, 0, h[20:]
	for len(rest) > 0 && rest[0] != 0 {
		if rest[0] == 1 {
			if run++; run == 4 {
				s.Opts |= OptLoose
			}
			rest = rest[1:]
			continue
		}
		run = 0
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) {
			s.Opts |= OptBad
			rest = nil
			break
		}
		kind, data := rest[0], rest[2:rest[1]]
		rest = rest[rest[1]:]
		bit, legal := twinOption(&s, kind, data)
		if seen[bit] && bit != OptOther && bit != OptExp && bit != OptMPTCP {
			s.Opts |= OptTwice
		}
		seen[bit] = true
		s.Opts |= bit
		if !legal {
			s.Opts |= OptLength
		}
	}
	if strings.Trim(string(rest), "\x00") != "" {
		s.Opts |= OptLoose
	}
	if s.Opts&OptBad != 0 || int(h[12]>>4)*4 > len(h) {
		s.Opts &^= OptLoose
	}
	if int(h[12]>>4)*4 > len(h) {
		s.Opts = s.Opts&^OptBad | OptCut
	}
	if int(h[12]>>4)*4 == len(h) && s.Opts&^(OptMSS|OptWScale|OptSACKOK|OptTimestamp) == 0 {
		s.Layout = twinLayout(h[20:])
	}
	return s
}

// twinLayout is the layout of a list that lies nowhere: its kinds, what pads it included.
func twinLayout(list []byte) Layout {
	var kinds []Kind
	for ended := false; len(list) > 0; {
		k, n := Kind(list[0]), 1
		if ended = ended || k == KindEOL; !ended && k != KindNOP {
			n = int(list[1])
		}
		kinds, list = append(kinds, k), list[n:]
	}
	for i := range layouts {
		if i > 0 && slices.Equal(layouts[i], kinds) {
			return Layout(i)
		}
	}
	return 0
}

// Lists in the layouts that most SYNs have, whole, and with an octet that is another.
func TestSegmentReadLayouts(t *testing.T) {
	rng, told := rand.New(rand.NewPCG(5, 6)), map[Layout]int{}
	for range 50_000 {
		var list []byte
		for _, k := range layouts[1+rng.IntN(len(layouts)-1)] {
			list = append(list, byte(k))
			for n := range optionLen[k] - 1 {
				list = append(list, [2]byte{byte(optionLen[k]), byte(rng.Uint32())}[min(n, 1)])
			}
		}
		if n := rng.IntN(3); n > 0 {
			list[rng.IntN(len(list))] = byte(rng.IntN(12))
			list = append(list, "\x01\x01\x01\x01"[:4*(n-1)]...)
		}
		told[compare(t, header(string(list))).Layout]++
	}
	if len(told) != len(layouts) {
		t.Errorf("told: %v", told)
	}
}

// twinOption is the twin of one option.
func twinOption(s *Segment, kind byte, data []byte) (bit OptSet, legal bool) {
	be := binary.BigEndian
	switch n := len(data) + 2; kind {
	case 2:
		if n == 4 {
			s.MSS = be.Uint16(data)
		}
		return OptMSS, n == 4
	case 3:
		if n == 3 {
			s.WScale = data[0]
		}
		return OptWScale, n == 3
	case 4:
		return OptSACKOK, n == 2
	case 5:
		if n == 10 || n == 18 || n == 26 || n == 34 {
			s.SACK, s.NumSACK = [4][2]Seq{}, uint8(len(data)/8)
			for i := range len(data) / 8 {
				s.SACK[i] = [2]Seq{Seq(be.Uint32(data[8*i:])), Seq(be.Uint32(data[8*i+4:]))}
			}
			return OptSACK, true
		}
		return OptSACK, false
	case 8:
		if n == 10 {
			s.TSval, s.TSecr = be.Uint32(data), be.Uint32(data[4:])
		}
		return OptTimestamp, n == 10
	case 19:
		return OptMD5, n == 18
	case 28:
		return OptUTO, n == 4
	case 29:
		return OptAO, n >= 4
	case 30:
		return OptMPTCP, n >= 3
	case 34:
		return OptTFO, n <= 18
	case 172, 174:
		return OptAccECN, true
	case 253, 254:
		switch id := string(data[:min(2, len(data))]); id {
		case "\xf9\x89":
			return OptTFOExp, true
		case "\xac\xc0", "\xac\xc1":
			return OptAccECN, true
		}
		return OptExp, true
	}
	return OptOther, true
}

// compare reads h in both ways, into a Segment that is not empty.
func compare(t *testing.T, h Header) Segment {
	t.Helper()
	s := Segment{Opts: 1 << 31, NumSACK: 4, MSS: 9, WScale: 9, TSval: 9, TSecr: 9, Layout: 9}
	s.SACK[0][0], s.SACK[3][1] = 9, 9
	s.Read(h, 7)
	want := twin(h, 7)
	want.Digest = s.Digest
	if s != want {
		t.Fatalf("% x:\n got %+v\nwant %+v", []byte(h), s, want)
	}
	return s
}

func TestSegmentRead(t *testing.T) {
	for _, list := range lists {
		h := header(list)
		for n := MinHeader; n <= len(h); n++ { // and cut by the capture
			if s := compare(t, h[:n:n]); s.Opts&OptCut != 0 != (n < len(h)) || s.Opts&OptCut != 0 && s.Opts&OptBad != 0 {
				t.Errorf("% x: %d of %d octets give the set %b", list, n, len(h), s.Opts)
			}
		}
	}
}

func FuzzSegmentRead(f *testing.F) {
	for _, list := range lists {
		f.Add([]byte(header(list)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < MinHeader {
			return
		}
		n, ok := HeaderLen(b)
		if !ok {
			n = len(b)
		}
		if n = min(n, 60); n >= MinHeader {
			compare(t, Header(b[:n:n]))
		}
	})
}

// Whole lists of options of every kind with every length, in random order.
func TestSegmentReadRandomOptions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var list []byte
		for len(list) < 40 && rng.IntN(6) > 0 {
			k := kinds[rng.IntN(len(kinds))]
			n := max(k.Min+rng.IntN(2)*rng.IntN(k.Max-k.Min+3)-rng.IntN(8)/7, 0)
			list = append(list, byte(k.Kind))
			if k.Max > 1 {
				list = append(list, byte(n))
				for range n - 2 {
					list = append(list, byte(rng.Uint32()))
				}
			}
		}
		compare(t, header(string(list[:min(len(list), 40)])))
	}
}

// Every octet of the header changes the digest, what it was before does not.
func TestDigest(t *testing.T) {
	for _, list := range lists {
		h := header(list)
		var s Segment
		s.Read(h, 0)
		before := s.Digest
		for i := range h {
			if i == 12 {
				continue // the length
			}
			h[i] ^= 0x10
			if s.Read(h, 0); s.Digest == before {
				t.Errorf("% x: octet %d does not count", list, i)
			}
			h[i] ^= 0x10
		}
		if s.Read(h, 99); s.Digest != before {
			t.Errorf("% x: the same octets give %#x and %#x", list, s.Digest, before)
		}
	}
}

func TestSegmentSpace(t *testing.T) {
	const top = Seq(1<<32 - 1)
	for _, tt := range []struct {
		s         Segment
		len       uint32
		data, end Seq
	}{
		{Segment{Seq: 5, Len: 10, Flags: ACK}, 10, 5, 15},
		{Segment{Seq: 5, Flags: SYN}, 1, 6, 6},
		{Segment{Seq: 5, Flags: FIN | ACK}, 1, 5, 6},
		{Segment{Seq: 5, Len: 3, Flags: SYN | FIN}, 5, 6, 10},
		{Segment{Seq: top, Len: 3, Flags: SYN}, 4, 0, 3}, // around the circle
	} {
		if l, d, e := tt.s.SeqLen(), tt.s.Data(), tt.s.End(); l != tt.len || d != tt.data || e != tt.end {
			t.Errorf("%+v: length %d, data at %d, end %d, want %d, %d, %d", tt.s, l, d, e, tt.len, tt.data, tt.end)
		}
	}
}

func TestNames(t *testing.T) {
	if Client.String() != "client" || Server.String() != "server" {
		t.Error("the names of the ends")
	}
	for s, want := range map[Sum]string{SumUnknown: "unknown", SumGood: "good", SumBad: "bad", SumPartial: "partial"} {
		if s.String() != want {
			t.Errorf("checksum %d is %q, want %q", s, s, want)
		}
	}
}

func TestSegmentSize(t *testing.T) {
	if got := unsafe.Sizeof(Segment{}); got > 104 {
		t.Errorf("a Segment takes %d octets, want at most 104", got)
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	var s Segment
	for _, list := range lists {
		h := header(list)
		if n := testing.AllocsPerRun(100, func() {
			if n, ok := HeaderLen(h); ok {
				s.Read(h[:n], 0)
			}
		}); n != 0 {
			t.Errorf("% x: %v allocations a segment, want 0", list, n)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, bb := range []struct{ name, list string }{
		{"plain", ""},
		{"NOP NOP TS", lists[1]},
		{"SYN", lists[2]},
		{"SACK", lists[6]},
	} {
		b.Run(bb.name, func(b *testing.B) {
			h := header(bb.list)
			var s Segment
			b.ReportAllocs()
			for b.Loop() {
				s.Read(h, 1460)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/segment")
		})
	}
}
