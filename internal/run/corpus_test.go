package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onpath/source"
)

// corpus is where captures of others lie, if they are there.
const corpus = "../../../shared/corpus/captures"

// row is what this test needs of a row of either kind.
type row struct {
	Conn          uint64  `json:"conn"`
	Undecoded     *string `json:"undecoded"`
	ClientPackets uint64  `json:"client_packets"`
	ServerPackets uint64  `json:"server_packets"`
}

// moreThanIndexed are the captures with damaged records in which we read more
// packets than the index counts, which stops there; source's tests say who is
// right.
var moreThanIndexed = map[string]uint64{
	"DanieleDeSensi+peafowl/test/pcaps/imap.cap":                             124 - 8,
	"OISF+suricata-verify/tests/bug-1450-04/tls_DER-incomplete-header.pcap":  14 - 6,
	"OISF+suricata-verify/tests/bug-1450-05/tls_DER-incomplete-content.pcap": 14 - 6,
}

// indexed returns the packets of each capture by its path, as the index has
// them.
func indexed(t *testing.T) map[string]uint64 {
	octets, err := os.ReadFile(filepath.Join(corpus, "..", "INDEX.tsv"))
	if err != nil {
		t.Skip("no corpus with an index at " + corpus)
	}
	packets := map[string]uint64{}
	for line := range strings.Lines(string(octets)) {
		w := strings.Split(line, "\t")
		if n, err := strconv.ParseUint(w[8], 10, 64); err == nil { // not the line of names
			packets[w[1]] = n
		}
	}
	return packets
}

// Over everything that others captured: both verbs do their work, every row is
// JSON, there are as many packets as the index has, and the packets of the
// connections are those that were decoded.
func TestCorpus(t *testing.T) {
	index := indexed(t)
	out := filepath.Join(t.TempDir(), "out")
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		c := quiet(Config{Files: []string{path}, Outputs: []Output{{"jsonl", out}}})
		seen, packets := map[uint64]uint64{}, uint64(0)
		for r := range rowsOf(t, Packets, c, out) {
			packets++
			if r.Undecoded == nil {
				seen[r.Conn]++
			}
		}
		name, _ := filepath.Rel(corpus, path)
		if want, ok := index[name]; !ok || packets != want+moreThanIndexed[name] {
			t.Errorf("%s: %d packets, the index has %d", name, packets, want)
		}
		for r := range rowsOf(t, Read, c, out) {
			if got := r.ClientPackets + r.ServerPackets; got != seen[r.Conn] || got == 0 {
				t.Errorf("%s: connection %d: %d packets, of which %d were seen", path, r.Conn, got, seen[r.Conn])
			}
			delete(seen, r.Conn)
		}
		if len(seen) > 0 {
			t.Errorf("%s: packets of connections that were not written: %v", path, seen)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rowsOf runs a verb and yields what it wrote.
func rowsOf(t *testing.T, verb func(Config) error, c Config, out string) func(func(row) bool) {
	return func(yield func(row) bool) {
		if err := verb(c); errors.Is(err, source.ErrNotCapture) || errors.Is(err, source.ErrEmpty) {
			return
		} else if err != nil {
			t.Error(err)
		}
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var r row
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				t.Errorf("%s: %v in %s", c.Files[0], err, lines.Bytes())
			}
			if !yield(r) {
				return
			}
		}
	}
}
