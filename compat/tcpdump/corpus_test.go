package tcpdump_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// corpus is what lies beside the module, seen from this package.
const corpus = "../../../shared/corpus"

// differs are the captures of whose TCP lines some are others than tcpdump 4.99.3's,
// and why. What later versions print is not among them.
var differs = map[string]string{
	"DanieleDeSensi+peafowl/test/pcaps/imap.cap":                                                                                      "tcpdump stops at a damaged record, source goes on behind it",
	"OISF+suricata-verify/tests/bug-1450-04/tls_DER-incomplete-header.pcap":                                                           "the same",
	"OISF+suricata-verify/tests/bug-1450-05/tls_DER-incomplete-content.pcap":                                                          "the same",
	"AlexeyVasilev+PcapFlowLab/examples/showcase/pcap_flow_lab_showcase.pcap":                                                         "PBB, which tcpdump does not know; packet does",
	"AlexeyVasilev+PcapFlowLab/tests/data/parsing/pbb/01_pbb_ipv4_tcp.pcap":                                                           "the same",
	"zeek+zeek/testing/btest/Traces/pbb.pcap":                                                                                         "the same",
	"zeek+zeek/testing/btest/Traces/cisco-fabric-path.pcap":                                                                           "FabricPath, which tcpdump does not know; packet does",
	"OISF+suricata-verify/tests/transform-base64-7296/input.pcap":                                                                     "a microsecond field above 999,999 is carried into the seconds",
	"arkime+arkime/tests/pcap/y2038-bgp.pcap":                                                                                         "a time after 2038, which libpcap takes for one before 1970",
	"cisco+mercury/unit_tests/pcaps/sll2_tls.pcap":                                                                                    "the name of an interface is that of the machine which prints",
	"the-tcpdump-group+tcpdump/tests/mptcp-dss-oobr.pcap":                                                                             "a record is longer than the file's snap length, at which libpcap cuts it",
	"OISF+suricata-verify/tests/bug-3616-smtp/input.pcap":                                                                             "with -v tcpdump prints what an ICMP error quotes",
	"zeek+zeek/testing/btest/Traces/smtp.pcap":                                                                                        "the same",
	"ncsa+bro-simple-scan/testing/pcaps/backscatter.trace":                                                                            "the same",
	"seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/gtpv2.pcap":                                                                "tcpdump does not read it",
	"seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/BgpPackets.pcap":                                                           "the same",
	"seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/GrePackets.pcap":                                                           "the same",
	"seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/ldap.pcapng":                                                               "the same",
	"seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/dns_over_tcp.pcapng":                                                       "the same",
	"seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/many_interfaces-1.pcapng":                                                      "the same: link types of interfaces differ",
	"zeek+zeek/testing/btest/Traces/ldap/gap-data-missing.pcapng":                                                                     "the same",
	"seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/file_heuristics/pcapng-example.pcapng.dup":                                     "damaged: tcpdump stops",
	"seladb+PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-4981601846820864": "tcpdump does not read it",
	"seladb+PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5165538295939072": "the same",
	"seladb+PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5758569646653440": "the same",
}

// segments are lines of a segment whose header was read.
var segments = regexp.MustCompile(`Flags \[([FSRPUEWe.]+|none)\](, (cksum|seq|ack|win) | \[bad)`)

// tcpLines returns the lines of segments, through their length.
func tcpLines(lines []string) (list []string) {
	for _, l := range lines {
		if segments.MatchString(l) {
			list = append(list, through(earlier(l)))
		}
	}
	return list
}

// unpacked returns the path of a capture that tcpdump can read: itself, or what a
// packed one holds.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	program := map[string]string{".gz": "gzip", ".zst": "zstd", ".xz": "xz"}[filepath.Ext(path)]
	if program == "" {
		return path
	}
	out, err := exec.Command(program, "-dc", path).Output()
	if err != nil {
		t.Skipf("%s: %v", program, err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, out, 0o644); err != nil {
		t.Fatal(err)
	}
	return plain
}

