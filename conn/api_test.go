package conn

import (
	"testing"

	"onpath/tcp"
)

// TestChoose: after a long silence a candidate SYN needs no ACK; without one
// there is nothing to choose.
func TestChoose(t *testing.T) {
	var tr Tracker
	var c Conn
	for _, s := range parse(t, open+"0.1 > S 90000000:90000000(0)") {
		tr.Observe(&c, &s)
	}
	was := c
	if tr.Choose(&c, tcp.Server); c != was {
		t.Errorf("the server has no candidate, but is %v now", c.Possible(tcp.Server))
	}
	tr.Choose(&c, tcp.Client)
	if s := c.Stack(tcp.Client); s.ISS != 90000000 || s.State != SynSent || s.SndNxt != 90000001 {
		t.Errorf("%+v", s)
	}
	if got := c.Possible(tcp.Client); got != inSS|inES {
		t.Errorf("client %v", got)
	}
	for _, s := range parse(t, "0.2 < S. 7000000:7000000(0) ack 90000001\n0.3 > . 90000001:90000001(0) ack 7000001") {
		if step := tr.Observe(&c, &s); step.Begin != Same && s.Dir == tcp.Client {
			t.Errorf("%+v", step)
		}
	}
	if got := c.Possible(tcp.Client); got != inES {
		t.Errorf("client %v after the handshake", got)
	}
}

// manyHoles is a connection whose client's stream borrows a block of the pool.
func manyHoles(t *testing.T, tr *Tracker, holes int) (c Conn) {
	for _, s := range parse(t, open) {
		tr.Observe(&c, &s)
	}
	for i := range holes {
		tr.Observe(&c, &tcp.Segment{At: 3e7, Flags: tcp.ACK, Seq: 111 + 20*tcp.Seq(i), Ack: 301, Len: 10, Win: 1000})
	}
	return c
}

// TestDetach: the block goes on with the copy; what stands in the Conn stays.
func TestDetach(t *testing.T) {
	again := tcp.Segment{At: 4e7, Flags: tcp.ACK, Seq: 111, Ack: 301, Len: 10, Win: 1000}
	for _, tt := range []struct {
		holes    int
		repeated uint32 // by the Conn that was detached
	}{{1, 10}, {9, 0}} {
		var tr Tracker
		c := manyHoles(t, &tr, tt.holes)
		now := c
		tr.Detach(&c)
		if step := tr.Observe(&c, &again); step.Repeated != tt.repeated {
			t.Errorf("%d holes: %d octets are repeated in what is left", tt.holes, step.Repeated)
		}
		tr.Forget(&c)
		other := manyHoles(t, &tr, 9)
		if step := tr.Observe(&now, &again); step.Repeated != 10 {
			t.Errorf("%d holes: %d octets are repeated in what goes on", tt.holes, step.Repeated)
		}
		tr.Forget(&now)
		tr.Forget(&other)
		if n := tr.Lent(); n != 0 {
			t.Errorf("%d holes: %d blocks are still lent", tt.holes, n)
		}
	}
}

// TestScaleGoes: window scaling is off in an incarnation that does not offer it,
// and so it is with an option whose length is wrong.
func TestScaleGoes(t *testing.T) {
	const scaled = "0.00 > S 100:100(0) <wscale 10>\n0.01 < S. 300:300(0) ack 101 <wscale 3>\n"
	c, _ := run(t, scaled+"0.02 < S. 9000300:9000300(0) ack 101")
	if s := c.Stack(tcp.Client); s.SndScale != 0 || s.RcvScale != 0 {
		t.Errorf("another SYN,ACK without: %d and %d", s.SndScale, s.RcvScale)
	}
	var tr Tracker
	c = Conn{}
	for _, s := range parse(t, scaled) {
		if s.Dir == tcp.Server {
			s.Opts |= tcp.OptLength
		}
		tr.Observe(&c, &s)
	}
	if s := c.Stack(tcp.Client); s.SndScale != 0 || s.RcvScale != 0 {
		t.Errorf("of a wrong length: %d and %d", s.SndScale, s.RcvScale)
	}
}

