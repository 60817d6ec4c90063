package flow

import (
	"fmt"
	"strings"
	"testing"

	"onpath/packet"
	"onpath/record"
)

// BenchmarkObserve is all of a Table's work for a segment in order: data one way
// and ACKs the other, in 1 connection, and in so many that none is in a cache.
func BenchmarkObserve(b *testing.B) {
	for _, conns := range []int{1, 20000} {
		b.Run(fmt.Sprintf("connections=%d", conns), func(b *testing.B) { benchmarkObserve(b, conns) })
	}
}

func benchmarkObserve(b *testing.B, conns int) {
	table := New(Config{}, func(*record.Record) {})
	keys := make([]packet.Key, conns)
	for i := range keys {
		keys[i] = tcpKey(uint16(i))
	}
	all := func(v *packet.View) {
		w := *v
		for i := range keys {
			w.Key = keys[i]
			table.Observe(&w)
		}
	}
	for _, v := range views(b, 0, open3) {
		all(v)
	}
	vs := views(b, 0, "0.1 > P. 101:201(100) ack 301\n0.11 < . 301:301(0) ack 201")
	b.ReportAllocs()
	for b.Loop() {
		for _, v := range vs {
			all(v)
			v.At, v.Seg.At = v.At+1e7, v.Seg.At+1e7
		}
		vs[0].Seg.Seq, vs[1].Seg.Ack = vs[0].Seg.Seq+100, vs[1].Seg.Ack+100
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(vs)*conns), "ns/segment")
}

// BenchmarkLook is what other systems' eyes add to a segment: both machines over
// a connection of 46 segments.
func BenchmarkLook(b *testing.B) {
	table := New(Config{}, func(*record.Record) {})
	data := strings.Repeat("0.1 > P. 101:201(100) ack 301\n0.1 < . 301:301(0) ack 201\n", 20)
	vs := views(b, 0, open3+data+"0.2 > F. 201:201(0) ack 301\n0.2 < F. 301:301(0) ack 202\n0.2 > . 202:202(0) ack 302")
	b.ReportAllocs()
	for b.Loop() {
		var e entry
		for _, v := range vs {
			table.look(&e, &v.Seg)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(vs)), "ns/segment")
}

// BenchmarkFlood is all of a Table's work for a SYN of a flood: it begins a connection,
// and pushes out another one, whose record is written.
func BenchmarkFlood(b *testing.B) {
	for _, whole := range []bool{false, true} {
		b.Run(fmt.Sprintf("whole=%v", whole), func(b *testing.B) { benchmarkFlood(b, whole) })
	}
}

func benchmarkFlood(b *testing.B, whole bool) {
	table := New(Config{MaxConnections: 1000}, func(*record.Record) {})
	table.whole = whole
	all := make([]packet.View, Batch)
	v := views(b, 0, "0 > S 100:100(0) win 1000 <mss 1460>")[0]
	n := uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		for i := range all {
			n++
			all[i] = *v
			k := &all[i].Key
			k.A[12], k.A[13], k.A[14], k.A[15] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
		}
		table.ObserveAll(all)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(all)), "ns/segment")
}

// BenchmarkEnd is what the end of a record costs but for what is written of it: filling
// the row, asking the rules and the outcome; all in the cache.
func BenchmarkEnd(b *testing.B) {
	for name, text := range map[string]string{
		"syn":    "0 > S 100:100(0) win 1000",
		"closed": open3 + "0.1 > P. 101:201(100) ack 301\n0.1 < . 301:301(0) ack 201\n0.2 > F. 201:201(0) ack 301\n0.2 < F. 301:301(0) ack 202\n0.2 > . 202:202(0) ack 302",
	} {
		b.Run(name, func(b *testing.B) {
			table := New(Config{}, func(*record.Record) {})
			for _, v := range views(b, 0, text) {
				table.Observe(v)
			}
			k := tcpKey(0)
			e := table.entry(table.index.find(&table.slab, table.hash(&k), &k))
			b.ReportAllocs()
			for b.Loop() {
				table.fill(e, record.EndCapture)
				table.conclude(e, record.EndCapture, table.now, table.wasLone(e))
			}
		})
	}
}
