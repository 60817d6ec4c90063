package source

import (
	"bytes"
	"io"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"onpath/packet"
)

// benchCapture is a capture of frames frames of size octets.
func benchCapture(frames, size int, ng bool) []byte {
	data := payload(size, 1)
	b := le.pcapHeader(magicMicro, 2, 4, 1)
	if ng {
		b = join(le.section(), le.iface(1, 0))
	}
	for i := range frames {
		if ng {
			b = append(b, le.enhanced(0, 1e15+uint64(i), uint32(size), data)...)
		} else {
			b = append(b, le.whole(1e9, uint32(i), data)...)
		}
	}
	return b
}

var benchCaptures = []struct {
	name         string
	frames, size int
	ng           bool
}{
	{"pcap/small", 100_000, 66, false},
	{"pcap/full", 20_000, 1514, false},
	{"pcapng/small", 100_000, 66, true},
	{"pcapng/full", 20_000, 1514, true},
}

// BenchmarkNext reads captures from memory, so that the disk does not count, and
// the same with gopacket's fastest way (no copy of the octets).
func BenchmarkNext(b *testing.B) {
	for _, c := range benchCaptures {
		capture := benchCapture(c.frames, c.size, c.ng)
		b.Run(c.name+"/onpath", func(b *testing.B) { benchOnpath(b, capture, c.frames) })
		b.Run(c.name+"/gopacket", func(b *testing.B) { benchGopacket(b, capture, c.frames, c.ng) })
	}
}

func report(b *testing.B, frames int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*frames), "ns/frame")
}

func benchOnpath(b *testing.B, capture []byte, frames int) {
	b.ReportAllocs()
	buf := make([]byte, chunkSize)
	for b.Loop() {
		f := &file{input: input{health: &Health{}}}
		if err := f.open(bytes.NewReader(capture), buf); err != nil {
			b.Fatal(err)
		}
		r := &Reader{from: f, health: f.health}
		var frame packet.Frame
		for r.Next(&frame) == nil {
		}
		if r.number != uint64(frames) {
			b.Fatalf("%d frames", r.number)
		}
	}
	report(b, frames)
}

func benchGopacket(b *testing.B, capture []byte, frames int, ng bool) {
	b.ReportAllocs()
	for b.Loop() {
		next := gopacketNext(b, bytes.NewReader(capture), ng)
		n := 0
		for next() == nil {
			n++
		}
		if n != frames {
			b.Fatalf("%d frames", n)
		}
	}
	report(b, frames)
}

func gopacketNext(b *testing.B, r io.Reader, ng bool) func() error {
	if ng {
		g, err := pcapgo.NewNgReader(r, pcapgo.DefaultNgReaderOptions)
		if err != nil {
			b.Fatal(err)
		}
		return func() error { _, _, err := g.ZeroCopyReadPacketData(); return err }
	}
	g, err := pcapgo.NewReader(r)
	if err != nil {
		b.Fatal(err)
	}
	return func() error { _, _, err := g.ZeroCopyReadPacketData(); return err }
}
