package conn_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"onpath/internal/simulate"
	"onpath/tcp"
)

// An edit disturbs a conversation at i in a way that no path does; like is
// another segment of it, whose numbers may be taken.
type edit func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment

var edits = [...]edit{
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment { // lost
		return append(segs[:i], segs[i+1:]...)
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment { // again, or early
		return insert(segs, i, like)
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment { // answered
		s := segs[i]
		s.Dir, s.Seq, s.Ack, s.Len = s.Dir^1, s.Ack, s.End(), 0
		s.Flags = [...]tcp.Flags{tcp.ACK, tcp.RST, tcp.RST | tcp.ACK, tcp.FIN | tcp.ACK, tcp.SYN | tcp.ACK}[r.IntN(5)]
		return insert(segs, i+1, s)
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Flags = [...]tcp.Flags{tcp.SYN, tcp.SYN | tcp.ACK, tcp.ACK, tcp.FIN | tcp.ACK, tcp.RST, tcp.RST | tcp.ACK, tcp.ACK | tcp.URG}[r.IntN(7)]
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment { // near numbers of another
		if like.Dir != segs[i].Dir {
			like.Seq, like.Ack = like.Ack, like.End()
		}
		segs[i].Seq = like.Seq + tcp.Seq(r.IntN(4)) - 1
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment {
		if like.Dir != segs[i].Dir {
			like.Seq, like.Ack = like.Ack, like.End()
		}
		segs[i].Ack = like.Ack + tcp.Seq(r.IntN(4)) - 1
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Len = [...]uint32{0, 1, 10, 50}[r.IntN(4)]
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Win = [...]uint16{0, 1, 10, 1000, 65535}[r.IntN(5)]
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment { // far away
		segs[i].Seq += 1 << r.IntN(31)
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Ack += 1 << r.IntN(31)
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Opts ^= tcp.OptTimestamp
		segs[i].TSval = uint32(r.IntN(1000))
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].Opts ^= [...]tcp.OptSet{tcp.OptTFO, tcp.OptMPTCP, tcp.OptWScale}[r.IntN(3)]
		segs[i].WScale = uint8(r.IntN(16))
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, _ tcp.Segment) []tcp.Segment {
		segs[i].TTL, segs[i].IPID = uint8(r.IntN(3)), uint16(r.IntN(300))
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment {
		segs[i].SACK[0], segs[i].NumSACK = [2]tcp.Seq{like.Seq, like.End()}, 1
		return segs
	},
	func(r *rand.Rand, segs []tcp.Segment, i int, like tcp.Segment) []tcp.Segment {
		segs[i].At = like.At
		return segs
	},
}

func insert(segs []tcp.Segment, i int, s tcp.Segment) []tcp.Segment {
	return append(segs[:i], append([]tcp.Segment{s}, segs[i:]...)...)
}

// disturb edits a conversation in a few places.
func disturb(r *rand.Rand, segs []tcp.Segment) []tcp.Segment {
	for range 1 + r.IntN(6) {
		if len(segs) > 1 {
			segs = edits[r.IntN(len(edits))](r, segs, r.IntN(len(segs)), segs[r.IntN(len(segs))])
		}
	}
	for i := range segs {
		if segs[i].Flags.Has(tcp.RST) {
			segs[i].Len = 0
		}
	}
	return segs
}

// disorders is how many runs of each mode TestDisorder plays; ONPATH_RUNS says
// otherwise.
const disorders = 400

// TestDisorder: the laws hold for every conversation, not only for those which a
// path makes of two RFC 9293 ends; but for those of gaps and of segments seen
// twice, as strangers tell of gaps that are none, and move beliefs again.
func TestDisorder(t *testing.T) {
	n := asked(disorders)
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seedOf(m.Name), 1))
			var w simulate.Sim
			var l laws
			for k := range uint64(n) {
				d := simulate.Seeded(seedOf(m.Name) + 1<<29 + k)
				var segs []tcp.Segment
				w.Run(m, &d, func(p *simulate.Passage) { segs = append(segs, p.Seg) })
				l.by = [2]uint32{r.Uint32(), r.Uint32()}
				segs = disturb(r, segs)
				if text := l.hold(segs); text != "" {
					text = l.hold(shortest(segs, func(x []tcp.Segment) bool { return l.hold(x) != "" }))
					t.Fatalf("moved by %d and %d:\n%s", l.by[0], l.by[1], text)
				}
			}
		})
	}
}

// shortest leaves out what is not needed for it to fail.
func shortest(segs []tcp.Segment, fails func([]tcp.Segment) bool) []tcp.Segment {
	for n := len(segs); n > 0; n /= 2 {
		for i := 0; i+n <= len(segs); {
			if rest := slices.Concat(segs[:i], segs[i+n:]); fails(rest) {
				segs = rest
			} else {
				i++
			}
		}
	}
	return segs
}

// hold plays a conversation until a law breaks, and tells it if one does.
func (l *laws) hold(segs []tcp.Segment) string {
	l.begin()
	text := ""
	for i := range segs {
		text += simulate.Line(&segs[i]) + "\n"
		if !l.watch(&segs[i]) {
			break
		}
	}
	if l.broken == "" {
		return ""
	}
	return text + l.broken
}
