package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"onpath/packet"
)

// at is a classic file with empty frames of one octet, id, at the given seconds.
func at(id byte, seconds ...uint32) []byte {
	b := le.pcapHeader(magicMicro, 2, 4, 1)
	for _, s := range seconds {
		b = append(b, le.whole(s, 0, []byte{id})...)
	}
	return b
}

// story is what r yields as "id second id second …".
func story(t *testing.T, r *Reader) string {
	t.Helper()
	var b strings.Builder
	for _, g := range drain(t, r) {
		fmt.Fprintf(&b, "%s%d ", g.data, g.at/1e9)
	}
	return strings.TrimSpace(b.String())
}

func TestChainAndMerge(t *testing.T) {
	ng := join(be.section(), be.iface(1, 0), be.enhanced(0, 2_000_000, 1, []byte("n")), be.enhanced(0, 4_000_000, 1, []byte("n")))
	for _, tt := range []struct {
		name         string
		files        [][]byte
		chain, merge string
	}{
		{"one", [][]byte{at('a', 1, 2)}, "a1 a2", "a1 a2"},
		{"apart", [][]byte{at('a', 5, 6), at('b', 1, 2)}, "a5 a6 b1 b2", "b1 b2 a5 a6"},
		{"interlocked", [][]byte{at('a', 1, 3, 5), at('b', 2, 4, 6), at('c', 3, 7)}, "a1 a3 a5 b2 b4 b6 c3 c7", "a1 b2 a3 c3 b4 a5 b6 c7"},
		{"at the same time", [][]byte{at('a', 1, 1), at('b', 1, 1), at('c', 1)}, "a1 a1 b1 b1 c1", "a1 a1 b1 b1 c1"},
		{"both formats", [][]byte{at('a', 1, 3), ng, pack(t, "gzip", at('z', 2))}, "a1 a3 n2 n4 z2", "a1 n2 z2 a3 n4"},
		{"out of order", [][]byte{at('a', 5, 1, 6), at('b', 2, 5)}, "a5 a1 a6 b2 b5", "b2 a5 a1 b5 a6"},
		{"no frames", [][]byte{at('a'), at('b', 1), at('c')}, "b1", "b1"},
		{"many", [][]byte{at('a', 9), at('b', 8), at('c', 7), at('d', 6), at('e', 5), at('f', 4)}, "a9 b8 c7 d6 e5 f4", "f4 e5 d6 c7 b8 a9"},
	} {
		var paths []string
		var size int64
		for _, f := range tt.files {
			paths = append(paths, onDisk(t, f))
			size += int64(len(f))
		}
		for _, way := range []struct {
			name string
			open func(...string) (*Reader, error)
			want string
		}{{"chain", Chain, tt.chain}, {"merge", Merge, tt.merge}} {
			r, err := way.open(paths...)
			if err != nil {
				t.Fatal(err)
			}
			if got := story(t, r); got != way.want {
				t.Errorf("%s, %s: %s, want %s", tt.name, way.name, got, way.want)
			}
			if r.Size() != size || r.Consumed() != size {
				t.Errorf("%s, %s: consumed %d of %d, want %d", tt.name, way.name, r.Consumed(), r.Size(), size)
			}
			r.Close()
		}
	}
}

