package check

import (
	"onpath/anomaly"
	"onpath/tcp"
)

// What a checkpoint holds of an Inspector, in parts of plain memory. What is noted of
// octets that passed is left out: what comes again after a restart is not compared.

// keptFinding is a finding, but for what it keeps.
type keptFinding struct {
	ID          anomaly.ID
	Dir         tcp.Dir
	Cause       anomaly.Cause
	Severity    anomaly.Severity
	Count       uint64
	First, Last Moment
}

// keptOccurrence is one that a finding keeps.
type keptOccurrence struct {
	ID  anomaly.ID
	Dir tcp.Dir
	Occurrence
}

// keptStray is a Stray.
type keptStray struct {
	keptFinding
	From    [16]byte
	V6      bool
	Numbers [MaxNumbers]int64
	rule    anomaly.ID
}

// keptCapture is what the capture says of itself, and how far it came.
type keptCapture struct {
	capture
	number uint64 // of the last frame that was judged
}

// keptWorld is what is known of no single connection, but for its tables.
type keptWorld struct {
	skewed bool
	late   int64
	silent [16]byte // of hosts
}

// networksPart is how many bits of networks a part holds.
const networksPart = 1 << 12

// keptNetworks are some of the networks, from a bit on.
type keptNetworks struct {
	at   uint32
	bits [networksPart / 64]uint64
}

// Parts returns a pointer to a zero value of each type of which Checkpoint and
// CheckpointAll give pointers.
func Parts() []any {
	return []any{
		new(keptFinding), new(keptOccurrence), new(trouble),
		new(keptCapture), new(heldSyn), new(keptWorld), new(keptNetworks), new(sumsOf), new(isnsOf), new(host), new(keptStray),
	}
}

// keep returns a finding as it is kept.
func (f *Finding) keep() keptFinding {
	return keptFinding{f.ID, f.Dir, f.Cause, f.Severity, f.Count, f.First, f.Last}
}

func (k *keptFinding) finding() Finding {
	return Finding{ID: k.ID, Dir: k.Dir & 1, Cause: k.Cause, Severity: k.Severity, Count: k.Count, First: k.First, Last: k.Last}
}

// Checkpoint gives put all that c was lent, each valid during the call: what Restore
// takes behind Adopt. A Case itself is plain memory.
func (in *Inspector) Checkpoint(c *Case, put func(part any)) {
	if t := c.lent(in); t != nil {
		put(t)
	}
	found := in.books.of(c)
	for i := range found {
		f := &found[i]
		k := f.keep()
		put(&k)
		for j := range f.Kept {
			put(&keptOccurrence{f.ID, f.Dir, f.Kept[j]})
		}
	}
}

// Adopt makes c, a copy out of a checkpoint, one of in: with nothing lent yet.
func (in *Inspector) Adopt(c *Case) {
	c.book, c.trouble, c.stream = 0, 0, 0
	c.probed %= 2 * probedByServer
}

// Restore lends c, which was adopted, what Checkpoint gave; it reports false for what is
// none of that.
func (in *Inspector) Restore(c *Case, part any) bool {
	switch p := part.(type) {
	case *trouble:
		if t := c.borrow(in); t != nil {
			*t = *p
		}
	case *keptFinding:
		if f := in.books.known(c, p.ID, p.Dir&1); f == nil && p.Dir <= 1 {
			if f = in.books.begin(c, p.ID, p.Dir); f != nil {
				*f = p.finding()
			}
		}
	case *keptOccurrence:
		if f := in.books.known(c, p.ID, p.Dir&1); f != nil && len(f.Kept) < in.keep {
			f.Kept = append(f.Kept, p.Occurrence)
		}
	default:
		return false
	}
	return true
}

// CheckpointAll gives put what belongs to no connection, each valid during the call: what
// RestoreAll takes.
func (in *Inspector) CheckpointAll(put func(part any)) {
	put(&keptCapture{in.capture, in.number})
	for i := range uint8(heldSyns) {
		if h := &in.candidates.ring[(in.candidates.next+i)%heldSyns]; h.has {
			put(h)
		}
	}
	if in.world != nil {
		in.world.checkpoint(put)
	}
}

func (w *World) checkpoint(put func(part any)) {
	put(&keptWorld{w.skewed, w.late, w.hosts.silent})
	for at := 0; at < len(w.networks.bits); at += networksPart / 64 {
		k := keptNetworks{at: uint32(at)}
		copy(k.bits[:], w.networks.bits[at:])
		put(&k)
	}
	putEach(w.sums.hosts, func(h *sumsOf) bool { return h.tag != 0 }, put)
	putEach(w.isns.hosts, func(h *isnsOf) bool { return h.known != 0 }, put)
	putEach(w.hosts.all, func(h *host) bool { return h.addr != [16]byte{} }, put)
	for i := range w.strays.all {
		f := &w.strays.all[i]
		put(&keptStray{f.Finding.keep(), f.From, f.V6, f.Numbers, f.rule})
	}
}

// putEach gives put those of a table that are in use.
func putEach[T any](all []T, used func(*T) bool, put func(part any)) {
	for i := range all {
		if used(&all[i]) {
			put(&all[i])
		}
	}
}

// Seen says which frame was the last of all, to one that is given none.
func (in *Inspector) Seen(frame uint64) { in.number = frame }

// RestoreAll takes what CheckpointAll gave; it reports false for what is none of that.
func (in *Inspector) RestoreAll(part any) bool {
	switch p := part.(type) {
	case *keptCapture:
		in.capture, in.number = p.capture, p.number
	case *heldSyn:
		in.candidates.ring[in.candidates.next%heldSyns] = *p
		in.candidates.next++
	default:
		return in.world != nil && in.world.restore(part)
	}
	return true
}

func (w *World) restore(part any) bool {
	switch p := part.(type) {
	case *keptWorld:
		w.skewed, w.late, w.hosts.silent = p.skewed, p.late, p.silent
	case *keptNetworks:
		w.networks.restore(p)
	case *sumsOf:
		*w.sums.of(p.tag) = *p
	case *isnsOf:
		*w.isns.of(p.tag) = *p
	case *host:
		if h := w.hosts.take(&p.addr, p.v6, p.last); h != nil {
			*h = *p
		}
		w.hosts.fresh = 0 // so many at once are no flood
	case *keptStray:
		w.strays.restore(p)
	default:
		return false
	}
	return true
}

// restore adds some networks.
func (n *networks) restore(p *keptNetworks) {
	if n.bits == nil {
		n.bits = make([]uint64, networkBits/64)
	}
	if int(p.at) < len(n.bits) {
		copy(n.bits[p.at:], p.bits[:])
	}
}

// restore counts a stray as it was.
func (t *strays) restore(p *keptStray) {
	f := t.add(who{p.ID, p.rule, p.From}, p.First)
	if f == nil {
		return
	}
	*f = Stray{Finding: p.finding(), From: p.From, V6: p.V6, Numbers: p.Numbers, rule: p.rule}
	t.due = min(t.due, f.deadline())
}

// Resumed says that nobody watched until at, ns since the Unix epoch. It accuses nobody of
// what passed meanwhile, nor of having begun without a SYN soon after.
func (in *Inspector) Resumed(at int64) {
	c := &in.capture
	c.lossy, c.lost, c.resumed = true, at, at
}
