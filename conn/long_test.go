package conn

import (
	"testing"

	"onpath/tcp"
)

// transfer is a connection that sends octets from the client in segments of 64
// KiB, one ACK for each, and ends with FINs both ways. What is not kept is not
// shown to the Conn.
func transfer(octets uint64, keep func(tcp.Segment) bool) (c Conn, worst Explanation) {
	const size = 1 << 16
	var tr Tracker
	at := int64(0)
	show := func(s tcp.Segment) {
		at += 1e5
		s.At, s.Win = at, 0xffff
		if !keep(s) {
			return
		}
		if step := tr.Observe(&c, &s); step.Explanation > worst {
			worst = step.Explanation
		}
	}
	show(tcp.Segment{Flags: tcp.SYN, Seq: 99, Opts: tcp.OptWScale, WScale: 7})
	show(tcp.Segment{Flags: tcp.SYN | tcp.ACK, Dir: tcp.Server, Seq: 299, Ack: 100, Opts: tcp.OptWScale, WScale: 7})
	show(tcp.Segment{Flags: tcp.ACK, Seq: 100, Ack: 300})
	seq := tcp.Seq(100)
	for sent := uint64(0); sent < octets; sent += size {
		show(tcp.Segment{Flags: tcp.ACK, Seq: seq, Ack: 300, Len: size})
		seq += size
		show(tcp.Segment{Flags: tcp.ACK, Dir: tcp.Server, Seq: 300, Ack: seq})
	}
	show(tcp.Segment{Flags: tcp.ACK | tcp.FIN, Seq: seq, Ack: 300})
	show(tcp.Segment{Flags: tcp.ACK | tcp.FIN, Dir: tcp.Server, Seq: 300, Ack: seq + 1})
	show(tcp.Segment{Flags: tcp.ACK, Seq: seq + 1, Ack: 301})
	return c, worst
}

// TestLongStreams: a stream of more octets than the circle has numbers ends as a
// short one does, and a one-way view of it never gets stuck.
func TestLongStreams(t *testing.T) {
	all := func(tcp.Segment) bool { return true }
	for _, octets := range []uint64{1 << 20, 3 << 30, 5 << 30} {
		c, worst := transfer(octets, all)
		if c.State(tcp.Client) != TimeWait || c.State(tcp.Server) != Closed || worst > Path || c.Phase() != Finished {
			t.Errorf("%d octets: %v, %v, %v, explained %q", octets, c.State(tcp.Client), c.State(tcp.Server), c.Phase(), worst)
		}
	}
	for _, d := range []tcp.Dir{tcp.Client, tcp.Server} {
		if _, worst := transfer(5<<30, func(s tcp.Segment) bool { return s.Dir == d }); worst > Capture {
			t.Errorf("the %v alone: explained %q", d, worst)
		}
	}
}

// TestCandidateGoes: a SYN that the end itself contradicts, by acknowledging what
// passed after it, leaves no trace.
func TestCandidateGoes(t *testing.T) {
	c, _ := run(t, open+`
0.1 > S  90000000:90000000(0)
0.2 < P. 301:401(100) ack 101
0.3 > .  101:101(0) ack 401
0.4 < .  401:401(0) ack 101
0.5 > P. 101:111(10) ack 401
0.6 < .  401:401(0) ack 111
0.7 < .  401:401(0) ack 111`)
	if got := c.Possible(tcp.Client); got != inES {
		t.Errorf("client %v", got)
	}
}

// TestSynOptionsStay: neither a SYN of another incarnation nor one that comes
// again without options changes the scale of a running connection.
func TestSynOptionsStay(t *testing.T) {
	const scaled7 = `
0.00 > S  100:100(0) win 65535 <wscale 7>
0.01 < S. 300:300(0) ack 101 win 65535 <wscale 7>
0.02 > .  101:101(0) ack 301 win 500
`
	for name, text := range map[string]string{
		"a candidate":           scaled7 + "1.0 > S 90000000:90000000(0) win 1000",
		"the same SYN, without": scaled7 + "1.0 > S 100:100(0) win 1000",
	} {
		c, _ := run(t, text)
		if s := c.Stack(tcp.Client); s.RcvScale != 7 || s.SndScale != 7 {
			t.Errorf("%s: scales %d and %d", name, s.SndScale, s.RcvScale)
		}
	}
}

// TestOtherSynAnswered: of two SYNs the server answers the first; nothing is
// stuck.
func TestOtherSynAnswered(t *testing.T) {
	c, steps := run(t, `
0.00 > S  100:100(0)
0.01 > S  20000100:20000100(0)
0.02 < S. 300:300(0) ack 101
0.03 > .  101:101(0) ack 301
0.04 > P. 101:111(10) ack 301
0.05 < .  301:301(0) ack 111`)
	if last := steps[len(steps)-1]; c.State(tcp.Client) != Established || c.State(tcp.Server) != Established || last.Outside {
		t.Errorf("%v, %v, %+v", c.Possible(tcp.Client), c.Possible(tcp.Server), last)
	}
}

// TestLearntShift: of windows whose shift is not known, the lowest that makes the
// peer's flight legal is shown.
func TestLearntShift(t *testing.T) {
	c, _ := run(t, `
0.00 < .  5000:5000(0) ack 1000 win 500
0.01 > .  1000:3000(2000) ack 5000 win 100
0.02 < .  5000:5000(0) ack 1000 win 500`)
	if s := c.Stack(tcp.Client); s.SndScale != 2 || s.SndWnd != 500<<2 {
		t.Errorf("shift %d, SND.WND %d", s.SndScale, s.SndWnd)
	}
}
