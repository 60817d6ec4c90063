package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/record"
	"onpath/sink/jsonl"
	"onpath/tcp"
)

// goodText are conversations that a flood must leave alone.
var goodText = []string{
	open3 + "1 > P. 101:201(100) ack 301\n1.1 < . 301:301(0) ack 201\n5 < P. 301:401(100) ack 201\n5.1 > . 201:201(0) ack 401\n",
	// closed, and a FIN that comes late; one that ends with a RST, and another RST
	open3 + `
		1 > F. 101:101(0) ack 301
		1.1 < F. 301:301(0) ack 102
		1.2 > . 102:102(0) ack 302
		8 < F. 301:301(0) ack 102
		8.1 > . 102:102(0) ack 302`,
	open3 + "1 > P. 101:201(100) ack 301\n1.1 < . 301:301(0) ack 201\n2 > R. 201:201(0) ack 301\n6 < P. 301:401(100) ack 201\n6.1 > R 201:201(0)\n",
	// joined late, silent for a while
	"0 > P. 101:201(100) ack 301\n0.1 < P. 301:401(100) ack 201\n0.2 > . 201:201(0) ack 401\n9 > P. 201:301(100) ack 401\n9.1 < . 401:401(0) ack 301\n",
}

// floods are what anybody can send who makes addresses up; n counts its packets.
var floods = []struct {
	name string
	of   func(v *packet.View, n int)
}{
	{"SYN", func(v *packet.View, n int) { v.Seg.Flags = tcp.SYN }},
	{"SYN with options that are not usual", func(v *packet.View, n int) { v.Seg.Flags, v.Seg.Opts = tcp.SYN, tcp.OptTFO }},
	{"SYN and their SYN,ACKs", func(v *packet.View, n int) {
		answered(v, n, func() { v.Seg.Flags = tcp.SYN }, func() { v.Seg.Flags, v.Seg.Ack = tcp.SYN|tcp.ACK, v.Seg.Seq+1 })
	}},
	{"SYNs with two ISNs", func(v *packet.View, n int) {
		other := v.Seg.Seq
		answered(v, n, func() { v.Seg.Flags = tcp.SYN }, func() { v.FromB, v.Seg.Seq = !v.FromB, other })
		v.Seg.Flags = tcp.SYN
	}},
	{"SYN and RST,ACKs", func(v *packet.View, n int) {
		answered(v, n, func() { v.Seg.Flags = tcp.SYN }, func() { v.Seg.Flags, v.Seg.Ack, v.Seg.Seq = tcp.RST|tcp.ACK, v.Seg.Seq+1, 0 })
	}},
	{"SYN,ACK", func(v *packet.View, n int) { v.Seg.Flags = tcp.SYN | tcp.ACK }},
	{"ACK", func(v *packet.View, n int) { v.Seg.Flags = tcp.ACK }},
	{"ACK and RSTs", func(v *packet.View, n int) {
		answered(v, n, func() { v.Seg.Flags = tcp.ACK }, func() { v.Seg.Flags, v.Seg.Seq = tcp.RST, v.Seg.Ack })
	}},
	{"data", func(v *packet.View, n int) { v.Seg.Flags, v.Seg.Len, v.L4Len = tcp.ACK|tcp.PSH, 100, 100 }},
	{"RST", func(v *packet.View, n int) { v.Seg.Flags = tcp.RST }},
	{"FIN", func(v *packet.View, n int) { v.Seg.Flags = tcp.FIN | tcp.ACK }},
	{"no flags", func(v *packet.View, n int) { v.Seg.Flags = 0 }},
	{"UDP", func(v *packet.View, n int) { v.Key.Proto, v.L4Len = packet.ProtoUDP, 100 }},
	{"UDP and answers", func(v *packet.View, n int) {
		v.Key.Proto, v.L4Len = packet.ProtoUDP, 100
		answered(v, n, func() {}, func() {})
	}},
	{"ICMP", func(v *packet.View, n int) { v.Key.Proto = packet.ProtoICMP }},
	{"fragments, which have no ports", func(v *packet.View, n int) { v.Key.Proto, v.Key.APort, v.Key.BPort = 200, 0, 0 }},
	{"all of them", nil},
}

// answered lets every second packet answer the one before.
func answered(v *packet.View, n int, asks, answers func()) {
	r := rand.New(rand.NewPCG(uint64(n/2), 9))
	strange(v, r)
	asks()
	if n%2 == 1 {
		v.FromB = !v.FromB
		answers()
	}
}

