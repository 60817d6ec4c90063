package check

import (
	"testing"

	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// BenchmarkOrdinary is what the rules cost for an ordinary segment: a full one of
// data, and the ACK of it.
func BenchmarkOrdinary(b *testing.B) {
	in := New(Config{})
	var c Case
	var cn conn.Conn
	s := newStreamTest()
	views := [2]packet.View{}
	s.view(&views[0], 1, make([]byte, 1448))
	s.view(&views[1], 1, nil)
	views[1].Seg.Dir = tcp.Server
	c.side[0].largest = 1448
	step := conn.Step{Plain: true, Delivery: conn.New}
	seq := tcp.Seq(1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		v := &views[i&1]
		v.Seg.Seq, seq = seq, seq+724
		in.Judge(&c, c.Shows(v), v, &step, &cn, &cn)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/segment")
}
