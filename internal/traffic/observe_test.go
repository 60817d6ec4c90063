//go:build linux

package traffic

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"onpath/internal/netns"
)

// A row is of a record what the tests ask.
type row struct {
	Conn       int
	Proto      string
	Client     netip.Addr
	ClientPort uint16 `json:"client_port"`
	Server     netip.Addr
	ServerPort uint16 `json:"server_port"`
	VLAN       *int
	Start      string
	View       string
	EndReason  string `json:"end_reason"`
	Outcome    string
	Flags      []string `json:"outcome_flags"`
	Confidence string
	Closer     string
	Attempts   int
	NfInvalid  *int `json:"nf_invalid"`

	side
	Findings []struct {
		ID, Severity, Explanation, Dir string
	}
	History string

	line string
}

// side has the columns of both ends.
type side struct {
	ClientPackets         int `json:"client_packets"`
	ServerPackets         int `json:"server_packets"`
	ClientOctets          int `json:"client_octets"`
	ServerOctets          int `json:"server_octets"`
	ClientRetransmissions int `json:"client_retransmissions"`
	ServerRetransmissions int `json:"server_retransmissions"`
	ClientSpurious        int `json:"client_spurious"`
	ServerSpurious        int `json:"server_spurious"`
	ClientKeepalives      int `json:"client_keepalives"`
	ServerKeepalives      int `json:"server_keepalives"`
	ClientProbes          int `json:"client_probes"`
	ServerProbes          int `json:"server_probes"`
	ClientReordered       int `json:"client_reordered"`
	ServerReordered       int `json:"server_reordered"`
	ClientDuplicates      int `json:"client_duplicates"`
	ServerDuplicates      int `json:"server_duplicates"`
	ClientGap             int `json:"client_gap_octets"`
	ServerGap             int `json:"server_gap_octets"`
}

// pair is the two ends of connections, the client's first.
type pair struct{ client, server netip.AddrPort }

func (r *row) pair() pair {
	return pair{netip.AddrPortFrom(r.Client, r.ClientPort), netip.AddrPortFrom(r.Server, r.ServerPort)}
}

// shardsVariable tells how many shards onpath has; without it, what it takes by itself.
const shardsVariable = "ONPATH_SHARDS"

// An observer is onpath live at work in the router.
type observer struct {
	t            testing.TB
	name         string // of its interface
	program      *netns.Program
	rows, frames string // files
}

// observe starts one in the namespace R on an interface, which also writes the frames if
// the arguments ask for it with -o pcapng=FRAMES.
func observe(t testing.TB, g *netns.Gateway, on string, args ...string) *observer {
	t.Helper()
	dir := t.TempDir()
	o := &observer{t: t, name: on, rows: filepath.Join(dir, "rows.jsonl"), frames: filepath.Join(dir, "frames.pcapng")}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FRAMES", o.frames)
	}
	live := []string{command(t), "live", "-i", on, "-o", "jsonl=" + o.rows}
	if n := os.Getenv(shardsVariable); n != "" {
		live = append(live, "--shards", n)
	}
	o.program = g.Start("listening on "+on, nil, "R", append(live, args...)...)
	return o
}

// stop ends it, and returns its rows of TCP in the order of their beginning.
func (o *observer) stop() map[pair][]*row {
	o.t.Helper()
	if err := o.program.Stop(); err != nil {
		o.t.Errorf("%s: onpath live: %v", o.name, err)
	}
	o.complete()
	all := readRows(o.t, o.rows)
	o.t.Logf("%s: %d records", o.name, len(all))
	return byPair(all)
}

// complete ends the test if the kernel dropped packets: this machine, or onpath, is too slow
// for the traffic. One or two can be the kernel's own doing while the ring has room: its timer
// closes a block beside who asks whether there is any (__packet_rcv_has_room takes no lock).
// Then the test says nothing.
func (o *observer) complete() {
	o.t.Helper()
	said := o.program.Said()
	dropped := droppedBy.FindStringSubmatch(said)
	switch {
	case dropped == nil:
		o.t.Fatalf("%s: nothing is said of drops:\n%s", o.name, said)
	case dropped[1] == "0":
	case (dropped[1] == "1" || dropped[1] == "2") && !strings.Contains(said, "the ring was full"):
		o.t.Skipf("%s: the kernel dropped %s of the packets though its ring was not full", o.name, dropped[1])
	default:
		o.t.Fatalf("%s: this machine is too slow for the traffic, or onpath is:\n%s", o.name, said)
	}
}

var droppedBy = regexp.MustCompile(`([0-9,]+) dropped by the kernel`)

// readRows reads a file of rows.
func readRows(t testing.TB, path string) (all []*row) {
	t.Helper()
	octets, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(octets)) {
		r := &row{line: line}
		if err := json.Unmarshal([]byte(line), r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, r)
	}
	return all
}

// byPair returns those of TCP by their ends, in the order of their beginning.
func byPair(all []*row) map[pair][]*row {
	by := map[pair][]*row{}
	for _, r := range all {
		if r.Proto != "tcp" {
			continue
		}
		p := r.pair()
		i := len(by[p])
		for i > 0 && by[p][i-1].Conn > r.Conn {
			i--
		}
		by[p] = append(by[p][:i], append([]*row{r}, by[p][i:]...)...)
	}
	return by
}
