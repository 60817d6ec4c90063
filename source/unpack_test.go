package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"onpath/packet"
)

// pack compresses b.
func pack(t testing.TB, kind string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch kind {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out)
	case "xz":
		w, err = xz.NewWriter(&out)
	}
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// noise is a capture that does not compress well, of frames of 200 octets.
func noise(frames int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := le.pcapHeader(magicMicro, 2, 4, 1)
	for i := range frames {
		data := make([]byte, 200)
		for j := range data {
			data[j] = byte(random.Uint32())
		}
		b = append(b, le.whole(1_700_000_000, uint32(i), data)...)
	}
	return b
}

// withXZ runs f with the command xz, if there is one, and without.
func withXZ(t *testing.T, f func(t *testing.T)) {
	if _, err := exec.LookPath("xz"); err == nil {
		t.Run("xz command", f)
	}
	t.Run("xz library", func(t *testing.T) {
		t.Setenv("PATH", "")
		f(t)
	})
}

func onDisk(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnpack(t *testing.T) { withXZ(t, testUnpack) }

func testUnpack(t *testing.T) {
	plain := noise(1500)
	half := len(plain) / 2
	want, _ := read(t, plain)
	ng, _ := read(t, join(be.section(), be.iface(1, 0), be.enhanced(0, 1, 60, small)))
	for _, kind := range []string{"gzip", "zstd", "xz"} {
		for name, packed := range map[string][]byte{
			"one member":  pack(t, kind, plain),
			"two members": join(pack(t, kind, plain[:half]), pack(t, kind, plain[half:])),
		} {
			if all, h := read(t, packed); !equal(all, want) || h.Damaged != 0 {
				t.Errorf("%s, %s, from a pipe: %d frames, %v", kind, name, len(all), h.Damages)
			}
			r, err := Open(onDisk(t, packed))
			if err != nil {
				t.Fatal(err)
			}
			if all := drain(t, r); !equal(all, want) || r.Health().Damaged != 0 {
				t.Errorf("%s, %s, from the disk: %d frames, %v", kind, name, len(all), r.Health().Damages)
			}
			if r.Size() != int64(len(packed)) || r.Consumed() != r.Size() {
				t.Errorf("%s, %s: consumed %d of %d, packed are %d", kind, name, r.Consumed(), r.Size(), len(packed))
			}
			r.Close()
		}
		if all, _ := read(t, pack(t, kind, join(be.section(), be.iface(1, 0), be.enhanced(0, 1, 60, small)))); !equal(all, ng) {
			t.Errorf("%s: pcapng: %v", kind, all)
		}
	}
	skippable := append([]byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}, pack(t, "zstd", plain)...)
	if all, h := read(t, skippable); !equal(all, want) || h.Damaged != 0 {
		t.Errorf("zstd behind a skippable frame: %d frames, %v", len(all), h.Damages)
	}
}

func equal(a, b []got) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Compressed data that ends early or is damaged gives the frames before that.
func TestUnpackDamage(t *testing.T) { withXZ(t, testUnpackDamage) }

func testUnpackDamage(t *testing.T) {
	plain := noise(1500)
	want, _ := read(t, plain)
	for _, kind := range []string{"gzip", "zstd", "xz"} {
		packed := pack(t, kind, plain)
		flipped := bytes.Clone(packed)
		for i := range 16 {
			flipped[len(flipped)*3/4+i] ^= 0x55
		}
		for _, tt := range []struct {
			name string
			file []byte
			cut  uint64
		}{
			{"cut", packed[:len(packed)*3/4], 1},
			{"cut before its last octet", packed[:len(packed)-1], 1},
			{"damaged", flipped, 0},
			{"something behind it", append(bytes.Clone(packed), "something else, and long enough"...), 0},
		} {
			for place, all := range map[string]func() ([]got, Health){
				"pipe": func() ([]got, Health) { return read(t, tt.file) },
				"disk": func() ([]got, Health) { return readDisk(t, tt.file) },
			} {
				all, h := all()
				sound := len(all)
				if tt.name == "damaged" { // which the check sums tell too late
					sound /= 2
				}
				if !equal(all[:sound], want[:sound]) {
					t.Errorf("%s, %s, %s: frames are not those of the whole", kind, tt.name, place)
				}
				if h.Damaged == 0 || h.Cut != tt.cut {
					t.Errorf("%s, %s, %s: %d frames, %d cut, %v", kind, tt.name, place, len(all), h.Cut, h.Damages)
				}
			}
		}
	}
}

