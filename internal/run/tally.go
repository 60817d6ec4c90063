package run

import (
	"cmp"
	"slices"

	"onpath/conn"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// tally counts what the summary tells.
type tally struct {
	packets     uint64
	why         [packet.NumReasons]uint64
	first, last int64 // ns since the Unix epoch, the earliest and the latest

	ended  [record.NumEndings]uint64              // TCP
	states [conn.NumStates][conn.NumStates]uint64 // TCP, client and server
	protos [256]uint64
}

func (t *tally) packet(v *packet.View) {
	if t.packets == 0 {
		t.first, t.last = v.At, v.At
	}
	t.packets++
	t.why[v.Why]++
	t.first, t.last = min(t.first, v.At), max(t.last, v.At)
}

func (t *tally) record(r *record.Record) {
	t.protos[r.Key.Proto]++
	if !r.IsTCP() {
		return
	}
	t.ended[r.Ending]++
	t.states[r.Side[tcp.Client].State][r.Side[tcp.Server].State]++
}

// count is a number of what a name says.
type count struct {
	name string
	n    uint64
}

// largestFirst returns the counts that are not 0.
func largestFirst(counts []count) []count {
	counts = slices.DeleteFunc(counts, func(c count) bool { return c.n == 0 })
	slices.SortStableFunc(counts, func(a, b count) int { return cmp.Compare(b.n, a.n) })
	return counts
}

func (t *tally) undecoded() (list []count) {
	for why, n := range t.why {
		if why := packet.Reason(why); why != packet.Decoded {
			list = append(list, count{why.String(), n})
		}
	}
	return largestFirst(list)
}

func (t *tally) endings() (list []count) {
	for e, n := range t.ended {
		list = append(list, count{record.Ending(e).String(), n})
	}
	return largestFirst(list)
}

// statePairs are the client's and the server's state, once if they are equal.
func (t *tally) statePairs() (list []count) {
	for c := range t.states {
		for s, n := range t.states[c] {
			name := conn.State(c).String()
			if s != c {
				name += "/" + conn.State(s).String()
			}
			list = append(list, count{name, n})
		}
	}
	return largestFirst(list)
}

func (t *tally) others() (list []count) {
	for proto, n := range t.protos {
		if proto != packet.ProtoTCP {
			list = append(list, count{string(record.AppendProto(nil, uint8(proto))), n})
		}
	}
	return largestFirst(list)
}
