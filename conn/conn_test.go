package conn

import (
	"testing"
	"unsafe"

	"onpath/internal/segtext"
	"onpath/tcp"
)

func TestConnIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(asides{}) + 2*unsafe.Sizeof(uint32(0)); n != AsideOctets {
		t.Errorf("a Conn may be lent %d octets, not %d", n, AsideOctets)
	}
	if n := unsafe.Sizeof(Conn{}); n > 272 {
		t.Errorf("a Conn takes %d octets", n)
	}
}

// open is a handshake: client 100, server 300.
const open = `
0.00 > S  100:100(0)
0.01 < S. 300:300(0) ack 101
0.02 > .  101:101(0) ack 301
`

func parse(t testing.TB, text string) []tcp.Segment {
	t.Helper()
	segs, err := segtext.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return segs
}

func run(t testing.TB, text string) (c Conn, steps []Step) {
	var tr Tracker
	for _, s := range parse(t, text) {
		steps = append(steps, tr.Observe(&c, &s))
	}
	return c, steps
}

func TestStack(t *testing.T) {
	c, _ := run(t, `
0.00 > S  1862966176:1862966176(0) win 65535 <mss 1460,nop,wscale 3>
0.35 < S. 2244299664:2244299664(0) ack 1862966177 win 4260 <mss 1420,nop,wscale 5>
0.36 > .  1862966177:1862966177(0) ack 2244299665 win 65535
0.40 > P. 1862966177:1862967000(823) ack 2244299665 win 65535
0.80 < P. 2244299665:2244300000(335) ack 1862967000 win 133
0.81 > .U 1862967000:1862967010(10) ack 2244300000 win 65000 urg 4`)
	want := [2]Stack{{
		State: Established, ISS: 1862966176, SndUna: 1862967000, SndNxt: 1862967010, SndMax: 1862967010,
		SndUp: 1862967004, SndWL1: 2244299665, SndWL2: 1862967000, SndWnd: 133 << 5,
		IRS: 2244299664, RcvNxt: 2244300000, RcvAcked: 2244300000, RcvWnd: 65000 << 3, RcvUp: 2244299664,
		SndScale: 5, RcvScale: 3,
	}, {
		State: Established, ISS: 2244299664, SndUna: 2244300000, SndNxt: 2244300000, SndMax: 2244300000,
		SndUp: 2244299664, SndWL1: 1862967000, SndWL2: 2244300000, SndWnd: 65000 << 3,
		IRS: 1862966176, RcvNxt: 1862967010, RcvAcked: 1862967000, RcvWnd: 133 << 5, RcvUp: 1862967004,
		SndScale: 3, RcvScale: 5,
	}}
	for d := range want {
		if got := c.Stack(tcp.Dir(d)); got != want[d] {
			t.Errorf("%v:\n got %+v\nwant %+v", tcp.Dir(d), got, want[d])
		}
	}
}

func TestWindowIsNotScaledUnlessBothOffer(t *testing.T) {
	c, _ := run(t, `
0.00 > S  100:100(0) win 1000 <wscale 7>
0.01 < S. 300:300(0) ack 101 win 2000
0.02 > .  101:101(0) ack 301 win 3000`)
	if got := c.Stack(tcp.Server).SndWnd; got != 3000 {
		t.Errorf("SND.WND of the server is %d", got)
	}
}

// An older segment does not set SND.WND (RFC 9293 §3.10.7.4).
func TestOldWindowUpdate(t *testing.T) {
	c, _ := run(t, open+`
0.03 < P. 311:321(10) ack 101 win 500
0.04 < P. 301:311(10) ack 101 win 900`)
	if got := c.Stack(tcp.Client).SndWnd; got != 500 {
		t.Errorf("SND.WND of the client is %d", got)
	}
}

func TestOctets(t *testing.T) {
	for name, tt := range map[string]struct {
		text          string
		fresh, repeat uint32 // of the last segment
	}{
		"in order":               {"0.1 > P. 101:201(100) ack 301", 100, 0},
		"again":                  {"0.1 > P. 101:201(100) ack 301\n0.2 > P. 101:201(100) ack 301", 0, 100},
		"again, more":            {"0.1 > P. 101:201(100) ack 301\n0.2 > P. 101:251(150) ack 301", 50, 100},
		"hole, then its octets":  {"0.1 > P. 151:201(50) ack 301\n0.2 > P. 101:151(50) ack 301", 50, 0},
		"over a span":            {"0.1 > P. 151:201(50) ack 301\n0.2 > P. 101:301(200) ack 301", 150, 50},
		"recorded after its ACK": {"0.1 < . 301:301(0) ack 201\n0.2 > P. 101:201(100) ack 301", 100, 0},
		"keep-alive":             {"0.1 > P. 101:201(100) ack 301\n0.2 < . 301:301(0) ack 201\n9 > . 200:201(1) ack 301", 0, 1},
	} {
		_, steps := run(t, open+tt.text)
		if s := steps[len(steps)-1]; s.New != tt.fresh || s.Repeated != tt.repeat {
			t.Errorf("%s: new %d repeated %d, want %d %d", name, s.New, s.Repeated, tt.fresh, tt.repeat)
		}
	}
}

