package check

import (
	"cmp"
	"math/bits"
	"slices"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/packet"
	"onpath/tcp"
)

// Config says what an Inspector asks and keeps. The zero Config is a good one.
type Config struct {
	Off   anomaly.Set      // rows that are not asked about
	Least anomaly.Severity // what is milder is not kept; 0: all is
	Keep  int              // occurrences of a finding that are kept whole; 0 means 3
	Max   int              // findings of all open connections together; 0 means DefaultFindings

	// Troubles is how many connections on which something was lost, sent again or reset are
	// remembered for rules that ask about it. 0 means DefaultTroubles.
	Troubles int

	// Overlap is how much memory, in octets, holds notes of what passed, to be
	// compared with what comes again. 0 means DefaultOverlap; a negative one, none.
	Overlap int
}

// Stats counts what an Inspector gave up.
type Stats struct {
	Findings uint64 // occurrences of findings that there was no room for
	Notes    uint64 // times that there was no room for more to remember of a connection
	Hosts    uint64 // hosts that were not remembered, or for too short a time

	FindingOctets int64 // memory that findings of all open connections take at most
	TroubleOctets int64 // memory taken for troubles; as all of these it is bounded
	NoteOctets    int64 // memory taken for notes of what passed
}

// DefaultFindings is how many findings are kept, if a Config does not say.
const DefaultFindings = 1 << 18

// Raised is one finding that a segment raised or repeated.
type Raised struct {
	ID       anomaly.ID
	Dir      tcp.Dir // who is accused
	Cause    anomaly.Cause
	Severity anomaly.Severity
	Count    uint64 // how often by now; 0: it is an event, or there was no room
	Accused  uint64 // number of the frame that is accused, often an earlier one
	Other    uint64 // number of another frame that is accused as well; 0: none

	Numbers [MaxNumbers]int64 // of the inequality, as Occurrence.Numbers; zero for an event
}

// Inspector asks the rules.
type Inspector struct {
	keep       int
	least      anomaly.Severity
	off        anomaly.Set
	ask        [numTriggers][]*rule
	usually    []*rule                 // those of usually that are asked
	told       [len(events)]anomaly.ID // those that are
	atEnd      []finishing
	endings    endings
	counted    anomaly.Set // rows that are off, but asked about for host-stack-nonconformant
	books      books
	world      *World // nil: another Inspector has it
	log        *Log   // for it
	meet       func() *World
	capture    capture
	quiet      anomaly.Set // rows that are no strays, as they are off or too mild
	pairs      networks    // that the log holds
	overlap    overlap
	troubles   troubles
	quota      quota
	candidates candidates
	number     uint64            // of the last frame that was judged
	raised     []Raised          // by the last segment
	lists      [maxMasks]concern // what concerned returned before
	asked      [maxAsked]asked
	scene      Scene
	thorough   bool        // all rules are asked that any trigger concerns: tests compare with that
	quote      tcp.Segment // that the last ICMP error quoted
	lone       lone
}

// New returns an Inspector that has found nothing.
func New(c Config) *Inspector {
	in := &Inspector{keep: c.Keep, least: c.Least, off: c.Off, world: &World{}}
	if in.keep == 0 {
		in.keep = 3
	}
	in.books.max = c.Max
	if in.books.max == 0 {
		in.books.max = DefaultFindings
	}
	in.troubles.max = uint32(cmp.Or(c.Troubles, DefaultTroubles))
	in.scene.inspector = in
	in.overlap = newOverlap(c.Overlap)
	in.quiet = c.Off.Union(milderThan(c.Least))
	in.world.strays.off = in.quiet
	in.counted, in.told = countedOf(&c.Off), in.toldOf()
	for _, family := range families {
		for i := range family {
			in.add(&family[i])
		}
	}
	for _, id := range loneEnds {
		if in.asks(id) {
			in.lone.ends = append(in.lone.ends, byID[id])
		}
	}
	in.atEnd = finishingOf(in.concerned(onEnd))
	for _, id := range usually {
		if in.asks(id) {
			in.usually = append(in.usually, byID[id])
		}
	}
	return in
}

