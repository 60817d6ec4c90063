package check

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// loneSyn throws a SYN, most often a usual one.
func loneSyn(r *rand.Rand, n uint64) *packet.View {
	v := &packet.View{Number: n, At: int64(1e18 + n*1e6), IPLen: 60, WireLen: 74, CapLen: 74, FromB: r.IntN(2) == 0}
	v.Key = packet.Key{A: [16]byte{15: byte(r.IntN(3))}, B: [16]byte{14: 1, 15: byte(r.IntN(3))}, APort: uint16(1 + r.IntN(4)), BPort: 80, Proto: packet.ProtoTCP}
	s := &v.Seg
	s.At, s.Flags, s.Seq, s.Win, s.TTL, s.IPID = v.At, tcp.SYN, tcp.Seq(r.Uint32()), uint16(r.Uint32()), uint8(r.Uint32()), uint16(r.Uint32())
	s.Opts = tcp.OptSet(r.Uint32()) & usualOpts
	if s.Opts&tcp.OptMSS != 0 {
		s.MSS = 1460
	}
	switch r.IntN(8) {
	case 0:
		s.Seq = 1<<32 - 1
	case 1:
		s.Sum = tcp.SumGood
	case 2:
		s.Sum = tcp.SumBad
	case 3:
		s.Win = 0
	case 4:
		v.IPLen = 1501
	}
	if r.IntN(2) == 0 {
		inLayout(r, v)
	}
	return v
}

// inLayout gives a SYN a header whose options are as stacks send them, most often.
func inLayout(r *rand.Rand, v *packet.View) {
	odd := func(n, usual, other int) byte { return byte([2]int{usual, other}[(r.IntN(n)+1)/n]) }
	h := []byte{15: 1, 16: 7}
	h = append(h, 0, odd(40, 0, 1), 0, 0)[:tcp.MinHeader]
	be, s := binary.BigEndian, &v.Seg
	be.PutUint32(h[4:], []uint32{uint32(s.Seq), uint32(s.Seq), shaftSeq, uint32(addressee(v))}[odd(20, r.IntN(2), 2+r.IntN(2))])
	h[11], h[13], h[14] = odd(20, 0, 1), byte(tcp.SYN), byte(r.Uint32())
	mss, scale := []byte{2, 4, odd(20, 5, 0), odd(3, 180, 9)}, []byte{3, 3, odd(3, 7, 14+r.IntN(2))}
	stamps := []byte{8, 10, 0, 1, 2, 3, 0, 0, 0, odd(20, 0, 1)}
	h = append(h, [...][]byte{
		slices.Concat(mss, []byte{4, 2}, stamps, []byte{1}, scale),
		slices.Concat(mss, []byte{1}, scale, []byte{1, 1}, stamps, []byte{4, 2, 0, 0}),
		slices.Concat(mss, []byte{1}, scale, []byte{1, 1, 4, 2}),
		mss,
		slices.Concat(scale, []byte{1}, mss),
	}[r.IntN(5)]...)
	h[12] = byte(len(h)/4<<4) | odd(20, 0, 1<<r.IntN(4))
	v.TCP, v.Key.V6 = h, r.IntN(3) == 0
	if r.IntN(20) == 0 {
		v.Key.B[12] = 224
	}
	if r.IntN(20) == 0 {
		v.Key.APort = 0
	}
	s.Read(h, 0)
	s.ECN = odd(20, 0, 1)
}

// TestLone: a SYN that is judged without a Case raises what it does with one, and the Case
// that is made of it is the same; and of its record the rules of loneEnds find what all do.
func TestLone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	fast, slow := New(Config{}), New(Config{})
	lone := 0
	for n := range uint64(10_000) {
		v := loneSyn(r, n+1)
		var tracker conn.Tracker
		var c, before conn.Conn
		var a, b Case
		var step conn.Step
		shown := b.Shows(v)
		tracker.Move(&c, &v.Seg, &step)
		slow.Judge(&b, shown, v, &step, &before, &c)
		if !fast.Lone(v) {
			fast.Judge(&a, shown, v, &step, &before, &c)
			fast.Forget(&a)
			slow.Forget(&b)
			continue
		}
		lone++
		fast.Opens(v)
		if x, y := fmt.Sprint(fast.Raised()), fmt.Sprint(slow.Raised()); x != y {
			t.Fatalf("%+v raises %s, not %s", v, x, y)
		}
		var remade conn.Conn
		var again conn.Step
		remade.Recall(&v.Seg, &again)
		a.Recall(v)
		if a != b || remade != c || again != step {
			t.Fatalf("%+v leaves\n%+v %+v, not\n%+v %+v", v, a, remade, b, c)
		}
		e := End{Key: v.Key, ClientIsB: v.FromB, Start: v.At, At: v.At, Now: v.At + int64(r.IntN(200))*1e9, Syn: true,
			Cut: r.IntN(2) == 0, Packets: [2]uint64{1, 0}}
		e.Evicted = e.Cut && r.IntN(2) == 0
		if x, y := fmt.Sprintf("%+v", fast.FinishLone(&a, &e, &remade)), fmt.Sprintf("%+v", slow.Finish(&b, &e, &c)); x != y {
			t.Fatalf("%+v ends with\n%s, not\n%s", v, x, y)
		}
		shut, why := fast.ClosedLone()
		if wanted, because := slow.Closed(); shut != wanted || why != because {
			t.Fatalf("%+v closes %v, not %v", v, shut, wanted)
		}
		fast.Forget(&a)
		slow.Forget(&b)
		if n%300 == 0 {
			fast.Dropped(1, Moment{n, v.At})
			slow.Dropped(1, Moment{n, v.At})
		}
		if n%50 == 0 { // the networks are seen both ways
			fast.world.networks.add(&v.Key)
			slow.world.networks.add(&v.Key)
		}
	}
	if x, y := fmt.Sprintf("%+v", fast.Strays()), fmt.Sprintf("%+v", slow.Strays()); x != y || lone < 1000 || fast.lone.none != (Case{}) {
		t.Errorf("%d SYNs; strays\n%s, not\n%s", lone, x, y)
	}
}