// FuzzObserve holds two Conns to the same story, one with both streams moved to
// other numbers: they must always agree, because sequence numbers are points on
// a circle. A third sees the two ends swapped and must mirror them. A segment
// seen twice in a row adds no octets and moves no state.
func FuzzObserve(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 0, 1, 0x12, 0, 1, 0, 0, 0, 0x10, 1, 1, 0, 0}, uint32(12345), uint32(0xfffffff0))
	f.Add([]byte{0, 0x10, 9, 9, 9, 4, 1, 0x11, 9, 9, 0, 0, 0, 4, 9, 9, 0, 1}, uint32(0), uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, a, b uint32) {
		if a > 1<<31 {
			a |= 1 // a shift by a multiple of 2³¹ is not asked for
		}
		var tr [3]Tracker
		var c [3]Conn
		for _, s := range dice(data) {
			moved, mirrored := s, s
			moved.Seq, moved.Ack = s.Seq.Add([2]uint32{a, b}[s.Dir]), s.Ack.Add([2]uint32{b, a}[s.Dir])
			mirrored.Dir ^= 1
			x, y, z := tr[0].Observe(&c[0], &s), tr[1].Observe(&c[1], &moved), tr[2].Observe(&c[2], &mirrored)
			if x.Begin == Begun {
				z.Opener ^= 1
			}
			if x != y || x != z {
				t.Fatalf("%+v: step %+v, moved %+v, mirrored %+v", s, x, y, z)
			}
			for d := range tcp.Dir(2) {
				if c[0].State(d) != c[1].State(d) || c[0].State(d) != c[2].State(d^1) {
					t.Fatalf("%+v: states %v, moved %v, mirrored %v", s, c[0].State(d), c[1].State(d), c[2].State(d^1))
				}
			}
			for d := range tcp.Dir(2) {
				if set, shown := c[0].Possible(d), c[0].State(d); !ended(set).Has(shown) {
					t.Fatalf("%+v: the %v is shown %v, possible %v", s, d, shown, set)
				}
			}
			if x.New+x.Repeated > s.Len {
				t.Fatalf("%+v: %+v", s, x)
			}
			again := c[0]
			if y := tr[0].Observe(&c[0], &s); y.New != 0 && !x.Outside {
				t.Fatalf("%+v seen twice: %+v then %+v", s, x, y)
			}
			if s.Flags&tcp.FIN == 0 && (again.State(0) != c[0].State(0) || again.State(1) != c[0].State(1)) && !x.Outside && x.Begin != Candidate && settled(&again) {
				t.Fatalf("%+v seen twice moved %v %v to %v %v", s, again.State(0), again.State(1), c[0].State(0), c[0].State(1))
			}
			tr[1].Observe(&c[1], &moved)
			tr[2].Observe(&c[2], &mirrored)
		}
	})
}

// settled reports whether nothing about c is open: no candidate, and no end
// towards which something was missed, whose set may widen with every segment.
func settled(c *Conn) bool {
	a, b := &c.side[0], &c.side[1]
	undecided := (a.bits|b.bits)&(altNew|synDup) != 0 || (a.pend|b.pend)&(evSyn|evSyn2) != 0 || (a.set|b.set)&inSS != 0
	return !undecided && (a.bits|b.bits)&(lossy|maybe|tentative|rstAny) == 0
}

// dice turns octets into segments whose numbers lie near each other, so that
// they mean something: six octets each. A RST at SEQ 0 has no position and so
// no place on the circle; it is left out.
func dice(data []byte) (segs []tcp.Segment) {
	const base = 1 << 20
	for ; len(data) >= 6; data = data[6:] {
		s := tcp.Segment{
			Dir: tcp.Dir(data[0] & 1), Flags: tcp.Flags(data[1] & 0x3f),
			Seq: base + tcp.Seq(data[2])<<(data[0]>>1&15), Ack: base + tcp.Seq(data[3]), Win: uint16(data[4]) << 4, Len: uint32(data[5]),
		}
		if s.Flags&tcp.RST != 0 {
			s.Len = 0
		}
		segs = append(segs, s)
	}
	return segs
}

// TestShortPath: whatever the short path says, the long one says too.
func TestShortPath(t *testing.T) {
	segs := parse(t, open+`
0.1 > P. 101:201(100) ack 301 win 1000
0.2 < .  301:301(0) ack 201 win 900
0.3 < P. 301:401(100) ack 201 win 900
0.4 > .  201:201(0) ack 401 win 900
0.5 > P. 201:301(100) ack 401 win 1000
0.6 < P. 401:501(100) ack 301 win 900`)
	var tr, twin Tracker
	var short, long Conn
	taken := 0
	for i := range segs {
		s := &segs[i]
		if _, ok := plain(&short.side[s.Dir], &short.side[s.Dir^1], s); ok {
			taken++
		}
		a := tr.Observe(&short, s)
		b, _ := twin.ObserveLong(&long, s)
		if a.Plain = false; a != b || !tr.Same(&short, &twin, &long) {
			t.Fatalf("segment %d: %+v %+v\n%+v\n%+v", i+1, a, b, short, long)
		}
	}
	if taken != 4 {
		t.Errorf("the short path was taken %d times", taken)
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	segs := parse(t, open+"0.1 > P. 101:201(100) ack 301\n0.2 > P. 301:401(100) ack 301\n0.3 < . 301:301(0) ack 201\n0.4 > F. 401:401(0) ack 301")
	var tr Tracker
	if n := testing.AllocsPerRun(100, func() {
		var c Conn
		for i := range segs {
			tr.Observe(&c, &segs[i])
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	segs := parse(b, open+`
0.1 > P. 101:201(100) ack 301
0.2 < .  301:301(0) ack 201
0.3 < P. 301:401(100) ack 201
0.4 > .  201:201(0) ack 401`)
	var tr Tracker
	b.ReportAllocs()
	for b.Loop() {
		var c Conn
		for i := range segs {
			tr.Observe(&c, &segs[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(segs)), "ns/segment")
}