// countedOf returns the rows that are off and nevertheless asked about: violations, if
// hosts are looked for that commit them again and again.
func countedOf(off *anomaly.Set) (rows anomaly.Set) {
	if off.Has(anomaly.HostStackNonconformant) {
		return rows
	}
	for id := range off.All() {
		if id.Severity() == anomaly.Violation {
			rows.Add(id)
		}
	}
	return rows
}

// milderThan returns the rows whose findings are always milder.
func milderThan(least anomaly.Severity) (rows anomaly.Set) {
	for _, r := range anomaly.Rows() {
		if r.Severity < least {
			rows.Add(r.ID)
		}
	}
	return rows
}

// asks reports whether a row is asked about.
func (in *Inspector) asks(id anomaly.ID) bool { return !in.off.Has(id) || in.counted.Has(id) }

// add lists a rule under each of its triggers.
func (in *Inspector) add(r *rule) {
	if !in.asks(r.id) {
		return
	}
	for t := r.when; t != 0; t &= t - 1 {
		i := bits.TrailingZeros32(uint32(t))
		in.ask[i] = append(in.ask[i], r)
	}
}

// Stats returns the counts so far.
func (in *Inspector) Stats() Stats {
	s := Stats{
		Findings: in.books.givenUp, Notes: in.troubles.givenUp,
		FindingOctets: int64(in.books.total) * FindingOctets, TroubleOctets: in.troubles.octets(), NoteOctets: int64(len(in.overlap.notes)) * noteSize,
	}
	if w := in.world; w != nil {
		s.Findings, s.Hosts = s.Findings+w.strays.givenUp, w.hosts.givenUp
	}
	return s
}

// Judge asks the rules about a segment that has moved its Conn from before to
// after. shown is what Shows returned for it.
func (in *Inspector) Judge(c *Case, shown Shown, v *packet.View, step *conn.Step, before, after *conn.Conn) {
	in.raised, in.number = in.raised[:0], v.Number
	in.capture.note(v.At)
	t := trigger(shown)
	if v.CapLen < v.WireLen && c.side[v.Seg.Dir].saw&sawCut == 0 {
		c.side[v.Seg.Dir].saw |= sawCut
		t |= onCut
	}
	if step.Course != conn.Astray && in.usual(c, t, v, step, before) {
		return
	}
	if !step.Plain || step.Shrunk > 0 {
		t |= moved(&v.Seg, step)
	}
	if step.Plain && in.overlap.keeps(v) {
		in.overlap.note(c, v)
	}
	if t == 0 || step.Plain && t == onBig && in.grows(c, v, step, before) {
		return
	}
	s := &in.scene
	s.Seg, s.View, s.Before, s.After, s.Step, s.Case = &v.Seg, v, before, after, step, c // a literal would be copied
	s.End, s.Quote, s.knows, s.triggering = nil, nil, 0, t|c.stage()
	if !step.Plain {
		in.compare(s)
	}
	if step.Delivery == conn.CaptureDuplicate { // nobody sent it; of what it copies all was said
		s.triggering &= onDelivery | onClash
		in.question(s)
		return
	}
	if in.capture.cloud(s); !in.opensUsual(s) {
		if in.question(s); !c.noteCalm(s) {
			c.note(s)
		}
	}
}

// Passes is Judge of a segment that is Plain and shows nothing, which most are. It reports
// false, and does nothing, of the first of an end that was not captured whole.
func (in *Inspector) Passes(c *Case, v *packet.View) bool {
	if v.CapLen < v.WireLen && c.side[v.Seg.Dir&1].saw&sawCut == 0 {
		return false
	}
	in.raised, in.number = in.raised[:0], v.Number
	in.capture.note(v.At)
	if in.overlap.keeps(v) {
		in.overlap.note(c, v)
	}
	return true
}

