package check

import (
	"math/rand/v2"
	"testing"

	"onpath/internal/segtext"
	"onpath/packet"
	"onpath/tcp"
)

// streamTest is octets of one direction, cut into segments at will.
type streamTest struct {
	o     overlap
	c     Case
	d     *packet.Decoder
	frame uint64
}

func newStreamTest() *streamTest {
	return &streamTest{o: newOverlap(8 << 20), d: packet.NewDecoder(packet.Config{})}
}

// view returns octets that begin at seq as a segment.
func (s *streamTest) view(v *packet.View, seq uint32, octets []byte) {
	l := segtext.Line{Data: string(octets)}
	l.Seq, l.Len, l.Flags, l.Win = tcp.Seq(seq), uint32(len(octets)), tcp.ACK, 1000
	data := l.Frame()
	s.frame++
	s.d.Decode(&packet.Frame{Number: s.frame, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}, v)
}

// cut returns pieces of [0, n), in order.
func cut(n int) (pieces [][2]int) {
	for from := 0; from < n; {
		to := min(from+128+rand.IntN(900), n)
		pieces = append(pieces, [2]int{from, to})
		from = to
	}
	return pieces
}

// TestOverlapHowever: octets that come again are found to be the same however they
// are cut, otherwise than before or just so, and one that differs is found, wherever it is,
// once all have come.
func TestOverlapHowever(t *testing.T) {
	for run := range 600 {
		s := newStreamTest()
		octets := make([]byte, 1+rand.IntN(5000))
		for i := range octets {
			octets[i] = byte(rand.Uint32())
		}
		seq := rand.Uint32()
		var v packet.View
		pieces := cut(len(octets))
		for _, x := range pieces {
			s.view(&v, seq+uint32(x[0]), octets[x[0]:x[1]])
			s.o.note(&s.c, &v)
		}
		again := func() clash {
			s.o.found = clash{}
			if run%2 == 0 {
				pieces = cut(len(octets))
			}
			for _, x := range pieces {
				s.view(&v, seq+uint32(x[0]), octets[x[0]:x[1]])
				s.o.compare(&s.c, &v)
			}
			return s.o.found
		}
		if f := again(); f.differing != 0 || run%2 != 0 && f.compared != uint32(len(octets)) {
			t.Fatalf("%d of %d octets differ, and none does: %d were compared", f.differing, len(octets), f.compared)
		}
		at := rand.IntN(len(octets))
		octets[at] ^= 1 << rand.IntN(8)
		f := again()
		if f.differing != 1 {
			t.Fatalf("octet %d of %d differs, and %d are found", at, len(octets), f.differing)
		}
		if from := f.first - tcp.Seq(seq); int(from) > at {
			t.Fatalf("octet %d of %d differs, and the first is %d", at, len(octets), from)
		}
	}
}

// BenchmarkNote is what a full segment in order costs, in 100 connections.
func BenchmarkNote(b *testing.B) {
	o := newOverlap(0)
	s := newStreamTest()
	cs := make([]Case, 100)
	var v packet.View
	s.view(&v, 1, make([]byte, 1448))
	seq := tcp.Seq(1)
	for i := 0; b.Loop(); i++ {
		if i == len(cs) {
			i, seq = 0, seq+1448
		}
		v.Number++
		v.Seg.Seq = seq
		o.note(&cs[i], &v)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/segment")
}
