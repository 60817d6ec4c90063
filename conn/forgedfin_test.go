package conn

import (
	"testing"

	"onpath/tcp"
)

// TestForgedFin: what refutes a FIN that passed beyond a hole, where the stream of
// its sender ends then, and what its addressee may be in.
func TestForgedFin(t *testing.T) {
	const begin = open + "0.1 > P. 101:111(10) ack 301 <TS val 10 ecr 0>\n0.2 < P. 301:311(10) ack 111\n0.3 > . 111:111(0) ack 311 <TS val 20 ecr 0>\n"
	const fin = begin + "0.4 > F. 161:161(0) ack 311 <TS val 30 ecr 0>\n"
	const answer = fin + "0.5 < P. 311:321(10) ack 111\n"
	for _, tt := range []struct {
		name, text string
		refutes    bool
		top        tcp.Seq
	}{
		{"an ACK of newer octets", answer + "0.6 > . 111:111(0) ack 321", true, 111},
		{"behind octets of the hole", answer + "0.6 > . 121:121(0) ack 321", true, 121},
		{"an ACK of nothing newer", answer + "0.6 > . 111:111(0) ack 311", false, 162},
		{"a newer timestamp", answer + "0.6 > . 111:111(0) ack 311 <TS val 40 ecr 0>", true, 111},
		{"octets", answer + "0.6 > P. 111:121(10) ack 321", false, 162},
		{"an ACK at the FIN", answer + "0.6 > . 161:161(0) ack 321", false, 162},
		{"an ACK below what was acknowledged", answer + "0.6 > . 101:101(0) ack 321", false, 162},
		{"the FIN ends the window", fin + "0.5 < P. 311:321(10) ack 111 win 51\n0.6 > . 111:111(0) ack 321", true, 111},
		{"the window ends before the FIN", fin + "0.5 < P. 311:321(10) ack 111 win 50\n0.6 > . 111:111(0) ack 321", false, 162},
		{"after a RST of its own", answer + "0.6 > R 150:150(0)\n0.7 > . 111:111(0) ack 321", false, 162},
		{"octets with the FIN", begin + "0.4 > F. 141:161(20) ack 311\n0.5 < P. 311:321(10) ack 111\n0.6 > . 111:111(0) ack 321", true, 161},
		{"a FIN in its place", fin + "0.5 > F. 111:121(10) ack 311", true, 122},
		{"a FIN behind a hole", fin + "0.5 > F. 121:131(10) ack 311", false, 162},
		{"a FIN in its place, but the other was acknowledged", fin + "0.5 < . 311:311(0) ack 162\n0.6 > F. 111:121(10) ack 311", false, 162},
	} {
		c, steps := run(t, tt.text)
		step := steps[len(steps)-1]
		if f := c.Facts(tcp.Client); step.Refutes != tt.refutes || f.Top != tt.top {
			t.Errorf("%s: refutes %v, top %d", tt.name, step.Refutes, f.Top)
		}
	}
}

// TestForgedFinOfLossy: where something was missed, what the addressee may be in
// stays possible.
func TestForgedFinOfLossy(t *testing.T) {
	c, steps := run(t, open+`
0.1 < .  301:301(0) ack 111
0.2 > F. 161:161(0) ack 301
0.3 < P. 301:311(10) ack 111
0.4 > .  111:111(0) ack 311`)
	if !steps[len(steps)-1].Refutes || !c.Possible(tcp.Server).Has(CloseWait) {
		t.Errorf("%+v %v", steps[len(steps)-1], c.Possible(tcp.Server))
	}
}
