package evidence

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"onpath/packet"
	"onpath/sink/pcapng"
	"onpath/tcp"
)

// A ring has exactly the latest frames that fit, each with what it was given, by
// connection; a slow twin keeps them in a list.
func TestRingLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		memory := rapid.IntRange(0, 4000).Draw(t, "memory")
		r := newRing(memory)
		var twin []packet.Frame
		var conns []uint64
		for n := range rapid.IntRange(1, 80).Draw(t, "frames") {
			data := bytes.Repeat([]byte{byte(n)}, rapid.IntRange(0, 900).Draw(t, "octets"))
			f := packet.Frame{Number: uint64(n + 1), At: int64(n) * 3, Link: packet.LinkType(n), Data: data, WireLen: uint32(len(data) + n)}
			if n%3 > 0 {
				f.Text = &packet.Text{TTL: n&4 != 0, ID: n&8 != 0, Sum: tcp.Sum(n >> 4 & 3)}
			}
			conn := rapid.Uint64Range(0, 5).Draw(t, "conn")
			r.add(&f, kept{conn: conn, piece: uint64(n), pieces: uint16(n), kind: kind(n % 3)})
			if headLen+len(data) <= int(r.size) {
				twin, conns = append(twin, f), append(conns, conn)
			}
			for used(twin) > int(r.size) {
				twin, conns = twin[1:], conns[1:]
			}
		}
		if r.frames-r.lost != uint64(len(twin)) {
			t.Fatalf("%d frames of %d lost, %d must be there", r.lost, r.frames, len(twin))
		}
		for conn := range uint64(6) {
			list := r.of(nil, conn, r.head, 1000)
			for i := len(twin) - 1; i >= 0; i-- {
				if conns[i] != conn {
					continue
				}
				if len(list) == 0 {
					t.Fatalf("connection %d lacks frame %d", conn, twin[i].Number)
				}
				same(t, &r, &list[0], &twin[i])
				list = list[1:]
			}
			if len(list) > 0 {
				t.Fatalf("connection %d has %d frames more", conn, len(list))
			}
		}
	})
}

func used(frames []packet.Frame) (n int) {
	for _, f := range frames {
		n += headLen + len(f.Data)
	}
	return n
}

func same(t *rapid.T, r *ring, k *kept, f *packet.Frame) {
	data := make([]byte, k.length)
	r.read(k.from, data)
	n := f.Number - 1
	if k.number != f.Number || k.at != f.At || k.wire != f.WireLen || k.origin != pcapng.OriginOf(f) || !bytes.Equal(data, f.Data) ||
		k.piece != n || k.pieces != uint16(n) || k.kind != kind(n%3) {
		t.Fatalf("frame %d is %+v", f.Number, k)
	}
}

// Frames that lie over the border of two chunks, and over the end, are whole.
func TestRingChunks(t *testing.T) {
	r := newRing(3*chunk + 50_000)
	data := make([]byte, 9000)
	for n := range uint64(3000) {
		for i := range data {
			data[i] = byte(n + uint64(i))
		}
		r.add(&packet.Frame{Number: n, Data: data[:5000+n]}, kept{conn: n % 7})
	}
	frames := 0
	for conn := range uint64(7) {
		for _, k := range r.of(nil, conn, r.head, 1<<20) {
			got := make([]byte, k.length)
			r.read(k.from, got)
			for i, x := range got {
				if x != byte(k.number+uint64(i)) {
					t.Fatalf("frame %d: octet %d is %d", k.number, i, x)
				}
			}
			frames++
		}
	}
	if want := int(r.frames - r.lost); frames != want || frames < 300 || len(r.chunks) != 4 {
		t.Errorf("%d frames of %d, %d chunks", frames, want, len(r.chunks))
	}
}

// The newest of some before a position.
func TestRingBefore(t *testing.T) {
	r := newRing(4000)
	for n := range uint64(5) {
		r.add(&packet.Frame{Number: n, Data: []byte{1}}, kept{conn: 3})
	}
	all := r.of(nil, 3, r.head, 10)
	got := r.of(nil, 3, all[1].from, 2)
	if len(got) != 2 || got[0].number != 3 || got[1].number != 2 {
		t.Errorf("%+v", got)
	}
}

func BenchmarkRing(b *testing.B) {
	r := newRing(DefaultMemory)
	f := packet.Frame{Data: make([]byte, 354), WireLen: 354}
	for b.Loop() {
		f.Number++
		r.add(&f, kept{conn: f.Number % 1000})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
}
