package tcpdump_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/source"
	"onpath/source/tcpdump"
	"onpath/tcp"
)

// moduleRoot is where go.mod lies.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// captures returns each n-th of the corpus's captures from the i-th on, or all with
// ONPATH_FULL.
func captures(t *testing.T, n, i int) (paths []string) {
	t.Helper()
	dir := filepath.Join(moduleRoot(t), "..", "shared", "corpus")
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	for ; lines.Scan(); i++ {
		if i%n == 0 || os.Getenv("ONPATH_FULL") != "" {
			paths = append(paths, filepath.Join(dir, "captures", strings.Split(lines.Text(), "\t")[1]))
		}
	}
	return paths
}

// numbered is what tcpdump -# puts before a packet.
var numbered = regexp.MustCompile(`^ {0,4}(\d+)  (?:\d|-\d|IP|\[Error)`)

// reread reads what tcpdump printed with -#, and returns the TCP views by frame
// number.
func reread(t *testing.T, out []byte) (views map[uint64]*packet.View) {
	t.Helper()
	views = map[uint64]*packet.View{}
	r := tcpdump.New(out[:min(len(out), 1<<16)], new(tcpdump.Report), func(tcpdump.Note) {})
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	frame := uint64(0)
	take := func() {
		for r.Next(&f) {
			v := new(packet.View)
			if d.Decode(&f, v); v.IsTCP() {
				views[frame] = v
			}
		}
	}
	for line := range bytes.Lines(out) {
		r.Line(bytes.TrimRight(line, "\n"))
		take() // of the frame before, if this line begins another
		if m := numbered.FindSubmatch(line); m != nil {
			frame, _ = strconv.ParseUint(string(m[1]), 10, 64)
		}
	}
	r.End()
	take()
	return views
}

// truth decodes the capture itself.
func truth(t *testing.T, path string) (views map[uint64]*packet.View) {
	t.Helper()
	views = map[uint64]*packet.View{}
	r, err := source.Open(path)
	if err != nil {
		return views
	}
	defer r.Close()
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	for r.Next(&f) != io.EOF {
		v := new(packet.View)
		if d.Decode(&f, v); v.IsTCP() {
			views[f.Number] = v
		}
	}
	return views
}

// shown is the part of a segment that tcpdump prints.
type shown struct {
	key    packet.Key
	fromB  bool
	flags  tcp.Flags
	ack    tcp.Seq
	win    uint16
	length uint32
	opts   tcp.OptSet
	mss    uint16
	ts     [2]uint32
	wscale uint8
	sack   [4][2]tcp.Seq
	at     int64
	seq    tcp.Seq
}

func show(v *packet.View) shown {
	s := &v.Seg
	k := v.Key
	k.VLAN, k.Net = 0, 0
	opts := s.Opts &^ tcp.OptLoose // what stands around options is not printed
	x := shown{key: k, fromB: v.FromB, flags: s.Flags, win: s.Win, length: s.Len, opts: opts,
		mss: s.MSS, wscale: s.WScale, ts: [2]uint32{s.TSval, s.TSecr}, sack: s.SACK, at: v.At / 1000}
	if s.Flags&tcp.ACK != 0 {
		x.ack = s.Ack
	}
	if s.Len > 0 || s.Flags&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
		x.seq = s.Seq
	}
	return x
}

