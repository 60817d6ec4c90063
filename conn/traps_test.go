package conn

import (
	"strings"
	"testing"

	"onpath/tcp"
)

// short names the states as the rules of beliefs do.
var short = map[string]State{
	"CL": Closed, "LI": Listen, "SS": SynSent, "SR": SynReceived, "ES": Established, "F1": FinWait1,
	"F2": FinWait2, "CW": CloseWait, "CG": Closing, "LA": LastAck, "TW": TimeWait,
}

// parseSet reads "CG LA"; gone, CL and LI all stand for having ended.
func parseSet(t *testing.T, text string) (s Set) {
	t.Helper()
	for _, w := range strings.Fields(text) {
		st, ok := short[w]
		switch {
		case w == "gone":
			s |= gone
		case ok:
			s |= Of(st)
		default:
			t.Fatalf("no state %q", w)
		}
	}
	return ended(s)
}

// ended lets CLOSED and LISTEN be one.
func ended(s Set) Set {
	if s&gone != 0 {
		s |= gone
	}
	return s
}

// TestTraps: conversations that led a belief astray (beliefs §9). want is the
// client's set | the server's set after the last segment; … is not asked.
func TestTraps(t *testing.T) {
	const open = "0.00 > S 100:100(0)\n0.01 < S. 300:300(0) ack 101\n0.02 > . 101:101(0) ack 301\n"
	for _, tt := range []struct {
		name, text, want string
		why              Explanation
	}{
		{"a late copy does not filter with 'no FIN before SEQ'", open +
			"0.03 > F. 101:101(0) ack 301\n0.04 > . 101:101(0) ack 301", "F1 | SR ES CW", Path},
		{"the FIN may be the second copy of one that left before", open +
			"0.03 < . 301:301(0) ack 101\n0.04 < F. 301:301(0) ack 101\n0.30 > F. 101:101(0) ack 302", "CG LA | F1 TW", Unsurprising},
		{"a CLOSE-WAIT that was shown leads to LAST-ACK only", open +
			"0.03 < . 301:301(0) ack 101\n0.04 < F. 301:301(0) ack 101\n0.20 > . 101:101(0) ack 302\n0.30 > F. 101:101(0) ack 302", "LA | F1 F2 CG TW", Unsurprising},
		{"a hole may end with a FIN", open +
			"0.03 > . 151:151(0) ack 301", "ES F1 | SR ES", Path},
		{"the hole turns out to be data", open +
			"0.03 > . 151:151(0) ack 301\n0.04 > P. 101:151(50) ack 301", "ES | SR ES", Path},
		{"a closed window refuses the FIN and takes its ACK", open +
			"0.03 > F. 101:101(0) ack 301 win 0\n0.04 < F. 301:301(0) ack 102", "F1 F2 CG TW | CG LA", Unsurprising},
		{"an open window takes both", open +
			"0.03 > F. 101:101(0) ack 301\n0.04 < F. 301:301(0) ack 102", "F1 TW | CG LA", Unsurprising},
		{"a keep-alive's octet in the place of the FIN", open +
			"0.03 > F. 101:101(0) ack 301\n0.04 < . 301:301(0) ack 102\n9.00 > . 101:102(1) ack 301", "F1 F2 | CW", Path},
		{"a RST becomes exact when what it overtook passes", open +
			"0.03 < . 301:301(0) ack 101\n0.10 < R 351:351(0)\n0.11 < P. 301:351(50) ack 101", "CL ES | …", Path},
		{"a RST overtook its SYN,ACK",
			"0.00 > S 100:100(0)\n0.03 < R 301:301(0)\n0.04 < S. 300:300(0) ack 101", "CL SS ES | gone SR", Unsurprising},
		{"a RST in reply lies below SND.NXT", open +
			"0.03 < . 301:301(0) ack 101\n0.04 > R 101:101(0)\n0.05 > F. 101:101(0) ack 301", "gone | …", Path},
		{"goes on after its RST", open +
			"0.03 < P. 301:311(10) ack 101\n0.04 > R 101:101(0)\n0.05 < P. 311:321(10) ack 101\n0.06 > . 101:101(0) ack 321", "ES CW | CL ES", None},
		{"SEQ 0 of a RST,ACK is no position",
			"0.00 > S 4294967295:4294967295(0)\n0.01 < S 500:500(0)\n0.02 > R. 0:0(0) ack 501", "gone SS SR | gone SS SR", Path},
		{"SR answers a copy of the SYN, which overtakes its SYN,ACK",
			"0.00 > S 100:100(0)\n0.01 < . 301:301(0) ack 101\n0.02 < S. 300:300(0) ack 101", "SS ES | SR", Path},
		{"figure 8: the two sets belong to two incarnations for a while",
			"0.00 > S 90:90(0)\n0.01 < S. 300:300(0) ack 91\n0.02 > R 91:91(0)\n0.03 > S 100:100(0)\n0.04 < S. 400:400(0) ack 101\n0.05 > . 101:101(0) ack 401", "ES | gone SR ES", Unsurprising},
		{"figure 9: the SYN is only a candidate", open +
			"0.03 > P. 101:150(49) ack 301\n0.50 < . 301:301(0) ack 150\n1.00 > S 400:400(0)\n1.01 < . 301:301(0) ack 150\n1.02 > R 150:150(0)", "gone SS | gone SR ES", Endpoint},
		{"Welte 1",
			"0.00 > S 100:100(0)\n0.01 < S. 300:300(0) ack 101\n0.02 > . 101:101(0) ack 999301\n0.03 < R 999301:999301(0)", "SS ES | gone SR", Path},
		{"Welte 2", open +
			"0.03 > F. 101:101(0) ack 301\n0.04 < F. 301:301(0) ack 102\n0.05 > . 102:102(0) ack 302\n0.30 < F. 301:301(0) ack 102", "TW | CL CG LA TW", Path},
		{"Welte 3", open +
			"0.03 > F. 90000101:90000101(0) ack 301\n0.04 > P. 101:111(10) ack 301", "ES | SR ES", Unsurprising},
		{"TFO: the SYN's data acknowledged",
			"0.00 > S 100:150(50)\n0.01 < S. 300:300(0) ack 151\n0.02 < P. 301:401(100) ack 151", "SS ES | SR", Unsurprising},
		{"TFO: the SYN alone acknowledged",
			"0.00 > S 100:150(50)\n0.01 < S. 300:300(0) ack 101\n0.02 > P. 101:151(50) ack 301", "ES | SR ES", Path},
	} {
		t.Run(tt.name, func(t *testing.T) {
			segs := parse(t, tt.text)
			for name, segs := range map[string]([]tcp.Segment){"": segs, " at 2³²-1": shift(segs)} {
				checkTrap(t, name, segs, tt.want, tt.why)
			}
		})
	}
}

func checkTrap(t *testing.T, name string, segs []tcp.Segment, want string, why Explanation) {
	t.Helper()
	var tr Tracker
	var c Conn
	var step Step
	for i := range segs {
		step = tr.Observe(&c, &segs[i])
	}
	for d, text := range strings.Split(want, "|") {
		got := ended(c.Possible(tcp.Dir(d)))
		if text = strings.TrimSpace(text); text != "…" && got != parseSet(t, text) {
			t.Errorf("%v%s: %v, want %s", tcp.Dir(d), name, got, text)
		}
	}
	if step.Explanation != why {
		t.Errorf("explanation%s %q, want %q", name, step.Explanation, why)
	}
}
