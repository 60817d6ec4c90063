package oracle

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/record"
	"onpath/source"
)

// An accusation is one occurrence of a finding.
type accusation struct {
	id       anomaly.ID
	severity anomaly.Severity // of this occurrence
	frame    uint64           // that showed it; 0: the record's end did
	accused  [2]uint64        // frames; 0: none
	says     string
}

func (a *accusation) String() string {
	return fmt.Sprintf("frame %d, shown by %d: %v %v: %s", a.accused[0], a.frame, a.severity, a.id, a.says)
}

// of reports whether a accuses a frame.
func (a *accusation) of(frame int) bool { return slices.Contains(a.accused[:], uint64(frame)) }

// allFound is how many occurrences of a finding are kept here: all of them.
const allFound = 1 << 20

// accusations reads all packets of in, and returns what was found, by frame.
func accusations(t *testing.T, in *source.Reader) (all []accusation) {
	t.Helper()
	table := flow.New(flow.Config{Rules: check.Config{Keep: allFound}}, func(r *record.Record) {
		for i := range r.Findings {
			all = append(all, occurrences(&r.Findings[i])...)
		}
	})
	feed(t, in, func(v *packet.View) { table.Observe(v) })
	table.Flush()
	slices.SortStableFunc(all, func(a, b accusation) int { return cmp.Compare(a.frame, b.frame) })
	return all
}

// feed decodes all packets of in.
func feed(t *testing.T, in *source.Reader, do func(*packet.View)) {
	t.Helper()
	decoder := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	for {
		err := in.Next(&f)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		decoder.Decode(&f, &v)
		do(&v)
	}
}

func occurrences(f *check.Finding) (all []accusation) {
	for i := range f.Kept {
		o := &f.Kept[i]
		all = append(all, accusation{
			f.ID, f.ID.Severity().Given(o.Cause), o.Frame, [2]uint64{o.Accused, o.Other},
			string(check.AppendSentence(nil, f.ID, o.Numbers)),
		})
	}
	return all
}

// accusedIn is accusations of a file.
func accusedIn(t *testing.T, path string) []accusation {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return accusations(t, in)
}

// accusedOf is accusations of a capture in memory.
func accusedOf(t *testing.T, name string, capture []byte) []accusation {
	t.Helper()
	in, err := source.New(name, bytes.NewReader(capture))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return accusations(t, in)
}

// A tally counts occurrences by severity and row.
type tally map[anomaly.Severity]map[anomaly.ID]int

func (n tally) add(a *accusation) {
	if n[a.severity] == nil {
		n[a.severity] = map[anomaly.ID]int{}
	}
	n[a.severity][a.id]++
}

// of lists what has a severity, the most frequent first.
func (n tally) of(s anomaly.Severity) string {
	var ids []anomaly.ID
	for id := range n[s] {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b anomaly.ID) int {
		return cmp.Or(n[s][b]-n[s][a], cmp.Compare(a.String(), b.String()))
	})
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, "\n%6d %v", n[s][id], id)
	}
	return b.String()
}
