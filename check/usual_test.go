package check

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/internal/segtext"
	"onpath/internal/simulate"
	"onpath/packet"
	"onpath/tcp"
)

// twin judges a conversation twice: as Judge does, and asking all rules that any
// trigger concerns, whatever is in order or usual.
type twin struct {
	fast, slow *Inspector
	a, b       Case
	tracker    conn.Tracker
	conn       conn.Conn
	stood      [conn.ClosesToo + 1]int // usual segments, by where they stood
	grown      int                     // that grows judged
}

func newTwin() *twin {
	c := Config{Overlap: 1 << 16}
	w := &twin{fast: New(c), slow: New(c), tracker: conn.Tracker{Keep: true}}
	w.slow.thorough = true
	w.b.borrow(w.slow)
	return w
}

// judge returns what differs between the two after a segment.
func (w *twin) judge(v *packet.View) (differs string) {
	shown := w.a.Shows(v)
	step := w.tracker.Observe(&w.conn, &v.Seg)
	w.fast.scene.triggering = 0
	if !step.Plain || shown != 0 || !w.fast.Passes(&w.a, v) {
		w.fast.Judge(&w.a, shown, v, &step, w.tracker.Before(), &w.conn)
	}
	w.slow.Judge(&w.b, w.b.Shows(v), v, &step, w.tracker.Before(), &w.conn)
	if step.Plain && w.a.shown&regular != 0 && shown == Shown(onBig) && w.fast.scene.triggering == 0 {
		w.grown++
	}
	if w.a.shown&regular != 0 && (w.fast.scene.triggering == 0 || step.Course == conn.Opens) {
		w.stood[step.Course]++
	}
	a, b := w.a, w.b
	lent, other := trouble{}, *b.lent(w.slow)
	if t := a.lent(w.fast); t != nil {
		lent = *t
	}
	a.shown &^= regular
	a.trouble, b.trouble = 0, 0
	a.stream, b.stream = 0, 0
	switch {
	case a != b:
		return "what is remembered"
	case lent != other:
		return "what is remembered of a trouble"
	case !reflect.DeepEqual(w.fast.raised, w.slow.raised):
		return "what is raised"
	case !reflect.DeepEqual(w.fast.books.of(&w.a), w.slow.books.of(&w.b)):
		return "what was found"
	}
	return ""
}

// TestUsual: of a segment that stands in the usual course of a connection, all rules
// together find no more than the few that are asked, and leave nothing else behind.
func TestUsual(t *testing.T) {
	var stood [conn.ClosesToo + 1]int
	grown := 0
	for i := range simulate.Modes {
		var w simulate.Sim
		for k := range uint64(40) {
			d := simulate.Seeded(uint64(i)<<32 + k + 1e6)
			twin := newTwin()
			v := packet.View{Key: packet.Key{A: [16]byte{15: 1}, B: [16]byte{15: 2}, APort: 1, BPort: 2, Proto: packet.ProtoTCP}}
			w.Run(&simulate.Modes[i], &d, func(p *simulate.Passage) {
				v.Seg, v.At = p.Seg, p.Seg.At
				v.Number++
				if what := twin.judge(&v); what != "" {
					t.Fatalf("mode %s, run %d, segment %d: %s differs: %s", simulate.Modes[i].Name, k, v.Number, what, simulate.Line(&v.Seg))
				}
			})
			grown += twin.grown
			for course, n := range twin.stood {
				stood[course] += n
			}
		}
	}
	if grown == 0 {
		t.Error("no segment was only longer")
	}
	for course, n := range stood[conn.Opens:] {
		if n == 0 {
			t.Errorf("no segment stood at %d", conn.Course(course)+conn.Opens)
		}
	}
}

// TestSound: rules that are left out as something is in order do not hold, of traffic that
// no path makes either.
func TestSound(t *testing.T) {
	for i := range simulate.Modes {
		var w simulate.Sim
		r := rand.New(rand.NewPCG(uint64(i), 5))
		for k := range uint64(60) {
			d := simulate.Seeded(uint64(i)<<32 + k + 2e6)
			var segs []tcp.Segment
			w.Run(&simulate.Modes[i], &d, func(p *simulate.Passage) { segs = append(segs, p.Seg) })
			for n := 1 + r.IntN(8); n > 0 && len(segs) > 0; n-- {
				segs = disturbed(r, segs, r.IntN(len(segs)))
			}
			twin := newTwin()
			v := packet.View{Key: packet.Key{A: [16]byte{15: 1}, B: [16]byte{15: 2}, APort: 1, BPort: 2, Proto: packet.ProtoTCP}}
			for n := range segs {
				v.Seg, v.At, v.Number = segs[n], segs[n].At, uint64(n+1)
				if what := twin.judge(&v); what != "" {
					t.Fatalf("mode %s, run %d, segment %d: %s differs: %s", simulate.Modes[i].Name, k, v.Number, what, simulate.Line(&v.Seg))
				}
			}
		}
	}
}

