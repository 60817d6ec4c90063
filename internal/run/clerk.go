package run

import (
	"onpath/check"
	"onpath/fingerprint"
	"onpath/measure"
	"onpath/record"
)

// clerk writes what the desk has numbered, in a goroutine of its own: on a flood to order
// records and to write rows are half of all work each.
type clerk struct {
	full, free chan *page
	page       *page         // that the desk fills
	old        []check.Stray // told with the row at hand; of the clerk's goroutine
}

// page is some rows, with copies of all that they point at: the desk has it for one row at a
// time.
type page struct {
	rows   []leaf
	found  []check.Finding
	kept   []check.Occurrence
	flush  bool // behind the rows, what is written must get out
	stands bool // behind that, who reads waits until all is done
}

// leaf is a row and what it points at.
type leaf struct {
	record.Record
	times measure.Times
	who   [2]struct {
		signature fingerprint.Signature
		match     fingerprint.Match
	}
	old []check.Stray // told with it
}

// Bounds of what is on the way to the clerk.
const (
	pageRows   = 128
	pagesAhead = 2
)

func newClerk() *clerk {
	c := &clerk{full: make(chan *page, pagesAhead), free: make(chan *page, pagesAhead+2)}
	for range cap(c.free) {
		c.free <- &page{rows: make([]leaf, 0, pageRows)}
	}
	c.page = <-c.free
	return c
}

// take copies a row, and what is told with it.
func (c *clerk) take(r *record.Record, old []check.Stray) {
	c.page.add(r, old)
	if len(c.page.rows) == pageRows {
		c.hand(false, false)
	}
}

// hand hands the page over, and has done behind it what these say.
func (c *clerk) hand(flush, stands bool) {
	c.page.flush, c.page.stands = flush, stands
	c.full <- c.page
	c.page = <-c.free
}

// end says that nothing comes any more.
func (c *clerk) end() {
	c.hand(false, false)
	close(c.full)
}

// write is the clerk's goroutine: it writes all that comes.
func (s *shards) write() {
	c := s.clerk
	for p := range c.full {
		for i := range p.rows {
			l := &p.rows[i]
			c.old = l.old
			s.emit(&l.Record)
		}
		s.behind(p.flush, p.stands)
		p.reset()
		c.free <- p
	}
}

// add copies a row.
func (p *page) add(r *record.Record, old []check.Stray) {
	p.rows = p.rows[:len(p.rows)+1]
	l := &p.rows[len(p.rows)-1]
	l.Record = *r
	l.old = append(l.old[:0], old...)
	if r.Times != nil {
		l.times = *r.Times
		l.Times = &l.times
	}
	for end := range l.Side {
		l.own(&l.Side[end].Identity, end)
	}
	l.Findings = p.own(r.Findings)
}

// own copies what is known of an end.
func (l *leaf) own(i *record.Identity, end int) {
	if i.Signature != nil {
		l.who[end].signature = *i.Signature
		i.Signature = &l.who[end].signature
	}
	if i.Match != nil {
		l.who[end].match = *i.Match
		i.Match = &l.who[end].match
	}
}

// own copies findings. Where the lists of the page move as they grow, what was returned
// before stays where it was.
func (p *page) own(found []check.Finding) []check.Finding {
	from := len(p.found)
	p.found = append(p.found, found...)
	mine := p.found[from:len(p.found):len(p.found)]
	for i := range mine {
		at := len(p.kept)
		p.kept = append(p.kept, mine[i].Kept...)
		mine[i].Kept = p.kept[at:len(p.kept):len(p.kept)]
	}
	return mine
}

func (p *page) reset() { p.rows, p.found, p.kept = p.rows[:0], p.found[:0], p.kept[:0] }
