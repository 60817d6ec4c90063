package fingerprint_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onpath/fingerprint"
	"onpath/tcp"
)

var update = flag.Bool("update", false, "measure this machine's kernel and rewrite linux.fp (takes root)")

// measured is where signatures go, by label in the order of their first one.
type measured struct {
	labels []string
	rules  map[string][]string // by label
	seen   map[string]bool     // rules, with section: the first label keeps one
}

func (m *measured) add(label, section string, s fingerprint.Signature) {
	rule := ruleOf(&s)
	if m.seen[section+rule] {
		return
	}
	m.seen[section+rule] = true
	label = section + "\x00" + label
	if !slices.Contains(m.labels, label) {
		m.labels = append(m.labels, label)
	}
	m.rules[label] = append(m.rules[label], rule)
}

// ruleOf is the signature as a database has it: for any MSS and both versions of IP,
// whose quirks are joined: both were measured.
func ruleOf(s *fingerprint.Signature) string {
	f := strings.Split(s.String(), ":")
	both := []string{"df", "id+", "flow"}
	if s.Answer {
		both = []string{"df", "flow"} // Linux gives a SYN,ACK the identification 0
	}
	if quirks := strings.Split(f[6], ","); slices.Contains(quirks, "ecn") {
		both = slices.Insert(both, len(both)-1, "ecn")
	}
	return strings.Join([]string{"*", "64", "0", "*", f[4], f[5], strings.Join(both, ","), f[7]}, ":")
}

// Labels; the class is Linux's in p0f.fp, so that both files go together.
const (
	label6     = "s:unix:Linux:6.x"
	label5     = "s:unix:Linux:5.x-6.x"
	labelTuned = "s:unix:Linux:(receive buffers set)"
	labelMPTCP = "s:unix:Linux:6.x (MPTCP)"
	labelFast  = "s:unix:Linux:6.x (Fast Open)"
)

// MTUs that links and tunnels have, but the smallest of IPv4.
var mtus = []int{
	1500, 1280, 1300, 1320, 1340, 1360, 1370, 1380, 1390, 1400, 1410, 1412, 1420, 1422, 1428, 1430, 1436, 1438, 1440, 1446, 1450, 1454,
	1460, 1464, 1472, 1476, 1480, 1484, 1488, 1490, 1492, 1496, 1498, 1504, 1508, 1540, 1600, 2000, 3000, 4000, 4352, 8500, 8896,
	9000, 9001, 9180, 9216, 16384, 65535,
}

// buffers are the sizes of tcp_rmem: 6 MiB is the default of older kernels, which are
// called 5.x-6.x, and 32 MiB that of 6.18. What both have in common is said of both.
var buffers = []struct {
	label string
	rmem  string
}{
	{label5, "4096 131072 6291456"},
	{label6, "4096 131072 33554432"},
}

// measure asks the kernel for all that linux.fp has.
func measure(k *kernel) *measured {
	m := &measured{rules: map[string][]string{}, seen: map[string]bool{}}
	for _, b := range buffers {
		k.set("tcp_rmem", b.rmem)
		m.links(k, b.label)
		m.settings(k, b.label)
		m.answers(k, b.label)
	}
	k.set("tcp_rmem", buffers[1].rmem)
	m.loopback(k)
	m.tuned(k)
	m.requests(k, labelFast, fastOpen)
	m.multipath(k)
	m.smallest(k)
	return m
}

// smallest adds the SYNs over links that are too small for IPv6, which the device has
// no more afterwards.
func (m *measured) smallest(k *kernel) {
	k.mtu(576)
	for _, b := range buffers {
		k.set("tcp_rmem", b.rmem)
		m.add(b.label, "tcp:request", k.syn(0, 0))
	}
}

// requests adds the SYNs of sockets of a protocol over both versions of IP.
func (m *measured) requests(k *kernel, label string, proto int) {
	for version := range 2 {
		m.add(label, "tcp:request", k.syn(version, proto))
	}
}

// links adds SYNs by the MTU.
func (m *measured) links(k *kernel, label string) {
	for _, mtu := range mtus {
		k.mtu(mtu)
		m.requests(k, label, 0)
	}
	k.mtu(1500)
}

// switches are what is lost with each sysctl.
var switches = []struct{ sysctl, without string }{
	{"tcp_timestamps", "no timestamps"}, {"tcp_sack", "no SACK"}, {"tcp_window_scaling", "no window scaling"},
}

// settings adds SYNs with options switched off, and with ECN.
func (m *measured) settings(k *kernel, label string) {
	for off := 1; off < 1<<len(switches); off++ {
		var without []string
		for i, s := range switches {
			if off>>i&1 == 1 {
				k.set(s.sysctl, "0")
				without = append(without, s.without)
			}
		}
		m.requests(k, fmt.Sprintf("%s (%s)", label, strings.Join(without, ", ")), 0)
		for _, s := range switches {
			k.set(s.sysctl, "1")
		}
	}
	k.set("tcp_ecn", "1")
	m.requests(k, label, 0)
	k.set("tcp_ecn", "2")
}

