package run

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"onpath/conn"
	"onpath/internal/metrics"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// tally counts what the summary tells.
type tally struct {
	packets     uint64
	octets      uint64 // on the wire
	why         [packet.NumReasons]uint64
	links       map[packet.LinkType]uint64 // those not read
	first, last int64                      // ns since the Unix epoch, the earliest and the latest

	before, backMost int64  // time of the packet before; the longest step back, in ns
	back, ahead      uint64 // packets whose time lies before the one's before them; or farAhead behind it

	_ [64]byte // with shards, who reads counts what stands before, the clerk what follows: not in one line of the cache

	ended  [record.NumEndings]uint64              // TCP
	states [conn.NumStates][conn.NumStates]uint64 // TCP, client and server
	became [outcome.NumClasses]uint64             // TCP
	protos [256]uint64
	views  [record.NumViews]uint64

	handshakes, roundTrips [2]metrics.Histogram // TCP, by the end on the other side of the path

	found found
}

func (t *tally) packet(v *packet.View, link packet.LinkType) {
	t.pass(v.At, v.WireLen, v.Why)
	if v.Why == packet.LinkUnknown {
		t.unread(link)
	}
}

// frame counts one that can be decoded.
func (t *tally) frame(f *packet.Frame) {
	t.pass(f.At, max(f.WireLen, uint32(len(f.Data))), packet.Decoded)
}

// pass counts a packet.
func (t *tally) pass(at int64, octets uint32, why packet.Reason) {
	if t.packets == 0 {
		t.first, t.last, t.before = at, at, at
	}
	t.packets++
	t.octets += uint64(octets)
	t.why[why]++
	t.step(at - t.before)
	t.before = at
	t.first, t.last = min(t.first, at), max(t.last, at)
}

// unread counts a frame whose link type is not read.
func (t *tally) unread(link packet.LinkType) {
	if t.links == nil {
		t.links = map[packet.LinkType]uint64{}
	}
	t.links[link]++
}

func (t *tally) unreadLinks() (list []count) {
	for _, link := range slices.Sorted(maps.Keys(t.links)) {
		list = append(list, count{"LINKTYPE " + link.String(), t.links[link]})
	}
	return largestFirst(list)
}

// farAhead is a step of time that a clock set anew makes, or another capture,
// rather than silence.
const farAhead = int64(24 * time.Hour)

// step counts a step of time, in ns, if it is odd.
func (t *tally) step(ns int64) {
	switch {
	case ns < 0:
		t.back++
		t.backMost = max(t.backMost, -ns)
	case ns > farAhead:
		t.ahead++
	}
}

func (t *tally) jumps() []count {
	back := string(record.AppendSeconds([]byte("back, by at most "), t.backMost)) + " s"
	return nonZero([]count{{back, t.back}, {"ahead by more than a day", t.ahead}})
}

func (t *tally) record(r *record.Record) {
	t.protos[r.Key.Proto]++
	t.views[r.View()]++
	if !r.IsTCP() {
		return
	}
	t.found.silent(r.Closed)
	t.ended[r.Ending]++
	t.became[r.Outcome.Class]++
	t.states[r.Side[tcp.Client].State][r.Side[tcp.Server].State]++
	t.times(r)
}

// times counts how long a TCP record's round trips took: by the handshake, and smoothed
// over octets, if any were acknowledged.
func (t *tally) times(r *record.Record) {
	t.handshakes[tcp.Client].Observe(r.Handshake.Client())
	t.handshakes[tcp.Server].Observe(r.Handshake.Server())
	if r.Times == nil {
		return
	}
	for end := range r.Times.Path {
		if p := &r.Times.Path[end]; p.RTT.N > 0 {
			t.roundTrips[end].Observe(p.SRTT)
		}
	}
}

// endStates are how many clients, and how many servers, ended in each state.
func (t *tally) endStates() (n [2][conn.NumStates]uint64) {
	for c := range t.states {
		for s, times := range t.states[c] {
			n[tcp.Client][c] += times
			n[tcp.Server][s] += times
		}
	}
	return n
}

// count is a number of what a name says.
type count struct {
	name string
	n    uint64
}

// nonZero returns the counts that are not 0.
func nonZero(counts []count) []count {
	return slices.DeleteFunc(counts, func(c count) bool { return c.n == 0 })
}

// largestFirst returns the counts that are not 0.
func largestFirst(counts []count) []count {
	counts = nonZero(counts)
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

// outcomes are what became of the connections.
func (t *tally) outcomes() (list []count) {
	for c, n := range t.became {
		list = append(list, count{outcome.Class(c).String(), n})
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
