package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"onpath/packet"
)

// gopacketFrames are the frames that gopacket's reader finds, and what stopped it.
func gopacketFrames(file []byte) (all []got, err error) {
	next, err := gopacketReader(file)
	for err == nil {
		var g got
		if g, err = next(); err == nil {
			all = append(all, g)
		}
	}
	return all, err
}

func gopacketReader(file []byte) (func() (got, error), error) {
	if bytes.HasPrefix(file, []byte("\n\r\r\n")) {
		r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		return func() (got, error) {
			data, ci, err := r.ReadPacketData()
			return gopacketGot(data, ci, 0), err
		}, err
	}
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	return func() (got, error) {
		data, ci, err := r.ReadPacketData()
		return gopacketGot(data, ci, r.LinkType()), err
	}, err
}

func gopacketGot(data []byte, ci gopacket.CaptureInfo, link layers.LinkType) got {
	for _, a := range ci.AncillaryData {
		if l, ok := a.(layers.LinkType); ok {
			link = l
		}
	}
	return got{ci.Timestamp.UnixNano(), packet.LinkType(link), uint32(ci.Length), string(data)}
}

// gopacketDiffers are the files of the corpus on which gopacket's readers say
// something else, by the end of their path, and why we do not.
var gopacketDiffers = []struct{ path, what, why string }{
	{"test/pcaps/imap.cap", "124 and 8 frames: capture length exceeds snap length: 1358954496 > 65535", "it does not resynchronise"},
	{"bug-1450-04/tls_DER-incomplete-header.pcap", "14 and 6 frames: capture length exceeds snap length: 4325376 > 262144", "the same"},
	{"bug-1450-05/tls_DER-incomplete-content.pcap", "14 and 6 frames: capture length exceeds snap length: 4325376 > 262144", "the same"},
	{"FuzzTarget-5165538295939072", "capture length exceeds snap length: 16095754 > 524287", "the same; no frame behind it"},
	{"FuzzTarget-5758569646653440", "capture length exceeds snap length: 145032960 > 255", "the same; no frame behind it"},
	{"fritzbox-ip.pcap", "5 and 0 frames: Unknown magic a1b2cd34", "it does not know Kuznetzov's header; tshark reads 5"},
	{"FuzzTarget-5643903448645632", "1 and 0 frames: Unknown minor version 3", "it knows 2.4 only; tshark reads 1"},
	{"FuzzTarget-5755755617189888", "2 and 0 frames: Unknown minor version 3", "the same; tshark reads 2"},
	{"FuzzTarget-4981601846820864", "frame 1: at 4294971366967295000 and 4294967076294966296, link 12 and 12, length 538976288 and 538976288, captured 171 and 171",
		"the fraction 2³²−1 µs is 4294.97 s; gopacket and tshark wrap it around in 32 bits"},
	{"file_heuristics/pcapng-example.pcapng.dup", "frame 60: at 9223372036854775807 and -505425287000, link 113 and 113, length 68 and 68, captured 68 and 68",
		"ticks above 2⁶³ are unsigned (draft-ietf-opsawg-pcapng §4.3) and after the year 2262; tshark shows the year 586524, gopacket wraps around to before 1970"},
}

// TestGopacket compares each frame of the corpus with what gopacket reads.
func TestGopacket(t *testing.T) {
	for _, row := range corpusRows(t) {
		file, err := os.ReadFile(row.path)
		if err != nil {
			t.Fatal(err)
		}
		differs := gopacketDifference(t, file)
		for _, d := range gopacketDiffers {
			if strings.HasSuffix(row.path, d.path) {
				if differs != d.what {
					t.Errorf("%s: %q, want %q", row.path, differs, d.what)
				}
				differs = ""
			}
		}
		if differs != "" {
			t.Errorf("%s: %s", row.path, differs)
		}
	}
}

// gopacketDifference says in which frame the two first differ, and how.
func gopacketDifference(t *testing.T, file []byte) string {
	ours, _ := read(t, file)
	theirs, err := gopacketFrames(file)
	for i := range min(len(ours), len(theirs)) {
		if ours[i] != theirs[i] {
			a, b := ours[i], theirs[i]
			return fmt.Sprintf("frame %d: at %d and %d, link %d and %d, length %d and %d, captured %d and %d",
				i+1, a.at, b.at, a.link, b.link, a.wirelen, b.wirelen, len(a.data), len(b.data))
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("%d and %d frames: %v", len(ours), len(theirs), err)
	}
	if err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Sprint(err)
	}
	return ""
}
