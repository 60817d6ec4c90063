package conn

import (
	"fmt"
	"strings"
	"testing"

	"onpath/tcp"
)

// TestBefore: the Conn before a segment of the long path stays at hand.
func TestBefore(t *testing.T) {
	var tr Tracker
	var c Conn
	for _, s := range parse(t, opened+"0.5 > F. 201:201(0) ack 401") {
		was := c
		was.halts()
		if step := tr.Observe(&c, &s); !step.Plain && *tr.Before() != was {
			t.Errorf("%+v", s)
		}
	}
}

// TestOutsideIsNoEvidence: a segment that no window holds is unlike all others, and
// nothing is learnt of it.
func TestOutsideIsNoEvidence(t *testing.T) {
	var tr Tracker
	c, _ := run(t, opened)
	c.halts()
	was := c.seen
	step := tr.Observe(&c, &parse(t, "0.5 > P. 90000101:90000111(10) ack 401 id 7")[0])
	if !step.Outside || step.Delivery != Unknown || c.seen != was {
		t.Errorf("%+v", step)
	}
}

// TestEvidenceOfAnotherSocket: the SYN of another incarnation is the first to show
// its number, although the last one had higher ones.
func TestEvidenceOfAnotherSocket(t *testing.T) {
	c, steps := run(t, opened+"0.5 > R 201:201(0) id 5\n0.6 > S 4000000000:4000000000(0) id 9")
	if steps[len(steps)-1].Begin != Begun || c.seen[0].leadID != 9 {
		t.Errorf("%+v %d", steps[len(steps)-1], c.seen[0].leadID)
	}
}

// TestAckOfRstAsksNothing: a RST repeats the last ACK, but asks for no octets.
func TestAckOfRstAsksNothing(t *testing.T) {
	c, _ := run(t, opened)
	dups := c.seen[0].dups & dupCount
	var tr Tracker
	tr.Observe(&c, &parse(t, "0.5 > R. 201:201(0) ack 401")[0])
	if got := c.seen[0].dups & dupCount; got != dups {
		t.Errorf("%d repeated ACKs, were %d", got, dups)
	}
}

// TestTSRecent: TS.Recent moves with what begins at or before RCV.NXT and is no
// older (RFC 7323 §4.3).
func TestTSRecent(t *testing.T) {
	for _, tt := range []struct {
		last string
		want uint32
	}{
		{"> .  201:201(0) ack 401 win 1000", 1002},
		{"> P. 201:301(100) ack 401 win 1000 <TS val 1500 ecr 5001>", 1500},
		{"> P. 301:401(100) ack 401 win 1000 <TS val 1500 ecr 5001>", 1002},
		{"> P. 101:201(100) ack 401 win 1000 <TS val 1001 ecr 5001>", 1002},
	} {
		c, _ := run(t, openedTS+"0.5 "+tt.last)
		if f := c.Facts(tcp.Server); !f.KnowsTS || f.TSRecent != tt.want {
			t.Errorf("%s: %v %d", tt.last, f.KnowsTS, f.TSRecent)
		}
	}
	c, _ := run(t, "0 > S 100:100(0) <TS val 4000000000 ecr 0>")
	if f := c.Facts(tcp.Server); !f.KnowsTS || f.TSRecent != 4000000000 {
		t.Errorf("the first: %v %d", f.KnowsTS, f.TSRecent)
	}
}

// TestNewTCBKeeps: an end whose other SYN was taken was seen, and its options hold.
func TestNewTCBKeeps(t *testing.T) {
	c, _ := run(t, open+"1.0 > S 30000100:30000100(0)\n1.1 < S. 60000300:60000300(0) ack 30000101")
	if !c.Facts(tcp.Client).Seen {
		t.Error("the candidate passed")
	}
	c, _ = run(t, `
0.00 > S  100:100(0) <wscale 3>
0.01 < S. 300:300(0) ack 101 <wscale 2>
0.02 < S. 30000300:30000300(0) ack 101 <wscale 2>
0.03 > .  101:101(0) ack 301`)
	if s := c.Stack(tcp.Client); s.SndScale != 2 || s.IRS != 300 {
		t.Errorf("%+v", s)
	}
}

// TestGapHoldsNothingThatPassed: of what an ACK is the first to cover, what passed
// behind a hole is not missed, nor is its FIN.
func TestGapHoldsNothingThatPassed(t *testing.T) {
	for name, tt := range map[string]struct {
		story string
		want  uint32
	}{
		"hole before one segment":     {"> . 301:401(100) ack 401\n< . ack 401", 100},
		"two holes":                   {"> . 301:401(100) ack 401\n> . 501:601(100) ack 401\n< . ack 601", 200},
		"ACK in the middle of a span": {"> . 301:401(100) ack 401\n< . ack 351", 100},
		"hole before the FIN":         {"> F. 301:401(100) ack 401\n< . ack 402", 100},
		"the FIN itself":              {"> . 301:401(100) ack 401\n< . ack 402", 101},
	} {
		lines := opened
		for i, l := range strings.Split(tt.story, "\n") {
			l = strings.Replace(l, "< . ack", "< . 401:401(0) ack", 1)
			lines += fmt.Sprintf("\n0.%d %s win 1000", 5+i, l)
		}
		_, steps := run(t, lines)
		if got := steps[len(steps)-1].Gap; got != tt.want {
			t.Errorf("%s: %d missed, want %d", name, got, tt.want)
		}
	}
}

// TestGapIsTakenBack: an ACK of what nobody sent leaves no gap once a newer one of its
// sender is lower.
func TestGapIsTakenBack(t *testing.T) {
	_, steps := run(t, openedTS+`
0.5 > . 201:201(0) ack 1301 win 1000
0.6 < P. 401:501(100) ack 201 win 1000 <TS val 5002 ecr 1002>
0.7 > . 201:201(0) ack 501 win 1000 <TS val 1003 ecr 5002>`)
	last := steps[len(steps)-3:]
	if missed, came, unsent := last[0].Gap, last[1].Filled, last[2].Unsent; missed != 900 || came+unsent != missed {
		t.Errorf("%d missed, of them %d came and %d were never sent", missed, came, unsent)
	}
}
