package evidence

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"onpath/anomaly"
	"onpath/check"
	"onpath/packet"
	"onpath/record"
)

// Config says what is kept and when it is dumped.
type Config struct {
	Least  anomaly.Severity // of the findings that begin a dump; 0 means Suspicious
	Memory int              // octets of the ring of frames
	Local  []netip.Prefix   // networks of the ends that a dump calls local; else that is the client
}

// Default sizes, for who lets users choose others.
const (
	DefaultMemory = 64 << 20
	DefaultDisk   = 1 << 30
)

// MaxDumps is how many dumps a connection has at most, and what belongs to none within
// an hour. It has none more when they hold as many octets as Config.Memory.
const MaxDumps = 8

// What a dump has at most, beside the frames of before.
const (
	afterPackets  = 64
	afterTime     = int64(10 * time.Second)
	maxFindings   = 16  // that are told; more are counted
	maxUnfinished = 256 // dumps that wait for packets at the same time
	afresh        = int64(time.Hour)
)

// Keeper keeps frames, and hands a Dump over when it is complete.
type Keeper struct {
	config Config
	out    func(*Dump) bool
	ring   ring
	now    int64              // the latest time of a frame
	open   map[uint64]*window // dumps that wait for packets, by connection
	queue  []*window          // the same in the order in which they began, and some that are complete
	shares map[uint64]share   // of an open connection
	anew   int64              // time when the share of what belongs to none begins anew
	stats  Stats
}

// share is what a connection has had.
type share struct {
	dumps  int
	octets int64 // of the captures
}

// Stats counts what a Keeper did and gave up.
type Stats struct {
	Frames  uint64 // that were to be kept
	Lost    uint64 // of them, those that are no longer, or never were
	Bounded uint64 // findings that would have begun a dump, and whose connection has had its share
}

// window is a dump that waits for the packets after its finding.
type window struct {
	owner    record.Owner
	findings []Finding
	more     uint64 // findings that there was no room for
	deadline int64  // time of the last packet that may belong to it
	limit    uint64 // position in the ring from which on what was there at the finding may be overwritten
	left     int    // packets that may still follow
	done     bool
}

// New returns a Keeper. out is called with each dump; the Dump is valid during the call.
// It reports whether the dump was written.
func New(c Config, out func(*Dump) bool) *Keeper {
	c.Least = cmp.Or(c.Least, anomaly.Suspicious)
	return &Keeper{config: c, out: out, ring: newRing(c.Memory), open: map[uint64]*window{}, shares: map[uint64]share{}}
}

// Stats returns the counts so far.
func (k *Keeper) Stats() Stats {
	k.stats.Frames, k.stats.Lost = k.ring.frames, k.ring.lost
	return k.stats
}

// Observe gives a frame, what was made of it, and whose it is. It keeps a copy of what
// belongs to a TCP connection; what belongs to none only if it raised something.
func (k *Keeper) Observe(f *packet.Frame, v *packet.View, o record.Owner) {
	k.now = max(k.now, f.At)
	k.complete(uint64(headLen + len(f.Data)))
	piece := pieceOf(v)
	switch {
	case v.Why == packet.FragmentHeld && piece != 0:
		k.ring.add(f, kept{conn: piece, kind: fragment})
		return
	case o.Conn == 0 && len(o.Raised) == 0:
		return
	}
	is := segment
	if !v.IsTCP() {
		is = quote
	}
	k.ring.add(f, kept{conn: o.Conn, kind: is, piece: piece, pieces: v.Fragments})
	w := k.open[o.Conn]
	k.raise(&o, check.Moment{Frame: f.Number, At: f.At})
	if w != nil {
		w.follow(k, o.Packets)
	}
}

// Close says that a record ends, whose last packet has a time in ns: nothing more will
// come of it. What its end raised is dumped, too.
func (k *Keeper) Close(last int64, o record.Owner) {
	if o.Conn == 0 {
		return
	}
	k.raise(&o, check.Moment{At: last})
	if w := k.open[o.Conn]; w != nil {
		w.owner.Packets = o.Packets
		k.finish(w)
	}
	delete(k.shares, o.Conn)
}

// Flush completes all dumps: the capture has ended.
func (k *Keeper) Flush() {
	for _, w := range k.queue {
		k.finish(w)
	}
	k.queue = nil
}

// raise adds what was raised to the connection's dump, and begins one if need be.
func (k *Keeper) raise(o *record.Owner, at check.Moment) {
	for i := range o.Raised {
		r := &o.Raised[i]
		if r.Severity < k.config.Least || r.ID.Row().Family == anomaly.FamilyLifecycle {
			continue
		}
		w := k.open[o.Conn]
		if w == nil && r.Due() {
			w = k.begin(o)
		}
		if w != nil {
			w.add(k, o, at, r)
		}
	}
}

// begin begins a dump, or returns nil if the connection has had its share.
func (k *Keeper) begin(o *record.Owner) *window {
	if o.Conn == 0 && k.now >= k.anew {
		k.anew = k.now + afresh
		delete(k.shares, 0)
	}
	if s := k.shares[o.Conn]; s.dumps >= MaxDumps || s.dumps > 0 && s.octets >= int64(k.config.Memory) {
		k.stats.Bounded++
		return nil
	}
	if len(k.open) >= maxUnfinished {
		k.finish(k.oldest())
	}
	if len(k.queue) >= 2*maxUnfinished { // most are complete: their records ended
		k.queue = slices.DeleteFunc(k.queue, func(w *window) bool { return w.done })
	}
	w := &window{owner: *o, deadline: k.now + afterTime, limit: k.ring.head + k.ring.size/2, left: afterPackets}
	w.owner.Raised, w.owner.Before, w.owner.Case = nil, nil, nil // gone with the packet
	k.open[o.Conn] = w
	k.queue = append(k.queue, w)
	return w
}

// oldest returns the dump that began first of those that are not complete.
func (k *Keeper) oldest() *window {
	for k.queue[0].done {
		k.queue = k.queue[1:]
	}
	return k.queue[0]
}

// add adds a finding.
func (w *window) add(k *Keeper, o *record.Owner, at check.Moment, r *check.Raised) {
	if len(w.findings) >= maxFindings {
		w.more++
		return
	}
	f := Finding{Raised: *r, Moment: at}
	if o.Before != nil {
		local := o.Local(k.config.Local)
		f.Ends, f.Known = [2]record.StackEnd{o.StackEnd(local), o.StackEnd(local ^ 1)}, true
	}
	w.owner.Packets = o.Packets
	w.findings = append(w.findings, f)
}

// follow counts a packet after the finding.
func (w *window) follow(k *Keeper, packets uint64) {
	w.owner.Packets = packets
	if w.left--; w.left <= 0 {
		k.finish(w)
	}
}

// complete completes the dumps whose time is over, and those of whose frames some would
// be overwritten by so many octets.
func (k *Keeper) complete(octets uint64) {
	for len(k.queue) > 0 {
		w := k.queue[0]
		if !w.done && k.now <= w.deadline && k.ring.head+octets <= w.limit {
			return
		}
		k.queue[0] = nil
		k.queue = k.queue[1:]
		k.finish(w)
	}
}

// finish hands a dump over, once.
func (k *Keeper) finish(w *window) {
	if w.done {
		return
	}
	w.done = true
	delete(k.open, w.owner.Conn)
	d := k.dump(w)
	if k.out(d) {
		s := k.shares[w.owner.Conn]
		k.shares[w.owner.Conn] = share{s.dumps + 1, s.octets + d.octets()}
	}
}
