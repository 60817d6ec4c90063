package netfilter

import (
	"cmp"
	"math"

	"onpath/packet"
)

// Config is what a gateway's administrator can set. The zero Config is a kernel
// with its defaults and no helpers.
type Config struct {
	Liberal     bool     // nf_conntrack_tcp_be_liberal: only RSTs outside of the window are refused
	Strict      bool     // not nf_conntrack_tcp_loose: no pick-up of connections in their middle
	IgnoreRST   bool     // nf_conntrack_tcp_ignore_invalid_rst
	MaxRetrans  uint8    // nf_conntrack_tcp_max_retrans; 0 means the default, 3
	NoChecksums bool     // not nf_conntrack_checksum: bad checksums pass, those of IPv4 headers too
	Helpers     []Attach // rules that give helpers to new entries
	MaxEntries  int      // nf_conntrack_max; 0 means 1<<20
	Seed        packet.Seed
	Event       func(*Event) // called as things happen; nil: not. Where time steps back, ends by age may be late
}

// Attach is the rule that gives a helper to new entries to one of its ports.
type Attach struct {
	Helper string
	Ports  []uint16 // nil means those that the protocol is known by
}

// Stats counts what a Tracker's table went through.
type Stats struct {
	Entries      int    // in the table now
	Made         uint64 // entries; each is there, or counted in one of the next four
	Unconfirmed  uint64 // gone with their packet, which was not routed or which a helper dropped
	Expired      uint64 // deleted because their time was over
	Deleted      uint64 // deleted by a packet: a RST, or a SYN that begins anew
	Early        uint64 // deleted before their time because the table was full
	Full         uint64 // packets dropped because nothing could be deleted
	Expectations int    // waiting now
	Expected     uint64 // connections that had been announced
	Refused      uint64 // expectations that a bound, or another one, left no room for
}

// Tracker is the connection tracking of one gateway.
type Tracker struct {
	config  Config
	table   table
	wheel   wheel
	expects expectations
	calls   map[call]uint16 // the sender's key
	helpers helpers
	spoilt  spoilt
	stats   Stats
	now     int64 // time of the packet, ns since the Unix epoch
	nextEnd int64 // no entry ends before, as far as the wheel knows
	back    int64 // a time before this one has stepped back
	behind  int   // packets that did
	lastID  uint32
	ahead   ahead
	likely  uint32 // slot where the packet's connection is, if Expect was right; 0 for unknown
	touched uint32 // keeps the compiler from leaving out what Expect reads

	helping    uint32 // slot of the entry whose helper reads
	payload    Payload
	expectFunc func(Expectation) bool

	view  Entry // of the last Verdict or Event
	event Event
}

// Times that no packet has: latest leaves room for each timeout behind it.
const (
	never  = math.MaxInt64
	latest = never - 432001*second
)

// New returns a Tracker with an empty table.
func New(c Config) *Tracker {
	c.MaxRetrans = cmp.Or(c.MaxRetrans, 3)
	if c.MaxEntries <= 0 {
		c.MaxEntries = 1 << 20
	}
	c.MaxEntries = min(c.MaxEntries, 1<<30)
	t := &Tracker{config: c, table: newTable(), nextEnd: never, back: math.MinInt64, calls: map[call]uint16{}, helpers: newHelpers(c.Helpers)}
	t.expectFunc = t.expect
	return t
}

// Stats returns the counts so far.
func (t *Tracker) Stats() Stats {
	s := t.stats
	s.Entries, s.Expectations = t.table.count, t.expects.count
	return s
}

// Observe takes the next packet of the capture and says what is thought of it.
func (t *Tracker) Observe(v *packet.View, out *Verdict) {
	*out = Verdict{}
	t.now, t.likely = min(v.At, latest), t.ahead.next(v)
	t.expire()
	var d datagram
	if cause := t.read(v, &d); cause != CauseNone {
		out.Why.Cause, out.Why.Log = cause, v.Why.Doc()
		return
	}
	t.track(&d, out)
}

// Entries calls each with the entries that are in the table, in the order of
// their ID.
func (t *Tracker) Entries(each func(*Entry)) {
	for _, i := range t.inOrder() {
		if e := t.table.at(i); e.expires > t.now {
			each(t.show(e))
		}
	}
}

// show makes t.view what the world may know of e.
func (t *Tracker) show(e *entry) *Entry {
	e.public(&t.view, t.table.rest(e.slot), t.helpers.nameOf(e.control))
	return &t.view
}
