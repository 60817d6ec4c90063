package run

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onpath/flow"
	"onpath/internal/checkpoint"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// talking returns a table with n connections that have exchanged octets.
func talking(n int, emit func(*record.Record)) *flow.Table {
	t := flow.New(flow.Config{MaxConnections: n}, emit)
	number := uint64(0)
	for i := range n {
		v := packet.View{Depth: 1, IPLen: 40, WireLen: 54, CapLen: 54}
		v.Key = packet.Key{APort: 40000, BPort: 80, Proto: packet.ProtoTCP}
		binary.BigEndian.PutUint32(v.Key.A[12:], uint32(i))
		binary.BigEndian.PutUint32(v.Key.B[12:], 1<<31|uint32(i)%1000)
		say := func(fromB bool, flags tcp.Flags, seq, ack tcp.Seq, octets uint32) {
			number++
			x := v
			x.Number, x.At, x.FromB, x.IPLen, x.L4Len = number, 1e18+int64(number)*1000, fromB, 40+octets, octets
			x.Seg = tcp.Segment{At: x.At, Flags: flags, Seq: seq, Ack: ack, Len: octets, Win: 1000}
			t.Observe(&x)
		}
		say(false, tcp.SYN, 100, 0, 0)
		say(true, tcp.SYN|tcp.ACK, 300, 101, 0)
		say(false, tcp.ACK, 101, 301, 0)
		say(false, tcp.ACK|tcp.PSH, 101, 301, 100)
		say(true, tcp.ACK|tcp.PSH, 301, 201, 100)
	}
	return t
}

// keeperOf returns one that keeps a state in a file, and works.
func keeperOf(t testing.TB, path string) *keeper {
	layout := stateLayout()
	k := &keeper{
		every: time.Hour, encoder: checkpoint.NewEncoder(layout), file: openStateFile(path, "test", layout, nil),
		say: func(s string) { t.Log(s) },
	}
	go k.file.work()
	return k
}

// BenchmarkCheckpoint tells for how long packets wait at most, and what a connection takes
// in the file. 100,000 connections, all of which were timed.
func BenchmarkCheckpoint(b *testing.B) {
	n := 100_000
	fmt.Sscan(os.Getenv("CONNECTIONS"), &n)
	table := talking(n, func(*record.Record) {})
	k := keeperOf(b, filepath.Join(b.TempDir(), "state"))
	for b.Loop() {
		k.began = time.Time{}
		for k.step(table, 1, keptBusy); k.going; k.step(table, 1, keptBusy) {
			time.Sleep(100 * time.Microsecond)
		}
	}
	if !k.finish(table, 1) {
		b.Fatal("no checkpoint")
	}
	b.ReportMetric(float64(k.stats.Paused.Microseconds())/1000, "ms-pause")
	b.ReportMetric(float64(k.stats.Octets)/float64(n), "octets/connection")
	b.ReportMetric(k.stats.Took.Seconds(), "s-in-all")
}