// A file that cannot be read does not keep the others from being read.
func TestChainGoesOn(t *testing.T) {
	r, err := Chain(onDisk(t, nil), onDisk(t, at('a', 1)), onDisk(t, []byte("text")), onDisk(t, at('b', 2)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f packet.Frame
	var said []string
	for range 10 {
		switch err := r.Next(&f); {
		case err == nil:
			said = append(said, string(f.Data))
		case errors.Is(err, ErrEmpty):
			said = append(said, "empty")
		case errors.Is(err, ErrNotCapture):
			said = append(said, "no capture")
		default:
			said = append(said, err.Error())
		}
	}
	if got := strings.Join(said[:5], ", "); got != "empty, a, no capture, b, EOF" || said[9] != "EOF" {
		t.Errorf("got %q", said)
	}
	if f.Number != 2 {
		t.Errorf("the last frame has number %d", f.Number)
	}
}

// TestErrors has every way in which a file cannot be read at all.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		path string
		is   error
		says string
	}{
		{"missing", filepath.Join(dir, "none"), fs.ErrNotExist, "check the name"},
		{"directory", dir, ErrDirectory, "name the files in it"},
		{"empty", onDisk(t, nil), ErrEmpty, "stopped before it wrote"},
		{"one octet", onDisk(t, []byte{0}), ErrNotCapture, "pcap and pcapng"},
		{"random", onDisk(t, payload(1000, 5)), ErrNotCapture, "pcap and pcapng"},
		{"header cut", onDisk(t, at('a')[:20]), ErrNotCapture, "after 20 octets"},
		{"section header cut", onDisk(t, le.section()[:20]), ErrNotCapture, "after 20 octets"},
		{"section of no byte order", onDisk(t, with(le.section(), 8, 7)), ErrNotCapture, "pcap and pcapng"},
		{"text", onDisk(t, []byte("12:00:00 IP a > b: tcp 0\n")), ErrNotCapture, "-w"},
		{"snoop", onDisk(t, []byte("snoop\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04")), ErrNotCapture, "editcap"},
		{"program", onDisk(t, []byte("\x7fELF\x02\x01\x01")), ErrNotCapture, "ELF"},
		{"bzip2", onDisk(t, []byte("BZh91AY&SY")), ErrNotCapture, "unpack it first"},
		{"a page", onDisk(t, []byte("<!DOCTYPE html><html>")), ErrNotCapture, "web page"},
	} {
		r, err := Open(tt.path)
		if err == nil {
			r.Close()
			t.Errorf("%s: no error", tt.name)
			continue
		}
		e, ok := errors.AsType[*Error](err)
		if !errors.Is(err, tt.is) || !ok || e.File != tt.path || !strings.Contains(err.Error(), tt.says) || strings.Count(err.Error(), tt.path) != 1 {
			t.Errorf("%s: %v", tt.name, err)
		}
		if _, err := Merge(tt.path, tt.path); !errors.Is(err, tt.is) {
			t.Errorf("%s, merged: %v", tt.name, err)
		}
	}
	if _, err := Chain("-", "-"); !errors.Is(err, ErrStdinTwice) {
		t.Errorf("standard input twice: %v", err)
	}
	_, err := Chain(filepath.Join(dir, "x"), dir)
	if !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, ErrDirectory) {
		t.Errorf("both errors must be told: %v", err)
	}
}

func TestPermission(t *testing.T) {
	path := onDisk(t, at('a', 1))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil {
		f.Close()
		t.Skip("this user may read everything")
	}
	if _, err := Open(path); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "readable") {
		t.Errorf("%v", err)
	}
}

// A reader that fails has an error of its own; what was read before is kept.
func TestReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, kind := range []string{"", "gzip", "zstd", "xz"} {
		file := noise(3000)
		if kind != "" {
			file = pack(t, kind, file)
		}
		r, err := New("it", io.MultiReader(bytes.NewReader(file[:len(file)-1000]), iotest.ErrReader(broken)))
		if err != nil {
			t.Fatal(err)
		}
		var f packet.Frame
		n := 0
		for err = r.Next(&f); err == nil; err = r.Next(&f) {
			n++
		}
		if !errors.Is(err, broken) || n < 100 {
			t.Errorf("%q: %v after %d frames", kind, err, n)
		}
		if err := r.Next(&f); err != io.EOF {
			t.Errorf("%q: then %v", kind, err)
		}
		r.Close()
	}
}

