package conn

import (
	"math/rand/v2"
	"testing"

	"onpath/tcp"
)

// chat is an open connection whose ends send what dice say, nearly always what comes next.
type chat struct {
	r     *rand.Rand
	stamp bool
	big   bool // windows of 2³⁰ octets, and segments that fill much of them
	next  [2]tcp.Seq
	acked [2]tcp.Seq
	id    [2]uint16
	ts    [2]uint32
	at    int64
	past  []tcp.Segment
}

// segment returns what passes next.
func (w *chat) segment() tcp.Segment {
	d := tcp.Dir(w.r.IntN(2))
	w.at += int64(w.r.IntN(3e6))
	w.id[d]++
	w.ts[d] += uint32(w.r.IntN(3))
	s := tcp.Segment{
		At: w.at, Dir: d, Seq: w.next[d], Ack: w.next[d^1], Flags: tcp.ACK, Win: 60000, TTL: 60, IPID: w.id[d], Digest: w.r.Uint32(),
		Len: uint32(w.r.IntN(2) * w.r.IntN(1400)),
	}
	if w.big {
		s.Len <<= 14
	}
	if w.stamp {
		s.Opts, s.TSval, s.TSecr = tcp.OptTimestamp, w.ts[d], w.ts[d^1]
	}
	if w.r.IntN(40) == 0 {
		s = w.odd(s)
	}
	w.next[d], w.acked[d] = w.next[d].Max(s.End()), s.Ack
	w.past = append(w.past, s)
	return s
}

// odd returns s with something odd about it, or one of the last ones again.
func (w *chat) odd(s tcp.Segment) tcp.Segment {
	switch w.r.IntN(16) {
	case 0:
		s.TTL = 61
	case 1:
		s.IPID += uint16(w.r.IntN(300))
	case 2:
		s.IPID = 0
	case 3:
		s.Win = uint16(w.r.IntN(2))
	case 4:
		s.Win += uint16(w.r.IntN(2000)) - 1000
	case 5:
		s.TSval += uint32(w.r.IntN(1<<16)) - 1<<14
	case 6:
		s.TSecr -= uint32(w.r.IntN(1 << 8))
	case 7:
		s.Opts ^= tcp.OptTimestamp
	case 8:
		s.Seq += tcp.Seq(w.r.IntN(3000)) - 1500
	case 9:
		s.Ack = w.acked[s.Dir]
	case 10:
		s.Ack += tcp.Seq(w.r.IntN(3000)) - 1500
	case 11:
		s.NumSACK, s.Opts = 1, s.Opts|tcp.OptSACK
		s.SACK[0] = [2]tcp.Seq{s.Ack - 300 + tcp.Seq(w.r.IntN(400)), s.Ack + 200}
		s.SACK[0][1] -= tcp.Seq(w.r.IntN(300))
	case 12:
		s.Flags |= []tcp.Flags{tcp.PSH, tcp.URG, tcp.ECE, tcp.CWR}[w.r.IntN(4)]
	case 13: // to the end of the window
		s.Len = 60_000 + uint32(w.r.IntN(3)) - 1
		if w.big {
			s.Len <<= maxShift
		}
	default:
		if n := len(w.past); n > 0 {
			at := s.At
			s = w.past[n-1-w.r.IntN(min(n, 4))]
			s.At = at
		}
	}
	return s
}

// TestStraight: what goes straight on does what it does on the long path, whatever passed
// before it, and Before is what was.
func TestStraight(t *testing.T) {
	straight := 0
	for run := range uint64(500) {
		r := rand.New(rand.NewPCG(run, 7))
		w := chat{r: r, stamp: run%2 == 0, big: run%3 == 0, next: [2]tcp.Seq{tcp.Seq(r.Uint32()), tcp.Seq(r.Uint32())}, ts: [2]uint32{r.Uint32(), r.Uint32()}}
		var short, long Tracker
		var c, twin Conn
		for i, s := range w.open() {
			short.Observe(&c, &s)
			long.ObserveLong(&twin, &s)
			if !short.Same(&c, &long, &twin) {
				t.Fatalf("run %d: the handshake differs at %d", run, i)
			}
		}
		for i := range 120 {
			s := w.segment()
			was := c
			short.Keep = r.IntN(2) == 0
			ready := c.seen[s.Dir].dups&ready != 0
			a := short.Observe(&c, &s)
			b, _ := long.ObserveLong(&twin, &s)
			if ready && a.Plain {
				straight++
			}
			if was.halts(); short.Keep && a.Plain {
				if before := *short.Before(); !short.Same(&before, &short, &was) {
					t.Fatalf("run %d, segment %d: before\n%+v, not\n%+v", run, i, before, was)
				}
			}
			if a.Plain = false; a != b || !short.Same(&c, &long, &twin) {
				t.Fatalf("run %d, segment %d: %+v\n%+v, not\n%+v\n%+v, not\n%+v", run, i, s, a, b, c, twin)
			}
		}
	}
	if straight < 8_000 {
		t.Errorf("%d segments went straight on", straight)
	}
}

// open returns a handshake.
func (w *chat) open() []tcp.Segment {
	syn := tcp.Segment{Flags: tcp.SYN, Seq: w.next[0], Win: 60000, TTL: 60, IPID: 1, Opts: tcp.OptWScale, WScale: 2}
	if w.big {
		syn.WScale = maxShift
	}
	if w.stamp {
		syn.Opts, syn.TSval = syn.Opts|tcp.OptTimestamp, w.ts[0]
	}
	answer, ack := syn, syn
	answer.Dir, answer.Flags, answer.Seq, answer.Ack, answer.At = tcp.Server, tcp.SYN|tcp.ACK, w.next[1], w.next[0]+1, 1e6
	answer.Digest, answer.TSecr = 1, syn.TSval
	w.next[0]++
	w.next[1]++
	ack.Flags, ack.Seq, ack.Ack, ack.At, ack.IPID, ack.Opts, ack.Digest = tcp.ACK, w.next[0], w.next[1], 2e6, 2, syn.Opts&tcp.OptTimestamp, 2
	if w.r.IntN(4) == 0 {
		answer.Opts, answer.WScale = answer.Opts&^tcp.OptWScale, 0
	}
	if w.stamp {
		answer.TSval, ack.TSecr = w.ts[1], w.ts[1]
	}
	w.at, w.id, w.acked = 3e6, [2]uint16{2, 1}, [2]tcp.Seq{w.next[1], w.next[0]}
	return []tcp.Segment{syn, answer, ack}
}
