package oracle

import (
	"bufio"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/anomaly"
	"onpath/source"
)

// compared are the analyses of Wireshark that are compared frame by frame: the
// fields that tell of one, any of them, and our rows, any of them.
var compared = []struct {
	name   string
	fields []string
	rows   []anomaly.ID
}{
	{"retransmission", []string{"retransmission", "fast_retransmission", "spurious_retransmission"},
		[]anomaly.ID{anomaly.SynRetransmission, anomaly.SynackRetransmission, anomaly.FinRetransmission, anomaly.RetransmissionRto,
			anomaly.RetransmissionFast, anomaly.RetransmissionSpurious, anomaly.RetransmissionTlp, anomaly.RetransmissionRepacketized}},
	{"fast_retransmission", []string{"fast_retransmission"}, []anomaly.ID{anomaly.RetransmissionFast}},
	{"spurious_retransmission", []string{"spurious_retransmission"}, []anomaly.ID{anomaly.RetransmissionSpurious}},
	{"out_of_order", []string{"out_of_order"}, []anomaly.ID{anomaly.OutOfOrderSegment}},
	{"lost_segment", []string{"lost_segment"}, []anomaly.ID{anomaly.LostSegmentBeforeTap, anomaly.CaptureGap}},
	{"ack_lost_segment", []string{"ack_lost_segment"}, []anomaly.ID{anomaly.CaptureGap, anomaly.AckOfUnsentData, anomaly.SynackWrongAck}},
	{"duplicate_ack", []string{"duplicate_ack"}, []anomaly.ID{anomaly.DuplicateAck}},
	{"keep_alive", []string{"keep_alive"}, []anomaly.ID{anomaly.KeepaliveProbe}},
	{"keep_alive_ack", []string{"keep_alive_ack"}, []anomaly.ID{anomaly.KeepaliveAck}},
	{"window_full", []string{"window_full"}, []anomaly.ID{anomaly.WindowFull}},
	{"window_update", []string{"window_update"}, []anomaly.ID{anomaly.WindowUpdate}},
	{"zero_window", []string{"zero_window"}, []anomaly.ID{anomaly.ZeroWindow}},
	{"zero_window_probe", []string{"zero_window_probe"}, []anomaly.ID{anomaly.ZeroWindowProbe}},
	{"zero_window_probe_ack", []string{"zero_window_probe_ack"}, []anomaly.ID{anomaly.ZeroWindowProbeAck}},
	{"reused_ports", []string{"reused_ports"}, []anomaly.ID{anomaly.PortReuseAfterClose, anomaly.PortReuseWhileOpen,
		anomaly.SynInEstablished, anomaly.SynackDifferentSeq, anomaly.SynDifferentSeq}},
	{"tfo_syn", []string{"tfo_syn"}, []anomaly.ID{anomaly.TfoSynData}},
	{"tfo_ack", []string{"tfo_ack"}, []anomaly.ID{anomaly.TfoDataAccepted}},
	{"tfo_ignored", []string{"tfo_ignored"}, []anomaly.ID{anomaly.TfoDataIgnored}},
	{"checksum bad", []string{"!"}, []anomaly.ID{anomaly.TcpChecksumBad}},
}

// analysis is what tshark says of the frames of a file: the names of its analyses;
// "!" for a bad checksum.
type analysis map[uint64][]string

