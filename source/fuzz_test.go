package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"onpath/packet"
)

// walk reads a file and holds what must be so for every file, however broken: it
// ends, frames lie inside the file one behind the other, and what was lost and
// what was handed over is not more than there is. ends are the offsets behind
// the frames.
func walk(t *testing.T, r io.Reader, size int) (all []got, ends []int64, h Health) {
	t.Helper()
	f := &file{input: input{name: "it", health: &Health{}}}
	if err := f.open(r, make([]byte, 1<<10)); err != nil {
		if e, ok := errors.AsType[*Error](err); !ok || e.File != "it" {
			t.Fatalf("error without a file: %v", err)
		}
		return nil, nil, h
	}
	defer f.close()
	begin := int64(-1)
	var fr packet.Frame
	err := f.next(&fr)
	for ; err == nil; err = f.next(&fr) {
		start := f.offset() - int64(len(fr.Data))
		if start <= begin || f.offset() > int64(size) && size > 0 || int(fr.WireLen) < len(fr.Data) {
			t.Fatalf("frame %d at %d behind one at %d, ends at %d of %d", len(all)+1, start, begin, f.offset(), size)
		}
		begin = start
		all = append(all, got{fr.At, fr.Link, fr.WireLen, string(fr.Data)})
		ends = append(ends, f.offset())
	}
	if err != io.EOF || f.next(&fr) != io.EOF {
		t.Fatalf("ended with %v", err)
	}
	if n := len(f.buf); n > 2*maxBlock {
		t.Fatalf("buffer of %d octets", n)
	}
	return all, ends, *f.health
}

// laws holds a file of either format to: read octet by octet it gives the same
// frames and Damages; cut anywhere it gives the frames before the cut, and if
// nothing is said but the cut, no more.
func laws(t *testing.T, file []byte, cut uint16) {
	all, ends, h := walk(t, bytes.NewReader(file), len(file))
	slow, _, hs := walk(t, iotest.OneByteReader(bytes.NewReader(file)), len(file))
	if !slices.Equal(all, slow) || fmt.Sprint(h) != fmt.Sprint(hs) {
		t.Fatalf("octet by octet: %d frames and %v, at once %d and %v", len(slow), hs, len(all), h)
	}
	if h.Damaged > h.Cut || int(cut) >= len(file) {
		return
	}
	some, _, hc := walk(t, bytes.NewReader(file[:cut]), int(cut))
	n := 0
	for n < len(ends) && ends[n] <= int64(cut) {
		n++
	}
	if len(some) < n || !slices.Equal(some[:n], all[:n]) || len(some) > n && hc.Damaged == hc.Cut {
		t.Fatalf("cut at %d: %d frames, %d end before", cut, len(some), n)
	}
}

func FuzzClassic(f *testing.F) {
	for i, form := range formats {
		o := form.order
		f.Add(uint8(i), uint16(4), uint32(1), join(patched(form.magic, o.whole(1_700_000_000, 1, small)), patched(form.magic, o.whole(1_700_000_000, 2, medium))), uint16(100))
		f.Add(uint8(i), uint16(3), uint32(249), join(patched(form.magic, o.pcapRecord(1, 1, 60, 40, small)), payload(30, 1), patched(form.magic, o.whole(1, 2, small))), uint16(200))
	}
	f.Add(uint8(0), uint16(4), uint32(1), bytes.Repeat(make([]byte, 16), 5), uint16(50))
	f.Add(uint8(0), uint16(4), uint32(1), join(le.whole(1_700_000_000, 1, small), le.pcapRecord(1_700_000_000, 2, 1<<20, 60, small), le.whole(1_700_000_001, 3, small)), uint16(30))
	f.Add(uint8(0), uint16(2), uint32(1), join(le.whole(1_700_000_000, 1, small)[:70], le.whole(1_700_000_001, 3, small), le.whole(1_700_000_002, 4, medium)), uint16(30))
	f.Fuzz(func(t *testing.T, form uint8, minor uint16, link uint32, body []byte, cut uint16) {
		o := formats[int(form)%len(formats)]
		laws(t, join(o.order.pcapHeader(o.magic, 2, minor, link), body), cut)
	})
}

func FuzzNG(f *testing.F) {
	for i, o := range []order{le, be} {
		f.Add(i == 1, join(o.iface(1, 0), o.enhanced(0, 1, 60, small), o.simple(60, small), o.oldPacket(0, 1, 60, small)), uint16(100))
		f.Add(i == 1, join(o.iface(1, 40, o.option(9, 0x9e), o.option(14, 0, 0, 0, 0, 0, 0, 0, 1)), o.enhanced(0, 1<<50, 60, small), le.section(), le.iface(101, 0), le.simple(40, small)), uint16(130))
		f.Add(i == 1, join(o.iface(1, 0), o.enhanced(0, 1, 60, small), payload(20, 1), o.enhanced(0, 2, 60, small), o.enhanced(1, 2, 60, small)), uint16(30))
		f.Add(i == 1, join(o.iface(1, 0), with(o.enhanced(0, 1, 60, small), 4, 1<<16), o.enhanced(0, 2, 60, small)), uint16(70))
	}
	f.Fuzz(func(t *testing.T, big bool, body []byte, cut uint16) {
		o := le
		if big {
			o = be
		}
		laws(t, join(o.section(), body), cut)
	})
}

