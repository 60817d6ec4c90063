package tcpstates_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"unsafe"

	"onpath/compat/tcpstates"
	"onpath/packet"
	"onpath/tcp"
)

// gaps are times between segments, at the edges of the timeouts and elsewhere.
var gaps = []int64{
	0, 1e6, 1e6, 1e6, 50e6, 99_999_997, 99_999_998, 1e8, 5e9, 9_999_999_523, 1e10, 60e9,
	119_999_996_185, 120e9, 181_999_992_370, 182e9, 609_999_969_482, 609_999_969_483, 610e9,
}

// segments plays dice: flags, hits and misses of numbers, gaps. Time never goes
// back.
func segments(r *rand.Rand, n int) (segs []tcp.Segment, conn []byte) {
	at := r.Int64N(1e10)
	numbers := []tcp.Seq{0, 1, 100, 101, 500, 501, 1<<32 - 1}
	often := []tcp.Flags{tcp.SYN, tcp.SYN | tcp.ACK, tcp.ACK, tcp.ACK, tcp.FIN | tcp.ACK, tcp.FIN | tcp.ACK, tcp.RST, tcp.RST | tcp.ACK}
	for range n {
		at += gaps[r.IntN(len(gaps))*r.IntN(2)*r.IntN(2)]
		f := often[r.IntN(len(often))]
		if r.IntN(8) == 0 {
			f = tcp.Flags(r.IntN(256))
		}
		segs = append(segs, tcp.Segment{
			At: at, Dir: tcp.Dir(r.IntN(2)), Flags: f,
			Seq: numbers[r.IntN(len(numbers))], Ack: numbers[r.IntN(len(numbers))],
		})
		conn = append(conn, byte(r.IntN(4)))
	}
	return segs, conn
}

// TestPairIsTable: where time does not go back, the simple rule of a Pair and the
// list of a Table say the same of each segment, and of all flows together.
func TestPairIsTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		segs, conn := segments(r, 300)
		var pairs [4]tcpstates.Pair
		var or [4][2]tcpstates.Flags
		table := tcpstates.New(tcpstates.Config{}, func(f *tcpstates.Flow) {
			d := tcp.Client
			if f.SrcPort == 80 {
				d = tcp.Server
			}
			or[f.Src.As4()[2]][d] |= f.Flags
		})
		for i := range segs {
			f, p := craft(segs[i], conn[i]), tcpstates.Packet{}
			table.Observe(&f, &p)
			if got := pairs[conn[i]].Observe(&segs[i], &tcpstates.DefaultLimits); got != p.Flags {
				t.Fatalf("segment %d: pair %v, table %v", i, got, p.Flags)
			}
		}
		table.Flush()
		for n := range pairs {
			if c, s := pairs[n].Final(); c != or[n][tcp.Client] || s != or[n][tcp.Server] {
				t.Fatalf("connection %d ends with %v %v, in the table with %v", n, c, s, or[n])
			}
		}
	}
}

// TestEviction: a full table ends the flow that was silent for longest, with its
// opposite.
func TestEviction(t *testing.T) {
	var ended []uint64
	table := tcpstates.New(tcpstates.Config{MaxFlows: 3}, func(f *tcpstates.Flow) { ended = append(ended, f.Number) })
	var p tcpstates.Packet
	for i, who := range []struct {
		conn byte
		dir  tcp.Dir
	}{
		{0, tcp.Client}, {0, tcp.Server}, {1, tcp.Client}, // full
		{0, tcp.Client}, // its server is the oldest now
		{2, tcp.Client}, // pushes both directions of 0 out
		{3, tcp.Client}, // there is room
		{2, tcp.Server}, // pushes 1 out
		{3, tcp.Server}, // pushes 2 out
	} {
		f := craft(tcp.Segment{At: int64(i), Dir: who.dir, Flags: tcp.SYN}, who.conn)
		table.Observe(&f, &p)
	}
	if want := []uint64{1, 1, 2, 3, 3}; !reflect.DeepEqual(ended, want) {
		t.Errorf("flows end in the order %v, want %v", ended, want)
	}
	if r := table.Report(); r.Evicted != 3 || table.Live() != 2 {
		t.Errorf("%d evicted, %d live; want 3, 2", r.Evicted, table.Live())
	}
}

// TestEvictsOwnPair: the opposite of the flow that is pushed out begins anew.
func TestEvictsOwnPair(t *testing.T) {
	table := tcpstates.New(tcpstates.Config{MaxFlows: 2}, nil)
	var p tcpstates.Packet
	for i, conn := range []byte{0, 1} {
		f := craft(tcp.Segment{At: int64(i), Flags: tcp.SYN}, conn)
		table.Observe(&f, &p)
	}
	f := craft(tcp.Segment{At: 3, Dir: tcp.Server, Flags: tcp.SYN}, 0)
	if table.Observe(&f, &p); p.Flow != 3 {
		t.Errorf("flow %d, want 3", p.Flow)
	}
}

