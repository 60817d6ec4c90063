package packet_test

import (
	"bufio"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/tcp"
)

// tsharkFields are the columns asked for, the last occurrence of each: that of
// the innermost header.
var tsharkFields = []string{
	"frame.number", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport",
	"tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len", "tcp.checksum.status",
}

// tsharkSums are the values of tcp.checksum.status that say something.
var tsharkSums = map[string]tcp.Sum{"0": tcp.SumBad, "1": tcp.SumGood}

// tshark returns what tshark says of each frame with TCP.
func tshark(t *testing.T, path string) map[uint64]segment {
	t.Helper()
	args := []string{"-n", "-r", path, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l", "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.check_checksum:TRUE"}
	for _, f := range tsharkFields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	all := map[uint64]segment{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if s, ok := tsharkSegment(strings.Split(lines.Text(), "\t")); ok {
			all[number[uint64](strings.Split(lines.Text(), "\t")[0])] = s
		}
	}
	cmd.Wait() // fails where the file is cut; what was printed before counts
	return all
}

// tsharkSegment reads one line. TCP that an ICMP message quotes is nobody's segment.
func tsharkSegment(cell []string) (s segment, ok bool) {
	layers := strings.Split(cell[1], ":")
	addresses := cell[2:4]
	for _, l := range layers {
		switch l {
		case "icmp", "icmpv6":
			return s, false
		case "ip":
			addresses = cell[2:4]
		case "ipv6":
			addresses = cell[4:6]
		}
	}
	src, _ := netip.ParseAddr(addresses[0])
	dst, _ := netip.ParseAddr(addresses[1])
	return segment{
		netip.AddrPortFrom(src, number[uint16](cell[6])), netip.AddrPortFrom(dst, number[uint16](cell[7])),
		number[uint32](cell[8]), number[uint32](cell[9]), tcp.Flags(number[uint16](cell[10]) & 0x1ff),
		number[uint16](cell[11]), number[uint32](cell[12]), tsharkSums[cell[13]],
	}, true
}

// TestAgainstTshark: frame by frame, the innermost segment is the same.
func TestAgainstTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skipf("tshark is not here: %v", err)
	}
	dir, rows := corpus(t, 10)
	known := newAllowance("t")
	defer known.stale(t)
	for _, row := range rows {
		if row.damaged() {
			continue
		}
		mine := map[uint64]segment{}
		decode(t, filepath.Join(dir, row.path), func(f *packet.Frame, v *packet.View) {
			if s, ok := ours(v); ok {
				mine[f.Number] = s
			}
		})
		for _, d := range differ(mine, tshark(t, filepath.Join(dir, row.path))) {
			if !known.allows(row.path, d.frame) {
				t.Errorf("%s: %v", row.path, d)
			}
		}
	}
}
