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

// TestCorpus compares every capture of the corpus with the original's answers:
// a sample of them by default, all with ONPATH_FULL=1.
func TestCorpus(t *testing.T) {
	dir := shared(t, "corpus")
	all := answers(t, dir)
	same, flows, packets, differ := 0, 0, 0, 0
	for _, a := range all {
		if a.refused {
			continue
		}
		d := compare(t, dir, a)
		if d == "" {
			same, flows, packets = same+1, flows+len(a.flows), packets+len(a.packets)
			continue
		}
		differ++
		t.Errorf("%s: %s", a.path, d)
	}
	t.Logf("%d captures the same, %d differ; %d flows, %d packets", same, differ, flows, packets)
}

func compare(t *testing.T, dir string, a answer) string {
	out := play(tcpstates.Config{}, read(t, filepath.Join(dir, "captures", a.path)))
	var flows, packets []string
	for i, line := range out.flows {
		if out.tcp[i] {
			w := strings.Split(line, "\t")
			flows = append(flows, strings.Join([]string{w[0], w[2], w[3], w[6], w[7], w[8], w[9], w[11]}, "\t"))
		}
	}
	for i, line := range out.packets {
		if out.isTCP[i] {
			w := strings.Split(line, "\t")
			packets = append(packets, w[0]+"\t"+w[8])
		}
	}
	if d := first("flow", flows, a.flows); d != "" {
		return d
	}
	return first("packet", packets, a.packets)
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
