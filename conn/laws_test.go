package conn_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"onpath/conn"
	"onpath/internal/simulate"
	"onpath/tcp"
)

// A twin sees the same traffic as the Conn it is compared with, changed in a way
// that must not matter.
type twin struct {
	tracker conn.Tracker
	c       conn.Conn
}

// laws holds a Conn to its twins over one run:
//
//   - sequence numbers are points on a circle: with both streams moved to other
//     numbers nothing changes;
//   - the two ends are alike: with their places changed, now and then in the middle
//     of a run, the answer is mirrored;
//   - the short path is the long one, field by field;
//   - octets that fill gaps were missing;
//   - an acknowledgment number or urgent pointer without its flag says nothing;
//   - in a run, who sees each segment on both sides of a router judges the first of both as
//     who sees it once, and the second is a copy that the capture made;
//   - a segment seen twice in a row has no new octets, and moves no belief: but
//     for one in some 100,000, where the first time moved what the second is
//     judged by, and where something is known to be missing.
//
// A RST at SEQ 0 has no position, and so no place on the circle: the run ends at
// one.
type laws struct {
	self, moved, mirror, long, noise, double, routed twin
	by                                               [2]uint32 // how far the streams are moved
	segments, taken                                  int       // by the short path
	twice                                            int       // segments that moved a set the second time
	turned                                           tcp.Dir   // 1: the ends of mirror are swapped
	gap, filled                                      [2]uint32 // octets of each end that were acknowledged unseen, and that came then
	step                                             conn.Step // of self
	broken                                           string
}

// watch compares after one segment; it returns false when there is nothing more
// to compare.
func (l *laws) watch(s *tcp.Segment) bool {
	moved := *s
	moved.Seq, moved.Ack = s.Seq.Add(l.by[s.Dir]), s.Ack.Add(l.by[s.Dir^1])
	for i := range moved.SACK {
		moved.SACK[i][0], moved.SACK[i][1] = s.SACK[i][0].Add(l.by[s.Dir^1]), s.SACK[i][1].Add(l.by[s.Dir^1])
	}
	if s.Flags.Has(tcp.RST) && (s.Seq == 0) != (moved.Seq == 0) {
		return false
	}
	l.segments++
	before := l.self.c
	step := l.self.tracker.Observe(&l.self.c, s)
	if step.Plain && s.Len > 0 && before.GoesOn(s, step.Delivery) != (before.SlowCourse(s, &step) == conn.GoesOn) {
		l.broken = "where a Plain segment stands"
	}
	l.short(s, step)
	l.step = step
	l.meaningless(s, step)
	l.same(l.moved.tracker.Observe(&l.moved.c, &moved), step)
	l.mirrors(*s, step)
	return l.broken == ""
}

// short compares with the long path.
func (l *laws) short(s *tcp.Segment, step conn.Step) {
	long, taken := l.long.tracker.ObserveLong(&l.long.c, s)
	if taken {
		l.taken++
	}
	step.Plain = false
	if long != step || !l.long.tracker.Same(&l.long.c, &l.self.tracker, &l.self.c) {
		l.broken = fmt.Sprintf("the short path differs from the long one:\n%+v\n%+v\n%+v\n%+v", step, long, l.self.c, l.long.c)
	}
}

// fills counts octets that fill gaps: never more than were told to be missing. Of
// an end that was joined late, what was acknowledged before it spoke was not told.
func (l *laws) fills(d tcp.Dir) {
	l.gap[d^1] += l.step.Gap
	if l.filled[d] += l.step.Filled; l.filled[d] > l.gap[d] && l.self.c.Stack(d).ISS != 0 {
		l.broken = fmt.Sprintf("%d octets fill a gap of %d", l.filled[d], l.gap[d])
	}
}

// meaningless compares with the twin that sees numbers where there are none.
func (l *laws) meaningless(s *tcp.Segment, step conn.Step) {
	x := *s
	if !s.Flags.Has(tcp.ACK) {
		x.Ack = s.Seq + 1
	}
	if !s.Flags.Has(tcp.URG) {
		x.Urg = 7
	}
	same := l.noise.tracker.Observe(&l.noise.c, &x) == step
	for d := range tcp.Dir(2) {
		same = same && l.noise.c.Possible(d) == l.self.c.Possible(d) && l.noise.c.Stack(d) == l.self.c.Stack(d)
	}
	if !same {
		l.broken = "a field that means nothing says something"
	}
}

// same compares with the twin whose streams are moved.
func (l *laws) same(moved, step conn.Step) {
	moved.Sacked = step.Sacked // numbers are another's
	if moved != step {
		l.broken = fmt.Sprintf("with the streams moved %+v, else %+v", moved, step)
	}
	for d := range tcp.Dir(2) {
		if l.moved.c.Possible(d) != l.self.c.Possible(d) || l.moved.c.State(d) != l.self.c.State(d) {
			l.broken = "another belief with the streams moved"
		}
		a, known := l.self.c.Bounds(d)
		b, ok := l.moved.c.Bounds(d)
		if known != ok || known && (apart(b.Sent, a.Sent) != l.by[d] || apart(b.SndUna, a.SndUna) != l.by[d] || apart(b.RcvNxt, a.RcvNxt) != l.by[d^1]) {
			l.broken = "other bounds with the streams moved"
		}
	}
}

// apart returns how far an interval is moved; 1<<31 if it is another one.
func apart(b, a [2]tcp.Seq) uint32 {
	if b[0]-a[0] != b[1]-a[1] {
		return 1 << 31
	}
	return uint32(b[0] - a[0])
}

