package oracle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// outcomeFile holds what became of the connections of the kernel runs; it says how.
const outcomeFile = "testdata/outcomes.tsv"

// expectation is a line of outcomeFile.
type expectation struct {
	run, records, outcome, closer, attempts, why string
}

// expectations reads outcomeFile.
func expectations(t *testing.T) (all []expectation) {
	t.Helper()
	f, err := os.Open(outcomeFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Split(lines.Text(), "\t")
		if len(w) == 6 && w[0] != "run" {
			all = append(all, expectation{w[0], w[1], w[2], w[3], w[4], w[5]})
		}
	}
	return all
}

// outcomeMisses are the connections of which we say something else, and why.
var outcomeMisses = map[string]string{
	"halfclose-client.midstream 1": "the client's FIN had passed before the capture begins; nothing of it comes again, and the server's octets show an ACK that is one higher than what passed",
}

// leastRight is which part of the connections must be judged as they truly were.
const leastRight = 0.98

// TestOutcomes compares what we say of the kernel runs with what truly became of them.
func TestOutcomes(t *testing.T) {
	records := map[string][]record.Record{}
	right, all, missed := 0, 0, map[string]bool{}
	for _, e := range expectations(t) {
		if records[e.run] == nil {
			records[e.run] = recordsOf(t, filepath.Join(folder(t), e.run+".pcap.gz"))
		}
		for _, r := range e.of(records[e.run]) {
			all++
			how := e.differs(&r)
			if how == "" {
				right++
				continue
			}
			name := fmt.Sprintf("%s %d", e.run, r.Conn)
			missed[name] = true
			if outcomeMisses[name] == "" {
				t.Errorf("%s: %s (%s)", name, how, e.why)
			}
		}
	}
	t.Logf("%d of %d connections", right, all)
	if float64(right) < leastRight*float64(all) || all == 0 {
		t.Errorf("%d of %d are right, want %.2f", right, all, leastRight)
	}
	for name := range outcomeMisses {
		if !missed[name] {
			t.Errorf("%s is right now", name)
		}
	}
}

// of returns the records of a run that the line is about: all, those with these numbers,
// or of the flood the one of a real host and the others.
func (e *expectation) of(all []record.Record) (some []record.Record) {
	from, to, isRange := strings.Cut(e.records, "-")
	for _, r := range all {
		n := r.Conn
		low, _ := strconv.ParseUint(from, 10, 64)
		high, _ := strconv.ParseUint(to, 10, 64)
		octets := r.Side[0].Octets + r.Side[1].Octets
		switch {
		case e.records == "*", isRange && n >= low && n <= high, e.records == "real" && octets > 0, e.records == "others" && octets == 0:
			some = append(some, r)
		}
	}
	return some
}

// differs says how a record is not as it should be.
func (e *expectation) differs(r *record.Record) string {
	var how []string
	columns := record.FlatColumns()
	for _, c := range []struct{ name, want string }{{"outcome", e.outcome}, {"closer", e.closer}, {"attempts", e.attempts}} {
		got := string(record.ByName(columns, c.name).Append(nil, r))
		if c.want == "" && c.name == "attempts" || c.want == "*" {
			continue
		}
		if got != c.want {
			how = append(how, fmt.Sprintf("%s %q, want %q", c.name, got, c.want))
		}
	}
	return strings.Join(how, ", ")
}

// recordsOf is readRecords for a file that must be readable.
func recordsOf(t *testing.T, path string) []record.Record {
	t.Helper()
	all, err := readRecords(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// readRecords reads a capture file, and returns its TCP records in the order of their
// numbers. The error is that of the file.
func readRecords(path string) (all []record.Record, err error) {
	in, err := source.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return recordsIn(in)
}

// recordsIn is readRecords of what has been opened.
func recordsIn(in *source.Reader) (all []record.Record, err error) {
	decoder := packet.NewDecoder(packet.Config{})
	table := flow.New(flow.Config{}, func(r *record.Record) {
		if r.IsTCP() {
			all = append(all, *r)
		}
	})
	var f packet.Frame
	var v packet.View
	for err == nil {
		if err = in.Next(&f); err == nil {
			decoder.Decode(&f, &v)
			table.Observe(&v)
		}
	}
	table.Flush()
	slices.SortFunc(all, func(a, b record.Record) int { return int(a.Conn) - int(b.Conn) })
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}
