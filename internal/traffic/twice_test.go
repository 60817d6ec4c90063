//go:build linux

package traffic

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"onpath/internal/netns"
)

// TestTwice: who watches both sides of the router, by their names or all of its
// interfaces, sees each packet before and behind it. There is one record for each
// connection all the same, in which the second of both is a copy that the capture made,
// not a segment that was sent again.
func TestTwice(t *testing.T) {
	g := netns.NewGateway(t, rules, "nft", "ethtool", "taskset")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var clientSays, serverSays bytes.Buffer
	watched := []*observer{observe(t, g, "down0", "-i", "up0"), observe(t, g, "any")}
	serving := g.Start("ready", &serverSays, "S", "taskset", "-c", "0", "env", roleVariable+"=server", self)
	visiting := g.Start("", &clientSays, "C", "taskset", "-c", "0", "env", roleVariable+"=client", fmt.Sprint(countVariable, "=", number(countVariable, few)), self)
	visiting.Await("done\n", time.Hour)
	time.Sleep(4 * time.Second) // the last SYN,ACKs of what is half-open
	var rows []map[pair][]*row
	for _, o := range watched {
		rows = append(rows, o.stop())
	}
	visiting.Stop()
	serving.Stop()
	m := &meeting{t: t, g: g, client: truths(t, &clientSays), server: truths(t, &serverSays)}
	for i, o := range watched {
		m.twice(o.name, rows[i])
	}
}

// twice holds the records of both sides together against what the ends know: of either
// end all that it sent is seen.
func (m *meeting) twice(where string, rows map[pair][]*row) {
	wrong := 0
	for _, b := range m.joined() {
		p := pair{b.client.Local, b.client.Remote}
		same := map[pair][]*row{p: rows[p]}
		complaints, line := claim(rows, p, view{both: b, outcome: b.kind.down, near: true})
		if line != "" {
			complaints += b.copies(same[p][0])
			more, _ := claim(same, p, view{both: b, outcome: b.kind.down})
			complaints += more
		}
		if complaints == "" {
			continue
		}
		if wrong++; wrong <= 5 {
			m.t.Errorf("%s, %s: %s\nclient: %+v\nserver: %+v\n%s", where, b.kind.name, complaints, b.client, b.server, line)
		}
	}
	m.t.Logf("%s: %d connections, %d wrong records", where, len(m.client), wrong)
	m.nothingLeft(where, rows)
}

// copies says what is wrong with how many copies a record tells of: where the router lets
// all pass, half of all packets are some.
func (b both) copies(r *row) string {
	all, twice := r.ClientPackets+r.ServerPackets, 2*(r.ClientDuplicates+r.ServerDuplicates)
	if all == twice || b.kind.up != b.kind.down || b.kind.name == "lossy" || b.kind.name == "lossy-down" {
		return ""
	}
	return fmt.Sprintf("%d of %d packets are copies; ", twice/2, all)
}
