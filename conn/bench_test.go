package conn

import (
	"testing"

	"onpath/tcp"
)

// BenchmarkShort is segments in order of an open connection: data one way, and
// the ACK of them.
func BenchmarkShort(b *testing.B) {
	c, _ := run(b, open)
	data := parse(b, "1 > P. 101:201(100) ack 301")[0]
	ack := parse(b, "1 < . 301:301(0) ack 201")[0]
	var tr Tracker
	b.ReportAllocs()
	for b.Loop() {
		if step := tr.Observe(&c, &data); step.New != 100 {
			b.Fatal(step)
		}
		tr.Observe(&c, &ack)
		data.Seq, ack.Ack = data.Seq+100, ack.Ack+100
	}
	perSegment(b, 2)
}

// BenchmarkLong is conversations of which each segment goes the long way.
func BenchmarkLong(b *testing.B) {
	for _, talk := range []struct{ name, text string }{
		{"handshake", open},
		{"close", open + `
			1 > F. 101:101(0) ack 301
			1 < .  301:301(0) ack 102
			1 < F. 301:301(0) ack 102
			1 > .  102:102(0) ack 302`},
		{"refused", `
			0 > S  100:100(0)
			0 < R. 0:0(0) ack 101`},
		{"loss", open + `
			1 > .  201:301(100) ack 301
			1 < .  301:301(0) ack 101
			1 > .  301:401(100) ack 301
			1 < .  301:301(0) ack 101
			1 > .  101:201(100) ack 301
			1 < .  301:301(0) ack 401`},
		{"midstream", `
			1 > .  101:201(100) ack 301
			1 < .  301:301(0) ack 201
			1 > .  201:301(100) ack 301
			1 < .  301:301(0) ack 301`},
	} {
		b.Run(talk.name, func(b *testing.B) { benchmarkTalk(b, parse(b, talk.text)) })
	}
}

// benchmarkTalk takes a conversation from its beginning, again and again.
func benchmarkTalk(b *testing.B, segs []tcp.Segment) {
	var tr Tracker
	b.ReportAllocs()
	for b.Loop() {
		var c Conn
		for i := range segs {
			tr.Observe(&c, &segs[i])
		}
		tr.Forget(&c)
	}
	perSegment(b, len(segs))
}

// perSegment reports the time of one of the n segments of an iteration.
func perSegment(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/segment")
}
