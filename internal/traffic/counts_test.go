//go:build linux

package traffic

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onpath/internal/netns"
)

// counters are what nstat prints of a namespace, from its beginning.
type counters map[string]int

func nstat(t *testing.T, g *netns.Gateway, namespace string) counters {
	t.Helper()
	all := counters{}
	for line := range strings.Lines(g.Must(namespace, "nstat", "-asz")) {
		if f := strings.Fields(line); len(f) >= 2 {
			if n, err := strconv.Atoi(f[1]); err == nil {
				all[f[0]] = n
			}
		}
	}
	return all
}

// sums holds what the kernels of both ends count against the sums of our records: C
// against those of the client's side, where all that it sends is seen, S likewise.
func (m *meeting) sums() {
	for _, e := range equations {
		records := m.down
		if e.namespace == "S" {
			records = m.up
		}
		sum, most := 0, 0
		for _, rows := range records {
			for _, r := range rows {
				sum += e.of(r)
				most += one(e.namespace == "S" && e.counters == "TcpRetransSegs" && r.Attempts > 1)
			}
		}
		most += sum // see view.doubled
		kernel := m.count[e.namespace].sum(e.counters)
		m.t.Logf("%s %s: %d, our records: %d", e.namespace, e.counters, kernel, sum)
		if kernel < sum || kernel > most {
			m.t.Errorf("%s: the kernel counts %d %s, our records have %d", e.namespace, kernel, e.counters, sum)
		}
	}
}

// sum adds counters; one behind a minus is subtracted.
func (c counters) sum(names string) (sum int) {
	for _, name := range strings.Fields(names) {
		if less, is := strings.CutPrefix(name, "-"); is {
			sum -= c[less]
			continue
		}
		sum += c[name]
	}
	return sum
}

// equations are what must be equal: counters of a namespace, and the sum over the
// records of its side. (RFC 4022 tells what the counters mean; where the kernel means
// something else, that is said.)
var equations = []struct {
	namespace, counters string
	of                  func(*row) int
}{
	{"C", "TcpActiveOpens", func(r *row) int { return one(!r.haunted()) }},
	{"C", "TcpAttemptFails", func(r *row) int { return one(r.is("refused", "rejected-icmp", "no-answer")) }},
	{"C", "TcpEstabResets", func(r *row) int { return one(r.is("reset-by-client", "reset-by-server")) }},
	{"C", "TcpOutRsts", func(r *row) int { return one(r.is("reset-by-client")) }},
	{"C", "TcpOutSegs TcpRetransSegs", func(r *row) int { return r.ClientPackets * one(!r.haunted()) }}, // TcpOutSegs leaves out what is sent again
	{"C", "TcpInSegs", func(r *row) int { return r.ServerPackets * one(!r.haunted()) }},
	{"C", "TcpRetransSegs", func(r *row) int { return r.ClientRetransmissions + r.ClientSpurious }}, // SYNs included
	{"C", "TcpExtTCPKeepAlive", func(r *row) int { return r.ClientKeepalives }},
	{"C", "TcpExtTCPWinProbe", func(r *row) int { return r.ClientProbes }},
	{"S", "TcpPassiveOpens", func(r *row) int { return one(!r.is("refused", "no-answer", "half-open")) }},
	{"S", "TcpEstabResets", func(r *row) int { return one(r.is("reset-by-client", "reset-by-server")) }},
	{"S", "TcpOutRsts", func(r *row) int { return one(r.is("refused", "reset-by-server")) }},
	{"S", "TcpOutSegs TcpRetransSegs -TcpExtTCPSynRetrans", func(r *row) int { return r.ServerPackets }}, // but not SYN,ACKs
	{"S", "TcpInSegs", func(r *row) int { return r.ClientPackets * one(!r.is("no-answer")) }},            // dropped before TCP
	{"S", "TcpRetransSegs", func(r *row) int { return r.ServerRetransmissions + r.ServerSpurious }},      // SYN,ACKs included
	{"S", "TcpExtTCPKeepAlive", func(r *row) int { return r.ServerKeepalives }},
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// haunted reports whether no socket of the client's made it.
func (r *row) haunted() bool { return r.Client == netip.MustParseAddr(ghost) }

// is reports whether the outcome is one of these.
func (r *row) is(outcomes ...string) bool { return slices.Contains(outcomes, r.Outcome) }
