package flow

import (
	"onpath/compat/tcpchain"
	"onpath/conn"
	"onpath/measure"
	"onpath/packet"
	"onpath/tcp"
)

// What opens a connection comes in one order, nearly always: behind the SYN its SYN,ACK, and
// then the client's ACK. What of a record shows no numbers is the same then, whatever the
// connection is: it is written down once, here, and each time put in place as a whole.

// passed is what a record shows that has come so far in this order.
type passed struct {
	history measure.History
	chain   tcpchain.State
}

// course is what a record shows behind the SYN of a client with a window, the SYN,ACK and the
// ACK, none of which shows anything else: nothing in them depends on a Config.
var course = func() (course [3]passed) {
	var p passed
	step := conn.Step{Delivery: conn.New, Leads: true}
	for i, s := range [...]tcp.Segment{
		{Flags: tcp.SYN, Win: 1, Dir: tcp.Client},
		{Flags: tcp.SYN | tcp.ACK, Win: 1, Dir: tcp.Server},
		{Flags: tcp.ACK, Win: 1, Dir: tcp.Client},
	} {
		p.history.Segment(&s, &step)
		p.chain.Pass(s.Flags, s.Dir, tcpchain.Documented)
		course[i] = p
	}
	return course
}()

// courseOf returns the place in it of a segment behind the SYN, by itself; 0: it has none.
func courseOf(s *tcp.Segment) int {
	switch {
	case s.Len != 0 || s.Win == 0 || s.Sum == tcp.SumBad || s.ECN == 3:
		return 0
	case s.Flags == tcp.SYN|tcp.ACK && s.Dir == tcp.Server:
		return 1
	case s.Flags == tcp.ACK && s.Dir == tcp.Client:
		return 2
	}
	return 0
}

// opens is count and look for the SYN,ACK and the ACK of a usual handshake, in order: it
// reports false, and does nothing, of any other segment. What has numbers is done as there.
// (330 instructions less; TestCalm… and TestTwins… hold that it is the same.)
func (t *Table) opens(i uint32, e *entry, v *packet.View, step *conn.Step) bool {
	s := &v.Seg
	n := courseOf(s)
	if n == 0 || e.class != halfOpen || e.written || t.each || step.Plain || step.Delivery != conn.New || !ordered(s, step) {
		return false
	}
	from, to := &course[n-1], &course[n]
	if e.history != from.history || e.chain != from.chain || !e.trail.Opens(s, &e.conn, v.At-e.start) {
		return false
	}
	e.history, e.chain = to.history, to.chain
	last := e.last
	e.last = max(last, v.At)
	t.great.add(e, s.Dir, v.IPLen, 0)
	t.time(e, s, step, last)
	if n == 1 {
		t.identify(&e.identity, v)
	}
	t.settle(i, e)
	t.flags = e.states.Observe(s, &t.states)
	t.calms(e)
	return true
}
