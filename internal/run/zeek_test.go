package run

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// zeekFile holds rows of Zeek's own test baselines, one test a line.
const zeekFile = "../../../shared/corpus/expected/zeek.jsonl"

// zeekTest is one of Zeek's tests: a trace and the connections it must give.
type zeekTest struct {
	Trace string
	Conn  []zeekRow
}

// zeekRow is a row of Zeek's conn.log. Check is "exact" where its counts are
// those of all packets with these addresses and ports.
type zeekRow struct {
	Check   string
	Client  string  `json:"orig_h"`
	CPort   uint16  `json:"orig_p"`
	Server  string  `json:"resp_h"`
	SPort   uint16  `json:"resp_p"`
	History *string `json:"history"`
	State   string  `json:"conn_state"`

	CPackets  *uint64 `json:"orig_pkts"`
	SPackets  *uint64 `json:"resp_pkts"`
	CIPOctets *uint64 `json:"orig_ip_bytes"`
	SIPOctets *uint64 `json:"resp_ip_bytes"`
	COctets   *uint64 `json:"orig_bytes"` // null where Zeek does not know
	SOctets   *uint64 `json:"resp_bytes"`
}

// ourRow is a row of ours with the columns that Zeek has too.
type ourRow struct {
	Client  string  `json:"client"`
	CPort   uint16  `json:"client_port"`
	Server  string  `json:"server"`
	SPort   uint16  `json:"server_port"`
	History *string `json:"zeek_history"`
	State   string  `json:"zeek_conn_state"`

	CPackets  uint64 `json:"client_packets"`
	SPackets  uint64 `json:"server_packets"`
	CIPOctets uint64 `json:"client_ip_octets"`
	SIPOctets uint64 `json:"server_ip_octets"`
	COctets   uint64 `json:"client_octets"`
	SOctets   uint64 `json:"server_octets"`
}

// zeekDiffers are the connections in which we differ from Zeek, by the end of
// the trace's name, how, and who is right.
var zeekDiffers = []struct{ trace, client, how, why string }{
	{"ldap/missing_krbtgt_ldap_request.pcapng", "192.168.10.138:63815", "client_ip_octets 3618, Zeek 1733",
		"frame 8 was captured before segmentation offload filled in its IP total length: the field is 0, and Zeek counts 0; we count what the wire's length leaves, as tshark does"},
	{"pppoe-over-qinq.pcap", "1.1.1.1:20394", "2 rows, server_ip_octets 12965, Zeek 13001",
		"silent for 235 s while closing, above the timeout of 120 s: the second row continues the first. Six datagrams say 46 octets where PPPoE carries 40: Zeek counts 46, we and tshark 40"},
	{"wikipedia.pcap", "173.192.163.128:80", "swapped",
		"only a SYN,ACK passed: its addressee is the client; to Zeek here its sender is"},
}

// zeekSays are the connections whose conn_state or history, as we take Zeek's to be,
// is not Zeek's, by the end of the trace's name, and why.
var zeekSays = []struct{ trace, client, how, why string }{
	{"ftp/fake-long-commands.pcap", "127.0.0.1:58634", "history ShAdDaFf, Zeek ShAdDaXFf",
		"X: an analyzer of Zeek's for the payload gave up"},
	{"pppoe-over-qinq.pcap", "1.1.1.1:20394", "conn_state SHR, Zeek SF, history ^ft, Zeek ShADdtaTTtFf",
		"silent for 235 s while closing: ours is of the second row"},
	{"tcp/retransmit-fast009.pcap", "10.0.88.85:50368", "history ShADadtR, Zeek ShADaGdgtR",
		"frames were not captured whole, and what Zeek's reassembly does not get is a gap to it"},
}

// leastLike is in which part of the rows conn_state and history must be Zeek's.
const leastLike = 0.97

// TestZeekSays compares conn_state and history with Zeek's. Where the roles are
// swapped, Zeek's sender of the SYN,ACK is its originator: without base scripts it
// knows no port of a server.
func TestZeekSays(t *testing.T) {
	compared, equal, met := 0, 0, map[string]bool{}
	rows := map[string][]ourRow{}
	for _, test := range zeekTests(t) {
		for _, z := range test.Conn {
			if z.Check != "exact" {
				continue
			}
			if rows[test.Trace] == nil {
				rows[test.Trace] = ourRows(t, filepath.Join(corpus, test.Trace))
			}
			how, sum := z.compare(rows[test.Trace])
			said := z.says(&sum, strings.HasPrefix(how, "swapped"))
			compared++
			if said == "" {
				equal++
				continue
			}
			want := ""
			for _, d := range zeekSays {
				if strings.HasSuffix(test.Trace, d.trace) && d.client == fmt.Sprintf("%s:%d", z.Client, z.CPort) {
					want, met[d.trace] = d.how, true
				}
			}
			if said != want {
				t.Errorf("%s: %s:%d: %q, want %q", test.Trace, z.Client, z.CPort, said, want)
			}
		}
	}
	t.Logf("%d of %d rows are equal", equal, compared)
	if float64(equal) < leastLike*float64(compared) {
		t.Errorf("%d of %d rows are equal, want %.2f", equal, compared, leastLike)
	}
	for _, d := range zeekSays {
		if !met[d.trace] {
			t.Errorf("%s: no such difference any more", d.trace)
		}
	}
}