// strange gives v addresses and numbers by dice.
func strange(v *packet.View, r *rand.Rand) {
	for i := 1; i < 4; i++ {
		v.Key.A[12+i], v.Key.B[12+i] = byte(r.Uint32()), byte(r.Uint32())
	}
	v.Key.A[12], v.Key.B[12] = 20, 30
	v.Key.APort, v.Key.BPort = uint16(r.Uint32()), uint16(r.Uint32())
	v.FromB = r.IntN(2) == 1
	v.Seg.Seq, v.Seg.Ack, v.Seg.Win = tcp.Seq(r.Uint32()), tcp.Seq(r.Uint32()), uint16(r.Uint32())
}

// goodPackets are those of n conversations that begin within ten seconds.
func goodPackets(t *testing.T, n int) (all []*packet.View) {
	for i := range n {
		for _, v := range views(t, uint16(i), goodText[i%len(goodText)]) {
			v.At += int64(i) * 10e9 / int64(n)
			v.Seg.At = v.At
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b *packet.View) int { return int(a.At - b.At) })
	for i, v := range all {
		v.Number = uint64(i + 1)
	}
	return all
}

// goodRows returns the records of good conversations but for their numbers, in the order
// of their ports, and what became of others. Before each of their packets ten of a flood pass.
func goodRows(t *testing.T, c Config, all []*packet.View, flood func(*packet.View, int)) (rows []string, s Stats) {
	var out bytes.Buffer
	w := jsonl.New(&out, record.Columns())
	table := New(c, func(r *record.Record) {
		if r.Key.A[12] == 20 {
			return
		}
		out.Reset()
		num := r.Conn
		r.Conn = 0
		w.Write(r)
		w.End()
		r.Conn = num
		if r.Continues == 0 {
			rows = append(rows, fmt.Sprintf("%05d %s", r.Key.APort, out.String()))
		} else {
			rows = append(rows, fmt.Sprintf("%05d continues", r.Key.APort))
		}
	})
	dice, n := rand.New(rand.NewPCG(1, 1)), 0
	for _, good := range all {
		for range 10 {
			if flood == nil {
				break
			}
			v := &packet.View{Key: tcpKey(1), Number: good.Number, At: good.At, IPLen: 40, Depth: 1, Why: packet.Decoded}
			v.Seg.At = v.At
			strange(v, dice)
			flood(v, n)
			table.Observe(v)
			n++
		}
		v := *good
		table.Observe(&v)
	}
	s = table.Stats()
	table.Flush()
	slices.Sort(rows)
	return rows, s
}

// TestFloods: beside each kind of flood, a thousand connections have the records that
// they have without it, in a table that the flood fills many times.
func TestFloods(t *testing.T) {
	all := goodPackets(t, 1000)
	c := Config{MaxConnections: 4000, MaxHalfOpen: 1000}
	want, _ := goodRows(t, c, all, nil)
	for _, f := range floods {
		of := f.of
		if of == nil {
			of = func(v *packet.View, n int) { floods[n/2%(len(floods)-1)].of(v, n) }
		}
		got, s := goodRows(t, c, all, of)
		e := s.Evicted
		gone := e.Idle + e.Closed + e.HalfOpen + e.HalfOpenBeyond + e.Unconfirmed + e.Other + e.Open
		if gone == 0 || e.Open > 0 || s.Live > c.MaxConnections || s.Held.HalfOpen > c.MaxHalfOpen+1 {
			t.Errorf("%s: %+v", f.name, s)
		}
		if gone < s.Ended[record.EndEvicted] {
			t.Errorf("%s: %d were pushed out, %d counted: %+v", f.name, s.Ended[record.EndEvicted], gone, e)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: of %d and %d rows\n%s", f.name, len(got), len(want), unequal(got, want))
		}
	}
}

// unequal shows the first rows that differ.
func unequal(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return strings.Join([]string{"got", got[i], "want", want[i]}, "\n")
		}
	}
	return ""
}

// TestOneWay: connections of which one direction is captured compete among themselves, and
// only when the table is full.
func TestOneWay(t *testing.T) {
	const text = "0 > S 100:100(0) win 1000\n0.1 > . 101:101(0) ack 301 win 1000\n0.2 > P. 101:201(100) ack 301 win 1000\n0.3 > . 201:201(0) ack 901 win 1000\n"
	for most, want := range map[int]uint64{1000: 0, 100: 900} {
		table := New(Config{MaxConnections: most}, func(*record.Record) {})
		for i := range 1000 {
			for _, v := range views(t, uint16(i), text) {
				v.At += int64(i) * 1e8
				v.Seg.At = v.At
				table.Observe(v)
			}
		}
		s := table.Stats()
		if gone := s.Evicted.Unconfirmed + s.Evicted.HalfOpen; gone != want || gone != s.Ended[record.EndEvicted] || s.Live != most {
			t.Errorf("of at most %d: %+v", most, s.Evicted)
		}
	}
}