// compare compares the octets of a segment that is not plain with what passed, and
// notes them if they are new.
func (in *Inspector) compare(s *Scene) {
	if s.Step.Begin == conn.Begun {
		s.Case.stream = 0
	}
	o := &in.overlap
	o.found = clash{}
	if !o.keeps(s.View) || !s.comparable() {
		return
	}
	switch {
	case s.Step.Outside: // behind a FIN: conn did not count its octets
		o.compare(s.Case, s.View)
	case s.Step.Repeated == 0 || !o.compare(s.Case, s.View) || s.Step.New > 0:
		o.note(s.Case, s.View)
	}
	s.triggering |= o.found.trigger()
}

// question asks each rule that one of the scene's triggers concerns, once, but for those
// that look for what is known to be in order.
func (in *Inspector) question(s *Scene) {
	if s.order = 0; !in.thorough {
		s.order = s.sound()
	}
	for _, r := range in.askedOf(s.triggering, s.order) {
		if e, holds := r.holds(s); holds {
			in.enter(s, r.id, &e)
		}
	}
}

// concern is a list of rules that some trigger concerns.
type concern struct {
	when  trigger
	rules []*rule
}

// maxMasks is how many of these lists are remembered: few masks of triggers occur, but
// for what is sent to have many. A list's memory is its place's: those grow to the number
// of rules, and no further.
const maxMasks = 1 << 8

// asked is a list of rules that was asked before: those that some trigger concerns and
// that can hold although so much is in order.
type asked struct {
	when  trigger
	order sound
	rules []*rule
}

// maxAsked is how many of these lists are remembered; behind a loss some ten are in use.
const maxAsked = 1 << 6

// askedOf returns the rules that some trigger of t concerns, but for those that look for
// what order says is in order. (To leave these out each time was 600 instructions of 3,100
// for a segment behind a loss.)
func (in *Inspector) askedOf(t trigger, order sound) []*rule {
	a := &in.asked[(uint32(t)*0x9e3779b1^uint32(order)*0x85ebca6b)>>26%maxAsked]
	if a.when == t && a.order == order {
		return a.rules
	}
	a.when, a.order, a.rules = t, order, a.rules[:0]
	for _, r := range in.concerned(t) {
		if unsound[r.id]&order == 0 {
			a.rules = append(a.rules, r)
		}
	}
	return a.rules
}

// concerned returns the rules that some trigger of t concerns, in the order of
// their triggers, valid until the next call.
func (in *Inspector) concerned(t trigger) []*rule {
	list := &in.lists[uint32(t)*0x9e3779b1>>24%maxMasks]
	if list.when == t {
		return list.rules
	}
	var asked anomaly.Set
	list.when, list.rules = t, list.rules[:0]
	for rest := t; rest != 0; rest &= rest - 1 {
		for _, r := range in.ask[bits.TrailingZeros32(uint32(rest))] {
			if !asked.Has(r.id) {
				asked.Add(r.id)
				list.rules = append(list.rules, r)
			}
		}
	}
	return list.rules
}

// enter raises what a rule found, unless a gate is closed or it is too mild.
func (in *Inspector) enter(s *Scene, id anomaly.ID, e *Evidence) {
	if id != anomaly.TcpChecksumBad && s.damaged() {
		e.Cause = anomaly.CausePath
	} else if e.Cause < anomaly.CauseCapture && in.capture.explains(s, id) {
		e.Cause = anomaly.CauseCapture
	}
	gates := id.Row().Gates &^ e.Settles
	switch {
	case id.Severity().Given(e.Cause) < in.least:
	case in.counted.Has(id) && e.Cause != anomaly.CauseNone:
	case s.open(gates, e):
		in.raise(s, id, e)
	default:
		s.noteLack(gates, e)
	}
}