// FuzzObserve: whatever the frames are, a Table does not panic, stays within its
// bound, takes no flag back, ends each flow once, and says the same when it is
// run again with another seed.
func FuzzObserve(f *testing.F) {
	for n := byte(0); n < 4; n++ {
		frame := craft(tcp.Segment{Flags: tcp.SYN | tcp.ACK, Dir: tcp.Dir(n & 1)}, n)
		f.Add(append([]byte{54, 0, 1, n}, frame.Data...))
	}
	for _, seed := range fuzzSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frames := cutFrames(data)
		c := tcpstates.Config{MaxFlows: 7}
		one := lawful(t, c, frames)
		c.Seed = packet.Seed{1, 2, 3, 4}
		if two := lawful(t, c, frames); !reflect.DeepEqual(one, two) {
			t.Fatalf("two runs differ:\n%q\n%q", one, two)
		}
	})
}

// cutFrames reads frames from fuzzed octets: captured length, time step, link
// type, octets missing on the wire, data.
func cutFrames(data []byte) (frames []packet.Frame) {
	at := int64(0)
	for len(data) >= 4 {
		n := min(int(data[0]), len(data)-4)
		step := gaps[int(data[1]&0x7f)%len(gaps)]
		if data[1]&0x80 != 0 {
			step = -step
		}
		at += step
		frames = append(frames, packet.Frame{
			Data: data[4 : 4+n : 4+n], At: at, Number: uint64(len(frames) + 1),
			WireLen: uint32(n) + uint32(data[3]), Link: packet.LinkType(data[2]),
		})
		data = data[4+n:]
	}
	return frames
}

// lawful plays frames and holds the laws of one run.
func lawful(t *testing.T, c tcpstates.Config, frames []packet.Frame) (lines []string) {
	type flow struct {
		number uint64
		b      bool
	}
	so, ended := map[flow]tcpstates.Flags{}, map[flow]int{}
	table := tcpstates.New(c, func(f *tcpstates.Flow) {
		lines = append(lines, string(tcpstates.AppendFlow(nil, f)))
		ended[flow{f.Number, f.B}]++
		if was := so[flow{f.Number, f.B}]; f.Opposite && f.Flags&was != was {
			t.Fatalf("flow %d had %v and ends with %v", f.Number, was, f.Flags)
		}
	})
	var p tcpstates.Packet
	for i := range frames {
		if !table.Observe(&frames[i], &p) {
			continue
		}
		lines = append(lines, string(tcpstates.AppendPacket(nil, &p)))
		if was := so[flow{p.Flow, p.B}]; p.TCP && p.Flags&was != was {
			t.Fatalf("frame %d: flow %d had %v, now %v", i, p.Flow, was, p.Flags)
		} else if p.TCP {
			so[flow{p.Flow, p.B}] = p.Flags
		}
		if table.Live() > c.MaxFlows {
			t.Fatalf("%d flows, at most %d are allowed", table.Live(), c.MaxFlows)
		}
	}
	table.Flush()
	for f, n := range ended {
		if n != 1 {
			t.Fatalf("flow %v ended %d times", f, n)
		}
	}
	if table.Live() != 0 {
		t.Fatalf("%d flows after Flush", table.Live())
	}
	return append(lines, reportOf(table))
}

// TestPairSize: what a connection of a record costs.
func TestPairSize(t *testing.T) {
	if n := unsafe.Sizeof(tcpstates.Pair{}); n > 48 {
		t.Errorf("a Pair has %d octets, at most 48 are allowed", n)
	}
}

// TestNoAllocation: packets of known flows, and fragments, cost none.
func TestNoAllocation(t *testing.T) {
	table := tcpstates.New(tcpstates.Config{}, nil)
	var p tcpstates.Packet
	frames := []packet.Frame{
		craft(tcp.Segment{Flags: tcp.ACK}, 0),
		craft(tcp.Segment{Flags: tcp.ACK, Dir: tcp.Server}, 0),
	}
	for _, seed := range fuzzSeeds() {
		frames = append(frames, cutFrames(seed)...)
	}
	for i := range frames {
		frames[i].At = 0
		table.Observe(&frames[i], &p)
	}
	var line [512]byte
	n := testing.AllocsPerRun(100, func() {
		for i := range frames {
			if table.Observe(&frames[i], &p) {
				tcpstates.AppendPacket(line[:0], &p)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for %d frames", n, len(frames))
	}
}

func reportOf(t *tcpstates.Table) string {
	r := t.Report()
	return string(r.Append(nil))
}
