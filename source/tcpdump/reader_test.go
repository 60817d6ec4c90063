package tcpdump_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"onpath/packet"
	"onpath/source/tcpdump"
	"onpath/tcp"
)

// read reads a text and returns its packets, a line each, and the notes.
func read(text string) (packets, notes []string, report tcpdump.Report) {
	r := tcpdump.New([]byte(text), &report, func(n tcpdump.Note) { notes = append(notes, fmt.Sprintf("%d: %s", n.Line, n.Text)) })
	d := packet.NewDecoder(packet.Config{})
	var f packet.Frame
	var v packet.View
	take := func() {
		for r.Next(&f) {
			d.Decode(&f, &v)
			packets = append(packets, line(&v))
		}
	}
	for l := range strings.Lines(text) {
		r.Line([]byte(strings.TrimRight(l, "\n")))
		take()
	}
	r.End()
	take()
	return packets, notes, report
}

// line shows a packet: time since 1970, the ends, and of a segment all numbers.
func line(v *packet.View) string {
	a, b := v.Key.AddrA(), v.Key.AddrB()
	ap, bp := v.Key.APort, v.Key.BPort
	if v.FromB {
		a, b, ap, bp = b, a, bp, ap
	}
	s := fmt.Sprintf("%v %v.%d > %v.%d", time.Duration(v.At), a, ap, b, bp)
	if !v.IsTCP() {
		return fmt.Sprintf("%s %s %d", s, v.Why, v.L4Len)
	}
	return fmt.Sprintf("%s %s %d:%d ack %d win %d", s, v.Seg.Flags, v.Seg.Seq, v.Seg.Seq.Add(v.Seg.Len), v.Seg.Ack, v.Seg.Win)
}