// raise keeps what a rule found.
func (in *Inspector) raise(s *Scene, id anomaly.ID, e *Evidence) {
	d := s.accused(e)
	r := Raised{ID: id, Dir: d, Cause: e.Cause, Severity: id.Severity().Given(e.Cause), Accused: e.Accused, Other: e.Other}
	if r.Accused == 0 {
		r.Accused = s.moment().Frame
	}
	if !event(id) {
		r.Numbers = e.Numbers
		if f := in.finding(s, id, d); f != nil {
			in.count(s, f, e)
			r.Count = f.Count
		}
	}
	if !in.counted.Has(id) {
		in.raised = append(in.raised, r)
	}
}

// count adds an occurrence to f, and keeps it if it is one of the first.
func (in *Inspector) count(s *Scene, f *Finding, e *Evidence) {
	at := s.moment()
	f.count(at, e.Cause)
	if len(f.Kept) >= in.keep {
		return
	}
	f.Kept = roomFor(f.Kept, in.keep)
	o := &f.Kept[len(f.Kept)-1]
	o.Moment, o.Accused, o.Other, o.Cause, o.Numbers = at, cmp.Or(e.Accused, at.Frame), e.Other, e.Cause, e.Numbers
	if s.Before == nil {
		o.Stacks = [2]conn.Stack{}
		return
	}
	o.Stacks[tcp.Client], o.Stacks[tcp.Server] = s.Before.Stack(tcp.Client), s.Before.Stack(tcp.Server)
}

// moment returns when the scene is.
func (s *Scene) moment() Moment {
	if s.View == nil {
		return Moment{s.earlier(s.Case.last), s.End.At}
	}
	return Moment{s.View.Number, s.View.At}
}

// accused returns the end that e accuses.
func (s *Scene) accused(e *Evidence) tcp.Dir {
	d := tcp.Client
	if s.Seg != nil {
		d = s.Seg.Dir
	}
	if e.ByPeer {
		d ^= 1
	}
	return d
}

// Raised returns what the last segment raised, or what the last record raised that
// ended since; valid until the next one.
func (in *Inspector) Raised() []Raised { return in.raised }

// Before returns the connection as it was before what Raised returns was raised, valid
// until the next segment; nil if that belongs to none.
func (in *Inspector) Before() *conn.Conn {
	if len(in.raised) == 0 {
		return nil
	}
	return in.scene.Before
}

// noStep is that of a record's end.
var noStep conn.Step

// Finish asks what is asked at the end of a record, and returns all that was found
// of it, valid until Forget.
func (in *Inspector) Finish(c *Case, e *End, after *conn.Conn) []Finding {
	s := in.ending(c, e, after)
	in.finish(s)
	return in.finished(s)
}

// ending sets the scene for the end of a record.
func (in *Inspector) ending(c *Case, e *End, after *conn.Conn) *Scene {
	in.raised = in.raised[:0]
	s := &in.scene
	s.Seg, s.View, s.Before, s.After, s.Step, s.Case = nil, nil, after, after, &noStep, c
	s.End, s.Quote, s.knows, s.triggering = e, nil, 0, onEnd
	return s
}

// finished counts a record for its hosts, and returns all that was found of it.
func (in *Inspector) finished(s *Scene) []Finding {
	c := s.Case
	in.noteHosts(s)
	in.takeBackGaps(c)
	if in.counted != (anomaly.Set{}) {
		in.books.drop(c, func(f *Finding) bool { return in.counted.Has(f.ID) })
	}
	return in.books.of(c)
}

// Ends returns what was known of the ends of the record that Finish was last asked about,
// valid until the next segment.
func (in *Inspector) Ends() *[2]conn.Facts { return &in.scene.known }

// Found returns what was found of c by now, in the order in which it was first raised,
// valid until the next packet. Finish may take some of it back.
func (in *Inspector) Found(c *Case) []Finding {
	list := in.books.of(c)
	if in.counted == (anomaly.Set{}) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(f Finding) bool { return in.counted.Has(f.ID) })
}

// Forget gives back what c was lent. What it goes on with is not compared with what
// passed before.
func (in *Inspector) Forget(c *Case) {
	in.books.close(c)
	in.troubles.giveBack(c)
	c.stream = 0
}
