package conn

import (
	"math/rand/v2"
	"testing"

	"onpath/tcp"
)

// lossyTalk is two ends of an open connection between which much is lost, comes again, late or
// twice, and is told by SACK: what they say is thrown by dice, and need not be true.
type lossyTalk struct {
	r     *rand.Rand
	at    int64
	next  [2]tcp.Seq // of each end
	acked [2]tcp.Seq // by the other end
	id    [2]uint16
	clock uint32
	c     *Conn
	last  tcp.Segment
	wide  bool // large windows, scaled, and large leaps
	ts    bool
}

// opens returns the handshake.
func (k *lossyTalk) opens() []tcp.Segment {
	syn := tcp.Segment{Flags: tcp.SYN, Seq: k.next[0], Win: 60000, TTL: 64, Opts: tcp.OptMSS | tcp.OptSACKOK, MSS: 1460}
	if k.wide {
		syn.Opts, syn.WScale = syn.Opts|tcp.OptWScale, uint8(k.r.IntN(15))
	}
	if k.ts {
		syn.Opts, syn.TSval = syn.Opts|tcp.OptTimestamp, 1000
	}
	answer := syn
	answer.Dir, answer.Flags, answer.Seq, answer.Ack, answer.TSecr = 1, tcp.SYN|tcp.ACK, k.next[1], k.next[0]+1, syn.TSval
	ack := tcp.Segment{Flags: tcp.ACK, Seq: k.next[0] + 1, Ack: k.next[1] + 1, Win: 60000, TTL: 64, Opts: syn.Opts & tcp.OptTimestamp, TSval: 1000, TSecr: 1000}
	k.next[0], k.next[1] = k.next[0]+1, k.next[1]+1
	k.acked = k.next
	return []tcp.Segment{syn, answer, ack}
}

// says returns the next segment of somebody.
func (k *lossyTalk) says() tcp.Segment {
	r := k.r
	if r.IntN(20) == 0 { // once more, perhaps behind a router
		k.last.TTL -= uint8(r.IntN(2))
		return k.last
	}
	k.at += r.Int64N(1<<uint(10+r.IntN(22))) - 1000
	k.clock += uint32(r.IntN(3))
	d := tcp.Dir(r.IntN(2))
	s := tcp.Segment{At: k.at, Dir: d, Flags: tcp.ACK, Seq: k.next[d], Ack: k.acked[d^1], Win: 60000, TTL: 64, Digest: r.Uint32()}
	k.data(&s)
	k.acks(&s)
	if k.ts {
		s.Opts, s.TSval, s.TSecr = s.Opts|tcp.OptTimestamp, 1000+k.clock, 1000+k.clock-uint32(r.IntN(3))
	}
	k.odd(&s)
	if r.IntN(8) > 0 {
		k.id[d]++
	}
	s.IPID = k.id[d]
	k.last = s
	return s
}

// data gives s octets: the next ones, some behind a hole, or some that passed.
func (k *lossyTalk) data(s *tcp.Segment) {
	r, d, most := k.r, s.Dir, 1400
	if k.wide {
		most = 1 << (10 + r.IntN(6))
	}
	switch s.Len = uint32(1 + r.IntN(most)); r.IntN(8) {
	case 0, 1:
		s.Len = 0
	case 2: // a hole
		s.Seq += tcp.Seq(r.IntN(3 * most))
	case 3, 4: // again
		s.Seq -= tcp.Seq(r.IntN(int(min(uint32(s.Seq-k.acked[d]), 1<<16)) + 1))
	}
	if s.Len > 0 {
		k.next[d] = k.next[d].Max(s.End())
	}
}

// acks has s acknowledge something, and tell what came behind it.
func (k *lossyTalk) acks(s *tcp.Segment) {
	r, of := k.r, s.Dir^1
	whole, flight := k.c.side[of].contig, uint32(k.next[of]-k.acked[of])
	switch r.IntN(4) {
	case 0:
		k.acked[of] += tcp.Seq(r.Uint32N(uint32(max(whole.Sub(k.acked[of]), 0)) + 1))
	case 1:
		k.acked[of] = k.acked[of].Max(whole)
	}
	s.Ack = k.acked[of]
	if r.IntN(2) == 0 {
		return
	}
	s.Opts, s.NumSACK = s.Opts|tcp.OptSACK, uint8(1+r.IntN(3))
	for i := range s.NumSACK {
		from := s.Ack + tcp.Seq(r.Uint32N(flight+1))
		s.SACK[i] = [2]tcp.Seq{from, from + tcp.Seq(r.Uint32N(flight/2+2))}
	}
}

// odd makes s strange, now and then.
func (k *lossyTalk) odd(s *tcp.Segment) {
	r := k.r
	switch r.IntN(400) {
	case 0:
		s.Ack -= tcp.Seq(r.IntN(3000))
	case 1:
		s.Win = uint16(r.IntN(3)) * 1000
	case 2:
		s.TTL = 50
	case 3:
		s.Opts ^= tcp.OptTimestamp
	case 4:
		if r.IntN(4) > 0 {
			return // else nothing would fit any more
		}
		s.Seq += tcp.Seq(r.IntN(3)-1) << r.IntN(31)
	case 5:
		s.Ack += tcp.Seq(r.IntN(200))
	case 6:
		k.id[s.Dir] += uint16(r.IntN(1 << 16))
	}
}

// TestBehind: what goes on behind a loss does what it does on the long path, whatever passes.
func TestBehind(t *testing.T) {
	short, all := 0, 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 17))
		k := lossyTalk{r: r, wide: seed%3 == 0, ts: seed%2 == 0, at: 1e15}
		k.next = [2]tcp.Seq{tcp.Seq(r.Uint32()), -tcp.Seq(r.IntN(100000))}
		var a, b Tracker
		var c, d Conn
		k.c = &c
		segs := k.opens()
		for n := range 250 {
			s := k.saysAfter(segs, n)
			all++
			if a.Behind(&c, &s) {
				short++
			}
			x := a.Observe(&c, &s)
			y, _ := b.ObserveLong(&d, &s)
			if x.Plain = false; x != y || !a.Same(&c, &b, &d) {
				t.Fatalf("seed %d, segment %d, %+v:\n%+v\n%+v\n%+v\n%+v", seed, n, s, x, y, c, d)
			}
		}
	}
	if short < all/4 {
		t.Errorf("%d of %d segments went on behind a loss", short, all)
	}
}

// saysAfter returns the n-th of segs, or what somebody says behind them.
func (k *lossyTalk) saysAfter(segs []tcp.Segment, n int) tcp.Segment {
	if n < len(segs) {
		segs[n].At = k.at
		return segs[n]
	}
	return k.says()
}