// TestForms: one packet in the forms that it can have. The first column says what
// differs from the packet that is wanted.
func TestForms(t *testing.T) {
	const want = "1m0s 192.0.2.1.1000 > 192.0.2.2.80 S 5:5 ack 0 win 900"
	for name, text := range map[string]string{
		"version 3":     "00:01:00.000000 192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900 <mss 1460> (DF)",
		"version 3 -v":  "00:01:00.000000 192.0.2.1.1000 > 192.0.2.2.80: S [tcp sum ok] 5:5(0) win 900 <mss 1460> (DF) [tos 0x10]  (ttl 64, id 9, len 44)",
		"version 3.9":   "00:01:00.000000 IP (tos 0x0, ttl  64, id 9, offset 0, flags [DF], proto: TCP (6), length: 44) 192.0.2.1.1000 > 192.0.2.2.80: S, cksum 0x1234 (correct), 5:5(0) win 900 <mss 1460>",
		"version 4":     "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, options [mss 1460], length 0",
		"-v":            "00:01:00.000000 IP (tos 0x0, ttl 64, id 9, offset 0, flags [DF], proto TCP (6), length 44)\n    192.0.2.1.1000 > 192.0.2.2.80: Flags [S], cksum 0x1234 (correct), seq 5, win 900, options [mss 1460], length 0",
		"-e":            "00:01:00.000000 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 58: 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, options [mss 1460], length 0",
		"-e, old":       "00:01:00.000000 0:0:c0:1:2:3 0:0:c0:4:5:6 0800 58: 192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900 <mss 1460> (DF)",
		"cooked":        "00:01:00.000000 eth0  In  IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"-#":            "    7  00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.http: Flags [S], seq 5, win 900, length 0",
		"-tt":           "60.000000 IP 192.0.2.1.1000 > 192.0.2.2.http: Flags [S], seq 5, win 900, length 0",
		"-tttt":         "1970-01-01 00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.www: Flags [S], seq 5, win 900, length 0",
		"-tttt, old":    "01/01/1970 00:01:00.000000 192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900",
		"nanoseconds":   "00:01:00.000000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"OpenBSD's":     "Jan 01 00:01:00.000000 192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900 <mss 1460> (DF)",
		"OpenBSD's -e":  "Jan 01 00:01:00.000000 00:0c:29:00:00:01 00:0c:29:00:00:02 0800 58: 192.0.2.1.1000 > 192.0.2.2.80: S [tcp sum ok] 5:5(0) win 900 (DF) (ttl 64, id 9, len 44)",
		"OpenBSD's log": "Jan 01 00:01:00.000000 rule 12/(match) [uid 0, pid 1] block in on em0: 192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900 (DF)",
		"ISO 8601":      "1970-01-01T00:01:00.000000+00:00 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"logged twice":  "1970-01-01T00:00:59.000000Z 00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"system log":    "Jan  1 00:00:59 host tcpdump[7]: 00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"colours":       "\x1b]0;title\a00:01:00.000000 \x1b[1;32mIP\x1b(B\x1b[m 192.0.2.1.1000 > 192.0.2.2.80: Flags [\x1b[01;31m\x1b[KS\x1b[m\x1b[K], seq 5, win 900, length 0",
		"fixed spaces":  "00:01:00.000000\u00a0IP\u00a0192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"80 columns":    "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win \n900, options [mss 1460,sackOK,TS val 7 ecr 0,n\nop,wscale 7], length 0",
		"mail's breaks": "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq=\n 5, wi=\nn 900, length =\n0",
		"truncated":     "00:01:00.000000 truncated-ip - 9 bytes missing!192.0.2.1.1000 > 192.0.2.2.80: S 5:5(0) win 900 (DF)",
		"Markdown":      `00:01:00.000000 IP **192.0.2.1.1000** \> 192.0.2.2.80: Flags \[S\], seq 5, win 900, length 0`,
		"HTML":          `<td><span class="x">00:01:00.000000</span> 192.0.2.1.1000 &gt; 192.0.2.2.80: <FONT color=red>S</FONT> 5:5(0) win 900 <mss 1460,nop> (DF)</td>`,
		"quoted":        "> > 00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"quoted, wraps": ">> 00:01:00.000000 IP 192.0.2.1.1000 >\n>> 192.0.2.2.80: Flags\n>> [S], seq 5, win\n>> 900, length 0",
		"wraps":         "00:01:00.000000 192.0.2.1.1000 > 192.0.2.2.80: S\n5:5(0) win 900\n<mss 1460,nop,nop,\nsackOK> (DF)",
		"a terminal's":  "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, opt\nions [mss 1460], length 0",
		"entities":      "00:01:00.000000 192.0.2.1.1000 &gt; 192.0.2.2.80: S 5:5(0) win 900 &lt;mss 1460&gt; (DF)<br>",
		"an odd one":    "00:01:00.000000 192.0.2.1.1000 &glt; 192.0.2.2.80: S 5:5(0) win 900 (DF)",
		"list":          "  * 12) `00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0`",
		"in a line":     "It says 00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"cut":           "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, options [mss 1460,[|tcp]",
		"tunnel":        "00:01:00.000000 IP 198.51.100.1 > 198.51.100.2: GREv0, length 48: IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"VXLAN":         "00:01:00.000000 IP 198.51.100.1.999 > 198.51.100.2.4789: VXLAN, flags [I] (0x08), vni 5\nIP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 5, win 900, length 0",
		"-x":            "00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: tcp 0\n00:01:00.000000 IP 192.0.2.1.1000 > 192.0.2.2.80: Flags [S], seq 7, win 8, length 0\n\t0x0000:  4500 0028 0000 4000 4006 b6cd c000 0201\n\t0x0010:  c000 0202 03e8 0050 0000 0005 0000 0000\n\t0x0020:  5002 0384 e1a7 0000",
	} {
		packets, _, _ := read(text)
		want := want
		if strings.HasPrefix(text, "Jan 01 ") { // of 1972
			want = "17520h" + want
		}
		if !slices.Equal(packets, []string{want}) {
			t.Errorf("%s: %q, want %q", name, packets, want)
		}
	}
}

// TestNumbers: numbers that are printed as distances, or not at all.
func TestNumbers(t *testing.T) {
	const a, b = "IP 10.0.0.1.1000 > 10.0.0.2.80: Flags ", "IP 10.0.0.2.80 > 10.0.0.1.1000: Flags "
	handshake := []string{a + "[S], seq 4000000000, win 9, length 0", b + "[S.], seq 3000000000, ack 4000000001, win 9, length 0"}
	for _, tt := range []struct {
		name  string
		lines []string
		want  string // of the last, behind the ports
	}{
		{"distances", append(handshake, a+"[P.], seq 1:11, ack 1, win 9, length 10"), " P. 4000000001:4000000011 ack 3000000001 win 9"},
		{"plain", append(handshake, a+"[P.], seq 4000000001:4000000011, ack 3000000001, win 9, length 10"), " P. 4000000001:4000000011 ack 3000000001 win 9"},
		{"not printed", append(handshake, a+"[P.], seq 1:11, ack 1, win 9, length 10", a+"[.], ack 1, win 9, length 0"), " . 4000000011:4000000011 ack 3000000001 win 9"},
		{"around the circle", []string{
			b + "[S.], seq 4294967290, ack 1, win 9, length 0", b + "[P.], seq 1:21, ack 1, win 9, length 20",
		}, " P. 4294967291:15 ack 1 win 9"},
		{"without ACK they are plain", append(handshake, a+"[.], ack 1, win 9, length 0", a+"[R], seq 4000000001, win 0, length 0"), " R 4000000001:4000000001 ack 0 win 0"},
		{"refused", []string{handshake[0], b + "[R.], seq 0, ack 4000000001, win 0, length 0"}, " R. 0:0 ack 4000000001 win 0"},
		{"refused again", []string{handshake[0], b + "[R.], seq 0, ack 4000000001, win 0, length 0", handshake[0], b + "[R.], seq 0, ack 1, win 0, length 0"}, " R. 0:0 ack 4000000001 win 0"},
		{"from the middle", []string{a + "[P.], seq 500000000:500000010, ack 700000000, win 9, length 10", b + "[.], ack 10, win 9, length 0"}, " . 700000000:700000000 ack 500000010 win 9"},
		{"an excerpt", []string{b + "[F.], seq 147, ack 56, win 9, length 0", a + "[.], ack 148, win 9, length 0"}, " . 56:56 ack 148 win 9"},
		{"a SYN in between", append(handshake, a+"[.], ack 1, win 9, length 0", a+"[S], seq 77777777, win 9, length 0", a+"[.], ack 1, win 9, length 0"), " . 4000000001:4000000001 ack 3000000001 win 9"},
		{"beyond the window", append(handshake, a+"[.], ack 1, win 9, length 0", b+"[F.], seq 900000, ack 1, win 9, length 0", b+"[.], ack 1, win 9, length 0"), " . 3000000001:3000000001 ack 4000000001 win 9"},
		{"nothing told", []string{a + "[.], ack 700000000, win 9, length 0", a + "[P.], seq 0:10, ack 1, win 9, length 10"}, " P. 268435456:268435466 ack 700000000 win 9"},
		{"a digit lost", []string{"10.0.0.1.1000 > 10.0.0.2.80: S 063202536:2063202536(0) win 9"}, " S 2063202536:2063202536 ack 0 win 9"},
	} {
		packets, _, _ := read(strings.Join(tt.lines, "\n"))
		if len(packets) != len(tt.lines) || !strings.HasSuffix(packets[len(packets)-1], tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, packets, tt.want)
		}
	}
}

// TestTimes: each form over several lines.
func TestTimes(t *testing.T) {
	for _, tt := range []struct{ name, stamps, want string }{
		{"the next day", "23:59:59.000000 00:00:01.000000 00:00:02.000000", "23h59m59s 24h0m1s 24h0m2s"},
		{"late at midnight", "23:59:59.000000 00:00:01.000000 23:59:59.500000 00:00:02.000000", "23h59m59s 24h0m1s 23h59m59.5s 24h0m2s"},
		{"a step back", "10:00:01.000000 10:00:00.000000", "10h0m1s 10h0m0s"},
		{"-ttt", "00:00:00.000000 00:00:02.000000 00:00:00.500000 -00:00:01.000000", "0s 2s 2.5s 1.5s"},
		{"-ttttt", "00:00:00.000000 00:00:02.000000 00:00:02.500000", "0s 2s 2.5s"},
		{"-ttt, old", "000000 000250 000250", "0s 250µs 500µs"},
		{"OpenBSD's", "Dec_31_23:59:59.000000 Jan_01_00:00:01.000000 Dec_31_23:59:59.500000", "26303h59m59s 26304h0m1s 26303h59m59.5s"},
		{"-t", "- - -", "0s 1µs 2µs"},
	} {
		var text, got []string
		for s := range strings.FieldsSeq(tt.stamps) {
			text = append(text, strings.TrimPrefix(strings.ReplaceAll(s, "_", " ")+" ", "- ")+"IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S], seq 1, win 1, length 0")
		}
		packets, _, _ := read(strings.Join(text, "\n"))
		for _, p := range packets {
			at, _, _ := strings.Cut(p, " ")
			got = append(got, at)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// TestTruth: what a line does not tell is unknown, and what it tells is known.
func TestTruth(t *testing.T) {
	for _, tt := range []struct {
		text string
		want tcp.Segment
	}{
		{"IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S], seq 1, win 1, length 0", tcp.Segment{}},
		{"IP (tos 0x2,ECT(0), ttl 9, id 7, offset 0, flags [DF], proto TCP (6), length 40)\n    10.0.0.1.1 > 10.0.0.2.2: Flags [S], cksum 0x1 (correct), seq 1, win 1, length 0",
			tcp.Segment{TTL: 9, IPID: 7, ECN: 2, Sum: tcp.SumGood}},
		{"IP (tos 0x0, ttl 9, id 7, offset 0, flags [DF], proto TCP (6), length 40)\n    10.0.0.1.1 > 10.0.0.2.2: Flags [S], cksum 0x1 (incorrect -> 0x2), seq 1, win 1, length 0",
			tcp.Segment{TTL: 9, IPID: 7, Sum: tcp.SumBad}},
	} {
		r := tcpdump.New(nil, new(tcpdump.Report), func(tcpdump.Note) {})
		var f packet.Frame
		var v packet.View
		for l := range strings.Lines(tt.text) {
			if r.Line([]byte(strings.TrimRight(l, "\n"))); r.Next(&f) {
				t.Fatal("a frame before the end")
			}
		}
		if r.End(); !r.Next(&f) {
			t.Fatalf("%q: no frame", tt.text)
		}
		packet.NewDecoder(packet.Config{}).Decode(&f, &v)
		if s := v.Seg; s.TTL != tt.want.TTL || s.IPID != tt.want.IPID || s.ECN != tt.want.ECN || s.Sum != tt.want.Sum || !v.Text || v.IPSum != tcp.SumUnknown {
			t.Errorf("%q: TTL %d, ID %d, ECN %d, sum %v", tt.text, s.TTL, s.IPID, s.ECN, s.Sum)
		}
	}
}

// TestCounts: what is no segment is counted by its kind, and what is broken is
// told with its line.
func TestCounts(t *testing.T) {
	packets, notes, report := read(`Look at this:
# tcpdump -q
10:00:00.000000 arp who-has 10.0.0.1 tell 10.0.0.2
10:00:00.000000 IP 10.0.0.1.1 > 10.0.0.2.2: tcp 10
10:00:00.000000 IP 10.0.0.1.99 > 10.0.0.2.53: 7+ A? example.com. (29)
10:00:00.000000 IP 10.0.0.1.99 > 10.0.0.2.98: UDP, length 12
10:00:00.000000 IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 1, length 64
10:00:00.000000 IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 tcp port 80 unreachable, length 36
10:00:00.000000 IP 10.0.0.1.1 > 10.0.0.2.2: Flags [P.], seq 1:11, ack 1, win 9, length 12
10:00:00.000000 IP 10.0.0.1.1 > 10.0.0.2.2: Flags [X], seq 1, win 9, length 0
10:00:00.000000 10.0.0.1.1 > 10.0.0.2.2: P 1:11(12) ack 1 win 9 (frag 9:32@0+)

At 10:00:00 it was over.
`)
	if want := []string{
		"10h0m0s 10.0.0.1.99 > 10.0.0.2.53 decoded 29", "10h0m0s 10.0.0.1.99 > 10.0.0.2.98 decoded 12", "10h0m0s 10.0.0.1.8 > 10.0.0.2.0 decoded 56",
	}; !slices.Equal(packets, want) {
		t.Errorf("packets %q, want %q", packets, want)
	}
	if want := []string{
		"9: from 1 to 11 are not 12 octets", `10: unknown flags "X"`, "11: from 1 to 11 are not 12 octets",
	}; !slices.Equal(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
	want := map[tcpdump.Kind]uint64{tcpdump.Prose: 3, tcpdump.Datagram: 3, tcpdump.Quiet: 1, tcpdump.ICMP: 1, tcpdump.Other: 1, tcpdump.Broken: 3}
	for k, n := range report.Kinds {
		if n != want[tcpdump.Kind(k)] {
			t.Errorf("%d %v, want %d", n, tcpdump.Kind(k), want[tcpdump.Kind(k)])
		}
	}
}

// TestHalfOptions: an option that is not whole ends the list, and nothing of it stays.
func TestHalfOptions(t *testing.T) {
	for _, options := range []string{
		"wscale", "wscale x", "sack 2 {1:2}", "sack 1 {1:x}", "nop,nop,TS val 1 ecr 2,sack 4 {1:2}{3:4}{5:6}{7:8}",
	} {
		packets, _, _ := read("IP 10.0.0.1.1 > 10.0.0.2.2: Flags [.], seq 5:6, ack 7, win 9, options [" + options + "], length 1")
		if want := "0s 10.0.0.1.1 > 10.0.0.2.2 . 5:6 ack 7 win 9"; !slices.Equal(packets, []string{want}) {
			t.Errorf("%s: %q, want %q", options, packets, want)
		}
	}
}

// TestWrapGoesOn: a packet is wrapped where its words would grow together.
func TestWrapGoesOn(t *testing.T) {
	packets, _, _ := read("> IP 10.0.0.1.1 > 10.0.0.2.2: Flags\n> [S.], seq 5, ack 7, win 9, options [TS val 8 ecr\n> 7,nop], length 0\n")
	if want := "0s 10.0.0.1.1 > 10.0.0.2.2 S. 5:5 ack 7 win 9"; !slices.Equal(packets, []string{want}) {
		t.Errorf("%q, want %q", packets, want)
	}
}

// TestWrapEnds: what stands behind a packet that a terminal has wrapped is none of it.
func TestWrapEnds(t *testing.T) {
	packets, _, report := read("IP 10.0.0.1.1 > 10.0.0.2.2: Flags [.], seq 5, ac\nk 7, win 9, length 0\n7 packets captured\n")
	if want := "0s 10.0.0.1.1 > 10.0.0.2.2 . 5:5 ack 7 win 9"; !slices.Equal(packets, []string{want}) || report.Kinds[tcpdump.Prose] != 1 {
		t.Errorf("%q, %v, want %q", packets, report, want)
	}
}

// TestNames: names are addresses that the text does not have, always the same.
func TestNames(t *testing.T) {
	packets, _, report := read(`IP 203.0.113.1.1 > www.example.com.http: Flags [S], seq 1, win 1, length 0
IP www.example.com.http > client.example.1: Flags [S.], seq 1, ack 1, win 1, length 0
IP WWW.example.com.http > client.example.frobnicate: Flags [S.], seq 1, ack 1, win 1, length 0
IP6 www.example.com.https > ip6-localhost.22: Flags [S], seq 1, win 1, length 0`)
	for i, want := range []string{
		"203.0.113.1.1 > 203.0.113.2.80", "203.0.113.2.80 > 203.0.113.3.1", "203.0.113.2.80 > 203.0.113.3.1023", "2001:db8::1.443 > 2001:db8::2.22",
	} {
		if i >= len(packets) || !strings.Contains(packets[i], want) {
			t.Fatalf("%q, want %q", packets, want)
		}
	}
	if len(report.Names) != 5 || report.Names[2].String() != "service frobnicate is port 1023" {
		t.Errorf("names %v", report.Names)
	}
}

// FuzzReader: whatever the text, each frame is one that the decoder reads, its
// headers have sums that hold, and no more frames come than lines went in.
func FuzzReader(f *testing.F) {
	f.Add("00:01:00.000000 192.0.2.1.1000 &glt; 192.0.2.2.80: S 5:5(0) win 900 <mss 1460,nop,nop,sackOK> (DF)")
	f.Add("IP (tos 0x0, ttl 9, id 7, offset 0, flags [DF], proto TCP (6), length 40)\n    10.0.0.1.1 > 10.0.0.2.2: Flags [S], cksum 0x1 (correct), seq 1, win 1, options [mss 3,[bad opt]")
	f.Add("IP6 ::1.1 > ::2.2: Flags [.], ack 1, win 1, options [nop,nop,sack 1 {1:2},md5 x,mptcp 12 dss ack 3], length 0\n\t0x0000:  6000\n1 2")
	f.Add("IP a.b.1 > c.d: UDP, length 9\n02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 58: vlan 7, p 0, ethertype IPv4, 1.2.3.4.5 > 5.6.7.8.9: Flags [S], seq 1:2, win 1, length 1")
	f.Add("IP 10.0.0.1.1 > 10.0.0.2.2: Flags [.], seq 1:2, ack 1, win 1, options [wscale,sack 2 {1:2}], length 1")
	f.Fuzz(func(t *testing.T, text string) {
		var report tcpdump.Report
		notes := 0
		r := tcpdump.New([]byte(text), &report, func(tcpdump.Note) { notes++ })
		d := packet.NewDecoder(packet.Config{})
		var frame packet.Frame
		var v packet.View
		frames := 0
		take := func() {
			for r.Next(&frame) {
				frames++
				if d.Decode(&frame, &v); v.Why != packet.Decoded && v.Why != packet.FragmentHeld || v.CapLen > v.WireLen {
					t.Fatalf("a frame that is not decoded: %v % x", v.Why, frame.Data)
				}
				honest := frame
				if honest.Text = nil; frame.Text != nil {
					if d.Decode(&honest, &v); v.IPSum == tcp.SumBad {
						t.Fatalf("the IP header's sum is %v", v.IPSum)
					}
				}
			}
		}
		for l := range bytes.Lines([]byte(text)) {
			r.Line(l)
			take()
		}
		r.End()
		take()
		if uint64(frames) > report.Kinds[tcpdump.Segment]+report.Kinds[tcpdump.Datagram] {
			t.Fatalf("%d frames, %v", frames, report)
		}
	})
}
