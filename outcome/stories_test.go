package outcome_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onpath/flow"
	"onpath/internal/segtext"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
)

// story is a conversation of testdata, and what is said of each of its records.
type story struct {
	file, title, text, verdicts string
}

// stories reads testdata/*.txt: blocks that begin with "== title", hold a conversation
// in the language of segtext, and behind a line "---" a line for each record. Two
// comments say what passes beside the conversation:
//
//	# two-way    another connection between the same hosts, before
//	# silent N   something else, N seconds after the last line
//	# most N     no more connections are remembered at once
func stories(t *testing.T) (all []story) {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.txt")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range bytes.Split(b, []byte("== "))[1:] {
			title, rest, _ := strings.Cut(string(block), "\n")
			text, verdicts, _ := strings.Cut(rest, "---\n")
			all = append(all, story{name, title, text, strings.TrimSpace(verdicts)})
		}
	}
	if len(all) == 0 {
		t.Fatal("no stories")
	}
	return all
}

// TestStories: of each conversation is said what its file says.
func TestStories(t *testing.T) {
	all := stories(t)
	for i := range all {
		s := &all[i]
		got := strings.TrimSpace(s.judge(t, 0))
		if got != s.verdicts && !*update {
			t.Errorf("%s: %s:\n%s\nwant\n%s", s.file, s.title, got, s.verdicts)
		}
		if again := strings.TrimSpace(s.judge(t, 1<<32-1)); again != got {
			t.Errorf("%s: %s, the numbers moved:\n%s\nwithout\n%s", s.file, s.title, again, got)
		}
		s.verdicts = got
	}
	if *update {
		rewrite(t, all)
	}
}

// rewrite writes the verdicts behind the conversations.
func rewrite(t *testing.T, all []story) {
	files := map[string]string{}
	for _, s := range all {
		files[s.file] += fmt.Sprintf("== %s\n%s---\n%s\n\n", s.title, s.text, s.verdicts)
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(strings.TrimSuffix(text, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStoriesTellAll: each class and each flag is in some story.
func TestStoriesTellAll(t *testing.T) {
	told := map[string]bool{}
	for _, s := range stories(t) {
		for _, w := range strings.FieldsFunc(s.verdicts, func(r rune) bool { return strings.ContainsRune(" ,(\n", r) }) {
			told[w] = true
		}
	}
	for _, w := range append(outcome.ClassWords(), outcome.FlagWords()...) {
		name, _, _ := strings.Cut(w.Name, "(")
		if !told[name] {
			t.Errorf("no story tells of %s", name)
		}
	}
}

// judge lets the conversation pass, its client's sequence numbers moved by so many, and
// returns a line for each of its records.
func (s *story) judge(t *testing.T, move uint32) string {
	t.Helper()
	lines, err := segtext.ParseLines(s.text)
	if err != nil {
		t.Fatalf("%s: %s: %v", s.file, s.title, err)
	}
	p := newPath(s.text)
	if strings.Contains(s.text, "# two-way") {
		p.beside(-1e9, 3)
	}
	for i := range lines {
		shift(&lines[i], move)
		p.frame(lines[i].At, lines[i].Frame())
	}
	if _, n, ok := strings.Cut(s.text, "# silent "); ok {
		n, _, _ := strings.Cut(n, "\n")
		seconds, _ := strconv.Atoi(n)
		p.beside(lines[len(lines)-1].At+int64(seconds)*1e9, 1)
	}
	p.table.Flush()
	return p.said.String()
}

// shift moves the client's numbers. SEQ 0 of a RST with ACK is no number, nor an ACK
// field of 0.
func shift(l *segtext.Line, by uint32) {
	if l.Dir == 0 {
		l.Seq = l.Seq.Add(by)
	} else if l.Ack != 0 {
		l.Ack = l.Ack.Add(by)
		for i := range l.SACK[:l.NumSACK] {
			l.SACK[i][0], l.SACK[i][1] = l.SACK[i][0].Add(by), l.SACK[i][1].Add(by)
		}
	}
}

// path is what passes us.
type path struct {
	decoder *packet.Decoder
	table   *flow.Table
	frames  uint64
	said    strings.Builder
}

func newPath(text string) *path {
	p := &path{decoder: packet.NewDecoder(packet.Config{})}
	most := 0
	if _, n, ok := strings.Cut(text, "# most "); ok {
		fmt.Sscan(n, &most)
	}
	p.table = flow.New(flow.Config{MaxConnections: most}, func(r *record.Record) {
		if r.IsTCP() && (r.Key.APort == 40000 || r.Key.BPort == 40000) {
			p.said.WriteString(verdict(r) + "\n")
		}
	})
	return p
}

func (p *path) frame(at int64, data []byte) {
	p.frames++
	f := packet.Frame{Number: p.frames, At: at + 1000e9, Link: packet.LinkEthernet, Data: data, WireLen: uint32(len(data))}
	var v packet.View
	p.decoder.Decode(&f, &v)
	p.table.Observe(&v)
}

// beside lets the first segments of the handshake of another connection pass.
func (p *path) beside(at int64, segments int) {
	lines, _ := segtext.ParseLines("0 > S 1:1(0)\n0 < S. 1:1(0) ack 2\n0 > . 2:2(0) ack 2")
	for i := range lines[:segments] {
		b := lines[i].Frame()
		port := b[34:] // behind Ethernet and IP
		if lines[i].Dir != 0 {
			port = b[36:]
		}
		binary.BigEndian.PutUint16(port, 50000)
		p.frame(at, b)
	}
}

// verdict writes the columns about the outcome.
func verdict(r *record.Record) string {
	columns := record.FlatColumns()
	var words []string
	for _, name := range []string{"outcome", "confidence", "closer", "attempts", "deny_delay", "outcome_flags", "history", "zeek_conn_state", "argus_state", "tshark_completeness"} {
		if v := record.ByName(columns, name).Append(nil, r); len(v) > 0 {
			words = append(words, string(v))
		} else {
			words = append(words, "-")
		}
	}
	return strings.Join(words, " ")
}
