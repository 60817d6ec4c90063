package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/check"
	"onpath/packet"
	"onpath/source"
)

// dumped returns the dump of a small connection, and its tap.
func dumped(t testing.TB) *Dump {
	p := newTap(t, Config{Memory: 1 << 20})
	p.play(40001, opening+strange)
	dumps := p.end()
	if len(dumps) != 1 {
		t.Fatalf("%d dumps", len(dumps))
	}
	return dumps[0]
}

// opened opens a directory that is there.
func opened(t testing.TB, path string, limit int64) *Dir {
	t.Helper()
	d, err := OpenDir(path, limit, "onpath test")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// list returns the names in a directory.
func list(t testing.TB, path string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// size returns what the files in a directory take.
func size(t testing.TB, path string) (n int64) {
	for _, name := range list(t, path) {
		info, err := os.Lstat(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		n += blocks(info.Size())
	}
	return n
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "here")
	d, dump := opened(t, path, DefaultDisk), dumped(t)
	if names := list(t, path); len(names) != 0 {
		t.Errorf("before the first dump: %v", names)
	}
	if !d.Write(dump) {
		t.Fatal(d.Stats())
	}
	if names := list(t, path); !slices.Equal(names, []string{"dump000.json", "dump000.pcapng", "dump000.txt"}) {
		t.Errorf("%v", names)
	}
	for name, mode := range map[string]fs.FileMode{"": dirMode | fs.ModeDir, "dump000.json": fileMode, "dump000.pcapng": fileMode, "dump000.txt": fileMode} {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || info.Mode()&^mode != 0 {
			t.Errorf("%s has mode %v, want %v at most", name, info.Mode(), mode)
		}
	}
	if s := d.Stats(); s != (DirStats{Written: 1}) {
		t.Errorf("%+v", s)
	}
	if got := size(t, path); got != d.used {
		t.Errorf("%d octets are taken, %d counted", got, d.used)
	}
}

// The capture holds the frames as they were, and comments on those that matter.
func TestCapture(t *testing.T) {
	dump := dumped(t)
	var b bytes.Buffer
	comments := dump.comments()
	if err := dump.writeCapture(&b, "onpath test", comments); err != nil {
		t.Fatal(err)
	}
	if int64(b.Len()) > dump.size(comments) {
		t.Errorf("%d octets, expected %d at most", b.Len(), dump.size(comments))
	}
	r, err := source.New("dump", &b)
	if err != nil {
		t.Fatal(err)
	}
	var f packet.Frame
	for n := 0; r.Next(&f) == nil; n++ {
		k := &dump.frames[n]
		data := make([]byte, k.length)
		dump.ring.read(k.from, data)
		if !bytes.Equal(f.Data, data) || f.At != k.at || f.WireLen != k.wire || f.Link != packet.LinkEthernet {
			t.Errorf("frame %d: %+v", n, f)
		}
	}
	if h := r.Health(); f.Number != 4 || h.Comments != 1+1 || h.Damaged != 0 { // with that on the first finding of two
		t.Errorf("%d frames, %+v", f.Number, h)
	}
}

// The text has tcpad's rows, in its order.
func TestText(t *testing.T) {
	got := string(dumped(t).text("onpath test", "d/dump000.pcapng"))
	const want = `onpath test
Related pcap file: d/dump000.pcapng
Error message: xmas-flags-segment: flags SFRPU

           | Local endpoint  | Remote endpoint |
`
	head, rest, _ := strings.Cut(got, "IP:  ")
	if lines := strings.Split(head, "\n"); !strings.HasPrefix(lines[2], "Error message: xmas-flags-segment: ") || lines[0] != "onpath test" || !strings.HasSuffix(head, want[strings.LastIndex(want, "\n\n"):]) {
		t.Errorf("%s", head)
	}
	for _, row := range []string{"TCP Port:", "FSM state:", "ISS:", "SND.UNA:", "SND.MAX:", "SND.NXT:", "SND.UP:", "SND.WL1:", "SND.WL2:", "SND.WND:",
		"IRS:", "RCV.NXT:", "RCV.WND:", "RCV.UP:", "RFC 1323 variables:", "SND.SCALE:", "RCV.SCALE:", "TSval:", "TS.Recent:", "SACK:", "SACKed:", "ECN:", "Possible:", "Findings:"} {
		var found bool
		if _, rest, found = strings.Cut(rest, "\n"+row); !found {
			t.Fatalf("%s is missing or in the wrong place:\n%s", row, got)
		}
	}
}

// The JSON tells the same as the text.
func TestJSON(t *testing.T) {
	dump := dumped(t)
	var r struct {
		Error    string
		Packets  int
		Findings []struct {
			ID            string
			Frame, Packet int
			Local, Remote map[string]any
		}
	}
	if err := json.Unmarshal(dump.json("onpath test", "x"), &r); err != nil {
		t.Fatal(err)
	}
	text := string(dump.text("onpath test", "x"))
	if !strings.Contains(text, "Error message: "+r.Error+"\n") || r.Packets != 4 || len(r.Findings) != len(dump.Findings) || r.Findings[0].Packet != 4 {
		t.Errorf("%+v", r)
	}
	for key, local := range r.Findings[0].Local {
		if words, isList := local.([]any); isList {
			local = append(words, "")[0]
		}
		if value, isNumber := local.(float64); isNumber {
			local = int64(value)
		}
		if !strings.Contains(text, fmt.Sprintf("\n%-10s | %-15v |", key+":", local)) {
			t.Errorf("%s is not %v in\n%s", key, local, text)
		}
	}
}

// Numbers go on, whatever lies in the directory, and nothing that is there is touched.
func TestNumbersGoOn(t *testing.T) {
	path := t.TempDir()
	dump := dumped(t)
	opened(t, path, DefaultDisk).Write(dump)
	for name, octets := range map[string]string{
		"dump998.txt": "old", "dump1.txt": "no", "dump99999999999999999999.txt": "no", "dump18446744073709551615.pcapng": "no",
		"dump.txt": "no", "other7777.txt": "no", "dump7777": "no", "dump-5.txt": "no",
	} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(octets), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := opened(t, path, DefaultDisk)
	d.Write(dump)
	d.Write(dump)
	if s := d.Stats(); s != (DirStats{Written: 2, First: 999, Last: 1000}) {
		t.Errorf("%+v", s)
	}
	if octets, _ := os.ReadFile(filepath.Join(path, "dump998.txt")); string(octets) != "old" {
		t.Errorf("an old file holds %q", octets)
	}
	if _, err := os.Stat(filepath.Join(path, "dump1000.pcapng")); err != nil {
		t.Error(err)
	}
}

// Two at work in the same directory take turns.
func TestTwoWriters(t *testing.T) {
	path := t.TempDir()
	a, b, dump := opened(t, path, DefaultDisk), opened(t, path, DefaultDisk), dumped(t)
	for range 5 {
		if !a.Write(dump) || !b.Write(dump) {
			t.Fatal(a.Stats(), b.Stats())
		}
	}
	if n := len(list(t, path)); n != 30 {
		t.Errorf("%d files", n)
	}
}

// Links in the directory are neither followed nor replaced.
func TestLinks(t *testing.T) {
	path, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := opened(t, path, DefaultDisk)
	names := []string{"dump000.pcapng.part", "dump001.pcapng", "dump002.txt", "dump003.json", "dump004.txt.part"}
	for _, name := range names {
		if err := os.Symlink(victim, filepath.Join(path, name)); err != nil {
			t.Skip(err)
		}
	}
	d.Write(dumped(t))
	for _, name := range names {
		if to, err := os.Readlink(filepath.Join(path, name)); err != nil || to != victim {
			t.Errorf("%s: %q, %v", name, to, err)
		}
	}
	if octets, err := os.ReadFile(victim); string(octets) != "untouched" {
		t.Errorf("%q, %v", octets, err)
	}
	if s := d.Stats(); s.Written != 1 || s.First != 5 {
		t.Errorf("%+v", s)
	}
}

// The directory never takes more than it may, and what is refused is counted; who makes
// room gets dumps again.
func TestTinyDisk(t *testing.T) {
	dump := dumped(t)
	for _, limit := range []int64{0, 1, block, 3 * block, 7 * block, 30 * block} {
		path := t.TempDir()
		d := opened(t, path, limit)
		for range 20 {
			d.Write(dump)
		}
		s := d.Stats()
		if got := size(t, path); got > limit || s.Written+s.Refused != 20 || s.Failed != 0 {
			t.Errorf("%d of %d octets, %+v", got, limit, s)
		}
		for range 20 { // a kind gets half in each
			opened(t, path, limit).Write(dump)
		}
		if got := size(t, path); got > limit {
			t.Errorf("more runs: %d of %d octets", got, limit)
		}
	}
	path := t.TempDir()
	d := opened(t, path, 9*block)
	for range 4 {
		d.Write(dump)
	}
	for _, name := range list(t, path) {
		os.Remove(filepath.Join(path, name))
	}
	if d.Write(dump) {
		t.Error("it looked again at once")
	}
	dump.Findings[0].At += recount + d.scanned
	if !d.Write(dump) {
		t.Errorf("room was made: %+v", d.Stats())
	}
}

// A flood of one kind leaves half of the room to others.
func TestKindsShare(t *testing.T) {
	d, dump := opened(t, t.TempDir(), 60*block), dumped(t)
	for range 50 {
		d.Write(dump)
	}
	if s := d.Stats(); s.Written < 8 || d.used > 30*block {
		t.Errorf("%+v, %d blocks", s, d.used/block)
	}
	dump.Findings[0].ID = anomaly.ZeroWindow
	for range 50 {
		d.Write(dump)
	}
	if d.used < 50*block {
		t.Errorf("the other kind did not get its half: %+v, %d blocks", d.Stats(), d.used/block)
	}
}

// A directory that vanishes costs the dumps of that time, and no more.
func TestVanishedDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dumps")
	d, dump := opened(t, path, DefaultDisk), dumped(t)
	d.Write(dump)
	os.RemoveAll(path)
	if d.Write(dump) {
		t.Error("written to nowhere")
	}
	if s := d.Stats(); s.Failed != 1 || !errors.Is(s.Err, fs.ErrNotExist) {
		t.Errorf("%+v", s)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if !d.Write(dump) || len(list(t, path)) != 3 {
		t.Errorf("%+v, %v", d.Stats(), list(t, path))
	}
}

// A dump of which a file cannot be written leaves nothing half-done.
func TestFailure(t *testing.T) {
	path := t.TempDir()
	d, dump := opened(t, path, DefaultDisk), dumped(t)
	if err := os.Mkdir(filepath.Join(path, "dump000.txt.part"), 0o700); err != nil { // cannot be made twice
		t.Fatal(err)
	}
	if d.Write(dump) || d.Stats().Failed != 1 {
		t.Errorf("%+v", d.Stats())
	}
	if !d.Write(dump) {
		t.Errorf("%+v", d.Stats())
	}
	for _, name := range list(t, path) {
		if strings.HasSuffix(name, part) && name != "dump000.txt.part" {
			t.Errorf("%s is left", name)
		}
	}
}

// What cannot be a directory for dumps is told before the work begins.
func TestOpenDirRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below"), "/proc/1/dumps"} {
		if _, err := OpenDir(path, 1, ""); err == nil || !strings.Contains(err.Error(), filepath.Dir(path)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A dump is about its strongest finding, of several the first.
func TestWorst(t *testing.T) {
	d := dumped(t)
	for _, severity := range []anomaly.Severity{anomaly.Suspicious, anomaly.Violation, anomaly.Violation} {
		d.Findings = append(d.Findings, Finding{Raised: check.Raised{ID: anomaly.ZeroWindow, Severity: severity, Count: uint64(len(d.Findings))}})
	}
	n := uint64(len(d.Findings) - 2)
	if f := d.Worst(); f.Severity != anomaly.Violation || f.Count != n {
		t.Errorf("%+v", f)
	}
	if text := string(d.text("v", "c")); !strings.Contains(text, "\nError message: zero-window: ") {
		t.Error(text)
	}
}