// FuzzResync puts garbage between sound records: those behind it are found. Its
// octets have their upper bit set, so that no length in it can be believed.
func FuzzResync(f *testing.F) {
	f.Add([]byte{0})
	f.Add(payload(15, 1))
	f.Add(payload(5000, 2))
	f.Fuzz(func(t *testing.T, garbage []byte) {
		for i := range garbage {
			garbage[i] |= 0x80
		}
		const sec = 1_700_000_000
		for tail := 1; tail < 4; tail++ {
			classic := join(le.pcapHeader(magicMicro, 2, 4, 1), le.whole(sec, 1, small), garbage, bytes.Repeat(le.whole(sec, 2, medium), tail))
			ng := join(le.section(), le.iface(1, 0), le.enhanced(0, 1, 60, small), garbage, bytes.Repeat(le.enhanced(0, 2, 200, medium), tail))
			for _, file := range [][]byte{classic, ng} {
				all, _, h := walk(t, bytes.NewReader(file), len(file))
				if len(all) != 1+tail || all[tail].data != string(medium) || h.Lost != uint64(len(garbage)) {
					t.Errorf("%d frames of %d, %v", len(all), 1+tail, h)
				}
			}
		}
	})
}

// FuzzUnpack holds compressed captures to their plain form, and a cut one to its
// beginning. What is no capture must be an error in both.
func FuzzUnpack(f *testing.F) {
	f.Add(at('a', 1, 2, 3), uint16(30))
	f.Add(join(le.section(), le.iface(1, 0), le.enhanced(0, 1, 60, small)), uint16(20))
	f.Add([]byte("no capture"), uint16(3))
	f.Add([]byte{}, uint16(3))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00"), uint16(3))
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00\x00"), uint16(3))
	f.Fuzz(func(t *testing.T, file []byte, cut uint16) {
		if isPacked(file) { // packed twice is an error
			walk(t, bytes.NewReader(file), 0)
			return
		}
		all, _, h := walk(t, bytes.NewReader(file), len(file))
		for _, kind := range []string{"gzip", "zstd"} {
			packed := pack(t, kind, file)
			same, _, hp := walk(t, bytes.NewReader(packed), len(file))
			if !slices.Equal(all, same) || fmt.Sprint(h) != fmt.Sprint(hp) {
				t.Fatalf("%s: %d frames and %v, plain %d and %v", kind, len(same), hp, len(all), h)
			}
			if h.Damaged > 0 {
				continue
			}
			some, _, _ := walk(t, bytes.NewReader(packed[:min(int(cut), len(packed)-1)]), len(file))
			if len(some) > len(all) || !slices.Equal(some, all[:len(some)]) {
				t.Fatalf("%s, cut: %d frames of %d", kind, len(some), len(all))
			}
		}
	})
}

func isPacked(head []byte) bool {
	for _, u := range unpackers {
		if matches(head, u.magic, u.mask) {
			return true
		}
	}
	return false
}

// FuzzMerge compares with a merge that looks at all files for each frame.
func FuzzMerge(f *testing.F) {
	f.Add(at('a', 1, 3, 5), at('b', 2, 4), at('c', 3, 3))
	f.Add(at('a', 5, 1), at('b', 1, 1), at('c'))
	f.Add(at('a', 1), at('b', 1), join(le.section(), le.iface(1, 0), le.enhanced(0, 1, 60, small)))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var files []*file
		var queues [][]got
		for _, octets := range [][]byte{a, b, c} {
			f := &file{input: input{name: "it", health: &Health{}}}
			if f.open(bytes.NewReader(octets), make([]byte, 1<<10)) != nil {
				return
			}
			files = append(files, f)
			all, _, _ := walk(t, bytes.NewReader(octets), 0)
			queues = append(queues, all)
		}
		m := newMerge(files)
		defer m.close()
		if got, want := drain(t, &Reader{from: m}), slowMerge(queues); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func slowMerge(queues [][]got) (all []got) {
	for {
		first := -1
		for i, q := range queues {
			if len(q) > 0 && (first < 0 || q[0].at < queues[first][0].at) {
				first = i
			}
		}
		if first < 0 {
			return all
		}
		all = append(all, queues[first][0])
		queues[first] = queues[first][1:]
	}
}