// says tells how conn_state and history of a row of ours are not Zeek's.
func (z *zeekRow) says(r *ourRow, swapped bool) string {
	var how []string
	history := orNone(r.History)
	if swapped {
		history = strings.Map(otherEnd, history)
	}
	if r.State != z.State {
		how = append(how, fmt.Sprintf("conn_state %s, Zeek %s", r.State, z.State))
	}
	if z.History != nil && history != *z.History {
		how = append(how, fmt.Sprintf("history %s, Zeek %s", history, *z.History))
	}
	return strings.Join(how, ", ")
}

// otherEnd turns a letter of one end into that of the other one.
func otherEnd(c rune) rune {
	switch {
	case c == '^':
		return -1
	case unicode.IsUpper(c):
		return unicode.ToLower(c)
	}
	return unicode.ToUpper(c)
}

// TestZeek compares the connections with Zeek's: packets, octets of IP datagrams and
// payload octets.
func TestZeek(t *testing.T) {
	compared, met := 0, map[string]bool{}
	rows := map[string][]ourRow{} // by trace
	for _, test := range zeekTests(t) {
		for _, z := range test.Conn {
			if z.Check != "exact" {
				continue
			}
			if rows[test.Trace] == nil {
				rows[test.Trace] = ourRows(t, filepath.Join(corpus, test.Trace))
			}
			how, _ := z.compare(rows[test.Trace])
			if want := zeekKnown(test.Trace, z, met); how != want {
				t.Errorf("%s: %s:%d: %q, want %q", test.Trace, z.Client, z.CPort, how, want)
			}
			compared++
		}
	}
	t.Logf("%d rows compared", compared)
	if compared == 0 {
		t.Error("nothing was compared")
	}
	for _, d := range zeekDiffers {
		if !met[d.trace] {
			t.Errorf("%s: no such connection any more", d.trace)
		}
	}
}

func orNone(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

// zeekTests reads the tests whose traces are there.
func zeekTests(t *testing.T) (tests []zeekTest) {
	f, err := os.Open(zeekFile)
	if err != nil {
		t.Skip("no rows of Zeek's at " + zeekFile)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var z zeekTest
		if err := json.Unmarshal(lines.Bytes(), &z); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(corpus, z.Trace)); err == nil && z.Trace != "" {
			tests = append(tests, z)
		}
	}
	return tests
}

func ourRows(t *testing.T, path string) (rows []ourRow) {
	out := filepath.Join(t.TempDir(), "out")
	if err := Read(quiet(Config{Files: []string{path}, Outputs: []Output{{"jsonl", out}}})); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r ourRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// zeekKnown returns how we are known to differ in a row, and notes in met that
// the difference was met.
func zeekKnown(trace string, z zeekRow, met map[string]bool) string {
	for _, d := range zeekDiffers {
		if strings.HasSuffix(trace, d.trace) && d.client == fmt.Sprintf("%s:%d", z.Client, z.CPort) {
			met[d.trace] = true
			return d.how
		}
	}
	return ""
}

// compare says how the rows of a trace differ from z, and returns the sum of
// those of the same connection.
func (z *zeekRow) compare(rows []ourRow) (how string, sum ourRow) {
	n, swapped := 0, 0
	for _, r := range rows {
		switch {
		case r.Client == z.Client && r.CPort == z.CPort && r.Server == z.Server && r.SPort == z.SPort:
			n++
			sum.add(&r)
		case r.Server == z.Client && r.SPort == z.CPort && r.Client == z.Server && r.CPort == z.SPort:
			swapped++
			sum.add(r.swap())
		}
	}
	var all []string
	switch {
	case n == 0 && swapped == 1:
		all = append(all, "swapped")
	case n != 1 || swapped != 0:
		all = append(all, fmt.Sprintf("%d rows", n+swapped))
	}
	return strings.Join(append(all, z.counts(&sum)...), ", "), sum
}

func (r *ourRow) swap() *ourRow {
	return &ourRow{
		History: r.History, State: r.State, CPackets: r.SPackets, SPackets: r.CPackets,
		CIPOctets: r.SIPOctets, SIPOctets: r.CIPOctets, COctets: r.SOctets, SOctets: r.COctets,
	}
}

func (r *ourRow) add(more *ourRow) {
	r.History, r.State = more.History, more.State
	r.CPackets, r.SPackets = r.CPackets+more.CPackets, r.SPackets+more.SPackets
	r.CIPOctets, r.SIPOctets = r.CIPOctets+more.CIPOctets, r.SIPOctets+more.SIPOctets
	r.COctets, r.SOctets = r.COctets+more.COctets, r.SOctets+more.SOctets
}

// counts names the counts that are not Zeek's.
func (z *zeekRow) counts(r *ourRow) (differ []string) {
	for _, c := range []struct {
		name   string
		ours   uint64
		theirs *uint64
	}{
		{"client_packets", r.CPackets, z.CPackets}, {"server_packets", r.SPackets, z.SPackets},
		{"client_ip_octets", r.CIPOctets, z.CIPOctets}, {"server_ip_octets", r.SIPOctets, z.SIPOctets},
		{"client_octets", r.COctets, z.COctets}, {"server_octets", r.SOctets, z.SOctets},
	} {
		if c.theirs != nil && c.ours != *c.theirs {
			differ = append(differ, fmt.Sprintf("%s %d, Zeek %d", c.name, c.ours, *c.theirs))
		}
	}
	return differ
}
