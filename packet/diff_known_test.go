package packet_test

import (
	"os"
	"slices"
	"testing"
)

// A known disagreement: frames of a capture on which onpath does not agree with
// a program, and why it stays so.
type known struct {
	capture string
	with    string // t tshark 4.0, g gopacket 1.7, i the index's tcp_packets
	frames  []uint64
	more    int // segments that onpath counts beyond the index's
	why     string
}

// The reasons that come up more than once. No receiver takes a datagram that is
// shorter than its own header says; what such a frame "really" held is a guess.
const (
	headerCut  = "onpath: fewer than the 20 octets of a TCP header were captured or sent; the others count the protocol number of the IP header"
	offsetPast = "onpath: the data offset is below 5 words or runs past the segment (tcp-offset), so no receiver takes it as TCP"
	firstPiece = "onpath: the first fragment of a datagram whose others never came is no segment; tshark reads it if it was not captured whole, else waits too"
	ipLonger   = "they cut the payload to the frame, onpath believes the IP header as tcpdump does: a capture may have lost octets and the length with them, as in zeek's tcp/reassembly.pcap, where the receiver's ACKs prove the header right. In fuzzed files it may be wrong"
	noVXLAN    = "onpath: without the I flag it is no VXLAN (RFC 7348 §5)"
	vxlan8472  = "onpath: port 8472 is VXLAN's on Linux"
)

// disagreements is all that is known. A row that is not needed any more fails the
// test that looks at all captures.
var disagreements = []known{
	{"AlexeyVasilev+PcapFlowLab/examples/showcase/pcap_flow_lab_showcase.pcap", "ti", []uint64{1327}, 1, "onpath: Ethernet in MPLS without a control word; tshark guesses that there is one"},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/ah/17_ah_invalid_payload_length_too_small.pcap", "ti", []uint64{1}, -1, offsetPast},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/mpls/21_mpls_snaplen_truncated_inner_tcp.pcap", "ti", []uint64{1}, -1, headerCut},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/tcp_options/19_tcp_syn_tcp_header_snaplen_truncated.pcap", "ti", []uint64{1}, -1, headerCut},
	{"DanieleDeSensi+peafowl/test/pcaps/L3/truncated_tcp.pcap", "tgi", []uint64{1}, -1, offsetPast},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/vxlan/17_vxlan_udp_port_and_header_matrix.pcap", "t", []uint64{2}, 0, vxlan8472},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/vxlan/17_vxlan_udp_port_and_header_matrix.pcap", "tg", []uint64{4}, 0, noVXLAN},
	{"AlexeyVasilev+PcapFlowLab/tests/data/parsing/gtpu/24_gtpu_flag_matrix_inner_ipv4_tcp.pcap", "g", []uint64{1}, 0, "onpath and tshark: gopacket skips the octets of GTP's optional fields wrongly"},
	{"OISF+suricata-verify/tests/bug-76/input.pcap", "tg", []uint64{8, 22}, 0, ipLonger},
	{"OISF+suricata-verify/tests/bug-76/input.pcap", "tgi", []uint64{46}, -1, offsetPast},
	{"OISF+suricata-verify/tests/transform-base64-7296/input.pcap", "tgi", []uint64{11, 59}, -2, offsetPast},
	{"OISF+suricata-verify/tests/ipv6-evasion/ipv6-malformed-fragments-25/frag-25.pcap", "i", []uint64{8}, -1, headerCut},
	{"OISF+suricata-verify/tests/ipv6-evasion/ipv6-malformed-fragments-26/frag-26.pcap", "i", []uint64{6}, -1, headerCut},
	{"the-tcpdump-group+libpcap/tests/filter/AH-IPcomp-IPv4.pcap", "ti", []uint64{3, 4, 5, 7}, -4, "tshark: it unpacks IPComp (RFC 3173), onpath does not"},
	{"the-tcpdump-group+tcpdump/tests/bgp-bgp_capabilities_print-oobr-1.pcap", "ti", []uint64{1}, -1, firstPiece},
	{"the-tcpdump-group+tcpdump/tests/bgp-bgp_capabilities_print-oobr-2.pcap", "ti", []uint64{1}, -1, firstPiece},
	{"the-tcpdump-group+tcpdump/tests/bgp_pmsi_tunnel-oobr.pcap", "ti", []uint64{1}, -1, firstPiece},
	{"the-tcpdump-group+tcpdump/tests/rpki-rtr-oobr.pcap", "ti", []uint64{1}, -1, firstPiece},
	{"the-tcpdump-group+tcpdump/tests/tcp_header_heapoverflow.pcap", "ti", []uint64{1}, -1, headerCut},
	{"the-tcpdump-group+tcpdump/tests/bigtcp-ipv6.pcap", "t", []uint64{1}, 0, "onpath: a jumbogram of 80,040 octets (RFC 2675); tshark 4.0 stops at the option"},
	{"the-tcpdump-group+tcpdump/tests/kday4.pcap", "tg", []uint64{10}, 0, ipLonger},
	{"the-tcpdump-group+tcpdump/tests/kday7.pcap", "tg", []uint64{10}, 0, ipLonger},
	{"zeek+zeek/testing/btest/Traces/modbus/fuzz-72.pcap", "tg", []uint64{1, 20}, 0, ipLonger},
	{"zeek+zeek/testing/btest/Traces/tcp/reassembly.pcap", "tg", []uint64{7, 26, 35, 39, 85}, 0, ipLonger},
	{"zeek+zeek/testing/btest/Traces/cisco-fabric-path.pcap", "i", nil, 16, "onpath and tshark: each segment stands in the capture with and without FabricPath; the index counts one"},
	{"zeek+zeek/testing/btest/Traces/tunnels/gre-aruba-amsdu.pcap", "t", []uint64{1}, 0, "neither: the frame aggregates two segments; onpath reads the first, the test asks tshark for the last"},
	{"zeek+zeek/testing/btest/Traces/tunnels/gtp/gtp9_unknown_or_too_short_payload.pcap", "tgi", []uint64{11}, -1, "onpath: 172 octets in the tunnel cannot hold the IP datagram of 1480 that they claim to be"},
}

// allowance checks differences against the rows for one program.
type allowance struct {
	with string
	used []bool
}

func newAllowance(with string) *allowance {
	return &allowance{with, make([]bool, len(disagreements))}
}

// allows reports whether the frame of the capture is in the table.
func (a *allowance) allows(capture string, frame uint64) bool {
	for i, k := range disagreements {
		if k.applies(capture, a.with) && slices.Contains(k.frames, frame) {
			a.used[i] = true
			return true
		}
	}
	return false
}

// beyond returns how many segments more than the index onpath counts.
func (a *allowance) beyond(capture string) (more int) {
	for i, k := range disagreements {
		if k.applies(capture, a.with) {
			a.used[i] = true
			more += k.more
		}
	}
	return more
}

func (k known) applies(capture, with string) bool {
	return k.capture == capture && slices.Contains([]byte(k.with), with[0])
}

// stale fails for rows that were not needed, if all captures were looked at.
func (a *allowance) stale(t *testing.T) {
	t.Helper()
	for i, k := range disagreements {
		if slices.Contains([]byte(k.with), a.with[0]) && !a.used[i] && (os.Getenv("ONPATH_FULL") != "" || a.with == "i") {
			t.Errorf("%s, frames %v: agrees by now, take it out of the table", k.capture, k.frames)
		}
	}
}
