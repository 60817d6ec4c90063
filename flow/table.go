package flow

import (
	"onpath/check"
	"onpath/compat/netfilter"
	"onpath/compat/tcpchain"
	"onpath/compat/tcpstates"
	"onpath/conn"
	"onpath/measure"
	"onpath/outcome"
	"onpath/packet"
	"onpath/record"
	"onpath/tcp"
)

// Table is all connections that are remembered.
type Table struct {
	emit func(*record.Record)
	max  int // entries and embryos

	maxHalfOpen int // of them

	limits  [numClasses]int64 // ns
	states  tcpstates.Limits
	chain   tcpchain.Rules
	seed    packet.Seed
	slab    slab
	past    past
	whole   bool // no embryos: tests compare with that
	each    bool // nothing is left out of a segment that goes on: tests compare with that
	crowd   int  // from how many connections on packets are expected
	index   index
	repairs repairs
	great   great
	times   times
	who     identities
	lists   [numClasses]list
	parts   parts
	tracker conn.Tracker
	rules   *check.Inspector
	ended   check.End     // the record that ends
	facts   outcome.Facts // of it
	ends    [2]conn.Facts // that learn returned
	clock   Clock
	now     int64    // time of the last packet, or tick
	ticked  int64    // time of the last tick
	due     int64    // before it no entry's time can have come
	resumed int64    // since when somebody watches again; 0: somebody always did
	over    []uint32 // entries whose time has come with this tick
	stats   Stats
	report  *Report         // for a Desk; nil: t shares with nobody
	post    Post            // hands it over
	outside *outside        // with report: what is shown of it
	frame   uint64          // with report: the one at hand
	latest  uint64          // with report: the latest one
	order   uint64          // with report: as Place.order
	asked   Place           // the Desk stands still there, until there is more to tell
	row     record.Record   // the one that emit is given
	flags   tcpstates.Flags // of the last segment
	step    conn.Step       // what it did
	quote   packet.Quote    // the last one

	firewall *netfilter.Tracker // nil: none
	verdict  netfilter.Verdict  // its last one
	refused  bool               // the packet at hand, by it

	of     *entry  // that Owner tells of; nil: none
	ofLone uint32  // the embryo that Owner tells of; 0: none
	quoted *entry  // whose segment the last packet that is not TCP quoted; nil: none
	quotes tcp.Dir // with quoted: who sent that segment
}

// New returns an empty Table. emit is called for each record as it ends; the
// Record is valid during the call.
func New(c Config, emit func(*record.Record)) *Table {
	c = c.withDefaults()
	t := &Table{
		emit: emit, max: c.MaxConnections, maxHalfOpen: c.MaxHalfOpen, limits: limits(c), seed: c.Seed, due: forever,
		states: tcpstates.NewLimits(tcpstates.Timeouts(c.Timeouts)), chain: c.TCPChain,
		firewall: c.Netfilter, rules: check.New(c.Rules), parts: newParts(int64(c.Interim)), crowd: crowd,
	}
	t.who.signatures.Database, t.times.max = c.Fingerprints, uint32(c.MaxTimed)
	return t
}

// Observe gives the table one decoded packet and returns what is known of it. A
// View whose Why is not Decoded belongs to no connection.
func (t *Table) Observe(v *packet.View) record.Packet {
	t.ask(v)
	p := record.Packet{View: v, Netfilter: t.judgement()}
	t.pass(v.At)
	if v.Why != packet.Decoded {
		t.rules.Undecoded(v)
		p.Raised = t.rules.Raised()
		return p
	}
	i := t.take(v, t.hash(&v.Key), 0)
	e, step := t.observed(i), &t.step
	if v.Key.Proto == packet.ProtoTCP {
		p.Explanation, p.Delivery, p.Loss = step.Explanation, step.Delivery, step.Loss
		p.Live, p.TCPStates = &e.conn, t.flags
	} else if t.quoted != nil {
		p.About, p.Quotes = t.quoted.num, t.quotes
	}
	p.Conn, p.Dir = e.num, e.dir(v.FromB)
	p.State = [2]conn.State{e.conn.State(tcp.Client), e.conn.State(tcp.Server)}
	p.Raised = t.rules.Raised()
	p.Possible = [2]conn.Set{e.conn.Possible(tcp.Client), e.conn.Possible(tcp.Server)}
	return p
}

