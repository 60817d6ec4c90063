package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/source"
)

// statesGolden is where captures lie with what Tranalyzer2's tcpStates said of
// them, if they are there.
const statesGolden = "../../../shared/golden/tcpstates"

// statesFiles reads a capture and returns the lines of the flow file and of the
// packet file, split at tabs, without the headers, and our own records.
func statesFiles(t *testing.T, path string) (flows, packets [][]string, records []statesRow) {
	t.Helper()
	dir := t.TempDir()
	prefix, rows := filepath.Join(dir, "out"), filepath.Join(dir, "rows")
	c := quiet(Config{Files: []string{path}, Outputs: []Output{{TCPStates, prefix}, {"jsonl", rows}}, PacketFile: true})
	if err := Read(c); err != nil && !errors.Is(err, source.ErrEmpty) {
		t.Fatal(err)
	}
	header, flows := tabbed(t, prefix+"_flows.txt")
	if header != tcpstates.FlowHeader {
		t.Errorf("flow file: header %q", header)
	}
	header, packets = tabbed(t, prefix+"_packets.txt")
	if header != tcpstates.PacketHeader {
		t.Errorf("packet file: header %q", header)
	}
	return flows, packets, jsonRows[statesRow](t, rows)
}

// tabbed reads a file of Tranalyzer2's form.
func tabbed(t *testing.T, path string) (header string, lines [][]string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if header == "" {
			header = line
			continue
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return header, lines
}

func jsonRows[R any](t *testing.T, path string) (rows []R) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r R
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// statesRow is what our rows of either kind say of TCP.
type statesRow struct {
	Proto  *string `json:"proto"`
	Client string  `json:"client"`
	CPort  uint16  `json:"client_port"`
	Server string  `json:"server"`
	SPort  uint16  `json:"server_port"`

	CPackets uint64  `json:"client_packets"`
	SPackets uint64  `json:"server_packets"`
	CFlags   *string `json:"tcpstates_client"`
	SFlags   *string `json:"tcpstates_server"`

	Frame uint64  `json:"frame"`
	Flags *string `json:"tcpstates"`
}

// byDirection joins the flags of all flows, or all records, by sender and
// addressee.
type byDirection map[string]tcpstates.Flags

func (m byDirection) add(t *testing.T, src string, sport string, dst string, dport string, flags string) {
	f, ok := tcpstates.ParseFlags(flags)
	if !ok {
		t.Fatalf("flags %q", flags)
	}
	m[src+" "+sport+" "+dst+" "+dport] |= f
}

func ofRecords(t *testing.T, records []statesRow) byDirection {
	m := byDirection{}
	for _, r := range records {
		c, s := strconv.Itoa(int(r.CPort)), strconv.Itoa(int(r.SPort))
		if r.CFlags != nil && r.CPackets > 0 {
			m.add(t, r.Client, c, r.Server, s, *r.CFlags)
		}
		if r.SFlags != nil && r.SPackets > 0 {
			m.add(t, r.Server, s, r.Client, c, *r.SFlags)
		}
	}
	return m
}

func ofFlows(t *testing.T, flows [][]string) byDirection {
	m := byDirection{}
	for _, f := range flows {
		if f[10] == "6" {
			m.add(t, f[6], f[7], f[8], f[9], f[11])
		}
	}
	return m
}

// differ lists the directions which two readings of a capture judge differently.
func (m byDirection) differ(flows byDirection) (list []string) {
	for d, f := range m {
		if other, ok := flows[d]; !ok {
			list = append(list, fmt.Sprintf("%s: record %v, no flow", d, f))
		} else if f != other {
			list = append(list, fmt.Sprintf("%s: record %v, flow %v", d, f, other))
		}
	}
	for d, f := range flows {
		if _, ok := m[d]; !ok {
			list = append(list, fmt.Sprintf("%s: no record, flow %v", d, f))
		}
	}
	slices.Sort(list)
	return list
}

// statesDiffer are the golden captures in which our records' columns or our
// packets' say other than the original, and why. The files of -o tcpstates are
// equal in all of them.
var statesDiffer = map[string]string{
	"20_reuse_before_10s":             "ports used again after 9.9 s are a record of ours, and glued to the flow there",
	"44_syn_retrans_new_isn":          "a SYN with another ISN is a record of ours, and the same flow there",
	"64_closing_610_of_opposite":      "half-closed and silent for longer than closing: another record of ours; 610 s of the other end there",
	"75_frag_headless":                "a fragment without its datagram's first belongs to no record; a flow with ports 0 there",
	"76_short_tot_33":                 "IPv4 total length below 40: no TCP header for us, ports 0 there",
	"77_short_tot_39":                 "as 76",
	"78_short_tot_32":                 "as 76",
	"79_cap_14_tcp_bytes":             "14 octets of each TCP header captured: enough there, too few for a segment of ours",
	"80_cap_12_tcp_bytes":             "12 octets: a flow without flags there, nothing for us",
	"81_cap0_packet_triggers_timeout": "time steps back behind an empty frame which has ended the flow there; a record of ours knows its own packets only",
}

// TestTCPStatesGolden compares both files, line by line, with the original's, and
// the columns of our records and packets with them.
func TestTCPStatesGolden(t *testing.T) {
	summary, err := os.ReadFile(filepath.Join(statesGolden, "SUMMARY.txt"))
	if err != nil {
		t.Skip("no captures in " + statesGolden)
	}
	captures, lines, directions, frames := 0, 0, 0, 0
	for line := range strings.Lines(string(summary)) {
		name, _, _ := strings.Cut(line, " | ")
		path := filepath.Join(statesGolden, name)
		flows, packets, records := statesFiles(t, path+".pcap")
		if d := firstDifference(flows, golden(t, path+".flows.tsv")); d != "" {
			t.Errorf("%s: flows: %s", name, d)
		}
		if d := firstDifference(packets, golden(t, path+".packets.tsv")); d != "" {
			t.Errorf("%s: packets: %s", name, d)
		}
		captures, lines = captures+1, lines+len(flows)+len(packets)
		ours := ofRecords(t, records)
		directions += len(ours)
		differ, n := packetsDiffer(t, path+".pcap", packets)
		frames += n
		differ = append(ours.differ(ofFlows(t, flows)), differ...)
		for _, d := range differ {
			t.Logf("%s: %s (%s)", name, d, statesDiffer[name])
		}
		if len(differ) > 0 != (statesDiffer[name] != "") {
			t.Errorf("%s: %d values differ; known: %q", name, len(differ), statesDiffer[name])
		}
	}
	t.Logf("%d captures, %d lines the same; %d directions of our records and %d of our packets compared", captures, lines, directions, frames)
	if captures != 91 {
		t.Errorf("%d captures, want 91", captures)
	}
}

// packetsDiffer compares our packets' column with the packet file.
func packetsDiffer(t *testing.T, path string, packets [][]string) (differ []string, compared int) {
	rows := filepath.Join(t.TempDir(), "rows")
	if err := Packets(quiet(Config{Files: []string{path}, Outputs: []Output{{"jsonl", rows}}})); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{} // flags by frame
	for _, p := range packets {
		if p[7] == "6" {
			want[p[0]] = p[8]
		}
	}
	for _, r := range jsonRows[statesRow](t, rows) {
		if r.Flags == nil {
			continue
		}
		compared++
		if flags := want[strconv.FormatUint(r.Frame, 10)]; *r.Flags != flags {
			differ = append(differ, fmt.Sprintf("packet %d: %s, packet file %s", r.Frame, *r.Flags, flags))
		}
	}
	return differ, compared
}

// golden reads a file of the original's, without its column flowStat.
func golden(t *testing.T, path string) (lines [][]string) {
	_, lines = tabbed(t, path)
	for i, l := range lines {
		lines[i] = slices.Delete(l, 2, 3)
	}
	return lines
}

// firstDifference tells the first line in which two files differ.
func firstDifference(got, want [][]string) string {
	at := func(lines [][]string, i int) string {
		if i < len(lines) {
			return strings.Join(lines[i], " ")
		}
		return "none"
	}
	for i := range max(len(got), len(want)) {
		if g, w := at(got, i), at(want, i); g != w {
			return fmt.Sprintf("line %d (%d, want %d): %s, want %s", i+1, len(got), len(want), g, w)
		}
	}
	return ""
}