// captures returns the captures to test: every n-th, or all if ONPATH_FULL is set.
func captures(t *testing.T, n int) (paths []string) {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus, "INDEX.tsv"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	at := slices.Index(strings.Split(lines.Text(), "\t"), "path")
	for i := 0; lines.Scan(); i++ {
		if i%n == 0 || os.Getenv("ONPATH_FULL") != "" {
			paths = append(paths, strings.Split(lines.Text(), "\t")[at])
		}
	}
	return paths
}

// TestCorpus: the TCP lines of the corpus are tcpdump's, through their length, with
// each set of flags that says nothing of link headers.
func TestCorpus(t *testing.T) {
	for _, name := range captures(t, 16) {
		path, differ := unpacked(t, filepath.Join(corpus, "captures", name)), false
		for _, set := range flagSets[:5] {
			want, got := tcpLines(theirs(t, path, strings.Fields(set.flags)...)), tcpLines(ours(t, path, set.config))
			if slices.Equal(want, got) {
				continue
			}
			if differ = true; differs[name] == "" {
				t.Errorf("%s, tcpdump %s:\n%s", name, set.flags, firstDifference(want, got))
			}
		}
		if !differ && differs[name] != "" {
			t.Errorf("%s does not differ any more: %s", name, differs[name])
		}
	}
}

func firstDifference(want, got []string) string {
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			return strings.Join(append(slices.Clone(got[i:min(len(got), i+1)]), w+", tcpdump"), "\n")
		}
	}
	return strings.Join(got[len(want):min(len(got), len(want)+1)], "\n")
}

// newer are the tests of tcpdump itself whose TCP lines are others here, and why: the
// expected lines are those of a version newer than 4.99.3.
var newer = map[string]string{
	"rpki-rtr-oobr-vv":               "4.99.3 says nothing of fields whose flag is not set",
	"geneve-gcp":                     "the same; and a new option class",
	"bigtcp-ipv6":                    "4.99.3 does not know a segment above 65,535 octets",
	"mptcp-dss-oobr":                 "libpcap cuts the record at the file's snap length",
	"rpki-rtr-oobr":                  "4.99.3 takes another length of a header that is too long",
	"kday4":                          "4.99.3 takes another length of a padded packet",
	"kday7":                          "the same",
	"gso-ipv4-geneve-ipv6":           "4.99.3 has no comma in an IPv6 header",
	"gso-ipv4-vxlan-ipv6":            "the same",
	"gso-ipv6-geneve-ipv6":           "the same",
	"gso-ipv6-vxlan-ipv6":            "the same",
	"bgp-aigp-oobr-nossl":            "tcpdump built without a library for MD5 does not speak of the secret",
	"bgp-as-path-oobr-nossl":         "the same",
	"tcp_rst_diag_payload-v":         "4.99.3 prints the payload of a reset as text",
	"tcp_rst_diag_payload-vv":        "the same",
	"tcp_rst_diag_payload-trunc-v":   "the same",
	"tcp_rst_diag_payload-trunc-vv":  "the same",
	"tcp_rst_data-trunc-v":           "4.99.3 marks a payload that was cut with !",
	"wccp_redirect_gre":              "WCCP, into which 4.99.3 does not look",
	"wccp_redirect_gre-nosmb":        "the same",
	"arcnet-rfc1201-arp-icmp-http-e": "the header of ARCnet is not printed",
}

// TestExpected holds the lines to those that tcpdump's own tests want, of which most
// are 4.99.3's too.
func TestExpected(t *testing.T) {
	f, err := os.Open(filepath.Join(corpus, "expected/tcpdump.jsonl"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	rows := json.NewDecoder(f)
	for {
		var row struct{ Test, Pcap, Options, Out string }
		if err := rows.Decode(&row); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(row.Options, " and ") || strings.Contains(row.Options, "geneve ") {
			continue // a filter
		}
		text, err := os.ReadFile(filepath.Join(corpus, "expected/tcpdump", filepath.Base(row.Out)))
		if err != nil {
			t.Fatal(err)
		}
		want := exactLines(strings.Split(string(text), "\n"))
		got := exactLines(ours(t, filepath.Join(corpus, "captures", row.Pcap), harness(row.Options)))
		got = got[:min(len(got), len(want))] // -c
		if slices.Equal(want, got) != (newer[row.Test] == "") {
			t.Errorf("%s, known to differ %q:\n%s", row.Test, newer[row.Test], firstDifference(want, got))
		}
	}
}