// disturbed returns segs with one more at i, much like the one that stands there, or
// without that one.
func disturbed(r *rand.Rand, segs []tcp.Segment, i int) []tcp.Segment {
	s := segs[i]
	by := tcp.Seq(r.IntN(2000)-1000) << r.IntN(20)
	switch r.IntN(14) {
	case 0:
		return slices.Delete(segs, i, i+1)
	case 1:
		s.Seq += by
	case 2:
		s.Ack += by
	case 3:
		s.Opts ^= tcp.OptTimestamp
	case 4:
		s.TSval += uint32(by)
	case 5:
		s.TSecr += uint32(by)
	case 6:
		s.Opts, s.NumSACK = s.Opts|tcp.OptSACK, 1+uint8(r.IntN(4))
		for n := range s.NumSACK {
			s.SACK[n] = [2]tcp.Seq{s.Ack + by, s.Ack + by + tcp.Seq(r.IntN(300)-20)}
			by += 400
		}
	case 7:
		s.At += int64(by) << 10
	case 8:
		s.Len = uint32(r.IntN(3000))
	case 9:
		s.Win = uint16(r.IntN(3)) * 40
	case 10:
		s.Flags = [...]tcp.Flags{tcp.ACK, tcp.FIN | tcp.ACK, tcp.RST, tcp.SYN, tcp.SYN | tcp.ACK, tcp.ACK | tcp.URG}[r.IntN(6)]
	case 11:
		s.IPID, s.TTL = s.IPID+uint16(by), s.TTL+uint8(r.IntN(2))
	case 12:
		s.Opts |= [...]tcp.OptSet{tcp.OptMD5, tcp.OptAO, tcp.OptMSS, tcp.OptOther, tcp.OptLength, tcp.OptCut}[r.IntN(6)]
	case 13:
		s.Dir, s.Seq, s.Ack, s.Len = s.Dir^1, s.Ack, s.End()+by>>8, 0
	}
	s.Digest += uint32(r.IntN(2))
	return slices.Insert(segs, min(i+r.IntN(4), len(segs)), s)
}

// TestSoundFuzzed: so it is with segments that have nothing to do with each other.
func TestSoundFuzzed(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
		b := make([]byte, 60*octetsOfLine)
		_, _ = r.Read(b)
		twin, decoder, v := newTwin(), packet.NewDecoder(packet.Config{}), new(packet.View)
		for i, l := range fuzzed(b) {
			decoder.Decode(frameOf(&l, uint64(i+1)), v)
			if v.Seg.Dir = l.Dir; !v.IsTCP() {
				continue
			}
			if what := twin.judge(v); what != "" {
				t.Fatalf("seed %d: %s differs at segment %d: %s", seed, what, i+1, simulate.Line(&v.Seg))
			}
		}
	}
}

// TestUsualStories: so it is with each of the stories.
func TestUsualStories(t *testing.T) {
	for _, s := range stories(t) {
		lines, err := segtext.ParseLines(s.text)
		if err != nil {
			t.Fatal(err)
		}
		twin, decoder, v := newTwin(), packet.NewDecoder(packet.Config{}), new(packet.View)
		for i := range lines {
			l := &lines[i]
			decoder.Decode(frameOf(l, uint64(i+1)), v)
			if q, ok := v.Quote(); ok {
				twin.fast.ICMP(&twin.a, v, &q, l.Dir, &twin.conn)
				twin.slow.ICMP(&twin.b, v, &q, l.Dir, &twin.conn)
				continue
			}
			v.Seg.Dir = l.Dir
			if what := twin.judge(v); what != "" {
				t.Fatalf("%s, %s: %s differs at line %d", s.file, s.title, what, i+1)
			}
		}
	}
}

// TestEventsStandAlone: nothing closes what usual segments tell, and no occurrence of it is
// kept.
func TestEventsStandAlone(t *testing.T) {
	for _, id := range events {
		if id != 0 && (id.Row().Gates != 0 || !event(id) || id.Severity() == anomaly.Violation) {
			t.Errorf("%v is no plain event", id)
		}
	}
}
