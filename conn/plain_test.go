package conn

import (
	"testing"

	"onpath/internal/segtext"
	"onpath/tcp"
)

// opened is an open connection in which each end has sent 100 octets and
// acknowledged those of the other; all on the way to the short path.
const opened = open + `
0.1 > P. 101:201(100) ack 301 win 1000
0.2 < P. 301:401(100) ack 201 win 900
0.3 > .  201:201(0) ack 401 win 1000
0.4 < .  401:401(0) ack 201 win 900
`

// openedTS is the same with timestamps.
const openedTS = `
0.00 > S  100:100(0) <TS val 1000 ecr 0>
0.01 < S. 300:300(0) ack 101 <TS val 5000 ecr 1000>
0.02 > .  101:101(0) ack 301 <TS val 1000 ecr 5000>
0.1 > P. 101:201(100) ack 301 win 1000 <TS val 1001 ecr 5000>
0.2 < P. 301:401(100) ack 201 win 900 <TS val 5001 ecr 1001>
0.3 > .  201:201(0) ack 401 win 1000 <TS val 1002 ecr 5001>
`

// TestPlain: what the short path takes, and what it leaves to the long one.
func TestPlain(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"next octets", opened + "0.5 > P. 201:301(100) ack 401 win 1000", true},
		{"to the last octet but one of the window", opened + "0.5 > P. 201:1100(899) ack 401 win 1000", true},
		{"that fill the window", opened + "0.5 > P. 201:1101(900) ack 401 win 1000", false},
		{"urgent", opened + "0.5 > .U 201:301(100) ack 401 win 1000 urg 1", false},
		{"behind a hole", opened + "0.5 > P. 211:301(90) ack 401 win 1000", false},
		{"again", opened + "0.5 > P. 101:201(100) ack 401 win 1000", false},
		{"an ACK of new octets", opened + "0.5 < P. 401:501(100) ack 201 win 900\n0.6 > . 201:201(0) ack 501 win 1000", true},
		{"the same ACK again", opened + "0.5 > . 201:201(0) ack 401 win 1000", false},
		{"octets with an older ACK", opened + "0.5 > P. 201:301(100) ack 400 win 1001", false},
		{"an ACK of octets that did not pass", opened + "0.5 > P. 201:301(100) ack 402 win 1000", false},
		{"into a closed window", opened + "0.5 < . 401:401(0) ack 201 win 0\n0.6 > P. 201:301(100) ack 401 win 1000", false},
		{"into a closed window, with a new ACK", opened + "0.5 < P. 401:501(100) ack 201 win 0\n0.6 > P. 201:301(100) ack 501 win 1000", false},
		{"a window that shrinks", opened + "0.5 > P. 201:301(100) ack 401 win 999", false},
		{"SACK", opened + "0.5 > P. 201:301(100) ack 401 win 1000 <sack 351:361>", false},
		{"to what has a hole", opened + "0.5 < P. 451:501(50) ack 201 win 900\n0.6 > P. 201:301(100) ack 401 win 1000", false},
		{"from what was told to have arrived behind a hole", opened + `
0.5 < P. 451:501(50) ack 201 win 900
0.6 > .  201:201(0) ack 401 win 1000 <sack 451:501>
0.7 < P. 401:451(50) ack 201 win 900
0.8 > P. 201:301(100) ack 401 win 1000`, false},
		{"timestamps", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000 <TS val 1500 ecr 5001>", true},
		{"none, where they were usual", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000", true},
		{"another option", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000 <mptcp dss>", true},
		{"an older one", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000 <TS val 1001 ecr 5001>", false},
		{"one far ahead", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000 <TS val 33770 ecr 5001>", false},
		{"an echo of what was not sent", openedTS + "0.5 > P. 201:301(100) ack 401 win 1000 <TS val 1500 ecr 5002>", false},
	} {
		segs := parse(t, tt.text)
		var tr Tracker
		var c Conn
		step := Step{}
		for i := range segs {
			step = tr.Observe(&c, &segs[i])
		}
		if step.Plain != tt.want {
			t.Errorf("%s: %v", tt.name, step.Plain)
		}
	}
}

// TestPlainBeliefs: whatever is not settled about either end leaves the short
// path; but that the sender's SYN was acknowledged may be unproven.
func TestPlainBeliefs(t *testing.T) {
	c, _ := run(t, opened)
	s := parse(t, "0.5 > P. 201:301(100) ack 401 win 1000")[0]
	taken := func(change func(e, p *end)) bool {
		e, p := c.side[0], c.side[1]
		change(&e, &p)
		_, ok := plain(&e, &p, &s)
		return ok
	}
	for _, b := range []facts{hasISS, hasUna, hasAlt, mptcp, lossy, rstPend} {
		if taken(func(e, _ *end) { e.bits ^= b }) || taken(func(_, p *end) { p.bits ^= b }) {
			t.Errorf("taken with another bit %b", b)
		}
	}
	if taken(func(e, _ *end) { e.set |= inSR }) || taken(func(_, p *end) { p.set |= inSR }) {
		t.Error("taken from, or to, what may be in SYN-RECEIVED")
	}
	if taken(func(e, _ *end) { e.pend |= evFin }) || !taken(func(e, p *end) { e.pend, p.pend = evAckSyn, evAckSyn }) {
		t.Error("what is pending towards the sender is not what decides")
	}
}

// TestPlainKeepsEvidence: the short path notes of TTLs, identifications and
// timestamps what the long one notes.
func TestPlainKeepsEvidence(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		odd  func(*tcp.Segment)
	}{
		{"all as before", opened, func(*tcp.Segment) {}},
		{"another way", opened, func(s *tcp.Segment) { s.TTL = 9 }},
		{"a step of the counter", opened, func(s *tcp.Segment) { s.IPID += 7 }},
		{"a step of one, or the first identification", opened, func(s *tcp.Segment) { s.IPID++ }},
		{"another counter", opened, func(s *tcp.Segment) { s.IPID += 900 }},
		{"no identification", opened, func(s *tcp.Segment) { s.IPID = 0 }},
		{"no timestamp", openedTS, func(s *tcp.Segment) { s.Opts = 0 }},
		{"another option instead", openedTS, func(s *tcp.Segment) { s.Opts, s.TSval = tcp.OptMPTCP, 0 }},
		{"another timestamp", openedTS, func(s *tcp.Segment) { s.TSval += 3 }},
	} {
		for _, first := range []uint16{0, 1, 1000} { // 0: it does not count
			var short, long Tracker
			var c, twin Conn
			segs := parse(t, tt.text)
			for i := range segs {
				segs[i].Win = 60000
			}
			taken := 0
			for i := range tcp.Seq(60) {
				s := segs[5]
				s.At, s.Seq, s.Len, s.TTL, s.IPID = int64(i)*1e9, 201+100*i, 100, 64, min(first, 1)*(first+uint16(i))
				s.Digest = uint32(i)
				segs = append(segs, s)
			}
			for i := range segs {
				if i > 40 && i%3 == 0 {
					tt.odd(&segs[i])
				}
				a := short.Observe(&c, &segs[i])
				if a.Plain {
					taken++
				}
				a.Plain = false
				b, _ := long.ObserveLong(&twin, &segs[i])
				if a != b || !short.Same(&c, &long, &twin) {
					t.Fatalf("%s, segment %d:\n%+v %+v\n%+v\n%+v", tt.name, i, a, b, c, twin)
				}
			}
			if taken < 40 {
				t.Errorf("%s: the short path was taken %d times", tt.name, taken)
			}
		}
	}
}

// TestPlainWithoutAside: a segment that looks like the one before it may ask what its
// peer has told to have, of a connection that was lent nothing.
func TestPlainWithoutAside(t *testing.T) {
	segs, err := segtext.Parse(opened + `
		0.41 > P. 201:211(10) ack 401 win 1000
		0.42 < .  401:401(0) ack 211 win 900
		0.43 > P. 211:221(10) ack 401 win 1000
		0.44 < .  401:401(0) ack 221 win 900
		0.45 > P. 221:231(10) ack 401 win 1000`)
	if err != nil {
		t.Fatal(err)
	}
	var tracker Tracker
	var c Conn
	for i := range segs {
		segs[i].Digest = 0 // as if all were alike
		step := tracker.Observe(&c, &segs[i])
		if step.Outside {
			t.Errorf("segment %d: %+v", i, step)
		}
	}
}
