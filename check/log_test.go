package check

import (
	"fmt"
	"testing"

	"onpath/anomaly"
	"onpath/packet"
	"onpath/tcp"
)

// TestLog: a World that is told by a Log knows what one knows that was told at once.
func TestLog(t *testing.T) {
	var l Log
	whole, desk, shard := New(Config{}), New(Config{}), New(Config{})
	shard.Report(&l, func() *World { return desk.World() })
	for n := range uint64(400) {
		v := &packet.View{Number: n + 1, At: int64(n) * 1e9, Why: packet.Decoded, IPLen: 40}
		v.Key = packet.Key{A: [16]byte{15: byte(n % 3)}, B: [16]byte{14: 1, 15: byte(n)}, BPort: uint16(n), Proto: packet.ProtoTCP}
		v.Seg.Seq, v.Seg.Sum = tcp.Seq(n/100), [...]tcp.Sum{tcp.SumGood, tcp.SumBad, tcp.SumPartial, tcp.SumUnknown}[n%4]
		for _, in := range []*Inspector{whole, shard} {
			in.noteISN(v)
			in.noteSum(v)
			in.bothWays(v)
			in.found(anomaly.CaptureSegmentationOffload, v, int64(n), 2)
			if n == 77 {
				in.skew(v)
			}
		}
	}
	for i := range l.Marks {
		desk.World().Take(&l, &l.Marks[i])
	}
	if a, b := fmt.Sprint(*whole.World()), fmt.Sprint(*desk.World()); a != b || len(whole.Strays()) < 9 {
		t.Errorf("%d strays\n%s\n%s", len(whole.Strays()), a, b)
	}
	if l.Reset(); len(l.Marks)+len(l.all) > 0 || shard.others() != desk.World() {
		t.Error("what was handed over is still there")
	}
}