// On a pipe that is still written to, a frame comes as soon as its octets are
// there, and Buffered says that the next one is not.
func TestPipe(t *testing.T) {
	for _, file := range [][][]byte{
		{le.pcapHeader(magicMicro, 2, 4, 1), le.whole(1, 0, small), le.whole(2, 0, medium), le.whole(3, 0, small)},
		{join(le.section(), le.iface(1, 0)), le.enhanced(0, 1, 60, small), le.enhanced(0, 2, 200, medium), le.enhanced(0, 2, 60, small)},
	} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		stdin := os.Stdin
		os.Stdin = in
		write(t, out, join(file[0], file[1], file[2], file[3][:30]))
		r, err := Open("-")
		os.Stdin = stdin
		if err != nil {
			t.Fatal(err)
		}
		var f packet.Frame
		for i, buffered := range []bool{true, false, false} {
			if i == 2 {
				write(t, out, file[3][30:])
			}
			if err := r.Next(&f); err != nil || f.Number != uint64(i+1) {
				t.Fatalf("frame %d: %v", f.Number, err)
			}
			if r.Buffered() != buffered {
				t.Errorf("buffered after frame %d: %v", i+1, !buffered)
			}
		}
		out.Close()
		if err := r.Next(&f); err != io.EOF {
			t.Error(err)
		}
		if r.Size() != 0 || r.Consumed() != int64(len(join(file...))) {
			t.Errorf("consumed %d of %d", r.Consumed(), r.Size())
		}
		r.Close()
		in.Close()
	}
}

func write(t *testing.T, w io.Writer, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
}

func TestBufferedMerge(t *testing.T) {
	r, err := Merge(onDisk(t, at('a', 1, 2)), onDisk(t, at('b', 3)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f packet.Frame
	var said []bool
	for r.Next(&f) == nil {
		said = append(said, r.Buffered())
	}
	if want := []bool{true, false, false}; !slices.Equal(said, want) {
		t.Errorf("%v, want %v", said, want)
	}
}

// Memory: a length that lies costs nothing, a long block what it holds.
func TestBufferBound(t *testing.T) {
	lie := le.words(nil, blockEnhanced, maxBlock)
	f := &file{input: input{health: &Health{}}}
	if err := f.open(bytes.NewReader(join(le.section(), le.iface(1, 0), lie, payload(300_000, 1))), make([]byte, chunkSize)); err != nil {
		t.Fatal(err)
	}
	var frame packet.Frame
	if err := f.next(&frame); err != io.EOF || len(f.buf) != chunkSize {
		t.Errorf("%v, buffer of %d octets", err, len(f.buf))
	}
	long := le.block(0x1234, make([]byte, maxBlock-12))
	f = &file{input: input{health: &Health{}}}
	if err := f.open(bytes.NewReader(join(le.section(), le.iface(1, 0), long, long, le.enhanced(0, 1, 60, small))), make([]byte, chunkSize)); err != nil {
		t.Fatal(err)
	}
	if err := f.next(&frame); err != nil || len(f.buf) > 2*maxBlock {
		t.Errorf("%v, buffer of %d octets", err, len(f.buf))
	}
}

func TestNoAllocation(t *testing.T) {
	for _, c := range benchCaptures {
		r, err := New("test", bytes.NewReader(benchCapture(c.frames, c.size, c.ng)))
		if err != nil {
			t.Fatal(err)
		}
		var f packet.Frame
		if n := testing.AllocsPerRun(c.frames-1, func() { _ = r.Next(&f) }); n != 0 {
			t.Errorf("%s: %v allocations a frame", c.name, n)
		}
		if f.Number != uint64(c.frames) {
			t.Errorf("%s: %d frames", c.name, f.Number)
		}
	}
}

func TestDamageText(t *testing.T) {
	for f := range numFaults {
		if f.String() == "" || faults[f].text == "" {
			t.Errorf("fault %d has no name or no words", f)
		}
	}
	_, h := read(t, join(at('a', 1), le.pcapRecord(1, 0, 1<<30, 60, nil)))
	const want = "test: octet 41, frame 2: captured length 1073741824, at most 262144 can be; 16 octets passed over"
	if len(h.Damages) != 1 || h.Damages[0].String() != want {
		t.Errorf("%v, want %s", h.Damages, want)
	}
}

// Of a file that is odd everywhere, a hundred Damages are kept and all counted.
func TestManyDamages(t *testing.T) {
	all, h := read(t, join(at('a'), bytes.Repeat(le.pcapRecord(1, 0, 60, 59, small), 1000)))
	if len(all) != 1000 || h.Damaged != 1000 || len(h.Damages) != keptDamages {
		t.Errorf("%d frames, %d damages, %d kept", len(all), h.Damaged, len(h.Damages))
	}
}
