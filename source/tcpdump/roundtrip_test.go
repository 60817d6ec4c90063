package tcpdump_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/source"
	"onpath/source/tcpdump"
	"onpath/tcp"
)

// moduleRoot is where go.mod lies.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// captures returns the corpus's captures with TCP; each n-th, or all with
// ONPATH_FULL.
func captures(t *testing.T, n int) (paths []string) {
	t.Helper()
	dir := filepath.Join(moduleRoot(t), "..", "shared", "corpus")
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	for i := 0; lines.Scan(); i++ {
		if i%n == 0 || os.Getenv("ONPATH_FULL") != "" {
			paths = append(paths, filepath.Join(dir, "captures", strings.Split(lines.Text(), "\t")[1]))
		}
	}
	return paths
}

// numbered is what tcpdump -# puts before a packet.
var numbered = regexp.MustCompile(`^ {0,4}(\d+)  (?:\d|-\d|IP|\[Error)`)

// reread reads what tcpdump printed with -#, and returns the TCP views by frame
// number.
func reread(t *testing.T, out []byte) (views map[uint64]*packet.View, report tcpdump.Report, notes []tcpdump.Note) {
	t.Helper()
	views = map[uint64]*packet.View{}
	r := tcpdump.New(out[:min(len(out), 1<<16)], &report, func(n tcpdump.Note) { notes = append(notes, n) })
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	frame := uint64(0)
	take := func() {
		for r.Next(&f) {
			v := new(packet.View)
			if d.Decode(&f, v); v.IsTCP() {
				views[frame] = v
			}
		}
	}
	for line := range bytes.Lines(out) {
		r.Line(bytes.TrimRight(line, "\n"))
		take() // of the frame before, if this line begins another
		if m := numbered.FindSubmatch(line); m != nil {
			frame, _ = strconv.ParseUint(string(m[1]), 10, 64)
		}
	}
	r.End()
	take()
	return views, report, notes
}

// truth decodes the capture itself.
func truth(t *testing.T, path string) (views map[uint64]*packet.View) {
	t.Helper()
	views = map[uint64]*packet.View{}
	r, err := source.Open(path)
	if err != nil {
		return views
	}
	defer r.Close()
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	for r.Next(&f) != io.EOF {
		v := new(packet.View)
		if d.Decode(&f, v); v.IsTCP() {
			views[f.Number] = v
		}
	}
	return views
}

// shown is the part of a segment that tcpdump prints.
type shown struct {
	key    packet.Key
	fromB  bool
	flags  tcp.Flags
	ack    tcp.Seq
	win    uint16
	length uint32
	opts   tcp.OptSet
	mss    uint16
	ts     [2]uint32
	wscale uint8
	sack   [4][2]tcp.Seq
	at     int64
	seq    tcp.Seq
}

func show(v *packet.View) shown {
	s := &v.Seg
	k := v.Key
	k.VLAN, k.Net = 0, 0
	x := shown{key: k, fromB: v.FromB, flags: s.Flags, win: s.Win, length: s.Len, opts: s.Opts,
		mss: s.MSS, wscale: s.WScale, ts: [2]uint32{s.TSval, s.TSecr}, sack: s.SACK, at: v.At / 1000}
	if s.Flags&tcp.ACK != 0 {
		x.ack = s.Ack
	}
	if s.Len > 0 || s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
		x.seq = s.Seq
	}
	return x
}

func TestRoundTrip(t *testing.T) {
	program, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed")
	}
	for _, options := range []string{"-tttt -S", "-tttt", "-tt -v -S", "-tttt -v", "-tttt -e -S", "-tttt -x -S"} {
		t.Run(options, func(t *testing.T) {
			var total, same, shifted, missing, extra int
			differ, missed := map[string]int{}, map[string]int{}
			for _, path := range captures(t, 1) {
				want := truth(t, path)
				if len(want) == 0 {
					continue
				}
				cmd := exec.Command(program, append(strings.Fields(options), "-#", "-n", "-K", "-r", path)...)
				cmd.Env = append(os.Environ(), "TZ=UTC")
				out, _ := cmd.Output()
				got, _, notes := reread(t, out)
				printed := segments(out)
				for n := range got {
					if want[n] == nil {
						extra++
						if extra < 10 {
							t.Logf("extra %s %d", filepath.Base(path), n)
						}
					}
				}
				if len(notes) > 0 {
					t.Logf("NOTE %s %v", filepath.Base(path), notes[0])
				}
				bases := shifts{}
				for _, n := range slices.Sorted(maps.Keys(want)) {
					w, g := want[n], got[n]
					if g == nil && !printed[n] {
						continue
					}
					total++
					if g == nil {
						missing++
						missed[filepath.Base(path)]++
						continue
					}
					a, b := show(w), show(g)
					if a == b {
						same++
						continue
					}
					if bases.explain(&a, &b); a == b {
						shifted++
						continue
					}
					what := diff(a, b)
					differ[what]++
					if differ[what] <= 3 {
						t.Logf("%s %d: %s\n%+v\n%+v", filepath.Base(path), n, what, a, b)
					}
				}
			}
			t.Logf("%s: %d TCP frames, %d same, %d shifted, %d missing, %d extra, %v", options, total, same, shifted, missing, extra, differ)
			t.Log(missed)
		})
	}
}

func diff(a, b shown) string {
	var s []string
	add := func(name string, same bool) {
		if !same {
			s = append(s, name)
		}
	}
	add("key", a.key == b.key && a.fromB == b.fromB)
	add("flags", a.flags == b.flags)
	add("ack", a.ack == b.ack)
	add("seq", a.seq == b.seq)
	add("win", a.win == b.win)
	add("len", a.length == b.length)
	add("opts", a.opts == b.opts)
	add("mss", a.mss == b.mss)
	add("ts", a.ts == b.ts)
	add("ws", a.wscale == b.wscale)
	add("sack", a.sack == b.sack)
	add("at", a.at == b.at)
	return fmt.Sprint(s)
}

// segments returns the frames of which tcpdump printed a TCP segment.
func segments(out []byte) (frames map[uint64]bool) {
	frames = map[uint64]bool{}
	frame := uint64(0)
	for line := range bytes.Lines(out) {
		if m := numbered.FindSubmatch(line); m != nil {
			frame, _ = strconv.ParseUint(string(m[1]), 10, 64)
		}
		if bytes.Contains(line, []byte(": Flags [")) {
			frames[frame] = true
		}
	}
	return frames
}

// shifts are by how much the numbers of a direction are off, where the text did
// not tell where they begin.
type shifts map[direction]tcp.Seq

type direction struct {
	key   packet.Key
	fromB bool
}

// explain takes a shift from the read numbers that they had before, or have now
// for the first time.
func (m shifts) explain(want, got *shown) {
	me := direction{want.key, want.fromB}
	peer := direction{want.key, !want.fromB}
	if want.seq != 0 {
		got.seq -= m.of(me, got.seq-want.seq)
	}
	if want.flags&tcp.ACK != 0 {
		got.ack -= m.of(peer, got.ack-want.ack)
	}
}

func (m shifts) of(d direction, now tcp.Seq) tcp.Seq {
	if _, ok := m[d]; !ok {
		m[d] = now
	}
	return m[d]
}
