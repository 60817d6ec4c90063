//go:build linux

package traffic

import (
	"encoding/json"
	"testing"
	"time"

	"onpath/internal/netns"
)

// cookie is what iperf3 sends first on each connection, octets.
const cookie = 37

// report is of iperf3's report what the test asks.
type report struct {
	Start struct {
		Connected []struct {
			Port int `json:"local_port"`
		}
	}
	End struct {
		Sent struct {
			Bytes   int
			Retrans int `json:"retransmits"`
		} `json:"sum_sent"`
		Received struct{ Bytes int } `json:"sum_received"`
	}
}

// TestIperf: of the connections of iperf3, which losses slow down, the octets are those
// that its own report has, and so are the segments sent again.
func TestIperf(t *testing.T) {
	g := netns.NewGateway(t, rules+`
netns exec R nft add rule netdev edge out tcp dport 5201 numgen random mod 1000 < 2 drop`, "iperf3", "nft", "ethtool")
	o := observe(t, g, "down0")
	g.Start("listening on", nil, "S", "iperf3", "-s", "-1", "--forceflush")
	var said report
	if err := json.Unmarshal([]byte(g.Must("C", "iperf3", "-c", netns.Server, "-P", "4", "-n", "8M", "-J")), &said); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	rows := o.stop()
	octets, again := 0, 0
	for _, s := range said.Start.Connected {
		have := rows[pair{at(netns.Client, s.Port), at(netns.Server, 5201)}]
		if len(have) != 1 {
			t.Fatalf("%d records of port %d", len(have), s.Port)
		}
		octets += have[0].ClientOctets - cookie
		again += have[0].ClientRetransmissions + have[0].ClientSpurious
	}
	t.Logf("iperf3: %d streams, %d octets sent, %d received, %d segments again; onpath: %d octets, %d again",
		len(said.Start.Connected), said.End.Sent.Bytes, said.End.Received.Bytes, said.End.Sent.Retrans, octets, again)
	if octets != said.End.Sent.Bytes || again < said.End.Sent.Retrans { // its report is made before the last ACK
		t.Error("not the same")
	}
}