// mirrors compares with the twin whose ends have changed places.
func (l *laws) mirrors(s tcp.Segment, step conn.Step) {
	if l.segments%7 == 0 {
		l.mirror.tracker.Swap(&l.mirror.c)
		l.turned ^= 1
	}
	s.Dir ^= l.turned
	mirrored := l.mirror.tracker.Observe(&l.mirror.c, &s)
	if mirrored.Begin == conn.Begun {
		mirrored.Opener ^= l.turned
	}
	mirrored.Delivery, mirrored.Loss = step.Delivery, step.Loss // another place in the table of recent segments
	mirrored.Course = step.Course                               // and clients may close what servers may not
	if mirrored != step {
		l.broken = fmt.Sprintf("with the ends swapped %+v, else %+v", mirrored, step)
	}
	for d := range tcp.Dir(2) {
		there := d ^ l.turned
		if l.mirror.c.Possible(there) != l.self.c.Possible(d) || l.mirror.c.State(there) != l.self.c.State(d) || l.mirror.c.Stack(there) != l.self.c.Stack(d) {
			l.broken = "another belief with the ends swapped"
		}
	}
}

// again counts where a twin that sees each segment twice moves the second time.
func (l *laws) again(s *tcp.Segment) {
	x := &l.double
	x.tracker.Observe(&x.c, s)
	before := [2]conn.Set{x.c.Possible(0), x.c.Possible(1)}
	step := x.tracker.Observe(&x.c, s)
	if step.Outside || x.c.Lossy() {
		return
	}
	if step.New != 0 {
		l.broken = "octets seen twice are new"
	}
	if before != [2]conn.Set{x.c.Possible(0), x.c.Possible(1)} {
		l.twice++
	}
}

// behind compares with the twin that sees s again behind a router.
func (l *laws) behind(s tcp.Segment) {
	x := &l.routed
	step := x.tracker.Observe(&x.c, &s)
	if step.Course = l.step.Course; step != l.step { // with two TTLs none comes the same way as the others
		l.broken = fmt.Sprintf("before a router that is watched on both sides %+v, else %+v", step, l.step)
	}
	s.TTL, s.At = s.TTL-1, s.At+3000
	if step := x.tracker.Observe(&x.c, &s); !step.Outside && step.Delivery != conn.CaptureDuplicate || step.New != 0 {
		l.broken = fmt.Sprintf("behind a router %+v", step)
	}
}

// begin forgets the run before. The trackers stay, as their tables are large; the
// salt tells its segments from those of this one.
func (l *laws) begin() {
	l.broken, l.turned, l.gap, l.filled = "", 0, [2]uint32{}, [2]uint32{}
	for _, x := range []*twin{&l.self, &l.moved, &l.mirror, &l.long, &l.noise, &l.double, &l.routed} {
		x.tracker.Forget(&x.c)
		x.c = conn.Conn{}
		x.tracker.Salt++
		if x.tracker.Lent() != 0 {
			l.broken = "a block of the pool is lost"
		}
	}
}

// run plays a run until a law breaks, and tells the conversation if one does.
func (l *laws) run(w *simulate.Sim, m *simulate.Mode, d *simulate.Dice) string {
	l.begin()
	text, over := "", false
	w.Run(m, d, func(p *simulate.Passage) {
		if !over {
			text += simulate.Line(&p.Seg) + "\n"
			over = !l.watch(&p.Seg)
			l.fills(p.Seg.Dir)
			l.again(&p.Seg)
			if !over {
				l.behind(p.Seg)
			}
		}
	})
	if l.broken == "" {
		return ""
	}
	return text + l.broken
}

// lawRuns is how many runs of each mode TestLaws plays.
const lawRuns = 60

// TestLaws over some runs of each mode.
func TestLaws(t *testing.T) {
	for i := range simulate.Modes {
		m := &simulate.Modes[i]
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			var w simulate.Sim
			var l laws
			for k := range uint64(lawRuns) {
				d := simulate.Seeded(seedOf(m.Name) + 1<<30 + k)
				l.by = [2]uint32{uint32(k) * 0x9e3779b1, uint32(k) * 0x85ebca6b}
				if text := l.run(&w, m, &d); text != "" {
					t.Fatalf("moved by %d and %d:\n%s", l.by[0], l.by[1], text)
				}
			}
			if l.twice > 1 {
				t.Errorf("%d of %d segments moved a belief when seen again", l.twice, l.segments)
			}
			t.Logf("%d segments, %d by the short path, %d moved a belief when seen again", l.segments, l.taken, l.twice)
		})
	}
}

// FuzzLaws lets the fuzzer throw the dice.
func FuzzLaws(f *testing.F) {
	f.Add(uint8(0), uint32(1), uint32(1), []byte{})
	f.Add(uint8(9), uint32(0xfffffff0), uint32(12345), []byte("\x00\xff\x80\x40\x20\x10\xc0\xe0\xf0"))
	f.Fuzz(func(t *testing.T, mode uint8, a, b uint32, throws []byte) {
		m := &simulate.Modes[int(mode)%len(simulate.Modes)]
		d := simulate.Tape(words(throws))
		var w simulate.Sim
		l := laws{by: [2]uint32{a, b}}
		if text := l.run(&w, m, &d); text != "" {
			t.Fatalf("mode %s: %s", m.Name, text)
		}
	})
}

// words makes two octets a throw, as most throws need no more.
func words(b []byte) (w []uint32) {
	for ; len(b) > 1; b = b[2:] {
		w = append(w, uint32(binary.BigEndian.Uint16(b))*0x10001)
	}
	return w
}
