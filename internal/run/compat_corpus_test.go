package run

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onpath/compat/tcpchain"
	"onpath/flow"
	"onpath/source"
)

// What the original programs answered to the captures of the corpus, if it is
// there.
const (
	statesAnswers = "../../../shared/corpus/expected/tcpstates.tsv.gz"
	chainAnswers  = "../../../shared/corpus/expected/pathspider-ref.jsonl"
)

// statesOther are the captures of the corpus, by the end of their path, in which
// libpcap hands other frames to the original than our reader hands over, or other
// times, and why. Package compat/tcpstates has the same answers where it is given
// libpcap's frames (TestCorpus there).
var statesOther = map[string]string{
	"test/pcaps/imap.cap":                   damagedRecord,
	"tls_DER-incomplete-header.pcap":        damagedRecord,
	"tls_DER-incomplete-content.pcap":       damagedRecord,
	"transform-base64-7296/input.pcap":      oddFraction,
	"FuzzTarget-4981601846820864":           oddFraction,
	"tests/pcap/y2038-bgp.pcap":             "seconds from 2038 on are negative in libpcap: there time steps back, and the flow goes on",
	"PacketExamples/BgpPackets.pcap":        interfaces,
	"PacketExamples/GrePackets.pcap":        interfaces,
	"PacketExamples/dns_over_tcp.pcapng":    interfaces,
	"PacketExamples/gtpv2.pcap":             interfaces,
	"PacketExamples/ldap.pcapng":            interfaces,
	"pcapng-example.pcapng.dup":             interfaces,
	"PcapExamples/many_interfaces-1.pcapng": interfaces,
	"Traces/ldap/gap-data-missing.pcapng":   interfaces,
}

const (
	damagedRecord = "behind a record of impossible length our reader finds the next one, libpcap takes what comes"
	oddFraction   = "fractions above a second: carried over by our reader, printed as they are there; the flags are the same"
	interfaces    = "pcapng interfaces unlike the first are dropped by libpcap, with their packets"
)

// TestTCPStatesCorpus compares all TCP lines of both files, in their order, with
// the original's answers.
func TestTCPStatesCorpus(t *testing.T) {
	captures, flows, packets, refused, directions, others := 0, 0, 0, 0, 0, 0
	for _, a := range stateAnswers(t) {
		if a.refused {
			refused++
			continue
		}
		f, p, records := statesFiles(t, filepath.Join(corpus, a.path))
		ours := ofRecords(t, records)
		directions, others = directions+len(ours), others+len(ours.differ(ofFlows(t, f)))
		d := firstDifference(columnsOf(f, 10, 0, 2, 3, 6, 7, 8, 9, 11), a.flows)
		if d == "" {
			d = firstDifference(columnsOf(p, 7, 0, 8), a.packets)
		}
		why := ""
		for end, w := range statesOther {
			if strings.HasSuffix(a.path, end) {
				why = w
			}
		}
		switch {
		case (d != "") != (why != ""):
			t.Errorf("%s: %q; known: %q", a.path, d, why)
		case d != "":
			t.Logf("%s: %s: %s", a.path, why, d)
		default:
			captures, flows, packets = captures+1, flows+len(a.flows), packets+len(a.packets)
		}
	}
	t.Logf("%d captures the same: %d TCP flows, %d TCP packets; %d given other frames, %d refused by the original",
		captures, flows, packets, len(statesOther), refused)
	t.Logf("of %d directions in our records %d are judged otherwise than in the flow files", directions, others)
}

// columnsOf picks columns of the lines whose protocol is TCP.
func columnsOf(lines [][]string, proto int, columns ...int) (picked [][]string) {
	for _, l := range lines {
		if l[proto] != "6" {
			continue
		}
		var p []string
		for _, c := range columns {
			p = append(p, l[c])
		}
		picked = append(picked, p)
	}
	return picked
}

// stateAnswer is what the original said of one capture of the corpus.
type stateAnswer struct {
	path           string
	refused        bool
	flows, packets [][]string // of TCP
}

func stateAnswers(t *testing.T) (all []stateAnswer) {
	f, err := os.Open(statesAnswers)
	if err != nil {
		t.Skip("no answers at " + statesAnswers)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		w := strings.Split(lines.Text(), "\t")
		last := len(all) - 1
		switch w[0] {
		case "C", "E":
			all = append(all, stateAnswer{path: w[1], refused: w[0] == "E"})
		case "F":
			all[last].flows = append(all[last].flows, w[1:])
		case "P":
			all[last].packets = append(all[last].packets, w[1:])
		}
	}
	return all
}

// chainFlow is a flow as PATHspider writes it, without its times, which are off
// there by up to a microsecond.
type chainFlow struct {
	Src       string `json:"sip"`
	Dst       string `json:"dip"`
	Proto     int    `json:"proto"`
	SrcPort   int    `json:"sp"`
	DstPort   int    `json:"dp"`
	PktFwd    int    `json:"pkt_fwd"`
	PktRev    int    `json:"pkt_rev"`
	OctFwd    int    `json:"oct_fwd"`
	OctRev    int    `json:"oct_rev"`
	SynFwd    any    `json:"tcp_synflags_fwd"`
	SynRev    any    `json:"tcp_synflags_rev"`
	FinFwd    bool   `json:"tcp_fin_fwd"`
	FinRev    bool   `json:"tcp_fin_rev"`
	RstFwd    bool   `json:"tcp_rst_fwd"`
	RstRev    bool   `json:"tcp_rst_rev"`
	Connected bool   `json:"tcp_connected"`
}

// TestTCPChainCorpus compares -o tcpchain, as released, with the original's flows,
// in any order.
func TestTCPChainCorpus(t *testing.T) {
	f, err := os.Open(chainAnswers)
	if err != nil {
		t.Skip("no answers at " + chainAnswers)
	}
	defer f.Close()
	captures, flows, out := 0, 0, filepath.Join(t.TempDir(), "out")
	lines := bufio.NewScanner(f)
	for lines.Buffer(nil, 1<<26); lines.Scan(); {
		var want struct {
			Path, Mode string
			Pkts       uint64
			Flows      []chainFlow
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if want.Mode == "" || want.Pkts == 0 {
			continue // the original gave up
		}
		c := quiet(Config{
			Files: []string{filepath.Join(corpus, want.Path)}, Count: want.Pkts, Outputs: []Output{{"tcpchain", out}},
			Flow: flow.Config{TCPChain: tcpchain.AsReleased},
		})
		if err := Read(c); err != nil && !errors.Is(err, source.ErrEmpty) {
			t.Errorf("%s: %v", want.Path, err)
		}
		got := jsonRows[chainFlow](t, out)
		captures, flows = captures+1, flows+len(got)
		if !sameFlows(got, want.Flows) {
			t.Errorf("%s: %+v, want %+v", want.Path, got, want.Flows)
		}
	}
	t.Logf("%d captures, %d flows the same", captures, flows)
}

func sameFlows(a, b []chainFlow) bool {
	count := map[chainFlow]int{}
	for _, f := range a {
		count[f]++
	}
	for _, f := range b {
		count[f]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
