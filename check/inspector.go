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
