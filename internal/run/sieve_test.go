package run

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/filter"
	"onpath/packet"
	"onpath/sink/pcapng"
	"onpath/source"
)

// selecting returns a filter.
func selecting(t *testing.T, text string) *filter.Filter {
	t.Helper()
	f, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// written runs a verb over a capture and returns what it writes of a format.
func written(t *testing.T, verb func(Config) error, format string, c Config) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	c.Outputs, c.Quiet = append(c.Outputs, Output{Format: format, Path: path}), true
	if err := verb(c); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFilterIsAsIfTheRestWereNotThere: what a filter selects gives the rows that a
// capture of nothing else gives, from a file of many reads, in which the batches end
// anywhere.
func TestFilterIsAsIfTheRestWereNotThere(t *testing.T) {
	path, copied := load(t, "mix", 0.02), filepath.Join(t.TempDir(), "copy")
	for _, text := range []string{"portrange 1024-33000 or udp", "len > 500", "tcp and src portrange 40000-50000"} {
		c := Config{Files: []string{path}, Filter: selecting(t, text), Outputs: []Output{{Pcapng, copied}}}
		rows := written(t, Read, "tsv", c)
		if alone := written(t, Read, "tsv", Config{Files: []string{copied}}); !bytes.Equal(rows, alone) {
			t.Errorf("%s: read: %d octets of rows, and %d of the copy", text, len(rows), len(alone))
		}
		if n, all := counted(t, copied), counted(t, path); n == 0 || n == all {
			t.Errorf("%s: selects %d of %d frames", text, n, all)
		}
		c.Outputs = nil
		lines := written(t, Packets, "text", c)
		if alone := written(t, Packets, "text", Config{Files: []string{copied}}); !bytes.Equal(lines, alone) {
			t.Errorf("%s: packets: %d octets of lines, and %d of the copy", text, len(lines), len(alone))
		}
	}
}

// counted returns how many frames a capture has.
func counted(t *testing.T, path string) (n int) {
	t.Helper()
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for f := (packet.Frame{}); r.Next(&f) == nil; n++ {
	}
	return n
}

// TestFilterOfSeveralLinkTypes: each has a program of its own; one that the filter cannot
// be asked of is left out, and named once.
func TestFilterOfSeveralLinkTypes(t *testing.T) {
	ip := append([]byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, 0, 53, 0, 53, 0, 8, 0, 0)
	ethernet := append([]byte{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 6, 8, 0}, ip...)
	cooked := append([]byte{0, 0, 0, 1, 0, 6, 0, 1, 2, 3, 4, 5, 0, 0, 8, 0}, ip...)
	var b bytes.Buffer
	w, err := pcapng.New(&b, pcapng.Section{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		link packet.LinkType
		data []byte
	}{{packet.LinkEthernet, ethernet}, {packet.LinkWiFi, ip}, {packet.LinkLinuxSLL, cooked}, {packet.LinkRaw, ip}, {packet.LinkWiFi, ip}} {
		n, _ := w.AddInterface(pcapng.Interface{Link: f.link})
		for range 2 {
			w.Write(&pcapng.Packet{Interface: n, Data: f.data, WireLen: uint32(len(f.data))})
		}
	}
	path, out := filepath.Join(t.TempDir(), "several"), filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	err = Packets(quiet(Config{Files: []string{path}, Filter: selecting(t, "port 53"), Outputs: []Output{{"text", out}}}))
	if err == nil || strings.Count(err.Error(), "IEEE802_11 are left out") != 1 {
		t.Errorf("the link type that is left out: %v", err)
	}
	if lines, _ := os.ReadFile(out); bytes.Count(lines, []byte("\n")) != 6 {
		t.Errorf("want 6 lines, of three link types\n%s", lines)
	}
}
