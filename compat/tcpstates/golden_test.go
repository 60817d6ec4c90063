package tcpstates_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/packet"
	"onpath/source"
)

// shared finds what lies beside the module, not in it.
func shared(t testing.TB, path ...string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(append([]string{filepath.Dir(dir), "shared"}, path...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ../shared/%s beside the module", filepath.Join(path...))
	}
	return dir
}

// read returns the frames of a capture.
func read(t testing.TB, path string) (frames []packet.Frame) {
	r, err := source.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		var f packet.Frame
		if err := r.Next(&f); errors.Is(err, io.EOF) {
			return frames
		} else if err != nil {
			t.Fatal(err)
		}
		f.Data = bytes.Clone(f.Data)
		frames = append(frames, f)
	}
}

// files are what a Table writes of a capture.
type files struct {
	flows, packets []string // lines without the header
	fromB          []bool   // of each line of packets
	isTCP          []bool   // of each line of packets
	tcp            []bool   // of each line of flows
	report         tcpstates.Report
}

func play(c tcpstates.Config, frames []packet.Frame) (out files) {
	t := tcpstates.New(c, func(f *tcpstates.Flow) {
		out.flows = append(out.flows, strings.TrimSuffix(string(tcpstates.AppendFlow(nil, f)), "\n"))
		out.tcp = append(out.tcp, f.TCP())
	})
	var p tcpstates.Packet
	for i := range frames {
		if t.Observe(&frames[i], &p) {
			out.packets = append(out.packets, strings.TrimSuffix(string(tcpstates.AppendPacket(nil, &p)), "\n"))
			out.fromB = append(out.fromB, p.B)
			out.isTCP = append(out.isTCP, p.Proto() == packet.ProtoTCP)
		}
	}
	t.Flush()
	out.report = t.Report()
	return out
}

// golden reads a file of the original's, without the column flowStat, whose
// lowest bit it returns.
func golden(t *testing.T, path string) (header string, lines []string, fromB []bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		w := strings.Split(line, "\t")
		status := w[2]
		line = strings.Join(append(w[:2:2], w[3:]...), "\t")
		if n == 0 {
			header = "%" + line + "\n"
			continue
		}
		lines = append(lines, line)
		fromB = append(fromB, strings.ContainsAny(status[len(status)-1:], "13579bdf"))
	}
	return header, lines, fromB
}

// TestGolden compares both files with the original's, line by line, in their
// order, and the aggregate with its summary.
func TestGolden(t *testing.T) {
	dir := shared(t, "golden", "tcpstates")
	summary, err := os.ReadFile(filepath.Join(dir, "SUMMARY.txt"))
	if err != nil {
		t.Fatal(err)
	}
	captures, flows, packets := 0, 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(summary)), "\n") {
		name, _, _ := strings.Cut(line, " | ")
		t.Run(name, func(t *testing.T) {
			out := play(tcpstates.Config{}, read(t, filepath.Join(dir, name+".pcap")))
			header, want, _ := golden(t, filepath.Join(dir, name+".flows.tsv"))
			same(t, "flows", tcpstates.FlowHeader, out.flows, header, want)
			flows += len(want)
			header, want, fromB := golden(t, filepath.Join(dir, name+".packets.tsv"))
			same(t, "packets", tcpstates.PacketHeader, out.packets, header, want)
			for i := range fromB {
				if i < len(out.fromB) && out.fromB[i] != fromB[i] {
					t.Errorf("packet %d: from B %v, want %v", i+1, out.fromB[i], fromB[i])
				}
			}
			report, _, _ := strings.Cut(string(out.report.Append(nil)), "\n")
			if got, want := report, line[strings.LastIndex(line, "| ")+2:]; got != want {
				t.Errorf("report %q, want %q", got, want)
			}
			captures, packets = captures+1, packets+len(out.packets)
		})
	}
	if captures != 91 {
		t.Errorf("%d captures, want 91", captures)
	}
	t.Logf("%d captures: %d rows of flows and %d of packets compared", captures, flows, packets)
}

func same(t *testing.T, file, header string, lines []string, wantHeader string, want []string) {
	t.Helper()
	if header != wantHeader {
		t.Errorf("%s: header\n%q, want\n%q", file, header, wantHeader)
	}
	for i := range max(len(lines), len(want)) {
		if i >= len(lines) || i >= len(want) || lines[i] != want[i] {
			t.Errorf("%s: line %d of %d, want %d:\n%s\nwant\n%s", file, i+1, len(lines), len(want), at(lines, i), at(want, i))
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(none)"
}