// known are differences between what tcpdump prints and what the capture holds, by
// the end of the capture's path: in what, and why. All else must be equal.
var known = []struct{ path, what, why string }{
	{"10_outer_qinq_ipv4_ah_tcp.pcap", "missing", "behind an authentication header only ports are printed, no addresses"},
	{"ipv6-http-atomic-frag.pcap", "missing", "the same behind IPv6 extension headers"},
	{"pcap_flow_lab_showcase.pcap", "missing", "the same"},
	{"socks5-http-302-frag.pcap", "extra", "without -v, nothing tells that a segment is a first fragment"},
	{"frag_tcp_80_ipv4.pcap", "extra", "the same"},
	{"17_vxlan_udp_port_and_header_matrix.pcap", "extra", "tcpdump reads on behind a VXLAN header without the I flag"},
	{"pppoe-over-qinq.pcap", "seq len", "tcpdump counts the padding of a PPPoE frame as payload"},
	{"09_tcp_syn_unknown_valid_option.pcap", "opts", "mptcp of an unknown subtype: its octets are not printed"},
	{"10_tcp_syn_multiple_unknown_valid_options.pcap", "opts", "the same"},
	{"_malformed.pcap", "opts", "[bad opt]: the text does not tell what is bad"},
	{"http_seq_num_wrapping.pcap", "opts", "the same"},
	{"http_seq_num_wrapping_out_of_order.pcap", "opts", "the same"},
	{"tests/tcp-empty-sack/tcp-opt.pcap", "opts", "the same"},
	{"tcp/option-27.pcap", "opts", "the same"},
	{"input.pcap", "opts at", "the same; and fractions of a second beyond it"},
	{"scps_invalid.pcap", "opts", "the same"},
	{"mptcp-dss-oobr.pcap", "opts", "an option that tcpdump refuses ends the list"},
	{"mptcp-tcprst.pcap", "opts", "what an MPTCP reset says is not rebuilt"},
	{"TcpPacketTest.pcap", "sack", "-S prints SACK blocks of a first segment as they are, and nothing says that it was -S"},
	{"udp_tcp_icmp.pcap", "sack", "the same"},
	{"backscatter.trace", "seq ack", "-S: a RST whose number 0 could as well be a distance, in a conversation of two segments"},
	{"fuzz-72.pcap", "flags", "tcpdump 4.99.3 does not print AE"},
	{"-oobr.pcap", "flags opts", "the same; and cut in the options"},
	{"-oobr-1.pcap", "flags opts", "the same"},
	{"-oobr-2.pcap", "flags opts", "the same"},
	{"babel_update_oobr.pcap", "flags", "the same"},
	{"rst-inject-rae.pcap", "flags", "the same"},
	{"heapoverflow-tcp_print.pcap", "flags opts", "the same"},
	{"y2038-bgp.pcap", "at", "a time that tcpdump cannot print"},
	{"pcapng-example.pcapng.dup", "at", "the same"},
	{"kday4.pcap", "len", "an IP header that claims more than there is: tcpdump counts what there is"},
	{"kday7.pcap", "len", "the same"},
	{"wccp_redirect_gre.pcap", "at", "a line of WCCP stands between the packet with the time and the one inside"},
}

// isKnown reports whether all that differs is known.
func isKnown(path, what string) bool {
	for _, k := range known {
		if strings.HasSuffix(path, k.path) && !slices.ContainsFunc(strings.Fields(what), func(w string) bool { return !slices.Contains(strings.Fields(k.what), w) }) {
			return true
		}
	}
	return false
}

// compare holds what tcpdump printed of a capture, read back, to the capture.
func compare(t *testing.T, path string, out []byte) (compared, shifted int) {
	t.Helper()
	want := truth(t, path)
	if len(want) == 0 {
		return 0, 0
	}
	got, printed, bases := reread(t, out), segments(out), shifts{}
	for n := range got {
		if want[n] == nil && !isKnown(path, "extra") {
			t.Errorf("%s: frame %d holds no segment, but one was read", path, n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(want)) {
		w, g := want[n], got[n]
		if g == nil && (!printed[n] || isKnown(path, "missing")) {
			continue
		}
		compared++
		if g == nil {
			t.Errorf("%s: the segment of frame %d was printed and not read", path, n)
			continue
		}
		a, b := show(w), show(g)
		if a != b {
			shifted++
			bases.explain(&a, &b)
		}
		if a != b && !isKnown(path, diff(a, b)) {
			t.Errorf("%s, frame %d: %s\nwant %+v\n got %+v", path, n, diff(a, b), a, b)
		}
	}
	return compared, shifted
}

// TestRoundTrip: what the real tcpdump prints of each capture, read back, is what
// the capture holds.
func TestRoundTrip(t *testing.T) {
	program, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed")
	}
	for i, options := range []string{"-tttt", "-tttt -S", "-tt -v", "-tttt -v -S", "-tttt -e", "-tttt -x"} {
		t.Run(options, func(t *testing.T) {
			compared, shifted := 0, 0
			for _, path := range captures(t, 6, i) {
				cmd := exec.Command(program, append(strings.Fields(options), "-#", "-n", "-K", "-r", path)...)
				cmd.Env = append(os.Environ(), "TZ=UTC")
				out, _ := cmd.Output() // what it could not read it has said before
				n, s := compare(t, path, out)
				compared, shifted = compared+n, shifted+s
			}
			t.Logf("%d segments compared, %d of them in directions that the text does not tell where they begin", compared, shifted)
		})
	}
}

// TestExpected: the same with what newer versions printed, which lies beside the
// corpus.
func TestExpected(t *testing.T) {
	dir := filepath.Join(moduleRoot(t), "..", "shared", "corpus")
	rows, err := os.ReadFile(filepath.Join(dir, "expected", "tcpdump.jsonl"))
	if err != nil {
		t.Skipf("the corpus is not here: %v", err)
	}
	for row := range bytes.Lines(rows) {
		var r struct{ Options, Pcap, Out string }
		if err := json.Unmarshal(row, &r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.Options, "-- ") {
			continue // a filter: numbers count what passes it
		}
		out, err := os.ReadFile(filepath.Join(dir, "expected", "tcpdump", filepath.Base(r.Out)))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join(dir, "captures", r.Pcap), out)
	}
}

