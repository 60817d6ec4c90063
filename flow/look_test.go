package flow

import (
	"fmt"
	"strings"
	"testing"

	"onpath/record"
	"onpath/tcp"
)

const looked = `
	0.00 > S 1000:1000(0) win 1000 <mss 1460>
	0.02 < S. 5000:5000(0) ack 1001 win 1000 <mss 1460>
	0.03 > . 1001:1001(0) ack 5001 win 1000
	0.04 > P. 1001:1101(100) ack 5001 win 1000
	0.30 > P. 1001:1101(100) ack 5001 win 1000
	0.32 < . 5001:5001(0) ack 9101 win 1000
	0.40 < R. 5001:5001(0) ack 1101 win 0`

// TestLookingChangesNothing: records and findings are the same, however often somebody
// looks between the packets.
func TestLookingChangesNothing(t *testing.T) {
	told := func(look bool) string {
		var b strings.Builder
		table := New(Config{}, func(r *record.Record) {
			fmt.Fprintln(&b, r.Conn, r.Ending, r.Side, r.Outcome, r.Findings)
		})
		for _, v := range views(t, 40000, looked) {
			table.Observe(v)
			for range 3 {
				if look {
					table.Walk(0, 10, func(o Open) bool { o.Record(); o.Stacks(); o.Worst(); return true })
				}
			}
		}
		table.Flush()
		return b.String()
	}
	if a, b := told(false), told(true); a != b {
		t.Errorf("nobody looked:\n%s\nsomebody looked:\n%s", a, b)
	}
}

// TestOpenTells what stands of a connection before its record ends.
func TestOpenTells(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	all := views(t, 40000, looked)
	for _, v := range all[:6] {
		table.Observe(v)
	}
	var o Open
	if table.Walk(0, int(table.Slots()), func(x Open) bool { o = x; return false }) == 0 {
		t.Fatal("nothing is open")
	}
	r := o.Record()
	if r.Ending != record.EndOpen || r.Side[tcp.Client].Packets != 4 || r.Outcome.Class.String() != "open" {
		t.Errorf("ending %v, %d packets, outcome %v", r.Ending, r.Side[tcp.Client].Packets, r.Outcome.Class)
	}
	severity, count := o.Worst()
	if w := r.Worst(); w == nil || w.Severity != severity || w.Count > count {
		t.Errorf("worst %+v; %v, %d times", w, severity, count)
	}
	if got := fmt.Sprint(o.Conn(), o.IPOctets(), o.Retransmissions(), o.RTT()); got != "1 [360 80] 1 [10000000 20000000]" {
		t.Error(got)
	}
	if s, ok := o.Stacks(); !ok || s[tcp.Client].ISS != 1000 || s[tcp.Server].ISS != 5000 {
		t.Errorf("stacks %+v", s)
	}
}

// TestWalkGoesRound: each open record once in a round of small steps, and none whose
// record has ended.
func TestWalkGoesRound(t *testing.T) {
	table := New(Config{}, func(*record.Record) {})
	for i := range 10 {
		table.Observe(views(t, uint16(40000+i), "0 > S 1:1(0) win 1000")[0])
	}
	for i := range 3 { // silent for too long
		table.Observe(views(t, uint16(50000+i), "200 > S 1:1(0) win 1000")[0])
	}
	var seen []uint64
	next, steps := uint32(0), 0
	for {
		next = table.Walk(next, 4, func(o Open) bool { seen = append(seen, o.Conn()); return true })
		if steps++; next == 0 {
			break
		}
	}
	if fmt.Sprint(seen, steps) != "[11 12 13] 4" {
		t.Errorf("seen %v in %d steps", seen, steps)
	}
	stopped := 0
	next = table.Walk(0, 100, func(Open) bool { stopped++; return stopped < 2 })
	if stopped != 2 || next == 0 {
		t.Errorf("stopped after %d, to go on from %d", stopped, next)
	}
	for _, i := range []uint32{0, table.Slots(), 1 << 31} {
		if _, ok := table.Slot(i); ok {
			t.Errorf("slot %d is open", i)
		}
	}
}
