package netfilter_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/packet"
)

// capture is what the kernel said of the packets of one.
type capture struct {
	path    string
	packets map[uint64]string // ctstate direction state class, by frame
}

// captures reads what the kernel said of the corpus.
func captures(t *testing.T) (all []capture) {
	f, err := os.Open(where(t, "corpus/expected/netfilter.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		w := strings.Split(lines.Text(), "\t")
		if w[0] == "C" {
			all = append(all, capture{w[1], map[uint64]string{}})
			continue
		}
		n, err := strconv.ParseUint(w[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all[len(all)-1].packets[n] = strings.Join([]string{w[2], w[3], w[4], class(w[5])}, " ")
	}
	return all
}

// class cuts a reason off at its first digit or parenthesis.
func class(reason string) string {
	reason, _, _ = strings.Cut(reason, "; ")
	if name, rest, ok := strings.Cut(reason, ": "); ok && strings.HasPrefix(name, "nf_ct_proto_") {
		reason = rest
	}
	if i := strings.IndexAny(reason, "0123456789("); i >= 0 {
		reason = reason[:i]
	}
	return strings.TrimSpace(reason)
}

// answer writes a verdict as the file has it.
func answer(out *netfilter.Verdict) string {
	dir, state := "", ""
	if out.State != netfilter.StateInvalid && out.State != netfilter.StateUnseen && out.State != netfilter.StateUntracked {
		dir = out.Dir.String()
	}
	if e := out.Entry; e != nil && e.Orig.Proto == packet.ProtoTCP {
		state = e.TCP.String()
	}
	ct := out.State.String()
	if ct == "" {
		ct = "unseen"
	}
	return strings.Join([]string{ct, dir, state, class(out.Why.String())}, " ")
}

// known are the answers that differ, and why.
var known = map[string]string{
	"the-tcpdump-group+tcpdump/tests/tcp_header_heapoverflow.pcap 1":                                                                    "the oracle filled in what was not captured with zeros; without the TCP header nothing can be said",
	"AlexeyVasilev+PcapFlowLab/tests/data/parsing/tcp_options/19_tcp_syn_tcp_header_snaplen_truncated.pcap 1":                           "the same",
	"AlexeyVasilev+PcapFlowLab/tests/data/parsing/mpls/21_mpls_snaplen_truncated_inner_tcp.pcap 1":                                      "the same",
	"the-tcpdump-group+tcpdump/tests/bigtcp-ipv6.pcap 1":                                                                                "a payload length of 0 is what the sender's card was to cut, for IPv6 too",
	"seladb+PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888 1": "the oracle mends a length of 0 up to 65,535 octets only",
	"OISF+suricata-verify/tests/defrag/bug-6887-defrag-eth-vlan-ipv6-tcp/frag-eth-vlan-ipv6-tcp.pcap 3":                                 "fragments from ::1 to ::1, which no router takes; the Tracker lets ::1 pass, as the oracle does with all but fragments",
	"OISF+suricata-verify/tests/defrag/bug-6887-defrag-ppp-ipv6-tcp/frag-ppp-ipv6-tcp.pcap 3":                                           "the same",
	"DanieleDeSensi+peafowl/test/pcaps/tcp_resegment/http_ip_fragmented_out_of_order.pcap 312":                                          "a fragment after more than 64 others of its sender, which the kernel gives up (ipfrag_max_dist)",
}

// TestCorpus replays the captures with the settings that the kernel had.
func TestCorpus(t *testing.T) {
	all := captures(t)
	packets, differ, listed := 0, 0, 0
	for _, c := range all {
		tracker := netfilter.New(netfilter.Config{
			NoChecksums: true,
			Helpers:     []netfilter.Attach{{Helper: "ftp", Ports: []uint16{21}}, {Helper: "irc", Ports: []uint16{6667}}},
		})
		each(t, where(t, filepath.Join("corpus/captures", c.path)), tracker, func(v *packet.View, out *netfilter.Verdict) {
			want, ok := c.packets[v.Number]
			got := answer(out)
			if !ok && out.State == netfilter.StateRelated {
				t.Errorf("%s %d: got %s, want nothing of note", c.path, v.Number, got)
			}
			if !ok {
				return
			}
			packets++
			name := fmt.Sprintf("%s %d", c.path, v.Number)
			if got != want && known[name] != "" {
				listed++
			} else if got != want {
				differ++
				t.Errorf("%s %d:\n got %s\nwant %s", c.path, v.Number, got, want)
			}
		})
	}
	t.Logf("%d captures, %d packets, %d differ, %d as listed", len(all), packets, differ, listed)
	if listed != len(known) {
		t.Errorf("%d of %d listed answers differ", listed, len(known))
	}
}