// take gives a decoded packet to the entry or embryo that counts it, which it returns. hash
// is that of its key, and likely what known takes.
func (t *Table) take(v *packet.View, hash, likely uint32) uint32 {
	i := t.known(v, hash, likely)
	if i == 0 {
		if i = t.conceive(hash, v); i != 0 {
			return i
		}
		i = t.create(hash, v, clientIsB(v))
	}
	if v.Key.Proto == packet.ProtoTCP {
		i = t.segment(i, v)
	} else {
		t.datagram(i, v)
	}
	if t.refused {
		t.judge(t.slab.at(i))
	}
	return i
}

// Stats returns the counts so far.
func (t *Table) Stats() Stats {
	s := t.stats
	s.Held = t.held()
	s.Live, s.HolesGivenUp, s.SACKGivenUp = t.slab.live, t.tracker.HolesGivenUp, t.tracker.SACKGivenUp
	s.TimesGivenUp, s.Rules = t.times.givenUp, t.rules.Stats()
	s.TimedOctets, s.TotalsGivenUp, s.Octets = t.times.octets(), t.great.givenUp, t.octets()
	s.SignaturesGivenUp, s.ClocksGivenUp = t.who.signatures.GivenUp(), t.who.clocks.GivenUp()
	return s
}

// hash returns the part of a key's hash that the index keeps.
func (t *Table) hash(k *packet.Key) uint32 { return uint32(k.Hash(&t.seed) >> 32) }

// known finds the entry of a packet whose key has that hash; 0: there is none. What was
// silent for too long ends here too, whether or not its turn in the list has come. likely
// is an entry or embryo where it may be found without a search, or 0.
func (t *Table) known(v *packet.View, hash, likely uint32) uint32 {
	i := likely
	if !t.slab.has(i, &v.Key) {
		i = t.index.find(&t.slab, hash, &v.Key)
	}
	if i == 0 {
		return 0
	}
	if i&lone == 0 && t.parts.every == 0 {
		if e := t.slab.at(i); e.class == open && !overdue(v.At, e.last, t.limits[open]) { // so are most
			return i
		}
	}
	if _, in := t.slab.listed(i); !in.idle() && v.At > t.until(i) {
		if !t.expire(i) {
			return 0
		}
	} else if t.parts.every != 0 && i&lone == 0 {
		t.partBefore(t.slab.at(i), v.At)
	}
	if i&lone != 0 {
		return t.grow(i, hash)
	}
	return i
}

// create makes an entry for a packet, and pushes another out if the cap asks for
// it.
func (t *Table) create(hash uint32, v *packet.View, swapped bool) uint32 {
	t.makeRoom(v)
	i := t.slab.take()
	t.stats.Peak = max(t.stats.Peak, t.slab.live)
	t.index.add(hash, i)
	t.begin(i, v, swapped)
	return i
}

// begin starts a record in entry i, which is in no list.
func (t *Table) begin(i uint32, v *packet.View, swapped bool) {
	e := t.slab.at(i)
	e.key, e.swapped = v.Key, swapped
	t.open(e, v)
	t.tellBegun(0)
	if v.Key.Proto == packet.ProtoTCP {
		t.enlist(i, halfOpen)
		t.await(i)
	} else {
		t.enlist(i, strayOther)
	}
}

// open starts the next record of e with the packet v.
func (t *Table) open(e *entry, v *packet.View) {
	e.num, e.start, e.last = t.name(), v.At, v.At
	if v.Key.Proto == packet.ProtoTCP {
		e.opening = openingOf(v.Seg.Flags)
	}
	if e.dir(v.FromB) == tcp.Server {
		e.history.Flipped()
	}
}

// openingOf tells how a record begins whose first segment has these flags.
func openingOf(f tcp.Flags) record.Opening {
	switch f & (tcp.SYN | tcp.ACK) {
	case tcp.SYN:
		return record.OpenSyn
	case tcp.SYN | tcp.ACK:
		return record.OpenSynAck
	}
	return record.OpenMidstream
}

// clientIsB decides by a record's first packet who the client is (DESIGN §5):
// the sender of a SYN, the addressee of a SYN,ACK, else the end with the higher
// port, else the sender. What stands for ports in ICMP does not count.
func clientIsB(v *packet.View) bool {
	k := &v.Key
	if k.Proto == packet.ProtoTCP {
		switch openingOf(v.Seg.Flags) {
		case record.OpenSyn:
			return v.FromB
		case record.OpenSynAck:
			return !v.FromB
		}
	}
	if k.APort == k.BPort || k.Proto == packet.ProtoICMP || k.Proto == packet.ProtoICMPv6 {
		return v.FromB
	}
	return k.BPort > k.APort
}

