package netfilter_test

import (
	"testing"

	"onpath/compat/netfilter"
	"onpath/tcp"
)

// A connection that closes may go early, even if it waited for an earlier end before.
func TestRoomOfWhoCloses(t *testing.T) {
	g := gateway{Tracker: netfilter.New(netfilter.Config{MaxEntries: 1}), at: 1.7e18}
	g.open(end{1, 1000}, end{2, 80})
	g.at += 200 * second
	g.see(end{1, 1000}, end{2, 80}, tcp.ACK|tcp.PSH, 1000, 5000, "x")
	g.at += 290 * second
	if got := g.see(end{3, 1}, end{2, 80}, tcp.SYN, 1, 0, ""); got != netfilter.StateUnseen {
		t.Errorf("beside an assured one: %v", got)
	}
	g.see(end{1, 1000}, end{2, 80}, tcp.FIN|tcp.ACK, 1001, 5000, "")
	if got := g.see(end{3, 1}, end{2, 80}, tcp.SYN, 1, 0, ""); got != netfilter.StateNew {
		t.Errorf("beside one that closes: %v", got)
	}
}