// analyse asks tshark. A field that is set in a quoted header is set for the frame.
func analyse(t *testing.T, path string) analysis {
	t.Helper()
	args := []string{"-r", path, "-o", "tcp.check_checksum:TRUE", "-T", "fields", "-e", "frame.number", "-e", "tcp.checksum.status"}
	var names []string
	for _, c := range compared {
		for _, f := range c.fields {
			if f != "!" && !slices.Contains(names, f) {
				names = append(names, f)
				args = append(args, "-e", "tcp.analysis."+f)
			}
		}
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil && len(out) == 0 {
		t.Logf("tshark cannot read %s: %v", path, err)
	}
	said := analysis{}
	for scan := bufio.NewScanner(bytes.NewReader(out)); scan.Scan(); {
		w := strings.Split(scan.Text(), "\t")
		frame, _ := strconv.ParseUint(w[0], 10, 64)
		if len(w) > 1 && w[1] == "0" {
			said[frame] = append(said[frame], "!")
		}
		for i := 2; i < len(w); i++ {
			if w[i] != "" {
				said[frame] = append(said[frame], names[i-2])
			}
		}
	}
	return said
}

// A disagreement is a frame of which only one of us says something.
type disagreement struct {
	file, analysis, who, truth string
	frame                      uint64
}

var withWireshark = flag.Bool("wireshark", false, "compare with tshark, frame by frame")

// TestWireshark prints who says what, analysis by analysis, over the kernel runs and
// some of the corpus, and of 30 disagreements what is true, where that is known. It
// asks for nothing: both are wrong at times, and the words differ.
func TestWireshark(t *testing.T) {
	version, err := exec.Command("tshark", "-v").Output()
	if err != nil {
		t.Skip("no tshark")
	}
	if !*withWireshark {
		t.Skip("it takes three minutes: -wireshark")
	}
	first, _, _ := strings.Cut(string(version), "\n")
	n := make([][3]int, len(compared)) // both, only ours, only theirs
	var apart []disagreement
	for _, file := range shark(t) {
		theirs, ours := analyse(t, file), saidOf(t, file)
		if ours == nil {
			continue
		}
		truth := kinds(t, file)
		for i := range compared {
			for frame, who := range sides(i, ours, theirs) {
				n[i][who]++
				if who > 0 {
					apart = append(apart, disagreement{filepath.Base(file), compared[i].name, [...]string{"", "ours", "theirs"}[who], truth[frame], frame})
				}
			}
		}
	}
	b := fmt.Sprintf("%s\n%-24s %7s %10s %11s", first, "", "agree", "only ours", "only theirs")
	for i, c := range compared {
		b += fmt.Sprintf("\n%-24s %7d %10d %11d", c.name, n[i][0], n[i][1], n[i][2])
	}
	t.Log(b)
	tellSome(t, apart)
}

// shark returns the files that are compared: all kernel runs, and each twelfth of
// the corpus.
func shark(t *testing.T) (files []string) {
	for _, name := range runs(t) {
		files = append(files, filepath.Join(folder(t), name+".pcap.gz"))
	}
	i := 0
	captures(t, func(name string, _ *source.Reader) {
		if i++; i%12 == 0 {
			files = append(files, filepath.Join(corpusFolder, name))
		}
	})
	return files
}

// saidOf returns what we say of each frame of a file.
func saidOf(t *testing.T, file string) map[uint64][]anomaly.ID {
	said := map[uint64][]anomaly.ID{}
	for _, a := range accusedIn(t, file) {
		said[a.frame] = append(said[a.frame], a.id)
	}
	return said
}

// sides returns the frames of which an analysis is told, by whom: 0 both, 1 us, 2
// them.
func sides(i int, ours map[uint64][]anomaly.ID, theirs analysis) map[uint64]int {
	who := map[uint64]int{}
	for frame, ids := range ours {
		if slices.ContainsFunc(ids, func(id anomaly.ID) bool { return slices.Contains(compared[i].rows, id) }) {
			who[frame] = 1
		}
	}
	for frame, names := range theirs {
		if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(compared[i].fields, name) }) {
			continue
		}
		if who[frame] == 1 {
			who[frame] = 0
		} else {
			who[frame] = 2
		}
	}
	return who
}

// kinds returns the sender's own label of each frame of a kernel run, and what the
// path did.
func kinds(t *testing.T, file string) map[uint64]string {
	name := strings.TrimSuffix(filepath.Base(file), ".pcap.gz")
	said := map[uint64]string{}
	if filepath.Dir(file) != filepath.Clean(truthFolder) || !slices.Contains(runs(t), name) {
		return said
	}
	for _, p := range sentIn(t, name) {
		for i, frame := range p.Frames {
			said[uint64(frame)] = fmt.Sprintf("%s %s %v", p.Origin, p.Kind, p.Fate)
			if i > 0 {
				said[uint64(frame)] += " a copy"
			}
		}
	}
	return said
}

// tellSome prints 30 disagreements, the same each time, in turn of each analysis and
// side; and of all that have it, how often the truth is what.
func tellSome(t *testing.T, apart []disagreement) {
	slices.SortFunc(apart, func(a, b disagreement) int {
		return cmp.Or(cmp.Compare(a.analysis, b.analysis), cmp.Compare(a.who, b.who), cmp.Compare(a.file, b.file), cmp.Compare(a.frame, b.frame))
	})
	r, groups, truths := rand.New(rand.NewPCG(7, 7)), map[string][]disagreement{}, map[string]int{}
	for _, d := range apart {
		side := fmt.Sprintf("%-23s only %-6s", d.analysis, d.who)
		groups[side] = append(groups[side], d)
		if d.truth != "" {
			truths[side+" "+strings.TrimLeft(d.truth, "AB ")]++
		}
	}
	for _, what := range slices.Sorted(maps.Keys(truths)) {
		t.Logf("%5d %s", truths[what], what)
	}
	sides := slices.Sorted(maps.Keys(groups))
	for told := 0; told < min(30, len(apart)); {
		for _, side := range sides {
			if g := groups[side]; len(g) > 0 && told < 30 {
				i := r.IntN(len(g))
				t.Logf("%s %s frame %d: %s", side, g[i].file, g[i].frame, g[i].truth)
				groups[side] = slices.Delete(g, i, i+1)
				told++
			}
		}
	}
}
