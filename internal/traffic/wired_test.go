//go:build linux

package traffic

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onpath/internal/netns"
)

// A wiredKind is a kind that passes the wire.
type wiredKind struct {
	kind
	tags           []uint16 // ethertype and id of each VLAN tag, the outermost first
	before, behind fault    // seen from where onpath captures
	crosses        bool     // both ends send a SYN before they get the other's
}

// crossingPort is that of the first connection that both ends open; client and server
// have the same port, so that either may be taken for the other.
const crossingPort = 9500

// wired are the kinds of the wire.
var wired = []wiredKind{
	{kind: kind{name: "tagged", port: 9001, share: 100, visit: ask, serve: answer, closer: "client"}, tags: []uint16{unix.ETH_P_8021Q, 7}},
	{kind: kind{name: "tagged twice", port: 9002, share: 100, visit: told, serve: tell, closer: "server"}, tags: []uint16{unix.ETH_P_8021AD, 100, unix.ETH_P_8021Q, 8}},
	{kind: kind{name: "lost behind", port: 9003, share: 100, visit: upload, serve: swallow, closer: "client"}, behind: fault{lost: 3}},
	{kind: kind{name: "lost before", port: 9004, share: 100, visit: download, serve: pour, closer: "server"}, before: fault{lost: 3}},
	{kind: kind{name: "late behind", port: 9005, share: 100, visit: upload, serve: swallow, closer: "client"}, behind: fault{late: 3}},
	{kind: kind{name: "late before", port: 9006, share: 100, visit: download, serve: pour, closer: "server"}, before: fault{late: 3}},
	{kind: kind{name: "copied behind", port: 9007, share: 100, visit: upload, serve: swallow, closer: "client"}, behind: fault{copied: 3}},
	{kind: kind{name: "copied before", port: 9008, share: 100, visit: download, serve: pour, closer: "server"}, before: fault{copied: 3}},
	{kind: kind{name: "all", port: 9009, share: 100, visit: upload, serve: swallow, closer: "client"}, before: fault{1, 1, 1}, behind: fault{1, 1, 1}, tags: []uint16{unix.ETH_P_8021Q, 9}},
	{kind: kind{name: "crossing", port: crossingPort, share: 50, visit: ask, serve: answer, closer: "client"}, crosses: true},
}

// wiredAt returns the kind of a server's port.
func wiredAt(port uint16) *wiredKind {
	for i := range wired {
		if k := &wired[i]; k.port == int(port) || k.crosses && port >= crossingPort && port < firstPort {
			return k
		}
	}
	return &wiredKind{}
}

// vlan is what a record says of the innermost tag.
func (k *wiredKind) vlan() string {
	if len(k.tags) == 0 {
		return "none"
	}
	return fmt.Sprint(k.tags[len(k.tags)-1])
}

// TestWire: connections over a wire that loses, copies and delays, with tags of VLANs that
// are made by hand, and of ends that open both at once. Of what passed, each record says
// what both ends know.
func TestWire(t *testing.T) {
	g := netns.NewGateway(t, wiring, "tc")
	w := connect(t, g)
	count := number(countVariable, few)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	left := observe(t, g, "left")
	var clientSays, serverSays bytes.Buffer
	env := []string{"env", wireVariable + "=1", fmt.Sprint(countVariable, "=", count)}
	serving := g.Start("ready", &serverSays, "S", append(env, roleVariable+"=server", self)...)
	visiting := g.Start("", &clientSays, "C", append(env, roleVariable+"=client", self)...)
	visiting.Await("done\n", time.Hour)
	time.Sleep(time.Second)
	rows := left.stop()
	visiting.Stop()
	serving.Stop()
	m := &meeting{t: t, client: truths(t, &clientSays), server: truths(t, &serverSays)}
	wrong, of := map[string]int{}, map[string]int{}
	for _, b := range m.joined() {
		of[b.kind.name]++
		complaints, line := w.complaints(b, rows)
		if complaints == "" {
			continue
		}
		if wrong[b.kind.name]++; wrong[b.kind.name] <= 3 {
			t.Errorf("%s: %s\nclient: %+v\nserver: %+v\n%s", b.kind.name, complaints, b.client, b.server, line)
		}
	}
	for i := range wired {
		t.Logf("%-14s %5d connections, %d wrong records", wired[i].name, of[wired[i].name], wrong[wired[i].name])
	}
	t.Log(w.made)
	m.nothingLeft("left", rows)
}

// again is what a record can know of segments sent again. What is lost before, or held
// back, does not pass; of two SYN,ACKs that answer two copies of a SYN nothing tells that
// the second is not a copy too; and what was sent again and comes late itself looks like
// the original.
func (k *wiredKind) again() knowledge {
	switch {
	case k.before.late > 0:
		return some
	case k.before.lost+k.before.copied+k.behind.copied > 0 || k.crosses:
		return atMost
	}
	return exactly
}

// complaints says what is wrong with the record of a connection over the wire.
func (w *wire) complaints(b both, rows map[pair][]*row) (complaints, line string) {
	p := pair{b.client.Local, b.client.Remote}
	k := wiredAt(p.server.Port())
	if len(rows[p]) == 0 {
		return "no record", ""
	}
	r := rows[p][0]
	outcome := "closed"
	if r.Outcome == "closed-then-reset" {
		outcome = r.Outcome // what was late, or sent again as the wire is slow, came to an end that was closed
	}
	again := k.again()
	complaints, _ = claim(map[pair][]*row{p: {r}}, p, view{both: b, outcome: outcome, near: true, again: again})
	more, _ := claim(rows, p, view{both: b, outcome: outcome, again: again})
	complaints += more
	got := "none"
	if r.VLAN != nil {
		got = fmt.Sprint(*r.VLAN)
	}
	if got != k.vlan() {
		complaints += fmt.Sprintf("vlan is %s, not %s; ", got, k.vlan())
	}
	if k.crosses && flagged(r, "simultaneous-open") == "" {
		complaints += "no simultaneous-open; "
	}
	return complaints, r.line
}
