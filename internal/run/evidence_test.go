package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/internal/evidence"
	"onpath/sink/text"
	"onpath/source"
)

// shownCaptures are those whose evidence is looked at: our own, and of those of others,
// if they are there, each 20th, or with ONPATH_FULL all.
func shownCaptures(t *testing.T) (paths []string) {
	paths, err := filepath.Glob("../../testdata/*.pcap")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	every := 20
	if os.Getenv("ONPATH_FULL") != "" {
		every = 1
	}
	n := 0
	filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if n%every == 0 {
				paths = append(paths, path)
			}
			n++
		}
		return nil
	})
	return paths
}

// dumpedTo reads a capture with evidence in dir, and returns the records. ok is false if
// it is none.
func dumpedTo(t *testing.T, path, dir string) (records []byte, ok bool) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "records")
	c := quiet(Config{Files: []string{path}, Outputs: []Output{{"jsonl", out}}})
	if dir != "" {
		c.Evidence = Evidence{Dir: dir, Memory: 8 << 20, Disk: evidence.DefaultDisk, Version: "onpath test", Least: anomaly.Suspicious}
	}
	if err := Read(c); errors.Is(err, source.ErrNotCapture) || errors.Is(err, source.ErrEmpty) {
		return nil, false
	} else if err != nil {
		t.Fatal(path, err)
	}
	records, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return records, true
}

// told is what a dump says of itself.
type toldDump struct {
	Pcap     string
	Error    string
	Conn     *uint64
	Packets  int
	Findings []toldFinding
	name     string
}

type toldFinding struct {
	ID, Says      string
	Packet, Frame *int
}

// dumpsIn returns the dumps of a directory in their order.
func dumpsIn(t *testing.T, dir string) (all []toldDump) {
	paths, _ := filepath.Glob(filepath.Join(dir, "dump*.json"))
	for _, path := range paths {
		octets, err := os.ReadFile(path)
		d := toldDump{name: strings.TrimSuffix(path, ".json")}
		if err = errors.Join(err, json.Unmarshal(octets, &d)); err != nil {
			t.Fatal(path, err)
		}
		all = append(all, d)
	}
	return all
}

// Evidence changes nothing of the records, and tshark reads all of it and shows the
// comments.
func TestEvidence(t *testing.T) {
	tshark, _ := exec.LookPath("tshark")
	dumps := 0
	for _, path := range shownCaptures(t) {
		dir := filepath.Join(t.TempDir(), "dumps")
		with, ok := dumpedTo(t, path, dir)
		if !ok {
			continue
		}
		if without, _ := dumpedTo(t, path, ""); !bytes.Equal(with, without) {
			t.Errorf("%s: evidence changes the records", path)
		}
		all := dumpsIn(t, dir)
		dumps += len(all)
		if tshark != "" && len(all) > 0 {
			shown(t, tshark, path, all)
		}
	}
	if dumps < 2 {
		t.Errorf("%d dumps", dumps)
	}
	if tshark == "" {
		t.Log("tshark is not installed: nobody else has read the dumps")
	}
}

// shown compares what tshark shows of dumps with what they say. It reads them as the
// sections of one file, as it takes long to start.
func shown(t *testing.T, tshark, capture string, all []toldDump) {
	t.Helper()
	var file bytes.Buffer
	packets := 0
	for _, d := range all {
		octets, err := os.ReadFile(d.Pcap)
		if err != nil {
			t.Fatal(err)
		}
		file.Write(octets)
		packets += d.Packets
	}
	cmd := exec.Command(tshark, "-n", "-r", "-", "-T", "fields", "-e", "frame.comment")
	cmd.Stdin = &file
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", capture, err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != packets {
		t.Fatalf("%s: tshark sees %d packets of %d", capture, len(lines), packets)
	}
	for _, d := range all {
		for _, f := range d.Findings {
			if f.Packet != nil && !says(lines[*f.Packet-1], f.ID, f.Says) {
				t.Errorf("%s, %s: packet %d has the comment %q, not %s: %s", capture, d.name, *f.Packet, lines[*f.Packet-1], f.ID, f.Says)
			}
		}
		lines = lines[d.Packets:]
	}
}

// says reports whether a comment names a rule and its numbers.
func says(comment, id, sentence string) bool {
	return strings.Contains(comment, "onpath: "+id+" (") && strings.Contains(comment, sentence)
}

// The stacks of a dump are those that packets shows behind the packet before.
func TestStacksOfDumps(t *testing.T) {
	compared := 0
	for _, path := range shownCaptures(t) {
		dir := filepath.Join(t.TempDir(), "dumps")
		if _, ok := dumpedTo(t, path, dir); !ok {
			continue
		}
		all := dumpsIn(t, dir)
		if len(all) == 0 {
			continue
		}
		stacks := stacksOf(t, path)
		for _, d := range all {
			f := d.Findings[slices.IndexFunc(d.Findings, func(f toldFinding) bool { return f.ID+": "+f.Says == d.Error })]
			if d.Conn == nil || f.Frame == nil || *d.Conn == 0 {
				continue
			}
			want, ok := stacks.before(*d.Conn, *f.Frame)
			if !ok { // it is the first packet
				continue
			}
			octets, err := os.ReadFile(d.name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(string(octets), "\n\n")
			if got = withoutBars(got[:strings.Index(got, "RFC 7323")]); got != withoutBars(want) {
				t.Errorf("%s, %s:\n%s\nwant\n%s", path, d.name, got, want)
			}
			compared++
		}
	}
	if compared < 2 {
		t.Errorf("%d compared", compared)
	}
}

// withoutBars returns the words of a table.
func withoutBars(table string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(table, "|", " ")), " ")
}

// shownStacks are the stacks behind each frame, and its connection.
type shownStacks struct {
	conn  []string
	table []string
}

// before returns the stacks behind the last packet of a connection before a frame.
func (s *shownStacks) before(conn uint64, frame int) (table string, ok bool) {
	for i := frame - 2; i >= 0; i-- {
		if s.table[i] != "" && s.conn[i] == fmt.Sprint(conn) {
			return s.table[i], true
		}
	}
	return "", false
}

func stacksOf(t *testing.T, path string) *shownStacks {
	t.Helper()
	out := filepath.Join(t.TempDir(), "packets")
	if err := Packets(quiet(Config{Files: []string{path}, Text: text.Config{Stacks: true}, Outputs: []Output{{"text", out}}})); err != nil {
		t.Fatal(path, err)
	}
	octets, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	s := &shownStacks{}
	for line := range strings.Lines(string(octets)) {
		if line[0] >= '0' && line[0] <= '9' {
			_, conn, _ := strings.Cut(line, " | conn ")
			conn = strings.FieldsFunc(conn+" 0", func(r rune) bool { return r < '0' || r > '9' })[0]
			s.conn, s.table = append(s.conn, conn), append(s.table, "")
			continue
		}
		s.table[len(s.table)-1] += line
	}
	return s
}
