//go:build linux

package traffic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"onpath/internal/netns"
)

// few is how many connections are made if nobody says how many.
const few = 300

// TestTraffic: real connections of all kinds over a router. On both of its sides there
// is one record for each, and what it says is what the ends know; the sums are those
// which the kernels of the ends count, and the events those of the router's tracking.
func TestTraffic(t *testing.T) {
	g := netns.NewGateway(t, rules, "nft", "conntrack", "ethtool", "nstat", "taskset")
	count := number(countVariable, few)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Both ends share a processor, on which the kernel then handles one packet after the
	// other: on two, its events tell what an entry has become meanwhile.
	var clientSays, serverSays, events bytes.Buffer
	down := observe(t, g, "down0", "--netfilter", "-o", "pcapng=FRAMES")
	up := observe(t, g, "up0")
	tracking := g.Start("", &events, "R", "conntrack", "-E", "-o", "timestamp,id", "-b", "33554432")
	g.Listened()
	serving := g.Start("ready", &serverSays, "S", "taskset", "-c", "0", "env", roleVariable+"=server", self)
	began := time.Now()
	visiting := g.Start("", &clientSays, "C", "taskset", "-c", "0", "env", roleVariable+"=client", fmt.Sprint(countVariable, "=", count), self)
	visiting.Await("done\n", time.Hour)
	t.Logf("%d connections in %v", count, time.Since(began).Round(time.Second))
	time.Sleep(4 * time.Second) // the last SYN,ACKs of what is half-open
	m := &meeting{t: t, g: g, count: map[string]counters{"C": nstat(t, g, "C"), "S": nstat(t, g, "S")}}
	m.down, m.up = down.stop(), up.stop()
	tracking.Stop()
	visiting.Stop()
	serving.Stop()
	m.client, m.server = truths(t, &clientSays), truths(t, &serverSays)
	m.sums()
	m.tracked(down.frames, events.String(), strings.Contains(tracking.Said(), "ENOBUFS"))
	m.records()
}

// truths reads what the ends wrote down.
func truths(t *testing.T, said *bytes.Buffer) (all []*truth) {
	t.Helper()
	for line := range strings.Lines(said.String()) {
		one := new(truth)
		if err := json.Unmarshal([]byte(line), one); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, one)
	}
	return all
}
