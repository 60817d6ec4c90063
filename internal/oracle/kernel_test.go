package oracle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"onpath/conn"
	"onpath/source"
)

// TestKernelRuns: no segment that a real kernel emitted, and that the path left
// alone, has a stronger explanation than what truly happened to the connection.
func TestKernelRuns(t *testing.T) {
	var n [conn.None + 1]int
	for _, name := range runs(t) {
		said := observe(t, filepath.Join(folder(t), name+".pcap.gz"))
		limit := allowed(sentIn(t, name))
		for _, p := range sentIn(t, name) {
			for _, frame := range p.Frames {
				if !p.honest() || !said[frame].tcp {
					continue
				}
				n[said[frame].why]++
				if said[frame].why > limit[frame] {
					t.Errorf("%s frame %d (%s): %q, at most %q is true", name, frame, p.Kind, said[frame].why, limit[frame])
				}
			}
		}
	}
	t.Logf("segments of kernels: %d not surprising, %d path, %d capture, %d endpoint, %d none",
		n[conn.Unsurprising], n[conn.Path], n[conn.Capture], n[conn.Endpoint], n[conn.None])
}

// ports tell the conversations of a run apart, whoever sends.
type ports [2]uint16

func (p *sent) ports() ports { return ports{min(p.SPort, p.DPort), max(p.SPort, p.DPort)} }

// allowed returns for each frame the strongest explanation that is true of it:
// endpoint for the RST of an end that had been in the conversation; capture where
// frames were missed or recorded late, where the conversation had begun before the
// capture, and where the path rewrote or forged segments; else path.
func allowed(all []sent) map[int]conn.Explanation {
	base := conn.Path
	inRun := func(fates ...string) bool {
		return slices.ContainsFunc(all, func(p sent) bool { return slices.ContainsFunc(fates, p.was) })
	}
	if inRun("tap-missed", "tap-recorded-late", "rewritten-before") {
		base = conn.Capture
	}
	limit, spoke, disturbed := map[int]conn.Explanation{}, map[ports]string{}, map[ports]bool{}
	for _, p := range inOrder(all) {
		k, end := p.ports(), p.Dir[:1]
		disturbed[k] = disturbed[k] || strings.HasPrefix(p.Origin, "path:") || spoke[k] == "" && !strings.Contains(p.Flags, "S")
		for _, frame := range p.Frames {
			switch limit[frame] = base; {
			case p.Kind == "rst" && strings.Contains(spoke[k], end):
				limit[frame] = conn.Endpoint
			case disturbed[k]:
				limit[frame] = conn.Capture
			}
		}
		spoke[k] += "?"
		if !strings.Contains(p.Flags, "S") {
			spoke[k] += end
		}
	}
	return limit
}

// inOrder returns what passed, in the order of passing.
func inOrder(all []sent) []sent {
	passed := slices.DeleteFunc(slices.Clone(all), func(p sent) bool { return p.frame() == 0 })
	slices.SortStableFunc(passed, func(a, b sent) int { return a.frame() - b.frame() })
	return passed
}

// TestPartialViews: of runs with honest packets only, seen in one direction or
// from the middle on, nothing is the fault of an end. The other side of a router
// is no partial view: there an abort may pass, but nothing is inexplicable.
func TestPartialViews(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(folder(t), "*.*.pcap.gz"))
	views := 0
	for _, file := range files {
		name, view, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pcap.gz"), ".")
		limit, known := map[string]conn.Explanation{
			"AtoB-only": conn.Capture, "BtoA-only": conn.Capture, "midstream": conn.Capture, "sideB": conn.Endpoint,
		}[view]
		if !known || dishonest(name) {
			continue
		}
		views++
		for frame, v := range observe(t, file) {
			if v.tcp && v.why > limit {
				t.Errorf("%s frame %d: %s", filepath.Base(file), frame, v.why)
			}
		}
	}
	if views < 26 {
		t.Errorf("only %d partial views", views)
	}
}

// dishonest reports whether somebody on the path forges or breaks packets in a
// run.
func dishonest(run string) bool {
	return slices.ContainsFunc([]string{"atk-", "mb-", "scans", "corrupt", "bad-"},
		func(prefix string) bool { return strings.HasPrefix(run, prefix) })
}

// scripted is one run of a real kernel against segments that a script injected.
type scripted struct {
	Capture string
	Packets []struct {
		I   int // frame
		Dir string
	}
}

// TestScriptedRuns: whatever a script sends it, what a kernel answers can be
// explained.
func TestScriptedRuns(t *testing.T) {
	z, err := zip.OpenReader(filepath.Join(folder(t), "scripted.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	segments := 0
	linesOf(t, bytes.NewReader(unzip(t, z, "truth.jsonl")), func(line []byte) {
		var run scripted
		if err := json.Unmarshal(line, &run); err != nil {
			t.Fatal(err)
		}
		said := observeZipped(t, z, path.Base(run.Capture))
		for _, p := range run.Packets {
			if p.Dir != "kernel" {
				continue
			}
			segments++
			if said[p.I].why == conn.None {
				t.Errorf("%s frame %d: the kernel's segment is called none", run.Capture, p.I)
			}
		}
	})
	if segments < 3000 {
		t.Errorf("only %d segments of kernels", segments)
	}
}

// unzip returns a member of an archive.
func unzip(t *testing.T, z *zip.ReadCloser, name string) []byte {
	t.Helper()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	octets, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

func observeZipped(t *testing.T, z *zip.ReadCloser, name string) []verdict {
	t.Helper()
	in, err := source.New(name, bytes.NewReader(unzip(t, z, name)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	return judge(t, in)
}
