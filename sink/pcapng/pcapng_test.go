package pcapng

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"onpath/packet"
)

// write writes a file with two interfaces and three frames.
func write(t testing.TB, out io.Writer) []Packet {
	t.Helper()
	w, err := New(out, Section{Hardware: "a tap", OS: "none", Application: "onpath test", Comments: []string{"first", "second: ü"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, link := range []packet.LinkType{packet.LinkRaw, packet.LinkEthernet} {
		n, err := w.AddInterface(Interface{Link: link, SnapLen: 262144, Name: "if" + string(rune('0'+i)), Description: "told"})
		if err != nil || n != i {
			t.Fatalf("interface %d is %d, %v", i, n, err)
		}
	}
	udp, _ := hex.DecodeString("4500001d000000004011b6cd7f0000017f0000013039003500090000ff")
	frames := []Packet{
		{At: 1_700_000_000_123_456_789, Data: udp, WireLen: 1500, Comments: []string{"one", "two\nlines"}},
		{Interface: 1, At: 1 << 60, Data: append(bytes.Repeat([]byte{0}, 12), append([]byte{8, 0}, udp...)...), Flags: 1},
		{At: -5, Data: udp[:3], Comments: []string{"\xff", "", strings.Repeat("é", 40_000)}},
	}
	for i := range frames {
		if err := w.Write(&frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	return frames
}

// TestGopacket: another reader finds what was written.
func TestGopacket(t *testing.T) {
	var b bytes.Buffer
	frames := write(t, &b)
	r, err := pcapgo.NewNgReader(&b, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.SectionInfo(); s.Hardware != "a tap" || s.OS != "none" || s.Application != "onpath test" {
		t.Errorf("section %+v", s)
	}
	for i, f := range frames {
		data, info, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if want := max(0, f.At); info.Timestamp.UnixNano() != want || info.Length != max(int(f.WireLen), len(f.Data)) || info.InterfaceIndex != f.Interface || !bytes.Equal(data, f.Data) {
			t.Errorf("frame %d: %+v", i, info)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("behind the last frame: %v", err)
	}
}

// TestTshark: the program that most people will open it with shows all of it.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	path := filepath.Join(t.TempDir(), "x.pcapng")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f)
	f.Close()
	out, err := exec.Command(tshark, "-n", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch",
		"-e", "frame.cap_len", "-e", "frame.len", "-e", "frame.interface_name", "-e", "frame.packet_flags", "-e", "frame.comment").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, want := range []string{
		"1\t1700000000.123456789\t29\t1500\tif0\t\tone,two\\nlines",
		"2\t1152921504.606846976\t43\t43\tif1\t0x00000001\t",
		"3\t0.000000000\t3\t3\tif0\t\t�,ééé",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("frame %d: %.120q, want %q", i+1, append(got, "")[min(i, len(got))], want)
		}
	}
}

// TestBlocks: every block is whole and a multiple of 4 octets, and a text that is
// too long ends at a character.
func TestBlocks(t *testing.T) {
	var b bytes.Buffer
	write(t, &b)
	rest, blocks := b.Bytes(), 0
	for ; len(rest) > 0; blocks++ {
		n := int(rest[4]) | int(rest[5])<<8 | int(rest[6])<<16
		if n%4 != 0 || n > len(rest) || !bytes.Equal(rest[4:8], rest[n-4:n]) {
			t.Fatalf("block %d: length %d, %d octets are left", blocks, n, len(rest))
		}
		rest = rest[n:]
	}
	if blocks != 6 || bytes.Contains(b.Bytes(), []byte("\xc3\x00")) {
		t.Errorf("%d blocks, or half a character", blocks)
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	w, _ := New(io.Discard, Section{})
	p := Packet{Data: make([]byte, 100), Comments: []string{"said"}, Flags: 1}
	w.Write(&p)
	if n := testing.AllocsPerRun(100, func() { w.Write(&p) }); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriteFails(t *testing.T) {
	if _, err := New(full{}, Section{}); err != io.ErrShortWrite {
		t.Errorf("error %v", err)
	}
}
