package measure

import (
	"testing"

	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/tcp"
)

// BenchmarkTimes is what times add to a segment in order: octets one way and ACKs the
// other.
func BenchmarkTimes(b *testing.B) {
	segs, err := segtext.Parse("0 > S 100:100(0) win 60000\n0.1 < S. 300:300(0) ack 101 win 60000\n0.2 > . 101:101(0) ack 301 win 60000\n" +
		"0.3 > P. 101:201(100) ack 301 win 60000\n0.4 < . 301:301(0) ack 201 win 60000")
	if err != nil {
		b.Fatal(err)
	}
	var tr conn.Tracker
	var c conn.Conn
	var steps [5]conn.Step
	for i := range segs {
		tr.Move(&c, &segs[i], &steps[i])
	}
	var t Times
	data, ack := &segs[3], &segs[4]
	b.ReportAllocs()
	for b.Loop() {
		t.Segment(data, &steps[3], &c, &c)
		t.Segment(ack, &steps[4], &c, &c)
		data.Seq, ack.Ack = data.Seq+100, ack.Ack+100
		data.At, ack.At = data.At+1e7, ack.At+1e7
	}
	if t.Path[tcp.Server].RTT.N == 0 {
		b.Error("no samples")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2), "ns/segment")
}
