package tcpdump_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onpath/compat/tcpdump"
	"onpath/packet"
	"onpath/source"
)

// A crafted frame is one that tcpdump is asked about.
type crafted struct {
	name string
	data []byte
	wire int // octets on the wire; 0: all were captured
}

// A segment is what a crafted TCP header has in it.
type segment struct {
	flags    uint16
	seq, ack uint32
	urgent   uint16
	options  []byte // padded with EOL
	offset   byte   // 0: as long as it is
	payload  string
	wrong    bool // the checksum
	reply    bool // from the server
}

var (
	client4, server4 = []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
	client6          = []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	server6          = []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}
)

// octets returns the segment between two addresses, with its checksum.
func (s segment) octets(src, dst []byte) []byte {
	options := append([]byte{}, s.options...)
	for len(options)%4 != 0 {
		options = append(options, 0)
	}
	offset := s.offset
	if offset == 0 {
		offset = byte(5 + len(options)/4)
	}
	b := make([]byte, 20)
	be := binary.BigEndian
	be.PutUint16(b, 49769)
	be.PutUint16(b[2:], 4242) // whose application tcpdump does not know
	if s.reply {
		be.PutUint16(b, 4242)
		be.PutUint16(b[2:], 49769)
	}
	be.PutUint32(b[4:], s.seq)
	be.PutUint32(b[8:], s.ack)
	be.PutUint16(b[12:], uint16(offset)<<12|s.flags)
	be.PutUint16(b[14:], 8192)
	be.PutUint16(b[18:], s.urgent)
	b = append(append(b, options...), s.payload...)
	pseudo := append(append(append([]byte{}, src...), dst...), 0, 6, byte(len(b)>>8), byte(len(b)))
	sum := ^checksum(append(pseudo, b...))
	if s.wrong {
		sum++
	}
	be.PutUint16(b[16:], sum)
	return b
}

func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i, o := range b {
		sum += uint32(o) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// ip4 returns a datagram; change may spoil its header before the checksum is made.
func ip4(proto byte, payload []byte, options string, change func(h []byte)) []byte {
	h := make([]byte, 20, 60)
	h = append(h, options...)
	h[0], h[8], h[9] = 0x40|byte(len(h)/4), 64, proto
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+len(payload)))
	binary.BigEndian.PutUint16(h[4:], 7)
	copy(h[12:], client4)
	copy(h[16:], server4)
	if change != nil {
		change(h)
	}
	binary.BigEndian.PutUint16(h[10:], binary.BigEndian.Uint16(h[10:])+^checksum(append(append([]byte{}, h[:10]...), h[12:]...)))
	return append(h, payload...)
}

// tcp4 returns a segment in a plain datagram.
func tcp4(s segment) []byte {
	src, dst := client4, server4
	if s.reply {
		src, dst = dst, src
	}
	return ip4(6, s.octets(src, dst), "", func(h []byte) {
		copy(h[12:], src)
		copy(h[16:], dst)
	})
}

func ip6(next byte, payload []byte, change func(h []byte)) []byte {
	h := make([]byte, 40)
	h[0], h[6], h[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(h[4:], uint16(len(payload)))
	copy(h[8:], client6)
	copy(h[24:], server6)
	if change != nil {
		change(h)
	}
	return append(h, payload...)
}

// capture returns frames as a capture file, a frame each second.
func capture(link packet.LinkType, frames []crafted) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0)
	b = le.AppendUint32(b, uint32(link))
	for i, f := range frames {
		b = le.AppendUint32(b, 1700000000+uint32(i))
		b = le.AppendUint32(b, 123456)
		b = le.AppendUint32(b, uint32(len(f.data)))
		b = le.AppendUint32(b, uint32(max(f.wire, len(f.data))))
		b = append(b, f.data...)
	}
	return b
}

// ours returns the lines of a capture, and for each frame how many it has.
func ours(t *testing.T, path string, c tcpdump.Config) (lines []string) {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c.Zone = time.UTC
	p, decoder, line := tcpdump.New(c), packet.NewDecoder(packet.Config{}), []byte(nil)
	var f packet.Frame
	var v packet.View
	for in.Next(&f) == nil {
		decoder.Decode(&f, &v)
		line, _ = p.AppendPacket(p.AppendHead(line[:0], &v), &v)
		lines = append(lines, strings.Split(string(line), "\n")...)
	}
	return lines
}

// theirs returns tcpdump's lines, or skips the test where version 4.99.3 is not
// installed.
func theirs(t *testing.T, path string, flags ...string) []string {
	t.Helper()
	version, _ := exec.Command("tcpdump", "--version").CombinedOutput()
	if !bytes.Contains(version, []byte("tcpdump version 4.99.3")) {
		t.Skip("tcpdump 4.99.3 is not installed")
	}
	cmd := exec.Command("tcpdump", append([]string{"-n", "-r", path}, flags...)...)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	out, _ := cmd.Output() // damaged captures: what could be read counts
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// file writes a capture into the test's own folder.
func file(t *testing.T, link packet.LinkType, frames []crafted) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "crafted.pcap")
	if err := os.WriteFile(path, capture(link, frames), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// flagSets are the flags that both are run with.
var flagSets = []struct {
	flags  string
	config tcpdump.Config
}{
	{"", tcpdump.Config{}},
	{"-v", tcpdump.Config{Verbose: 1}},
	{"-S", tcpdump.Config{Absolute: true}},
	{"-tt", tcpdump.Config{Time: tcpdump.Epoch}},
	{"-#", tcpdump.Config{Number: true}},
	{"-e", tcpdump.Config{Link: true}},
	{"-q", tcpdump.Config{Quick: true}},
	{"-vv -t", tcpdump.Config{Verbose: 2, Time: tcpdump.NoTime}},
	{"-v -e -K -ttt --nano", tcpdump.Config{Verbose: 1, Link: true, NoChecksums: true, Time: tcpdump.SincePrevious, Nano: true}},
}

func (c crafted) String() string { return fmt.Sprintf("%s, %x", c.name, c.data) }
