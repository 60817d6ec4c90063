package check

import (
	"slices"

	"onpath/anomaly"
	"onpath/conn"
	"onpath/tcp"
)

// Finding is an anomaly of one connection and one direction: all its occurrences.
type Finding struct {
	ID       anomaly.ID
	Dir      tcp.Dir       // who is accused
	Cause    anomaly.Cause // of the strongest occurrence
	Severity anomaly.Severity
	Count    uint64
	First    Moment
	Last     Moment
	Kept     []Occurrence // the first ones, at most Config.Keep
}

// Moment is a frame and its time.
type Moment struct {
	Frame uint64
	At    int64 // ns since the Unix epoch
}

// Occurrence is one time that a rule held.
type Occurrence struct {
	Moment                    // of the segment that showed it
	Accused uint64            // number of the frame that is accused, often Frame, often an earlier one
	Other   uint64            // number of another frame that is accused as well; 0: none
	Cause   anomaly.Cause     // the mildest one of the rule's own fact
	Numbers [MaxNumbers]int64 // of the inequality; Names tells what they are
	Stacks  [2]conn.Stack     // both virtual stacks before the segment, by tcp.Client, tcp.Server
}

// book is the findings of one connection.
type book struct {
	findings []Finding
	next     uint32 // free list
}

// books are all of them. Book 0 is never used, so that 0 can mean none.
type books struct {
	all     []book
	free    uint32
	total   int // findings in all of them
	max     int
	givenUp uint64         // occurrences of findings that there was no room for
	spare   [][]Occurrence // room for what is kept of findings, from those that were forgotten last
}

// maxSpare bounds it: findings that a record's end raises are forgotten at once.
const maxSpare = 16

// maxKinds bounds the findings of one connection: a direction and an ID each.
const maxKinds = 64

// sparePlaces is how many findings a book that is given back keeps room for. What has
// more goes: else books that were large once would add up to more than max allows.
const sparePlaces = 4

// FindingOctets is the memory that one of Config.Max takes at most: its book, with spare
// places, its place in a list that may be half empty, and three occurrences in a list
// with room for four.
const FindingOctets = 40 + (sparePlaces+2)*72 + 896

// known returns the finding of c with that ID and direction, or nil.
func (b *books) known(c *Case, id anomaly.ID, d tcp.Dir) *Finding {
	list := b.of(c)
	for i := range list {
		if f := &list[i]; f.ID == id && f.Dir == d {
			return f
		}
	}
	return nil
}

// begin begins a finding of c; nil if there is no room.
func (b *books) begin(c *Case, id anomaly.ID, d tcp.Dir) *Finding {
	if len(b.of(c)) >= below(maxKinds, id) || b.total >= below(b.max, id) {
		b.givenUp++
		return nil
	}
	if c.book == 0 {
		c.book = b.open()
	}
	b.total++
	list := &b.all[c.book].findings
	*list = append(*list, Finding{ID: id, Dir: d, Kept: b.roomy()})
	return &(*list)[len(*list)-1]
}

// roomy returns an empty list of occurrences, with room if there is some to spare.
func (b *books) roomy() (kept []Occurrence) {
	if n := len(b.spare) - 1; n >= 0 {
		kept, b.spare = b.spare[n], b.spare[:n]
	}
	return kept
}

// quarters are how much of the room for findings those of a severity may fill: what is mild
// may be found in every connection, and leaves the rest to what is stronger.
var quarters = [...]int{
	anomaly.CaptureArtifact: 2, anomaly.Informational: 2, anomaly.Performance: 3, anomaly.Suspicious: 4, anomaly.Violation: 4,
}

// crowded reports whether there is so little room left that each host may have a part of it
// alone: a quarter is for who is busy.
func (b *books) crowded() bool { return b.total >= b.max/4 }

// below returns how many findings, of a bound, leave room for one more of a row.
func below(bound int, id anomaly.ID) int { return bound * quarters[id.Severity()] / 4 }

func (b *books) open() uint32 {
	if i := b.free; i != 0 {
		b.free = b.all[i].next
		return i
	}
	if len(b.all) == 0 {
		b.all = append(b.all, book{})
	}
	b.all = append(b.all, book{})
	return uint32(len(b.all) - 1)
}

// of returns the findings of c, in the order in which they were first raised.
func (b *books) of(c *Case) []Finding {
	if c.book == 0 {
		return nil
	}
	return b.all[c.book].findings
}

// drop forgets those of c's findings that are unwanted.
func (b *books) drop(c *Case, unwanted func(*Finding) bool) {
	if c.book == 0 {
		return
	}
	list := b.all[c.book].findings
	kept := list[:0]
	for i := range list {
		if !unwanted(&list[i]) {
			kept = append(kept, list[i])
		}
	}
	clear(list[len(kept):])
	b.all[c.book].findings = kept
	b.total -= len(list) - len(kept)
}

// close forgets the findings of c.
func (b *books) close(c *Case) {
	if c.book == 0 {
		return
	}
	k := &b.all[c.book]
	b.total -= len(k.findings)
	for i := range k.findings {
		if kept := k.findings[i].Kept; cap(kept) > 0 && len(b.spare) < maxSpare {
			b.spare = append(b.spare, kept[:0])
		}
	}
	clear(k.findings)
	k.findings, k.next, b.free = k.findings[:0], b.free, c.book
	if cap(k.findings) > sparePlaces {
		k.findings = nil
	}
	c.book = 0
}

// count counts an occurrence.
func (f *Finding) count(at Moment, c anomaly.Cause) {
	if f.Count == 0 {
		f.First, f.Cause = at, c
	}
	f.Cause = min(f.Cause, c)
	f.Severity = f.ID.Severity().Given(f.Cause)
	f.Count++
	f.Last = at
}

// roomFor returns kept with one more, whose octets are any; at most so many will be kept.
// What has a second one mostly has all.
func roomFor(kept []Occurrence, most int) []Occurrence {
	n := len(kept)
	if n == cap(kept) {
		kept = slices.Grow(kept, min(max(1, 2*n), most-n))
	}
	return kept[:n+1]
}
