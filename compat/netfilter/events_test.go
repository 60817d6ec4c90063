package netfilter_test

import (
	"strings"
	"testing"

	"onpath/compat/netfilter"
	"onpath/internal/segtext"
	"onpath/packet"
)

// TestEvents holds events to what conntrack -E printed on a gateway where the
// same segments passed (Linux 6.18, conntrack-tools 1.4.7), times, addresses and IDs left away.
func TestEvents(t *testing.T) {
	for _, c := range []struct{ name, story, want string }{
		{"picked up, closed, begun again", `
			0.0 > .  1000:1010(10) ack 2000
			0.1 < .  2000:2010(10) ack 1010
			0.2 > .  1010:1020(10) ack 2010
			0.3 > F. 1020:1020(0) ack 2010
			0.4 < F. 2010:2010(0) ack 1021
			0.5 > .  1021:1021(0) ack 2011
			0.6 > S  9000:9000(0)`, `
			[NEW] tcp 6 300 ESTABLISHED [UNREPLIED]
			[UPDATE] tcp 6 300
			[UPDATE] tcp 6 300 [ASSURED]
			[UPDATE] tcp 6 120 FIN_WAIT [ASSURED]
			[UPDATE] tcp 6 30 LAST_ACK [ASSURED]
			[UPDATE] tcp 6 120 TIME_WAIT [ASSURED]
			[DESTROY] tcp 6 119 TIME_WAIT [ASSURED]
			[NEW] tcp 6 120 SYN_SENT [UNREPLIED]`},
		{"refused", `
			0.0 > S  9000:9000(0)
			0.0 < R. 0:0(0) ack 9001 win 0`, `
			[NEW] tcp 6 120 SYN_SENT [UNREPLIED]
			[DESTROY] tcp 6 120 CLOSE [UNREPLIED]`},
		{"nothing is told of what is refused, ignored or only repeats", `
			0.0 > S  9000:9000(0)
			0.5 > S  9000:9000(0)
			0.6 < S. 100:100(0) ack 9001
			0.7 < S. 100:100(0) ack 9001
			0.8 > .  9001:9001(0) ack 101
			0.9 > .  9001:9001(0) ack 7777777
			1.0 > .  9001:9001(0) ack 101`, `
			[NEW] tcp 6 120 SYN_SENT [UNREPLIED]
			[UPDATE] tcp 6 60 SYN_RECV
			[UPDATE] tcp 6 432000 ESTABLISHED [ASSURED]`},
		{"dies of age", `
			0.0   > S  9000:9000(0)
			121.0 > S  9000:9000(0)`, `
			[NEW] tcp 6 120 SYN_SENT [UNREPLIED]
			[DESTROY] tcp 6 SYN_SENT [UNREPLIED]
			[NEW] tcp 6 120 SYN_SENT [UNREPLIED]`},
	} {
		if got, want := events(t, c.story), strings.Join(strings.Fields(c.want), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
	}
}

// events replays a story and returns what is told, in words.
func events(t *testing.T, story string) string {
	lines, err := segtext.ParseLines(story)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	tracker := netfilter.New(netfilter.Config{Event: func(ev *netfilter.Event) {
		for _, w := range strings.Fields(string(ev.Append(nil)))[1:] { // behind the time
			if !strings.Contains(w, "=") {
				told = append(told, w)
			}
		}
	}})
	decoder := packet.NewDecoder(packet.Config{})
	var v packet.View
	var out netfilter.Verdict
	for i := range lines {
		frame := lines[i].Frame()
		decoder.Decode(&packet.Frame{Data: frame, At: lines[i].At, WireLen: uint32(len(frame)), Link: packet.LinkEthernet}, &v)
		tracker.Observe(&v, &out)
	}
	return strings.Join(told, " ")
}
