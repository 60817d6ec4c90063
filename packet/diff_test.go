package packet_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/source"
	"onpath/tcp"
)

// The tests in diff_*_test.go hold the Decoder to what other programs say of the
// captures in ../shared/corpus, which is not part of this module. They look at a
// part of them, or at all if ONPATH_FULL is set.

// segment is what two programs must agree on about one frame: the innermost TCP
// header that is not quoted by an ICMP error, and the IP header around it.
type segment struct {
	src, dst netip.AddrPort
	seq, ack uint32
	flags    tcp.Flags
	win      uint16
	len      uint32
	sum      tcp.Sum // bad where only the pseudo-header was summed, as the others say
}

// indexRow is a line of the corpus's INDEX.tsv.
type indexRow struct {
	path    string // below captures
	packets int
	tcp     int // packets with TCP
	notes   string
}

// damaged reports whether records of the capture lie about their length: then
// programs differ in where they go on, if at all.
func (r indexRow) damaged() bool { return strings.Contains(r.notes, "bad-record") }

// corpus returns the captures to test and where they are. Every n-th is enough
// unless ONPATH_FULL is set.
func corpus(t *testing.T, n int) (dir string, rows []indexRow) {
	t.Helper()
	dir = filepath.Join(moduleRoot(t), "..", "shared", "corpus")
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	column := strings.Split(lines.Text(), "\t")
	at := func(cells []string, name string) string { return cells[slices.Index(column, name)] }
	for i := 0; lines.Scan(); i++ {
		if cells := strings.Split(lines.Text(), "\t"); i%n == 0 || os.Getenv("ONPATH_FULL") != "" {
			rows = append(rows, indexRow{
				at(cells, "path"), number[int](at(cells, "packets")), number[int](at(cells, "tcp_packets")), at(cells, "notes"),
			})
		}
	}
	return filepath.Join(dir, "captures"), rows
}

// moduleRoot is the directory of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above the test: %v", err)
	return ""
}

// number reads a decimal or 0x number, 0 where there is none.
func number[N int | uint16 | uint32 | uint64](s string) (n N) {
	fmt.Sscan(s, &n)
	return n
}

// decode calls each with all frames of a capture and what the Decoder makes of
// them. A damaged end of the file ends it.
func decode(t *testing.T, path string, each func(*packet.Frame, *packet.View)) {
	t.Helper()
	in, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	for {
		err := in.Next(&f)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		d.Decode(&f, &v)
		each(&f, &v)
	}
}

// ours is the View as the tests compare it; ok is false if it has no TCP.
func ours(v *packet.View) (s segment, ok bool) {
	if !v.IsTCP() {
		return s, false
	}
	src, dst := netip.AddrPortFrom(v.Key.AddrA(), v.Key.APort), netip.AddrPortFrom(v.Key.AddrB(), v.Key.BPort)
	if v.FromB {
		src, dst = dst, src
	}
	g, sum := &v.Seg, v.L4Sum
	if sum == tcp.SumPartial {
		sum = tcp.SumBad
	}
	return segment{src, dst, uint32(g.Seq), uint32(g.Ack), g.Flags, g.Win, g.Len, sum}, true
}

// agrees reports whether s is what the other program says, which may know
// nothing of the checksum.
func (s segment) agrees(theirs segment) bool {
	if theirs.sum == tcp.SumUnknown {
		theirs.sum = s.sum
	}
	return s == theirs
}

// A difference is a frame on which two programs do not agree.
type difference struct {
	frame        uint64
	ours, theirs *segment // nil: no TCP
}

func (d difference) String() string {
	return fmt.Sprintf("frame %d: %v, the other program: %v", d.frame, d.ours, d.theirs)
}

func (s *segment) String() string {
	if s == nil {
		return "no TCP"
	}
	return fmt.Sprintf("%v > %v [%v] seq %d ack %d win %d len %d sum %v", s.src, s.dst, s.flags, s.seq, s.ack, s.win, s.len, s.sum)
}

// differ returns the frames on which a and b do not agree, in order.
func differ(a, b map[uint64]segment) (all []difference) {
	for frame, s := range a {
		if o, ok := b[frame]; !ok {
			all = append(all, difference{frame, &s, nil})
		} else if !s.agrees(o) {
			all = append(all, difference{frame, &s, &o})
		}
	}
	for frame, o := range b {
		if _, ok := a[frame]; !ok {
			all = append(all, difference{frame, nil, &o})
		}
	}
	slices.SortFunc(all, func(x, y difference) int { return int(x.frame) - int(y.frame) })
	return all
}
