package tcpchain_test

import (
	"testing"

	"onpath/compat/tcpchain"
	"onpath/packet"
	"onpath/tcp"
)

// story is a connection of 16 segments, most of them data and ACKs.
var story = func() (s []tcp.Segment) {
	s = append(s, tcp.Segment{Flags: tcp.SYN}, tcp.Segment{Flags: tcp.SYN | tcp.ACK, Dir: tcp.Server}, tcp.Segment{Flags: tcp.ACK})
	for range 6 {
		s = append(s, tcp.Segment{Flags: tcp.ACK | tcp.PSH}, tcp.Segment{Flags: tcp.ACK, Dir: tcp.Server})
	}
	return append(s, tcp.Segment{Flags: tcp.FIN | tcp.ACK})
}()

func BenchmarkState(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var s tcpchain.State
		for i := range story {
			s.Pass(story[i].Flags, story[i].Dir, tcpchain.Documented)
		}
		sink = s
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(story)), "ns/segment")
}

var sink tcpchain.State

// busy is the frames of so many connections, one segment each in turn.
func busy(connections int) (frames []packet.Frame) {
	for i := range story {
		for c := range connections {
			ip := ip4(byte(c>>8), 200, packet.ProtoTCP, 0, segment(uint16(c), 80, story[i].Flags))
			if story[i].Dir == tcp.Server {
				ip = ip4(200, byte(c>>8), packet.ProtoTCP, 0, segment(80, uint16(c), story[i].Flags))
			}
			at := int64(i*connections+c) * 1e6
			frames = append(frames, packet.Frame{Data: append(append(make([]byte, 12), 8, 0), ip...), At: at, Link: packet.LinkEthernet})
		}
	}
	return frames
}

func BenchmarkTable(b *testing.B) {
	for _, connections := range []int{100, 10000} {
		b.Run(map[int]string{100: "100 connections", 10000: "10000 connections"}[connections], func(b *testing.B) {
			frames := busy(connections)
			table := tcpchain.New(tcpchain.Config{})
			b.ReportAllocs()
			shift := frames[len(frames)-1].At + 60e9
			for b.Loop() {
				for i := range frames {
					table.Observe(&frames[i])
					frames[i].At += shift
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(frames)), "ns/segment")
		})
	}
}

// Nothing is allocated for a packet, nor for a flow once the table has its size.
func TestObserveDoesNotAllocate(t *testing.T) {
	frames := busy(300)
	table := tcpchain.New(tcpchain.Config{MaxFlows: 256}, tcpchain.Chain{TCP: func(*tcpchain.Flow, tcp.Header, bool) bool { return true }})
	all := func() {
		for i := range frames {
			table.Observe(&frames[i])
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations in %d frames", n, len(frames))
	}
}