func readDisk(t *testing.T, file []byte) ([]got, Health) {
	t.Helper()
	r, err := Open(onDisk(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return drain(t, r), r.Health()
}

// Compressed data of which nothing can be unpacked is an error, as is any that
// demands too much memory.
func TestUnpackErrors(t *testing.T) { withXZ(t, testUnpackErrors) }

func testUnpackErrors(t *testing.T) {
	vast := pack(t, "xz", noise(1))
	vast[12+2+2] = 40 // 4 GiB; its CRC is wrong now, but that is looked at later
	for _, tt := range []struct {
		name, file, says string
	}{
		{"gzip header only", "\x1f\x8b\x08\x00", "gzip data cannot be read"},
		{"gzip of nothing", string(pack(t, "gzip", nil)), "empty"},
		{"gzip of text", string(pack(t, "gzip", []byte("some text that is no capture"))), "text"},
		{"gzip twice", string(pack(t, "gzip", pack(t, "gzip", noise(1)))), "unpack it first"},
		{"zstd damaged", "\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "is the file complete?"},
		{"zstd window of 2 GiB", "\x28\xb5\x2f\xfd\x00\xa8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "unpack it first"},
		{"xz damaged", "\xfd7zXZ\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff", "is the file complete?"},
		{"xz dictionary of 4 GiB", string(vast), "data"},
	} {
		r, err := New("it", strings.NewReader(tt.file))
		if err == nil {
			r.Close()
			t.Errorf("%s: no error", tt.name)
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.File != "it" || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Close ends an xz that has more to say, and one that waits for input.
func TestCloseEarly(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("no command xz")
	}
	packed := pack(t, "xz", noise(4000))
	r, err := Open(onDisk(t, packed))
	if err != nil {
		t.Fatal(err)
	}
	var f packet.Frame
	if err := r.Next(&f); err != nil {
		t.Fatal(err)
	}
	r.Close()
	pipe, w := io.Pipe()
	go func() { _, _ = w.Write(packed[:len(packed)/2]) }()
	if r, err = New("pipe", pipe); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(&f); err != nil {
		t.Fatal(err)
	}
	r.Close()
}

// What a compressor has flushed into a pipe is read at once.
func TestUnpackPipe(t *testing.T) {
	type flusher interface {
		io.Writer
		Flush() error
	}
	for kind, compress := range map[string]func(io.Writer) flusher{
		"gzip": func(w io.Writer) flusher { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) flusher {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		z := compress(out)
		write(t, z, at('a', 1))
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
		r, err := New(kind, in)
		if err != nil {
			t.Fatal(err)
		}
		var f packet.Frame
		if err := r.Next(&f); err != nil || string(f.Data) != "a" {
			t.Errorf("%s: %q, %v", kind, f.Data, err)
		}
		out.Close()
		r.Close()
		in.Close()
	}
}

// TestLimits: a file that would have its unpacker remember more than is allowed is refused,
// with what to do; a block that is larger is damage.
func TestLimits(t *testing.T) {
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed, zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	z.Write(append(classicHeader(), make([]byte, 9<<20)...))
	z.Close()
	path := filepath.Join(t.TempDir(), "packed")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := (Limits{Window: 8 << 20}).Chain(path); err != nil {
		t.Error(err)
	} else {
		r.Close()
	}
	for name, open := range map[string]func() (*Reader, error){
		"one": func() (*Reader, error) { return Limits{Window: 8<<20 - 1}.Chain(path) },
		"two": func() (*Reader, error) { return Limits{Window: 8 << 20}.Merge(path, path) }, // they share it
	} {
		if _, err := open(); err == nil || !strings.Contains(err.Error(), "unpack it first") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// classicHeader is that of a capture.
func classicHeader() []byte {
	h := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	h = binary.LittleEndian.AppendUint32(h, 2|4<<16)
	h = binary.LittleEndian.AppendUint64(h, 0)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(h, 1<<16), 1)
}
