package source

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onpath/packet"
)

// corpusDir finds the captures that lie beside the module, not in it.
func corpusDir(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(filepath.Dir(dir), "shared", "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus of captures at ../shared/corpus beside the module")
	}
	return dir
}

// corpusRow is a line of the corpus index.
type corpusRow struct {
	path, notes string
	packets     uint64
}

func corpusRows(t testing.TB) (rows []corpusRow) {
	dir := corpusDir(t)
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		w := strings.Split(lines.Text(), "\t")
		if w[0] == "sha256" {
			continue
		}
		n, err := strconv.ParseUint(w[8], 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", w[1], err)
		}
		rows = append(rows, corpusRow{path: filepath.Join(dir, "captures", w[1]), packets: n, notes: w[16]})
	}
	return rows
}

// corpusDamage are the files of the corpus in which we find fault, by the end of
// their path, with the frames, Damages and cut files we count. Where our frames
// are more than the index has (tshark stops at the first bad record), why says
// how it was checked who is right.
var corpusDamage = []struct {
	path                  string
	frames, damaged, cuts uint64
	why                   string
}{
	{"test/pcaps/imap.cap", 124, 1, 0,
		"tshark 8: the payload of frame 8 was edited to be an octet shorter, so the next header begins an octet early; from there to the end each record fits"},
	{"bug-1450-04/tls_DER-incomplete-header.pcap", 14, 1, 0, "tshark 6: frame 6 was edited to be two octets shorter; the same"},
	{"bug-1450-05/tls_DER-incomplete-content.pcap", 14, 1, 0, "tshark 6: the same"},
	{"transform-base64-7296/input.pcap", 59, 3, 0, "made by a program whose fractions reach past a second; frames kept as by tshark"},
	{"RICS2021_787__fwscada_20200625_160926.pcap", 6718, 1, 1, "cut; tshark says so too"},
	{"FuzzTarget-4981601846820864", 1, 1, 0, "fraction of a second 2³²−1, frame kept as by tshark"},
	{"FuzzTarget-5165538295939072", 1, 1, 0, "bad length, and nothing plausible behind it"},
	{"FuzzTarget-5643903448645632", 1, 1, 1, "cut; tshark says so too"},
	{"FuzzTarget-5755755617189888", 2, 1, 0, "bad length, and nothing plausible behind it"},
	{"FuzzTarget-5758569646653440", 1, 1, 0, "bad length, and nothing plausible behind it"},
	{"crash-invalid-asn-record-len", 1, 1, 1, "cut; tshark says so too"},
	{"bgp_vpn_rt-oobr.pcap", 38, 32, 0, "header of zeros only, frames kept as by tshark and tcpdump"},
}

// TestCorpusCounts compares with the packets that tshark found in each file.
func TestCorpusCounts(t *testing.T) {
	for _, row := range corpusRows(t) {
		frames, damaged, cuts := row.packets, uint64(0), uint64(0)
		for _, d := range corpusDamage {
			if strings.HasSuffix(row.path, d.path) {
				frames, damaged, cuts = d.frames, d.damaged, d.cuts
			}
		}
		n, h := countFrames(t, row.path)
		if n != frames || h.Damaged != damaged || h.Cut != cuts {
			t.Errorf("%s: %d frames, %d damages, %d cut; want %d, %d, %d (tshark %d, %s)",
				row.path, n, h.Damaged, h.Cut, frames, damaged, cuts, row.packets, row.notes)
			for _, d := range h.Damages {
				t.Log(d)
			}
		}
	}
}

// countFrames reads all of a file, checking what holds for every frame.
func countFrames(t *testing.T, path string) (n uint64, h Health) {
	r, err := Open(path)
	if err != nil {
		t.Error(err)
		return 0, h
	}
	defer r.Close()
	var f packet.Frame
	for err = r.Next(&f); err == nil; err = r.Next(&f) {
		if n++; f.Number != n || int(f.WireLen) < len(f.Data) {
			t.Errorf("%s: frame %d has number %d, %d octets captured of %d", path, n, f.Number, len(f.Data), f.WireLen)
		}
	}
	if err != io.EOF {
		t.Error(err)
	}
	if r.Consumed() != r.Size() {
		t.Errorf("%s: consumed %d of %d octets", path, r.Consumed(), r.Size())
	}
	return n, r.Health()
}
