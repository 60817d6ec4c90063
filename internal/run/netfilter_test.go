package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/compat/netfilter"
)

const gate = "../../testdata/gate.pcap"

// output runs a verb with one output, and returns what it wrote.
func output(t *testing.T, verb func(Config) error, format string, c Config) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	c.Files, c.Outputs, c.Quiet = []string{gate}, []Output{{Format: format, Path: path}}, true
	if err := verb(c); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEveryListenerHears gives two outputs of the same events to one firewall.
func TestEveryListenerHears(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	err := Packets(Config{Files: []string{gate}, Quiet: true, Outputs: []Output{{Conntrack, a}, {Conntrack, b}}})
	if err != nil {
		t.Fatal(err)
	}
	one, _ := os.ReadFile(a)
	other, _ := os.ReadFile(b)
	if len(one) == 0 || string(one) != string(other) {
		t.Errorf("one output has %d octets, the other %d", len(one), len(other))
	}
}

// TestBatchesAreJudgedAlike holds the verdicts that read counts, in batches,
// against those that packets writes, one by one.
func TestBatchesAreJudgedAlike(t *testing.T) {
	c := Config{Netfilter: &netfilter.Config{}}
	rows := output(t, Packets, "tsv", c)
	records := output(t, Read, "tsv", c)
	refused, counted := strings.Count(rows, "\tINVALID\t"), 0
	for _, n := range column(records, "nf_invalid") {
		counted += int(n[0] - '0') // a few
	}
	if refused == 0 || counted != refused {
		t.Errorf("packets has %d INVALID, the records count %d", refused, counted)
	}
}

// column returns the values of a column of a tsv.
func column(tsv, name string) (values []string) {
	lines := strings.Split(strings.TrimSuffix(tsv, "\n"), "\n")
	at := slices.Index(strings.Split(lines[0], "\t"), name)
	for _, line := range lines[1:] {
		values = append(values, strings.Split(line, "\t")[at])
	}
	return values
}

// TestNobodyIsAskedByDefault keeps the firewall's columns null.
func TestNobodyIsAskedByDefault(t *testing.T) {
	if rows := output(t, Packets, "jsonl", Config{}); strings.Contains(rows, `"nf_state":"`) {
		t.Error("a verdict without --netfilter")
	}
}
