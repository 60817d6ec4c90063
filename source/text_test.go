package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"onpath/packet"
	"onpath/source/tcpdump"
)

// TestText: lines of any length, the last without an end, also compressed.
func TestText(t *testing.T) {
	const syn = "00:00:01.000000 IP 192.0.2.1.1 > 192.0.2.2.2: Flags [S], seq 1, win 1, length 0"
	text := syn + "\r\n" + strings.Repeat("x", 3*tcpdump.MaxLine) + "\n" + syn + "\n" +
		strings.Repeat("prose\n", chunkSize/3) + "00:00:01.000000 192.0.2.1.1 > 192.0.2.2.2: S 1:9(7) win 1\n" + syn
	plain, packed := filepath.Join(t.TempDir(), "text"), filepath.Join(t.TempDir(), "text.gz")
	if err := os.WriteFile(plain, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	io.WriteString(z, text)
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{plain, packed} {
		r, err := Text(path)
		if err != nil {
			t.Fatal(err)
		}
		var frame packet.Frame
		frames := 0
		for r.Next(&frame) == nil {
			frames++
		}
		h := r.Health()
		r.Close()
		if frames != 3 || h.Text.Long != 1 || h.Text.Lines != chunkSize/3+5 || h.Damaged != 1 || frame.Number != 3 {
			t.Errorf("%d frames, %+v", frames, h)
		}
		if want := path + ": line 349529: looks like a packet and cannot be read (from 1 to 9 are not 7 octets)"; h.Damages[0].String() != want {
			t.Errorf("%s, want %s", h.Damages[0], want)
		}
	}
}

// TestWideText: a text in 16-bit units, in pieces that cut them.
func TestWideText(t *testing.T) {
	const text = "oh höh 𝄞 \r\n00:00:01.000000 IP 192.0.2.1.1 > 192.0.2.2.2: Flags [S], seq 1, win 1, length 0\r\n"
	marked := slices.Clone(wide)
	for _, w := range wide {
		w.mark = ""
		marked = append(marked, w)
	}
	for _, w := range marked {
		octets := []byte(w.mark)
		for _, unit := range utf16.Encode([]rune(strings.Repeat(text, 3000))) {
			octets = append(octets, 0, 0)
			w.order.PutUint16(octets[len(octets)-2:], unit)
		}
		path := filepath.Join(t.TempDir(), "text")
		if err := os.WriteFile(path, octets, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Text(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var frame packet.Frame
		for r.Next(&frame) == nil {
		}
		if h := r.Health(); frame.Number != 3000 || h.Text.Lines != 6000 {
			t.Errorf("%d frames, %+v", frame.Number, h)
		}
		narrow, err := io.ReadAll(&units{r: iotest.OneByteReader(bytes.NewReader(octets[len(w.mark):])), order: w.order})
		if want := strings.Repeat(text, 3000); string(narrow) != want || err != nil {
			t.Errorf("%.60q, %v, want %.60q", narrow, err, want)
		}
	}
}

// TestTextIsNoCapture: what is a capture is not read as lines.
func TestTextIsNoCapture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(path, []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Text(path); !errors.Is(err, ErrNotText) {
		t.Errorf("error %v, want %v", err, ErrNotText)
	}
}
