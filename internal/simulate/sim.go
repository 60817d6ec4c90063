package simulate

import (
	"onpath/conn"
	"onpath/tcp"
)

// maxFrames and maxSteps end a run that does not come to rest.
const (
	maxFrames = 500
	maxSteps  = 60000
)

// A frame is one emission: the segment, and its sender's TCB just after it.
type frame struct {
	seg    tcp.Segment
	after  TCB
	order  int // among all events of the run
	kind   Kind
	forged bool
}

// A flight is a copy of a frame on one side of the observer.
type flight struct {
	at     int
	frame  int32
	beyond bool // between the observer and the receiver
	seen   bool // by the observer
}

// Sim plays runs, one after the other. The zero Sim is ready; it belongs to one
// goroutine.
type Sim struct {
	mode    *Mode
	dice    *Dice
	watch   func(*Passage)
	ends    [2]end
	truth   truth
	frames  []frame
	flights []flight
	now     int // steps
	order   int // events so far
	passed  int // segments that passed the observer
	hidden  int // of these, not seen
	shift   int // of the windows' scales, about
	faults  int // crashes, aborts and the like so far
}

// Run plays one run. watch is called at each segment that the observer sees.
func (w *Sim) Run(m *Mode, d *Dice, watch func(*Passage)) {
	w.mode, w.dice, w.watch = m, d, watch
	w.frames, w.flights = w.frames[:0], w.flights[:0]
	w.now, w.order, w.passed, w.hidden, w.faults = 0, 0, 0, 0, 0
	w.setUp()
	for len(w.frames) < maxFrames && w.now < maxSteps && w.step() {
	}
}

// fault notes that an end did what only the explanation endpoint covers.
func (w *Sim) fault() { w.faults++ }

// step does what is next; it returns false when nothing is.
func (w *Sim) step() bool {
	next, at := -1, never
	for i := range w.flights {
		if w.flights[i].at < at {
			next, at = i, w.flights[i].at
		}
	}
	for d := range w.ends {
		if due := w.ends[d].due(); due < at {
			next, at = -1-d-1, due
		}
	}
	if at == never {
		return false
	}
	w.now = max(w.now, at)
	if next < 0 {
		w.order++
		w.ends[-next-2].fire(w.now)
		return true
	}
	f := w.flights[next]
	w.flights = append(w.flights[:next], w.flights[next+1:]...)
	if f.beyond {
		w.arrive(f)
	} else {
		w.pass(f)
	}
	return true
}

// emit lets a segment leave, with a copy of its sender's TCB.
func (w *Sim) emit(s *tcp.Segment, t *TCB, k Kind) {
	w.order++
	w.frames = append(w.frames, frame{seg: *s, after: *t, order: w.order, kind: k})
	w.truth.emitted(&w.frames[len(w.frames)-1])
	w.fly(flight{frame: int32(len(w.frames) - 1)})
}

// fly sends a frame over one side of the channel: it may be lost, delayed, and copied.
func (w *Sim) fly(f flight) {
	m, d := w.mode, w.dice
	if d.chance(m.Loss) {
		return
	}
	copies := 1
	if d.chance(m.Dup) {
		copies = 2
	}
	for range copies {
		f.at = w.now + w.delay()
		w.flights = append(w.flights, f)
	}
}

// delay is 10 to 15 steps, now and then up to 9 times the mean.
func (w *Sim) delay() int {
	n := 10 + w.dice.below(6)
	if w.dice.chance(w.mode.Slow) {
		n += w.dice.below(9 * 12)
	}
	return n
}

// pass lets a frame pass the observer, who may see it.
func (w *Sim) pass(f flight) {
	m, fr := w.mode, &w.frames[f.frame]
	w.passed++
	f.seen = w.passed > m.Late && !(m.OneWay && fr.seg.Dir != 0) && !w.dice.chance(m.Hide)
	if !f.seen {
		w.hidden++
	} else {
		w.see(f)
	}
	f.beyond = true
	w.fly(f)
	if !fr.forged && w.dice.chance(m.Forge) {
		w.forge()
	}
}

// see shows a frame to the observer.
func (w *Sim) see(f flight) {
	fr := &w.frames[f.frame]
	if !fr.forged {
		w.truth.passes(fr)
	}
	seg := fr.seg
	seg.At = int64(w.now) * 1e6
	seg.Digest = digest(&seg)
	p := Passage{
		Seg: seg, Kind: fr.kind, Order: fr.order, Allowed: w.allowed(), Hidden: w.hidden,
		Ends: [2]Truth{w.truth.of(0), w.truth.of(1)},
	}
	if fr.forged {
		p.Allowed = conn.None
	}
	w.watch(&p)
}

// arrive hands a frame to its receiver.
func (w *Sim) arrive(f flight) {
	fr := &w.frames[f.frame]
	w.order++
	d := fr.seg.Dir ^ 1
	if f.seen {
		w.truth.arrives(d, f.frame, w.order)
	}
	seg := fr.seg // emitting may move the frames
	w.ends[d].arrives(&seg)
}

// digest is equal for copies.
func digest(s *tcp.Segment) uint32 {
	h := uint32(s.Seq)*0x9e3779b1 ^ uint32(s.Ack)*0x85ebca6b ^ s.Len*0xc2b2ae35 ^ uint32(s.Flags)*0x27d4eb2f
	return h ^ uint32(s.Win)*0x165667b1 ^ s.TSval*0x9e3779b1>>3 ^ s.TSecr ^ uint32(s.Dir)
}