func diff(a, b shown) string {
	var s []string
	add := func(name string, same bool) {
		if !same {
			s = append(s, name)
		}
	}
	add("key", a.key == b.key && a.fromB == b.fromB)
	add("flags", a.flags == b.flags)
	add("ack", a.ack == b.ack)
	add("seq", a.seq == b.seq)
	add("win", a.win == b.win)
	add("len", a.length == b.length)
	add("opts", a.opts == b.opts)
	add("mss", a.mss == b.mss)
	add("ts", a.ts == b.ts)
	add("ws", a.wscale == b.wscale)
	add("sack", a.sack == b.sack)
	add("at", a.at == b.at)
	return strings.Join(s, " ")
}

// segments returns the frames of which tcpdump printed a TCP segment.
func segments(out []byte) (frames map[uint64]bool) {
	frames = map[uint64]bool{}
	frame := uint64(0)
	for line := range bytes.Lines(out) {
		if m := numbered.FindSubmatch(line); m != nil {
			frame, _ = strconv.ParseUint(string(m[1]), 10, 64)
		}
		if bytes.Contains(line, []byte(": Flags [")) {
			frames[frame] = true
		}
	}
	return frames
}

// shifts are by how much the numbers of a direction are off, where the text did
// not tell where they begin.
type shifts map[direction]tcp.Seq

type direction struct {
	key   packet.Key
	fromB bool
}

// explain takes a shift from the read numbers that they had before, or have now
// for the first time.
func (m shifts) explain(want, got *shown) {
	me := direction{want.key, want.fromB}
	peer := direction{want.key, !want.fromB}
	if want.seq != 0 {
		got.seq -= m.of(me, got.seq-want.seq)
	}
	if want.flags&tcp.ACK != 0 {
		got.ack -= m.of(peer, got.ack-want.ack)
	}
}

func (m shifts) of(d direction, now tcp.Seq) tcp.Seq {
	if _, ok := m[d]; !ok {
		m[d] = now
	}
	return m[d]
}

// TestArticle: the article that the project began with has 23 segments, two of
// them with a slip; the page about tcpad has three in one line.
func TestArticle(t *testing.T) {
	dir := filepath.Join(moduleRoot(t), "..", "shared", "seeds")
	for _, tt := range []struct {
		name             string
		segments, mended uint64
	}{
		{"004_*.txt", 23, 2}, {"001_*.txt", 3, 0}, {"000_*.txt", 0, 0}, {"002_*.txt", 0, 0}, {"003_*.txt", 0, 0},
	} {
		paths, _ := filepath.Glob(filepath.Join(dir, tt.name))
		if len(paths) != 1 {
			t.Skip("the seed documents are not at ../shared/seeds beside the module")
		}
		text, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		packets, notes, report := read(string(text))
		if k := report.Kinds; k[tcpdump.Segment] != tt.segments || uint64(len(packets)) != tt.segments || report.Mended != tt.mended || k[tcpdump.Broken] != 0 {
			t.Errorf("%s: %d packets, %+v, %q", tt.name, len(packets), report, notes)
		}
	}
}
