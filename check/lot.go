package check

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