// datagram counts a packet of something that is not TCP.
func (t *Table) datagram(i uint32, v *packet.View) {
	e := t.slab.at(i)
	d := e.dir(v.FromB)
	e.last = max(e.last, v.At)
	t.great.add(e, d, v.IPLen, v.L4Len)
	if e.class == strayOther && !e.side[d^1].Empty() {
		t.reclass(i, other)
	}
	t.recur(e, e.history.Datagram(d, v.L4Len, v.L4Sum))
	t.rules.Nothing()
	t.quoted = nil
	t.askQuote(v)
}

// askQuote asks the rules about what v quotes, if it does.
func (t *Table) askQuote(v *packet.View) {
	if q, ok := v.Quote(); ok {
		t.quote = q // so that q stays on the stack
		t.inquireQuote(v, &t.quote)
	}
}

// segment lets conn take a TCP segment, and returns the entry that counts it: i,
// the one that supersedes it, or the ghost behind it.
func (t *Table) segment(i uint32, v *packet.View) uint32 {
	e, s, step := t.slab.at(i), &v.Seg, &t.step
	s.Dir = e.dir(v.FromB)
	shown := t.move(e, v)
	if t.goesOn(i, e, v, step) || e.class == halfOpen && t.opens(i, e, v, step) {
		t.inquire(e, v, shown)
		return i
	}
	switch {
	case !e.fresh() && (step.Begin == conn.Begun || step.Begin == conn.Candidate && e.written):
		i = t.supersede(i, v, t.tracker.Before(), step)
		e = t.slab.at(i)
		s.Dir = e.dir(v.FromB)
		t.tracker.Salt = salt(&e.key, e.conn.Turn)
		t.tracker.Remember(s)
		shown = e.inquiry.Shows(v)
	case step.Older && e.older != 0:
		i = e.older
		e = t.slab.at(i)
		s.Dir = e.dir(v.FromB)
		shown = t.move(e, v)
	}
	if e.written {
		t.resume(e, v)
	}
	t.count(i, v, step)
	t.flags = t.look(e, s)
	t.calms(e)
	t.inquire(e, v, shown)
	return i
}

// resume begins the next record of an entry whose last one was written.
func (t *Table) resume(e *entry, v *packet.View) {
	before := e.num
	e.side, e.history, e.written = [2]measure.Volume{}, measure.History{}, false
	e.states, e.chain = tcpstates.Pair{}, tcpchain.State{}
	e.trail.Continue()
	e.conn.Calm = 0
	t.repairs.giveBack(e)
	t.open(e, v)
	t.tellBegun(before)
	t.repairs.lent(e).continues = before
}

// count adds a segment to its record.
func (t *Table) count(i uint32, v *packet.View, step *conn.Step) {
	e, s := t.slab.at(i), &v.Seg
	last := e.last
	e.last = max(e.last, v.At)
	t.great.add(e, s.Dir, v.IPLen, step.New)
	if step.Begin == conn.Begun && step.SynSeen && s.Flags&tcp.SYN == 0 {
		e.history.Opened(step.Opener)
	}
	t.recur(e, e.history.Segment(s, step))
	e.trail.Segment(s, step, &e.conn, v.At-e.start)
	t.repairs.count(e, s.Dir, step)
	t.time(e, s, step, last)
	if s.Flags&tcp.SYN != 0 {
		t.identify(&e.identity, v)
	}
	if step.Begin == conn.Begun && step.SynSeen {
		e.opening = record.OpenSyn
	}
	if e.class != ghost && (e.class != open || !step.Plain) { // what is Plain leaves it open
		t.settle(i, e)
	}
}

// settle lets entry i stand where its Conn belongs.
func (t *Table) settle(i uint32, e *entry) {
	c := classOf[e.conn.Phase()]
	if e.class.stray() && !e.conn.Assured() {
		c = strayOf[c]
	}
	t.reclass(i, c)
}

// recur counts letters of the history that occurred again.
func (t *Table) recur(e *entry, again measure.Again) {
	if again.Some() {
		e.history.Recur(again, &t.repairs.lent(e).recurs)
	}
}
