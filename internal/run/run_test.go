package run

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"onpath/check"
	"onpath/flow"
	"onpath/packet"
	"onpath/source"
)

const town = "../../testdata/town.pcap"

// quiet sends the summary nowhere.
func quiet(c Config) Config {
	c.Quiet = true
	return c
}

// pipe makes standard input a pipe that this test writes to.
func pipe(t *testing.T) (in *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	t.Cleanup(func() { // the write end stays open until here: its finalizer would end the stream
		os.Stdin = old
		w.Close()
	})
	return w
}

// waitForLines waits until a file has that many lines.
func waitForLines(t *testing.T, path string, want int) {
	t.Helper()
	for range 500 {
		if octets, _ := os.ReadFile(path); bytes.Count(octets, []byte("\n")) == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	octets, _ := os.ReadFile(path)
	t.Fatalf("want %d lines in\n%s", want, octets)
}

// What came through a pipe is shown before the next packet comes; a signal ends
// the wait for it, and nothing is lost.
func TestPipeThatIsStillWritten(t *testing.T) {
	octets, err := os.ReadFile(town)
	if err != nil {
		t.Fatal(err)
	}
	in, out := pipe(t), filepath.Join(t.TempDir(), "out")
	done := make(chan error)
	go func() { done <- Packets(quiet(Config{Files: []string{"-"}, Outputs: []Output{{"text", out}}})) }()

	const header, first = 24, 16 + 60 // of the file; of the first record, an ARP request
	in.Write(octets[:header+first])
	waitForLines(t, out, 1)
	in.Write(octets[header+first:])
	waitForLines(t, out, 37)
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the signal did not end the wait")
	}
	waitForLines(t, out, 37)
}

// A reader that closes the pipe ends the work quietly; other outputs go on.
func TestClosedPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	closed := fmt.Sprintf("/dev/fd/%d", w.Fd())
	if f, err := os.OpenFile(closed, os.O_WRONLY, 0); err != nil {
		t.Skip("no /dev/fd here")
	} else {
		f.Close()
	}
	r.Close()
	if err := Read(quiet(Config{Files: []string{town}, Outputs: []Output{{"jsonl", closed}}})); err != nil {
		t.Errorf("one output: %v", err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if err := Read(quiet(Config{Files: []string{town}, Outputs: []Output{{"jsonl", closed}, {"tsv", out}}})); err != nil {
		t.Errorf("two outputs: %v", err)
	}
	waitForLines(t, out, 7)
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	err := Read(quiet(Config{Files: []string{town}, Outputs: []Output{{"jsonl", "/dev/full"}}}))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("%v", err)
	}
}

// The seed of the hash is another one in each run; what is written is not.
func TestOutputIsTheSameEveryTime(t *testing.T) {
	var first []byte
	for range 5 {
		out := filepath.Join(t.TempDir(), "out")
		if err := Read(quiet(Config{Files: []string{town}, Outputs: []Output{{"jsonl", out}}})); err != nil {
			t.Fatal(err)
		}
		octets, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = octets
		}
		if !bytes.Equal(octets, first) {
			t.Errorf("%s\nand\n%s", octets, first)
		}
	}
}

func TestSummaryBreaksLongLists(t *testing.T) {
	var b strings.Builder
	line(&b, "states", list(slices.Repeat([]count{{"ESTABLISHED/CLOSE-WAIT", 12345}}, 9)))
	if !strings.HasPrefix(b.String(), "states       111,105: 12,345 ESTABLISHED/CLOSE-WAIT,\n             12,345 ") {
		t.Error(b.String())
	}
	for text := range strings.Lines(b.String()) {
		if text = strings.TrimSuffix(text, "\n"); len(text) > summaryWidth || text != strings.TrimRight(text, " ") {
			t.Errorf("%d characters: %q", len(text), text)
		}
	}
}

// The summary tells what was given up, and tells nothing that is 0.
func TestSummaryOfWhatWasGivenUp(t *testing.T) {
	var b, empty strings.Builder
	fragments(&b, packet.FragmentStats{Fragments: 9, Datagrams: 2, Duplicates: 1, Overlaps: 3, Differing: 1, Bad: 1, Expired: 1, Evicted: 1, Held: 1})
	givenUp(&b, flow.Stats{Evicted: flow.Evicted{Idle: 1, Closed: 2, HalfOpen: 3, HalfOpenBeyond: 30, Unconfirmed: 10, Other: 4, Open: 5}, HolesGivenUp: 6, Rules: check.Stats{Findings: 7, Notes: 8, Hosts: 9}})
	damages(&b, source.Health{Damaged: 2, Cut: 1, Lost: 77, Damages: []source.Damage{{File: "a", Frame: 1}, {File: "b", Frame: 1, Lost: 77}}})
	const want = `fragments    9: 1 came twice, 3 overlapped, 1 overlapped with other octets,
             1 refused
datagrams    5: 2 put together, 1 timed out, 1 pushed out by a bound,
             1 incomplete at the end
given up     85: 1 idle, 2 closed, 3 half-open,
             30 half-open beyond --max-half-open, 10 unconfirmed, 4 not TCP,
             5 open, 6 holes in streams, 7 findings, 8 notes for findings,
             9 hosts
damage       a: octet 0, frame 1: the file ends inside a record, after 0 octets of it (dropped)
damage       b: octet 0, frame 1: the file ends inside a record, after 0 octets of it (dropped); 77 octets passed over
damages      2: 1 cut, 77 octets passed over
`
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", &b, want)
	}
	fragments(&empty, packet.FragmentStats{})
	givenUp(&empty, flow.Stats{})
	damages(&empty, source.Health{})
	if empty.Len() > 0 {
		t.Errorf("of nothing: %s", &empty)
	}
}

func TestSummaryOfUnreadLinks(t *testing.T) {
	var y tally
	for _, link := range []packet.LinkType{189, 250, 189} {
		y.packet(&packet.View{Why: packet.LinkUnknown}, link)
	}
	if got, want := list(y.unreadLinks()), "3: 2 LINKTYPE 189, 1 LINKTYPE 250"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSummaryOfTimeJumps(t *testing.T) {
	var y tally
	for _, s := range []int64{100, 101, 99, 100, 98, 98 + 86400, 99 + 2*86400} {
		y.packet(&packet.View{At: s * 1e9}, packet.LinkEthernet)
	}
	if got, want := list(y.jumps()), "3: 2 back, by at most 2 s, 1 ahead by more than a day"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := list((&tally{}).jumps()); got != "" {
		t.Error(got)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// overhear has what goes to standard error go to a new file, until the test ends.
func overhear(t *testing.T, path string) {
	t.Helper()
	words, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	old := stderr
	stderr = words
	t.Cleanup(func() {
		stderr = old
		words.Close()
	})
}