// TestScaleStays: an end that is picked up anew keeps the shift of its SYN.
func TestScaleStays(t *testing.T) {
	c, _ := run(t, `
0.00 > S  100:100(0) win 1000 <wscale 4>
0.01 < S. 300:300(0) ack 101 win 1000 <wscale 5>
0.02 > .  101:101(0) ack 301 win 1000
9.00 > .  90000100:90000110(10) ack 80000300 win 1000
9.01 < .  80000300:80000300(0) ack 90000110 win 1000
9.02 > .  90000110:90000110(0) ack 80000300 win 1000`)
	if s := c.Stack(tcp.Client); s.SndWnd != 1000<<5 || s.RcvWnd != 1000<<4 {
		t.Errorf("windows %d and %d", s.SndWnd, s.RcvWnd)
	}
}

// TestUrgentPointer: RCV.UP and SND.UP never go back (RFC 9293 §3.10.7.4 sixth).
func TestUrgentPointer(t *testing.T) {
	c, _ := run(t, open+"0.1 > .U 101:111(10) ack 301 urg 9\n0.2 > .U 101:111(10) ack 301 urg 3")
	if s := c.Stack(tcp.Client); s.SndUp != 110 {
		t.Errorf("SND.UP %d", s.SndUp)
	}
}

// TestMoveForgets: Move leaves nothing of an earlier Step.
func TestMoveForgets(t *testing.T) {
	var tr Tracker
	var c Conn
	step := Step{Begin: Begun, Explanation: None, Older: true, Gap: 7, Filled: 7}
	tr.Move(&c, &parse(t, open)[0], &step)
	if step != (Step{Delivery: New, Leads: true, Course: Opens}) {
		t.Errorf("%+v", step)
	}
}

// TestSwapKeepsEvidence: what tells retransmissions apart goes with its end.
func TestSwapKeepsEvidence(t *testing.T) {
	var tr Tracker
	var c Conn
	for _, s := range parse(t, open+`
0.10 > P. 101:111(10) ack 301 id 11
0.11 > P. 111:121(10) ack 301 id 12
0.12 > P. 121:131(10) ack 301 id 13
0.13 > P. 141:151(10) ack 301 id 15`) {
		tr.Observe(&c, &s)
	}
	tr.Swap(&c)
	if step := tr.Observe(&c, &parse(t, "0.14 < P. 131:141(10) ack 301 id 16")[0]); step.Delivery != Retransmission || step.Loss != LostBefore {
		t.Errorf("%v", step.Delivery)
	}
}

// TestUnknownOpener: a SYN,ACK of a SYN far from the stream that was joined late
// gives the block of that stream back.
func TestUnknownOpener(t *testing.T) {
	var tr Tracker
	var c Conn
	for i := range tcp.Seq(9) {
		tr.Observe(&c, &tcp.Segment{Flags: tcp.ACK, Seq: 101 + 20*i, Ack: 301, Len: 10, Win: 1000})
	}
	tr.Observe(&c, &parse(t, "0.1 < S. 80000300:80000300(0) ack 90000101")[0])
	if n := tr.Lent(); n != 0 {
		t.Errorf("%d blocks are still lent", n)
	}
}

// TestPickedUp: ends that are picked up anew give the block of their stream back.
func TestPickedUp(t *testing.T) {
	var tr Tracker
	c := manyHoles(t, &tr, 9)
	for _, s := range parse(t, "1.0 > . 90000100:90000110(10) ack 80000000\n1.1 < . 80000000:80000000(0) ack 90000110") {
		tr.Observe(&c, &s)
	}
	if n := tr.Lent(); n != 0 || c.Stack(tcp.Client).SndMax != 90000110 {
		t.Errorf("%d blocks are still lent, SND.MAX %d", n, c.Stack(tcp.Client).SndMax)
	}
}

// TestLearn: Learn leaves nothing of what stood there.
func TestLearn(t *testing.T) {
	full, _ := run(t, openedTS+"0.5 > .U 101:111(10) ack 301 win 900 urg 3 <TS val 30 ecr 20>\n0.6 > F. 111:111(0) ack 301 win 900 <TS val 30 ecr 20>\n0.7 < R. 301:301(0) ack 112")
	var none Conn
	var f Facts
	for _, c := range []*Conn{&full, &none} {
		for d := range tcp.Dir(2) {
			if c.Learn(&f, d); f != c.Facts(d) {
				t.Errorf("%v: %+v", d, f)
			}
		}
	}
}
