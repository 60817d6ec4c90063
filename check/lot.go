package check

import (
	"cmp"
	"slices"
)

// Lot is what an Inspector has found of a Case and lent to it: what must go with it, as
// another Inspector finishes it. The zero Lot is empty.
type Lot struct {
	findings []Finding
	trouble  trouble
	troubled bool
}

// Lends reports whether a Case of in has a Lot.
func (c *Case) Lends() bool { return c.book != 0 || c.trouble != 0 }

// Hand moves what belongs to c to l. It is to be forgotten here afterwards.
func (in *Inspector) Hand(c *Case, l *Lot) {
	found := in.books.of(c)
	l.findings = append(l.findings[:0], found...)
	for i := range found {
		found[i].Kept = nil // it goes with them, so it is no room to spare
	}
	t := c.lent(in)
	if l.troubled = t != nil; l.troubled {
		l.trouble = *t
	}
}

// Show is Hand of what goes on: c keeps what it has.
func (in *Inspector) Show(c *Case, l *Lot) {
	l.findings = append(l.findings[:0], in.books.of(c)...)
	for i := range l.findings {
		l.findings[i].Kept = slices.Clone(l.findings[i].Kept)
	}
	t := c.lent(in)
	if l.troubled = t != nil; l.troubled {
		l.trouble = *t
	}
}

// Receive lets c, of another Inspector, be finished by this one. l is nil if it has no Lot;
// frame is the number of the latest frame.
func (in *Inspector) Receive(c *Case, l *Lot, frame uint64) {
	in.number = frame
	in.Adopt(c)
	if l == nil {
		return
	}
	if len(l.findings) > 0 {
		c.book = in.books.open()
		list := &in.books.all[c.book].findings
		*list = append(*list, l.findings...)
		in.books.total += len(l.findings)
	}
	if !l.troubled {
		return
	}
	if t := c.borrow(in); t != nil {
		next := t.next
		*t = l.trouble
		t.next = next
	}
}

// Part returns the Config of one of n Inspectors among which connections are divided: each
// may keep the nth part of what one could.
func (c Config) Part(n int) Config {
	c.Max = (cmp.Or(c.Max, DefaultFindings) + n - 1) / n
	c.Troubles = (cmp.Or(c.Troubles, DefaultTroubles) + n - 1) / n
	if c.Overlap >= 0 {
		c.Overlap = cmp.Or(c.Overlap, DefaultOverlap) / n
	}
	return c
}

// Add adds what another Inspector counts.
func (s *Stats) Add(o *Stats) {
	s.Findings, s.Notes, s.Hosts = s.Findings+o.Findings, s.Notes+o.Notes, s.Hosts+o.Hosts
	s.FindingOctets, s.TroubleOctets = s.FindingOctets+o.FindingOctets, s.TroubleOctets+o.TroubleOctets
	s.NoteOctets += o.NoteOctets
}
