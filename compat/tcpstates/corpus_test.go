package tcpstates_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
)

// answer is what the original said of one capture of the corpus.
type answer struct {
	path    string
	refused bool
	flows   []string // dir, first, last, src, sport, dst, dport, flags of TCP flows, in file order
	packets []string // number, flags of TCP packets
}

// answers reads expected/tcpstates.tsv.gz.
func answers(t *testing.T, dir string) (all []answer) {
	f, err := os.Open(filepath.Join(dir, "expected", "tcpstates.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		what, rest, _ := strings.Cut(lines.Text(), "\t")
		last := len(all) - 1
		switch what {
		case "C":
			all = append(all, answer{path: rest})
		case "E":
			path, _, _ := strings.Cut(rest, "\t")
			all = append(all, answer{path: path, refused: true})
		case "F":
			all[last].flows = append(all[last].flows, rest)
		case "P":
			all[last].packets = append(all[last].packets, rest)
		}
	}
	return all
}

// exclusions are the captures of which not all can be compared, with the reason.
// None is of the kind that Tranalyzer2 answers from stale memory: headers that the
// capture cut.
var exclusions = []struct {
	path      string // the end of it
	onlyFlags bool   // times are not compared; otherwise nothing is
	why       string
}{
	{"peafowl/test/pcaps/imap.cap", false, "damaged file: frame 8 is an octet short; our reader finds the next frame, libpcap reads garbage first"},
	{"bug-1450-04/tls_DER-incomplete-header.pcap", false, "damaged file: frame 6 is two octets short; the same"},
	{"bug-1450-05/tls_DER-incomplete-content.pcap", false, "damaged file: frame 6 is two octets short; the same"},
	{"transform-base64-7296/input.pcap", true, "fractions of a second above 999999: printed as they are by the original, carried over by our reader"},
	{"FuzzTarget-4981601846820864", true, "a fraction of 2³²−1: the same"},
}

// TestCorpus compares every capture of the corpus with the original's answers.
// It takes a second, so there is no sample.
func TestCorpus(t *testing.T) {
	dir := shared(t, "corpus")
	var captures, flows, packets, refused, excluded int
	for _, a := range answers(t, dir) {
		skip, onlyFlags, why := exclusion(a.path)
		if a.refused {
			refused++
			t.Logf("not compared: %s: the original refuses it", a.path)
			continue
		}
		if why != "" {
			excluded++
			t.Logf("excluded: %s (flags compared: %v): %s", a.path, !skip, why)
		}
		if skip {
			continue
		}
		if d := compare(t, dir, a, onlyFlags); d != "" {
			t.Errorf("%s: %s", a.path, d)
		}
		captures, flows, packets = captures+1, flows+len(a.flows), packets+len(a.packets)
	}
	if excluded != len(exclusions) {
		t.Errorf("%d of %d exclusions used", excluded, len(exclusions))
	}
	t.Logf("%d captures compared: %d TCP flows, %d TCP packets; %d refused by the original; %d excluded, wholly or their times",
		captures, flows, packets, refused, excluded)
}

func exclusion(path string) (skip, onlyFlags bool, why string) {
	for _, e := range exclusions {
		if strings.HasSuffix(path, e.path) {
			return !e.onlyFlags, e.onlyFlags, e.why
		}
	}
	return false, false, ""
}

// compare returns the first difference, "" if there is none.
func compare(t *testing.T, dir string, a answer, onlyFlags bool) string {
	path := filepath.Join(dir, "captures", a.path)
	out := play(tcpstates.Config{}, libpcapSees(t, path, read(t, path)))
	var flows, packets []string
	for i, line := range out.flows {
		if out.tcp[i] {
			flows = append(flows, pick(line, 0, 2, 3, 6, 7, 8, 9, 11))
		}
	}
	for i, line := range out.packets {
		if out.isTCP[i] {
			packets = append(packets, pick(line, 0, 8))
		}
	}
	if onlyFlags {
		for _, lines := range [][]string{flows, a.flows} {
			for i := range lines {
				lines[i] = pick(lines[i], 0, 3, 4, 5, 6, 7)
			}
		}
	}
	if d := first("flow", flows, a.flows); d != "" {
		return d
	}
	return first("packet", packets, a.packets)
}

// pick returns some of the columns of a line.
func pick(line string, columns ...int) string {
	w := strings.Split(line, "\t")
	picked := make([]string, len(columns))
	for i, c := range columns {
		picked[i] = w[c]
	}
	return strings.Join(picked, "\t")
}

// first tells the first difference.
func first(what string, got, want []string) string {
	for i := range max(len(got), len(want)) {
		if at(got, i) != at(want, i) {
			return fmt.Sprintf("%s %d (%d, want %d):\n\tgot  %s\n\twant %s", what, i+1, len(got), len(want), at(got, i), at(want, i))
		}
	}
	return ""
}
