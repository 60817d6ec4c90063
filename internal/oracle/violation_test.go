package oracle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"onpath/anomaly"
)

// TestNoKernelViolates: no violation accuses a packet that a real kernel emitted
// and the path left alone. Of two frames whose contents differ one is enough.
func TestNoKernelViolates(t *testing.T) {
	n, honest := tally{}, 0
	for _, name := range runs(t) {
		kernels := map[uint64]string{}
		for _, p := range sentIn(t, name) {
			for _, frame := range p.Frames {
				if p.honest() {
					kernels[uint64(frame)] = p.Kind
				}
			}
		}
		honest += len(kernels)
		for _, a := range accusedIn(t, filepath.Join(folder(t), name+".pcap.gz")) {
			if kernels[a.accused[0]] == "" || a.accused[1] != 0 && kernels[a.accused[1]] == "" {
				continue
			}
			n.add(&a)
			if a.severity == anomaly.Violation {
				t.Errorf("%s (%s) %v", name, kernels[a.accused[0]], &a)
			} else if a.severity == anomaly.Suspicious {
				t.Logf("%s (%s) %v", name, kernels[a.accused[0]], &a)
			}
		}
	}
	t.Logf("suspicious, of %d frames of kernels:%s", honest, n.of(anomaly.Suspicious))
}

// TestNoViolationInPartialViews: the same of one direction, of the other side of a
// router, and from the middle on, where nobody forges.
func TestNoViolationInPartialViews(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(folder(t), "*.*.pcap.gz"))
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		if dishonest(name) {
			continue
		}
		for _, a := range accusedIn(t, file) {
			if a.severity >= anomaly.Suspicious {
				t.Logf("%s %v", filepath.Base(file), &a)
			}
			if a.severity == anomaly.Violation {
				t.Errorf("%s %v", filepath.Base(file), &a)
			}
		}
	}
}

// script is one run of a real kernel against segments that a script injected.
type script struct {
	Capture  string
	Injected string
	Why      string `json:"injected_why"`
	Packets  []injection
}

// injection is a packet of such a run.
type injection struct {
	I       int // frame
	Dir     string
	Cleanup bool // by the program that runs scripts, when the script has ended
	Flags   string
	Facts   []string
}

// kernel reports whether the packet is a kernel's own.
func (p *injection) kernel() bool { return p.Dir == "kernel" }

// scripts gives each scripted run to do.
func scripts(t *testing.T, do func(run *script, found []accusation)) {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(folder(t), "scripted.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	linesOf(t, bytes.NewReader(unzip(t, z, "truth.jsonl")), func(line []byte) {
		var run script
		if err := json.Unmarshal(line, &run); err != nil {
			t.Fatal(err)
		}
		name := path.Base(run.Capture)
		do(&run, accusedOf(t, name, unzip(t, z, name)))
	})
}

// TestNoScriptedKernelViolates: whatever a script sends it, no kernel is accused of
// a violation; nor is the script, where it keeps to the rules.
func TestNoScriptedKernelViolates(t *testing.T) {
	n, legal := tally{}, tally{}
	scripts(t, func(run *script, found []accusation) {
		kernels := map[uint64]bool{}
		for _, p := range run.Packets {
			kernels[uint64(p.I)] = p.kernel()
		}
		for _, a := range found {
			switch {
			case kernels[a.accused[0]] && (a.accused[1] == 0 || kernels[a.accused[1]]):
				n.add(&a)
				if a.severity == anomaly.Violation {
					t.Errorf("%s: %v", run.Capture, &a)
				} else if a.severity == anomaly.Suspicious {
					t.Logf("%s: %v", run.Capture, &a)
				}
			case strings.HasPrefix(run.Injected, "legal"):
				legal.add(&a)
				if a.severity == anomaly.Violation {
					t.Logf("%s, legal: %v", run.Capture, &a)
				}
			}
		}
	})
	t.Logf("suspicious, of kernels:%s", n.of(anomaly.Suspicious))
	t.Logf("violations, of scripts that are legal:%s", legal.of(anomaly.Violation))
	t.Logf("suspicious, of scripts that are legal:%s", legal.of(anomaly.Suspicious))
}
