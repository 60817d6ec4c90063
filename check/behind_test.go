package check

import (
	"math/rand/v2"
	"testing"

	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/tcp"
)

// losses is a connection of which much is lost, sent again and told by SACK, thrown by dice.
type losses struct {
	r     *rand.Rand
	ts    tcp.OptSet
	at    int64
	next  [2]tcp.Seq
	acked [2]tcp.Seq // by the other end
	id    [2]uint16
}

// handshake returns the three segments that open it.
func (k *losses) handshake() []tcp.Segment {
	syn := tcp.Segment{Flags: tcp.SYN, Seq: k.next[0], Win: 60000, TTL: 64, Opts: tcp.OptMSS | tcp.OptSACKOK | k.ts, MSS: 1460, TSval: 1000}
	answer := syn
	answer.Dir, answer.Flags, answer.Seq, answer.Ack, answer.TSecr = 1, tcp.SYN|tcp.ACK, k.next[1], k.next[0]+1, 1000
	k.next[0], k.next[1] = k.next[0]+1, k.next[1]+1
	k.acked = k.next
	ack := tcp.Segment{Flags: tcp.ACK, Seq: k.next[0], Ack: k.next[1], Win: 60000, TTL: 64, Opts: k.ts, TSval: 1000, TSecr: 1000}
	return []tcp.Segment{syn, answer, ack}
}

// says returns the next segment of somebody: octets, in order, behind a hole or again, or an
// ACK, with what it tells.
func (k *losses) says(contig [2]tcp.Seq) tcp.Segment {
	r, d := k.r, tcp.Dir(k.r.IntN(2))
	k.at += r.Int64N(1 << (14 + r.IntN(16)))
	s := tcp.Segment{At: k.at, Dir: d, Flags: tcp.ACK, Seq: k.next[d], Win: 60000, TTL: 64, IPID: k.id[d], Opts: k.ts, Digest: r.Uint32()}
	s.TSval = 1000 + uint32(k.at>>20)&^3
	s.TSecr = s.TSval - uint32(r.IntN(2))*4
	k.id[d]++
	if r.IntN(3) > 0 {
		s.Len = uint32(1 + r.IntN(1400))
		switch r.IntN(5) {
		case 0:
			s.Seq += tcp.Seq(r.IntN(3000))
		case 1, 2:
			s.Seq -= tcp.Seq(r.IntN(int(uint32(s.Seq-k.acked[d])&0xffff) + 1))
		}
		k.next[d] = k.next[d].Max(s.End())
	}
	if r.IntN(2) == 0 {
		k.acked[d^1] = k.acked[d^1].Max(contig[d^1])
	}
	s.Ack = k.acked[d^1]
	if flight := uint32(k.next[d^1] - s.Ack); flight > 1 && r.IntN(2) == 0 {
		s.Opts, s.NumSACK = s.Opts|tcp.OptSACK, uint8(1+r.IntN(3))
		for i := range s.NumSACK {
			from := s.Ack + 1 + tcp.Seq(r.Uint32N(flight-1))
			s.SACK[i] = [2]tcp.Seq{from, from + 1 + tcp.Seq(r.Uint32N(uint32(k.next[d^1]-from)))}
		}
	}
	if r.IntN(100) == 0 {
		s.Win = uint16(r.IntN(2)) * 5000
	}
	return s
}

// TestSoundBehind: rules that are left out behind a loss do not hold, and what is remembered of
// duplicate ACKs and of what is sent again is all that there is.
func TestSoundBehind(t *testing.T) {
	repeated, resent := 0, 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 23))
		k := losses{r: r, at: 1e15, next: [2]tcp.Seq{tcp.Seq(r.Uint32()), -tcp.Seq(r.IntN(100000))}}
		if seed%2 == 0 {
			k.ts = tcp.OptTimestamp
		}
		both, segs := newTwin(), k.handshake()
		v := packet.View{Key: packet.Key{A: [16]byte{15: 1}, B: [16]byte{15: 2}, APort: 1, BPort: 2, Proto: packet.ProtoTCP}}
		for n := range 200 {
			if n < len(segs) {
				v.Seg, v.Seg.At = segs[n], k.at
			} else {
				v.Seg = k.says([2]tcp.Seq{both.conn.Facts(0).Contig, both.conn.Facts(1).Contig})
			}
			v.At, v.Number = v.Seg.At, v.Number+1
			if what := both.judge(&v); what != "" {
				t.Fatalf("seed %d, segment %d: %s differs: %s", seed, n, what, simulate.Line(&v.Seg))
			}
			if order := both.fast.scene.order; order&soundAll == soundAll && both.fast.scene.triggering != 0 {
				repeated += int(order&soundRepeat/soundRepeat ^ 1)
				resent += int(order&soundResent/soundResent ^ 1)
			}
		}
	}
	if repeated < 1000 || resent < 1000 {
		t.Errorf("%d segments repeated an ACK, %d were sent again", repeated, resent)
	}
}
