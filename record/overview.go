package record

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"time"

	"onpath/outcome"
	"onpath/packet"
	"onpath/tcp"
)

// A Shown is a column of a table for people: shorter than what a Column holds,
// and allowed to leave where a terminal is narrow. Its text is UTF-8.
type Shown[R any] struct {
	Head  string
	Right bool  // numbers stand at the right edge
	Cut   bool  // may lose its middle where nothing else can leave
	Rank  uint8 // 0 always stays; the others while there is room, the lowest first

	Append func(dst []byte, row *R) []byte
}

// Overview is the table of connections for people: what each one was, how long
// it took, how much went each way (client/server), and what became of it.
func Overview() []Shown[Record] { return append([]Shown[Record](nil), overview...) }

var overview = []Shown[Record]{
	{"#", true, false, 0, appendNumber},
	{"START", false, false, 3, func(dst []byte, r *Record) []byte { return AppendClock(dst, r.Start, 3) }},
	{"PROTO", false, false, 2, appendProtoType},
	{"CLIENT", false, true, 0, func(dst []byte, r *Record) []byte { return r.appendEnd(dst, tcp.Client) }},
	{"", false, false, 0, appendArrow},
	{"SERVER", false, true, 0, func(dst []byte, r *Record) []byte { return r.appendEnd(dst, tcp.Server) }},
	{"LASTED", true, false, 4, func(dst []byte, r *Record) []byte { return appendSpan(dst, r.End-r.Start) }},
	{"PACKETS", false, false, 5, func(dst []byte, r *Record) []byte {
		return appendPair(dst, r.Side[tcp.Client].Packets, r.Side[tcp.Server].Packets)
	}},
	{"OCTETS", false, false, 1, func(dst []byte, r *Record) []byte {
		return appendPair(dst, r.Side[tcp.Client].Octets, r.Side[tcp.Server].Octets)
	}},
	{"OUTCOME", false, false, 0, appendOutcome},
	{"FINDING", false, true, 0, appendWorst},
	{"STATES", false, false, 7, appendStates},
	{"HISTORY", false, false, 6, func(dst []byte, r *Record) []byte { return r.History.Append(dst) }},
	{"END", false, false, 8, appendStanding},
}

// appendNumber appends the number of a connection, and behind a point that of the row if it
// is not its only one: 7.2 is the second row of connection 7.
func appendNumber(dst []byte, r *Record) []byte {
	dst = appendUint(dst, r.Conn)
	if r.Interim || r.Part > 1 && r.Ending != EndOpen {
		dst = appendUint(append(dst, '.'), uint64(r.Part))
	}
	return dst
}

// appendStanding appends why a record ended, or that it goes on.
func appendStanding(dst []byte, r *Record) []byte {
	if r.Interim {
		return append(dst, r.kind()...)
	}
	return append(dst, r.Ending.String()...)
}

// OverviewRoom is how many characters the columns of Overview usually take, for who
// writes a row before it has seen the next.
func OverviewRoom() []int { return []int{5, 12, 7, 21, 1, 21, 6, 9, 13, 12, 20, 22, 10, 12} }

// appendOutcome appends what became of a connection, with a question mark where that
// is a guess.
func appendOutcome(dst []byte, r *Record) []byte {
	dst = append(dst, r.Outcome.Class.String()...)
	if r.Outcome.Confidence == outcome.Low {
		dst = append(dst, '?')
	}
	return dst
}

// arrows point to where packets went.
var arrows = [NumViews]string{ViewBoth: "→", ViewClientOnly: "⇢", ViewServerOnly: "⇠"}

func appendArrow(dst []byte, r *Record) []byte { return append(dst, arrows[r.View()]...) }

// isICMP reports whether what stands for ports is the types of messages.
func (r *Record) isICMP() bool {
	return r.Key.Proto == packet.ProtoICMP || r.Key.Proto == packet.ProtoICMPv6
}

// appendProtoType appends the protocol, of ICMP with the client's type: icmp/8.
func appendProtoType(dst []byte, r *Record) []byte {
	dst = AppendProto(dst, r.Key.Proto)
	if !r.isICMP() {
		return dst
	}
	return appendUint(append(dst, '/'), uint64(r.Port(tcp.Client)))
}

// appendEnd appends an address and, if it has one, its port as in a URL.
func (r *Record) appendEnd(dst []byte, end tcp.Dir) []byte {
	if r.isICMP() || !protocols[r.Key.Proto].ports {
		return r.Addr(end).AppendTo(dst)
	}
	return netip.AddrPortFrom(r.Addr(end), r.Port(end)).AppendTo(dst)
}

// Endpoint returns the address of an end and, if it has one, its port as in a URL.
func (r *Record) Endpoint(end tcp.Dir) string { return string(r.appendEnd(nil, end)) }

// appendStates appends the client's and the server's state, once if they are
// equal.
func appendStates(dst []byte, r *Record) []byte {
	dst = r.appendState(dst, tcp.Client)
	if !r.IsTCP() || r.Side[tcp.Client].State == r.Side[tcp.Server].State {
		return dst
	}
	return r.appendState(append(dst, '/'), tcp.Server)
}

// appendPair appends two counts with three significant digits.
func appendPair(dst []byte, client, server uint64) []byte {
	return appendCount(append(appendCount(dst, client), '/'), server)
}

// appendCount appends n as AppendAmount does.
func appendCount(dst []byte, n uint64) []byte {
	if n < 1000 {
		return appendUint(dst, n)
	}
	return AppendAmount(dst, float64(n))
}

// AppendAmount appends n, which is not negative, with at most three digits and a decimal
// prefix of the SI: 999, 1.02k, 34.5k, 678k, 9.01M. Below 1000 it is rounded to a whole
// number.
func AppendAmount(dst []byte, n float64) []byte {
	if n < 999.5 {
		return appendUint(dst, uint64(math.Round(n)))
	}
	unit := -1
	for n >= 999.5 && unit < len(prefixes)-1 {
		n, unit = n/1000, unit+1
	}
	decimals := 0
	switch {
	case n < 9.995:
		decimals = 2
	case n < 99.95:
		decimals = 1
	}
	return append(strconv.AppendFloat(dst, n, 'f', decimals, 64), prefixes[unit])
}

// prefixes are the SI's, each a thousand times the one before.
const prefixes = "kMGTPE"

// spans are the steps in which a duration is shown: below the limit, so many of
// a unit, and of the rest so many of a smaller one.
var spans = [...]struct {
	limit, unit, rest time.Duration
	format            string
}{
	{time.Millisecond, time.Microsecond, time.Nanosecond, "%[1]dµs"},
	{time.Second, time.Millisecond, time.Microsecond, "%[1]dms"},
	{time.Minute, time.Second, 100 * time.Millisecond, "%d.%ds"},
	{time.Hour, time.Minute, time.Second, "%dm%02ds"},
	{24 * time.Hour, time.Hour, time.Minute, "%dh%02dm"},
	{1<<63 - 1, 24 * time.Hour, time.Hour, "%dd%02dh"},
}

// appendSpan appends a duration, given in ns, in about six characters: 835µs,
// 211ms, 3.4s, 2m03s, 1h02m, 3d04h.
func appendSpan(dst []byte, ns int64) []byte {
	d, i := time.Duration(ns), 0
	for d >= spans[i].limit && i < len(spans)-1 {
		i++
	}
	s := &spans[i]
	return fmt.Appendf(dst, s.format, d/s.unit, d%s.unit/s.rest)
}
