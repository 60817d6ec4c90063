package evidence

import (
	"cmp"
	"math"
	"slices"

	"onpath/check"
	"onpath/record"
)

// Finding is one that a dump tells.
type Finding struct {
	check.Raised
	check.Moment                    // of the packet that showed it; Frame 0: the end of the record did
	Ends         [2]record.StackEnd // local, remote: before that packet
	Known        bool               // Ends are: it is a finding of a connection
}

// Dump is what is known of a connection around a finding.
type Dump struct {
	Owner    record.Owner // Conn 0: frames that belong to no connection
	Findings []Finding    // at least one
	More     uint64       // findings that there was no room for
	Gone     uint64       // packets of the connection that are not kept

	frames []kept // in their order
	ring   *ring
}

// Worst returns the finding that the dump is about: the strongest, of several the first.
func (d *Dump) Worst() *Finding {
	worst := &d.Findings[0]
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Severity > worst.Severity {
			worst = f
		}
	}
	return worst
}

// Frames returns how many frames the dump has.
func (d *Dump) Frames() int { return len(d.frames) }

// Number returns which of the dump's frames, from 1, is the one of that number in the
// capture; 0 if it is not kept.
func (d *Dump) Number(frame uint64) int {
	i, found := slices.BinarySearchFunc(d.frames, frame, func(k kept, n uint64) int { return cmp.Compare(k.number, n) })
	if !found {
		return 0
	}
	return i + 1
}

// octets is how much the frames take in a file, and what stands around them.
func (d *Dump) octets() (n int64) {
	for i := range d.frames {
		n += int64(d.frames[i].length) + frameOverhead
	}
	return n
}

// dump gathers what is kept of a connection.
func (k *Keeper) dump(w *window) *Dump {
	d := &Dump{Owner: w.owner, Findings: w.findings, More: w.more, ring: &k.ring}
	list := make([]kept, 0, k.ring.count(w.owner.Conn)) // a list that grows takes twice as much
	d.frames = k.ring.of(list, w.owner.Conn, k.ring.head, math.MaxInt)
	segments := uint64(0)
	for _, f := range d.frames { // of the list as it is now
		if f.kind == segment {
			segments++
		}
		if f.piece != 0 {
			d.frames = k.ring.of(d.frames, f.piece, f.from, int(f.pieces)-1)
		}
	}
	d.Gone = w.owner.Packets - min(w.owner.Packets, segments)
	slices.SortFunc(d.frames, func(a, b kept) int { return cmp.Compare(a.number, b.number) })
	d.frames = slices.CompactFunc(d.frames, func(a, b kept) bool { return a.number == b.number })
	return d
}
