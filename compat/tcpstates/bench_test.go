package tcpstates_test

import (
	"path/filepath"
	"testing"

	"onpath/compat/tcpstates"
	"onpath/packet"
	"onpath/tcp"
)

// talk is n segments of as many connections as conns, by turns: handshakes,
// then data both ways.
func talk(n, conns int) (segs []tcp.Segment, frames []packet.Frame) {
	for i := range n {
		s := tcp.Segment{At: int64(i) * 1000, Dir: tcp.Dir(i / conns & 1), Flags: tcp.ACK, Seq: 101, Ack: 101}
		switch i / conns {
		case 0:
			s.Flags, s.Seq = tcp.SYN, 100
		case 1:
			s.Flags, s.Seq = tcp.SYN|tcp.ACK, 100
		}
		f := craft(s, byte(i%conns))
		f.Data[28], f.Data[32] = byte(i%conns>>8), byte(i%conns)
		f.Data[27], f.Data[31] = byte(i%conns>>8), byte(i%conns>>8)
		segs, frames = append(segs, s), append(frames, f)
	}
	return segs, frames
}

func perSegment(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/segment")
}

// BenchmarkPair is what the default columns cost.
func BenchmarkPair(b *testing.B) {
	const conns = 1000
	segs, _ := talk(20*conns, conns)
	b.ReportAllocs()
	for b.Loop() {
		pairs := make([]tcpstates.Pair, conns)
		for i := range segs {
			pairs[i%conns].Observe(&segs[i], &tcpstates.DefaultLimits)
		}
	}
	perSegment(b, len(segs))
}

// BenchmarkTable is what -o tcpstates costs, without its files.
func BenchmarkTable(b *testing.B) {
	_, frames := talk(20000, 1000)
	benchTable(b, frames)
}

// BenchmarkTableMany is the same with many connections.
func BenchmarkTableMany(b *testing.B) {
	_, frames := talk(400_000, 50_000)
	benchTable(b, frames)
}

func benchTable(b *testing.B, frames []packet.Frame) {
	var p tcpstates.Packet
	b.ReportAllocs()
	for b.Loop() {
		table := tcpstates.New(tcpstates.Config{}, nil)
		for i := range frames {
			table.Observe(&frames[i], &p)
		}
	}
	perSegment(b, len(frames))
}

// BenchmarkCapture is a capture with many kinds of tunnels, and its packet file.
func BenchmarkCapture(b *testing.B) {
	frames := read(b, filepath.Join(shared(b, "corpus"), "captures", "AlexeyVasilev+PcapFlowLab", "examples", "showcase", "pcap_flow_lab_showcase.pcap"))
	var p tcpstates.Packet
	var line [512]byte
	b.ReportAllocs()
	for b.Loop() {
		table := tcpstates.New(tcpstates.Config{}, nil)
		for i := range frames {
			if table.Observe(&frames[i], &p) {
				tcpstates.AppendPacket(line[:0], &p)
			}
		}
	}
	perSegment(b, len(frames))
}
