package tcpstates_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/packet"
	"onpath/tcp"
)

// answer is what the original said of one capture of the corpus.
type answer struct {
	path    string
	refused bool
	flows   []string // dir, first, last, src, sport, dst, dport, flags of TCP flows, in file order
	packets []string // number, flags of TCP packets
}

// answers reads expected/tcpstates.tsv.gz.
func answers(t *testing.T, dir string) (all []answer) {
	f, err := os.Open(filepath.Join(dir, "expected", "tcpstates.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		what, rest, _ := strings.Cut(lines.Text(), "\t")
		last := len(all) - 1
		switch what {
		case "C":
			all = append(all, answer{path: rest})
		case "E":
			path, _, _ := strings.Cut(rest, "\t")
			all = append(all, answer{path: path, refused: true})
		case "F":
			all[last].flows = append(all[last].flows, rest)
		case "P":
			all[last].packets = append(all[last].packets, rest)
		}
	}
	return all
}

// oddTimes are the captures, by the end of their path, of which everything but
// times is compared: fractions of a second above 999,999 µs, which the original
// prints as they are (and modulo 2³² ns), and we carry over.
var oddTimes = []string{"transform-base64-7296/input.pcap", "FuzzTarget-4981601846820864"}

// TestCorpus compares every capture of the corpus with the original's answers,
// frames being those that libpcap would hand over. It takes a second, so there is
// no sample. Nothing else is left out: what Tranalyzer2 answers from stale memory,
// where the capture cut a header, happens to agree.
func TestCorpus(t *testing.T) {
	dir := shared(t, "corpus")
	var captures, flows, packets, refused, odd, other int
	for _, a := range answers(t, dir) {
		if a.refused {
			refused++
			t.Logf("not compared: %s: the original refuses it", a.path)
			continue
		}
		timed := !slices.ContainsFunc(oddTimes, func(end string) bool { return strings.HasSuffix(a.path, end) })
		if !timed {
			odd++
			t.Logf("times not compared: %s", a.path)
		}
		frames := read(t, filepath.Join(dir, "captures", a.path))
		seen := libpcapSees(t, filepath.Join(dir, "captures", a.path), frames)
		if !slices.EqualFunc(frames, seen, sameFrame) {
			other++
			t.Logf("our reader sees other frames: %s: %d, libpcap %d", a.path, len(frames), len(seen))
		}
		if d := compare(seen, a, timed); d != "" {
			t.Errorf("%s: %s", a.path, d)
		}
		captures, flows, packets = captures+1, flows+len(a.flows), packets+len(a.packets)
	}
	if odd != len(oddTimes) {
		t.Errorf("%d captures with odd times, want %d", odd, len(oddTimes))
	}
	t.Logf("%d captures compared: %d TCP flows, %d TCP packets; %d refused by the original; times of %d not compared; our reader sees other frames in %d",
		captures, flows, packets, refused, odd, other)
}

// sameFrame reports whether two frames are one.
func sameFrame(a, b packet.Frame) bool {
	return a.At == b.At && a.Number == b.Number && a.Link == b.Link && bytes.Equal(a.Data, b.Data)
}

// compare returns the first difference, "" if there is none.
func compare(frames []packet.Frame, a answer, timed bool) string {
	out := play(tcpstates.Config{}, frames)
	var flows, packets []string
	for i, line := range out.flows {
		if out.tcp[i] {
			flows = append(flows, pick(line, 0, 2, 3, 6, 7, 8, 9, 11))
		}
	}
	for i, line := range out.packets {
		if out.isTCP[i] {
			packets = append(packets, pick(line, 0, 8))
		}
	}
	if !timed {
		for _, lines := range [][]string{flows, a.flows} {
			for i := range lines {
				lines[i] = pick(lines[i], 0, 3, 4, 5, 6, 7)
			}
		}
	}
	if d := first("flow", flows, a.flows); d != "" {
		return d
	}
	return first("packet", packets, a.packets)
}

// pick returns some of the columns of a line.
func pick(line string, columns ...int) string {
	w := strings.Split(line, "\t")
	picked := make([]string, len(columns))
	for i, c := range columns {
		picked[i] = w[c]
	}
	return strings.Join(picked, "\t")
}

// first tells the first difference.
func first(what string, got, want []string) string {
	for i := range max(len(got), len(want)) {
		if at(got, i) != at(want, i) {
			return fmt.Sprintf("%s %d (%d, want %d):\n\tgot  %s\n\twant %s", what, i+1, len(got), len(want), at(got, i), at(want, i))
		}
	}
	return ""
}

// end names a direction of a connection.
type end struct {
	src, dst     netip.Addr
	sport, dport uint16
}

// TestPairOnCorpus compares the Pairs of connections as package packet sees them
// with the flows of a Table. Pair says why they may differ.
func TestPairOnCorpus(t *testing.T) {
	dir := shared(t, "corpus")
	same, differ := 0, 0
	for _, a := range answers(t, dir) {
		frames := read(t, filepath.Join(dir, "captures", a.path))
		pairs, flows := pairsOf(frames), flowsOf(frames)
		wrong := 0
		for e, f := range pairs {
			if flows[e] == f {
				same++
			} else {
				wrong++
			}
		}
		if differ += wrong; wrong > 0 {
			t.Logf("%s: %d of %d directions differ", a.path, wrong, len(pairs))
		}
	}
	t.Logf("%d directions the same, %d differ", same, differ)
	if differ*50 > same {
		t.Error("more than 2 % differ")
	}
}

// pairsOf returns the flags of each direction by Pairs.
func pairsOf(frames []packet.Frame) map[end]tcpstates.Flags {
	d := packet.NewDecoder(packet.Config{NoChecksums: true})
	pairs := map[packet.Key]*tcpstates.Pair{}
	seen := map[end]bool{}
	var v packet.View
	for i := range frames {
		d.Decode(&frames[i], &v)
		if !v.IsTCP() {
			continue
		}
		p := pairs[v.Key]
		if p == nil {
			p = &tcpstates.Pair{}
			pairs[v.Key] = p
		}
		k := v.Key
		s, e := v.Seg, end{k.AddrA(), k.AddrB(), k.APort, k.BPort}
		if v.FromB {
			s.Dir, e = tcp.Server, end{e.dst, e.src, e.dport, e.sport}
		}
		seen[e] = true
		p.Observe(&s, &tcpstates.DefaultLimits)
	}
	flags := map[end]tcpstates.Flags{}
	for k, p := range pairs {
		a, b := p.Final()
		for e, f := range map[end]tcpstates.Flags{
			{k.AddrA(), k.AddrB(), k.APort, k.BPort}: a, {k.AddrB(), k.AddrA(), k.BPort, k.APort}: b,
		} {
			if seen[e] {
				flags[e] |= f
			}
		}
	}
	return flags
}

// flowsOf returns the flags of each direction by a Table.
func flowsOf(frames []packet.Frame) map[end]tcpstates.Flags {
	flags := map[end]tcpstates.Flags{}
	table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) {
		if f.TCP() {
			flags[end{f.Src, f.Dst, f.SrcPort, f.DstPort}] |= f.Flags
		}
	})
	var p tcpstates.Packet
	for i := range frames {
		table.Observe(&frames[i], &p)
	}
	table.Flush()
	return flags
}
