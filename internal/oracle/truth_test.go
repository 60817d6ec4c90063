package oracle

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/tcp"
)

// sent is one packet that a host, or somebody on the path, emitted.
type sent struct {
	Origin string   // A, B: a kernel; path:…: forged
	Kind   string   // the sender's own label
	Dir    string   // A>B or B>A
	Flags  string   // as tcpdump prints them
	Fate   []string // what the path and the tap did to it
	Frames []int    // at the tap; all but the first are copies
	Seq    tcp.Seq
	Ack    tcp.Seq
	Len    uint32
	SPort  uint16
	DPort  uint16
	// Delivered is when it arrived, in seconds; empty: never.
	Delivered []float64
	// T is when its host sent it, in seconds.
	T float64
}

// honest reports whether a kernel emitted it and the path left it as it was.
func (p *sent) honest() bool {
	return (p.Origin == "A" || p.Origin == "B") &&
		!p.was("corrupted-before") && !p.was("rewritten-before") && !p.was("ecn-bleached")
}

// was reports whether that happened to it.
func (p *sent) was(fate string) bool {
	return slices.ContainsFunc(p.Fate, func(f string) bool { return strings.HasPrefix(f, fate) })
}

// again reports whether its sender calls it a retransmission.
func (p *sent) again() bool { return strings.HasSuffix(p.Kind, "-retx") }

// seqLen returns the sequence numbers it occupies.
func (p *sent) seqLen() uint32 {
	n := p.Len
	if strings.Contains(p.Flags, "S") {
		n++
	}
	if strings.Contains(p.Flags, "F") {
		n++
	}
	return n
}

// end returns the sequence number after it.
func (p *sent) end() tcp.Seq { return p.Seq.Add(p.seqLen()) }

// frame returns the frame in which it passed first, or 0.
func (p *sent) frame() int {
	if len(p.Frames) == 0 {
		return 0
	}
	return p.Frames[0]
}

// sentIn reads what was emitted in a kernel run.
func sentIn(t *testing.T, name string) (all []sent) {
	t.Helper()
	lines(t, filepath.Join(folder(t), name+".pkts.jsonl.gz"), func(line []byte) {
		var p sent
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	})
	return all
}

// lines gives each line of a packed file to do.
func lines(t *testing.T, path string, do func([]byte)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	linesOf(t, r, do)
}

// linesOf gives each line of r to do.
func linesOf(t *testing.T, r io.Reader, do func([]byte)) {
	t.Helper()
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		do(scan.Bytes())
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
}