// tuned adds SYNs by the sizes of the receive buffer, as administrators and vendors
// set them.
func (m *measured) tuned(k *kernel) {
	for _, first := range []int{1 << 17, 87380, 1 << 16, 1 << 19} {
		for most := 1 << 20; most <= 1<<30; most *= 2 {
			k.set("tcp_rmem", fmt.Sprintf("4096 %d %d", first, most))
			m.requests(k, labelTuned, 0)
		}
	}
	k.set("tcp_rmem", buffers[1].rmem)
}

// loopback adds the connections over the loopback device.
func (m *measured) loopback(k *kernel) {
	for version := range 2 {
		syn, answer := k.looped(version)
		m.add(label6, "tcp:request", syn)
		m.add(label6, "tcp:response", answer)
	}
}

// multipath adds segments of MPTCP (RFC 8684), if the kernel has it.
func (m *measured) multipath(k *kernel) {
	if !k.multipaths {
		return
	}
	m.requests(k, labelMPTCP, protoMPTCP)
	capable := append(options(1460, 7), 30, 4, 1, 0x81)
	for version := range 2 {
		m.add(labelMPTCP, "tcp:response", k.answer(version, servedMPTCP, tcp.SYN, capable))
	}
}

func (m *measured) answer(k *kernel, label string, options []byte) {
	for version := range 2 {
		m.add(label, "tcp:response", k.answer(version, served, tcp.SYN, options))
	}
}

// peers are the MSS of SYNs that are answered.
var peers = []uint16{1460, 1440, 1220, 1240, 1260, 1300, 1340, 1360, 1380, 1400, 1410, 1412, 1420, 1432, 1436, 1448, 1452, 1456, 536, 8960, 65495}

// answers adds the SYN,ACKs to SYNs with all options and fewer.
func (m *measured) answers(k *kernel, label string) {
	for _, mtu := range []int{1500, 1492, 1450, 1420, 9000, 9001, 65535} {
		k.mtu(mtu)
		for _, mss := range peers {
			for offered := range 8 {
				m.answer(k, label, options(mss, offered))
			}
		}
	}
	k.mtu(1500)
	k.set("tcp_ecn", "1")
	for version := range 2 {
		m.add(label, "tcp:response", k.answer(version, served, tcp.SYN|tcp.ECE|tcp.CWR, options(1460, 7)))
	}
	k.set("tcp_ecn", "2")
}

// options are those of a SYN: MSS, and of the others those that the bits ask for.
func options(mss uint16, offered int) []byte {
	o := []byte{2, 4, byte(mss >> 8), byte(mss)}
	if offered&1 != 0 {
		o = append(o, 1, 1, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0)
	}
	if offered&2 != 0 {
		o = append(o, 1, 1, 4, 2)
	}
	if offered&4 != 0 {
		o = append(o, 1, 3, 3, 7)
	}
	return o
}

// generic are what every window and scale of Linux has in common, where the order of
// options is its own.
const generic = `
[tcp:request]

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,id+:0

[tcp:response]

label = g:unix:Linux:
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df,flow:0
sig   = *:64:0:*:*,*:mss,sok,ts,nop,ws:df:0
sig   = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df:0
`

const header = `; Signatures of Linux in the form of p0f.fp, made by
;
;	go test ./fingerprint -run Linux -update
;
; from segments that the kernel named below sent under many settings: sysctls, MTUs,
; IPv4 and IPv6, answers to SYNs with all options and fewer. Nothing else was measured.
; "5.x-6.x" is that kernel with tcp_rmem of 6 MiB, as older ones have it by default.
; The signatures of last resort at the end are the orders of options alone.
;
; kernel = %s
`

func (m *measured) text(release string) string {
	var b strings.Builder
	fmt.Fprintf(&b, header, release)
	for _, section := range []string{"tcp:request", "tcp:response"} {
		fmt.Fprintf(&b, "\n[%s]\n", section)
		for _, l := range m.labels {
			label, ok := strings.CutPrefix(l, section+"\x00")
			if !ok {
				continue
			}
			fmt.Fprintf(&b, "\nlabel = %s\n", label)
			for _, rule := range m.rules[l] {
				fmt.Fprintf(&b, "sig   = %s\n", rule)
			}
		}
	}
	return b.String() + generic
}

// release is the name of the kernel without what its builders add: "6.18.44".
func release(t *testing.T) string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`^[0-9.]*[0-9]`).FindString(string(text))
}

// TestLinux: linux.fp is what this machine's kernel does, if it was made on one of the
// same release; with -update it is made.
func TestLinux(t *testing.T) {
	k := newKernel(t)
	text := measure(k).text(release(t))
	const name = "linux.fp"
	if *update {
		k.must(os.WriteFile(name, []byte(text), 0o644))
		return
	}
	old, err := os.ReadFile(name)
	k.must(err)
	switch {
	case text == string(old):
	case strings.Contains(string(old), "; kernel = "+release(t)+"\n"):
		t.Errorf("%s is not what this kernel does; go test ./fingerprint -run Linux -update", name)
	default:
		t.Skipf("%s was made on another kernel", name)
	}
}
