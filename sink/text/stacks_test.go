package text_test

import (
	"io"
	"net/netip"
	"strings"
	"testing"

	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/record"
	"onpath/sink/text"
)

// seedConversation has the numbers of tcpad's own example (seed document 001):
// the peer has closed, and knows that this end has its FIN.
const seedConversation = `
0.000000 > S  1862966176:1862966176(0) win 65535 <mss 1460,nop,wscale 3>
0.351065 < S. 2244299664:2244299664(0) ack 1862966177 win 4260 <mss 1420,nop,wscale 5>
0.351728 > .  1862966177:1862966177(0) ack 2244299665 win 65535
0.352000 > P. 1862966177:1862967000(823) ack 2244299665 win 65535
0.700000 < .  2244299665:2244391615(91950) ack 1862967000 win 133
0.710000 > .  1862967000:1862967000(0) ack 2244391615 win 65535
0.720000 < F. 2244391615:2244393022(1407) ack 1862967000 win 133
0.730000 > .  1862967000:1862967000(0) ack 2244393023 win 65535`

// What tcpad got wrong in its example is right here: SND.MAX, the remote end's
// SND.WL1 and SND.WL2, RCV.NXT, and the windows once they are scaled.
const seedStacks = `           | Local endpoint  | Remote endpoint
IP:        | 10.0.1.2        | 216.34.181.48
TCP Port:  | 49769           | 80
FSM state: | 5 CLOSE-WAIT    | 9 FIN-WAIT-2
ISS:       | 1862966176      | 2244299664
SND.UNA:   | 1862967000      | 2244393023
SND.MAX:   | 1862967000      | 2244393023
SND.NXT:   | 1862967000      | 2244393023
SND.UP:    | 1862966176      | 2244299664
SND.WL1:   | 2244391615      | 1862967000
SND.WL2:   | 1862967000      | 2244393023
SND.WND:   | 4256            | 524280
IRS:       | 2244299664      | 1862966176
RCV.NXT:   | 2244393023      | 1862967000
RCV.WND:   | 524280          | 4256
RCV.UP:    | 2244299664      | 1862966176
RFC 1323 variables:
SND.SCALE: | 3               | 5
RCV.SCALE: | 5               | 3

`

// seedPacket is the SYN of the example with the connection as it became.
func seedPacket(t testing.TB) *record.Packet {
	segs, err := segtext.Parse(seedConversation)
	if err != nil {
		t.Fatal(err)
	}
	p := decode(t, syn)
	p.Live = &conn.Conn{}
	var tracker conn.Tracker
	for i := range segs {
		tracker.Observe(p.Live, &segs[i])
	}
	return p
}

func stacks(t *testing.T, p *record.Packet, c text.Config) string {
	var b strings.Builder
	if err := text.New(&b, c).Write(p); err != nil {
		t.Fatal(err)
	}
	_, below, _ := strings.Cut(b.String(), "\n")
	return below
}

func TestStacks(t *testing.T) {
	p := seedPacket(t)
	if got := stacks(t, p, text.Config{Stacks: true}); got != seedStacks {
		t.Errorf("%swant\n%s", got, seedStacks)
	}
	if got := stacks(t, p, text.Config{}); got != "" {
		t.Errorf("without being asked:\n%s", got)
	}
	p.Live = nil
	if got := stacks(t, p, text.Config{Stacks: true}); got != "" {
		t.Errorf("not TCP:\n%s", got)
	}
}

// The server is the local end where it alone lies in a network that says so.
func TestLocalEnd(t *testing.T) {
	const client, server = "10.0.1.2        |", "216.34.181.48   |"
	for networks, want := range map[string]string{
		"": client, "10.0.0.0/8": client, "216.34.181.48/32": server, "0.0.0.0/0": client, "::/0": client,
		"192.0.2.0/24 216.34.0.0/16": server, "10.0.1.2/32 216.34.0.0/16": client,
	} {
		c := text.Config{Stacks: true}
		for _, n := range strings.Fields(networks) {
			c.Local = append(c.Local, netip.MustParsePrefix(n))
		}
		if got := stacks(t, seedPacket(t), c); !strings.Contains(got, "IP:        | "+want) {
			t.Errorf("%q:\n%s", networks, got)
		}
	}
}

func TestStacksDoNotAllocate(t *testing.T) {
	c := text.Config{Stacks: true, Local: []netip.Prefix{netip.MustParsePrefix("216.34.0.0/16")}}
	w, p := text.New(io.Discard, c), seedPacket(t)
	if n := testing.AllocsPerRun(100, func() { w.Write(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
