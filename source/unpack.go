package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxWindow bounds by itself what a compressed file can make its unpacker remember: what
// zstd -d accepts unasked, and twice what xz -9 makes.
const maxWindow = 128 << 20

// unpackers are the compressions that are seen through, by their first octets.
var unpackers = []struct {
	name        string
	magic, mask string
	open        func(r io.Reader, disk *os.File, window int) (io.ReadCloser, error)
}{
	{"gzip", "\x1f\x8b\x08", "\xff\xff\xff", openGzip},
	{"zstd", "\x28\xb5\x2f\xfd", "\xff\xff\xff\xff", openZstd},
	{"zstd", "\x50\x2a\x4d\x18", "\xf0\xff\xff\xff", openZstd}, // skippable frame first
	{"xz", "\xfd7zXZ\x00", "\xff\xff\xff\xff\xff\xff", openXZ},
}

// errWindow says that a file would have its unpacker remember too much.
var errWindow = errors.New("too much to remember")

// advice says what to do about a file that cannot be unpacked.
func advice(err error) string {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, errWindow) || strings.Contains(err.Error(), "Memory usage limit") {
		return "unpack it first; with --memory, more of that may do"
	}
	return "is the file complete?"
}

// packedHead is how many octets tell the compression.
const packedHead = 6

// matches reports whether head begins with magic where mask has ones.
func matches(head []byte, magic, mask string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if head[i]&mask[i] != magic[i] {
			return false
		}
	}
	return true
}

func openGzip(r io.Reader, _ *os.File, _ int) (io.ReadCloser, error) { return gzip.NewReader(r) }

// openZstd unpacks in the caller's goroutine: with concurrency 1 the library
// starts none.
func openZstd(r io.Reader, _ *os.File, window int) (io.ReadCloser, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(uint64(window)))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// openXZ unpacks with the command xz if there is one: six times the speed of
// the library. It gets disk from its beginning where that can be, else r through a
// pipe.
func openXZ(r io.Reader, disk *os.File, window int) (io.ReadCloser, error) {
	path, err := exec.LookPath("xz")
	if err != nil {
		return openXZHere(r, window)
	}
	c := &child{cmd: exec.Command(path, "-dc", "-q", "-T1", fmt.Sprintf("--memlimit-decompress=%d", window+1<<20))}
	c.cmd.Env = append(os.Environ(), "LC_ALL=C", "XZ_OPT=", "XZ_DEFAULTS=")
	c.cmd.Stdin, c.cmd.Stderr, c.cmd.WaitDelay = r, &c.says, time.Second
	if disk != nil {
		if _, err := disk.Seek(0, io.SeekStart); err == nil { // else it is a pipe
			c.cmd.Stdin = disk
		}
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return c, c.cmd.Start()
}

// openXZHere unpacks with the library, which would make any dictionary that a
// block header asks for (xz file format §3.1, §5.3.1).
func openXZHere(r io.Reader, window int) (io.ReadCloser, error) {
	head := make([]byte, 32)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if size, ok := xzDictionary(head[:n]); ok && size > uint64(window) {
		return nil, fmt.Errorf("%w: a dictionary of %d octets, at most %d are allowed", errWindow, size, window)
	}
	z, err := xz.NewReader(io.MultiReader(bytes.NewReader(head[:n]), r))
	if err != nil {
		return nil, err
	}
	return io.NopCloser(z), nil
}

// xzDictionary finds the dictionary size of the first block, in octets: behind
// the stream header of 12 octets stand the size of the block header, its flags,
// up to two numbers of variable length, then the filters; LZMA2 is 0x21.
func xzDictionary(head []byte) (uint64, bool) {
	if len(head) < 14 || head[13]&0x03 != 0 { // several filters: LZMA2 is not the first
		return 0, false
	}
	at := 14
	for range int(head[13]>>6&1 + head[13]>>7) {
		for at < len(head) && head[at]&0x80 != 0 {
			at++
		}
		at++
	}
	if at+3 > len(head) || head[at] != 0x21 || head[at+1] != 1 || head[at+2] > 40 {
		return 0, false
	}
	size := uint64(head[at+2])
	return (2 | size&1) << (size/2 + 11), true
}

// child is a command that unpacks its standard input.
type child struct {
	cmd    *exec.Cmd
	out    io.ReadCloser
	says   firstWords
	waited bool
}

// Read ends with what the command said if it failed.
func (c *child) Read(b []byte) (int, error) {
	n, err := c.out.Read(b)
	if err == io.EOF && n == 0 {
		return 0, c.end()
	}
	return n, nil
}

func (c *child) end() error {
	if c.waited {
		return io.EOF
	}
	c.waited = true
	err := c.cmd.Wait()
	said := strings.TrimPrefix(c.says.String(), "xz: (stdin): ")
	switch {
	case err == nil:
		return io.EOF
	case strings.Contains(said, "Unexpected end of input"):
		return io.ErrUnexpectedEOF
	case said != "":
		return errors.New("xz: " + said)
	}
	return err
}

// Close stops the command if it still runs.
func (c *child) Close() error {
	if c.waited {
		return nil
	}
	c.waited = true
	c.out.Close()
	_ = c.cmd.Process.Kill() // it may have ended
	_ = c.cmd.Wait()         // says that it was killed
	return nil
}

// firstWords keeps the first 200 octets written to it.
type firstWords []byte

func (w *firstWords) Write(b []byte) (int, error) {
	*w = append(*w, b[:min(len(b), 200-len(*w))]...)
	return len(b), nil
}

// String returns the first line.
func (w firstWords) String() string {
	line, _, _ := strings.Cut(string(w), "\n")
	return line
}
