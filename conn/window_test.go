package conn

import (
	"testing"

	"onpath/tcp"
)

// TestShrunk: an edge that moves left is told, and not forgotten; the window of a
// SYN is another scale.
func TestShrunk(t *testing.T) {
	const text = "0.00 > S 100:100(0) win 9000\n0.01 < S. 300:300(0) ack 101 win 9000\n"
	for _, tt := range []struct {
		last string
		want uint32
	}{
		{"0.02 < . 301:301(0) ack 101 win 8000", 1000},
		{"0.02 < . 301:301(0) ack 101 win 9000", 0},
		{"0.02 < . 301:301(0) ack 101 win 9001", 0},
		{"0.02 < S. 300:300(0) ack 101 win 100", 0},
	} {
		c, steps := run(t, text+tt.last)
		if got := steps[2].Shrunk; got != tt.want {
			t.Errorf("%s: shrunk by %d", tt.last, got)
		}
		if f := c.Facts(tcp.Server); f.Edge.Before(101 + 9000) {
			t.Errorf("%s: edge %d", tt.last, f.Edge)
		}
	}
}

// TestShiftNotLearnt: the lowest shift that makes the flight legal is looked for
// only where the shift is not known, a window was granted and an ACK passed.
func TestShiftNotLearnt(t *testing.T) {
	for name, text := range map[string]string{
		"one SYN did not pass": "0.00 < S. 300:300(0) ack 101 win 1000 <wscale 14>",
		"no window was open":   "0.00 < . 5000:5000(0) ack 1000 win 0\n0.01 > . 1000:3000(2000) ack 5000 win 100\n0.02 < . 5000:5000(0) ack 1000 win 0",
		"no ACK of this incarnation": `
0.00 > S  100:100(0) <wscale 3>
0.01 < .  301:301(0) ack 101 win 500
0.02 > .  101:101(0) ack 301
0.03 > R  101:101(0)
0.04 > S  30000100:30000100(0) <wscale 3>
0.05 < .  301:301(0) ack 101 win 500
0.06 > .  30000101:30000101(0) ack 301`,
	} {
		c, _ := run(t, text)
		if s := c.Stack(tcp.Client); s.SndScale != 0 {
			t.Errorf("%s: shift %d", name, s.SndScale)
		}
	}
}

// TestSwapMirrors: a connection whose ends changed places is that of the mirrored
// segments, a stray or none.
func TestSwapMirrors(t *testing.T) {
	const stray = "\n1.0 > . 90000100:90000110(10) ack 70000000"
	for _, text := range []string{opened, opened + stray} {
		var c, mirror Conn
		var tr, twin Tracker
		for _, s := range parse(t, text) {
			tr.Observe(&c, &s)
			s.Dir ^= 1
			twin.Observe(&mirror, &s)
		}
		if tr.Swap(&c); !tr.Same(&c, &twin, &mirror) {
			t.Errorf("%+v\n%+v", c, mirror)
		}
	}
}

// TestShiftLimit: no shift is above 14 (RFC 7323 §2.3).
func TestShiftLimit(t *testing.T) {
	c, _ := run(t, "0.00 < . 5000:5000(0) ack 1000 win 1\n0.01 > . 1000:51000(50000) ack 5000\n0.02 < . 5000:5000(0) ack 1000 win 1")
	if s := c.Stack(tcp.Client); s.SndScale != maxShift {
		t.Errorf("shift %d", s.SndScale)
	}
}

// TestSameSegmentOlderAck: of the same SEQ only a newer ACK sets SND.WND (RFC 9293
// §3.10.7.4).
func TestSameSegmentOlderAck(t *testing.T) {
	c, _ := run(t, open+"0.1 > P. 101:111(10) ack 301\n0.2 < . 301:301(0) ack 111 win 500\n0.3 < . 301:301(0) ack 101 win 900")
	if s := c.Stack(tcp.Client); s.SndWnd != 500 || s.SndWL2 != 111 {
		t.Errorf("SND.WND %d, SND.WL2 %d", s.SndWnd, s.SndWL2)
	}
}

// TestLimitOfLoneSyn: of a peer that nothing is known of every window is possible.
func TestLimitOfLoneSyn(t *testing.T) {
	c, _ := run(t, "0.00 > S 100:100(0)")
	if f := c.Facts(tcp.Client); f.Limit != 101+0xffff+2 {
		t.Errorf("limit %d", f.Limit)
	}
}
