package flow

// outside shows what a Table that shares has as it is for others: with the numbers of
// records, where the Table has those of frames. nil: the Table shares with nobody, and what
// it has is as it is.
type outside struct {
	numbers *numbers // of the Desk, which is at rest
	entry   entry    // that is shown; as those behind it, so that none is allocated
	embryo  embryo
	pair    pair
}

// of returns the number of a record.
func (o *outside) of(num uint64) uint64 {
	if o == nil {
		return num
	}
	return o.numbers.find(num).num
}

func (o *outside) entryOf(e *entry) *entry {
	if o == nil {
		return e
	}
	o.entry = *e
	o.entry.num = o.of(e.num)
	return &o.entry
}

func (o *outside) embryoOf(m *embryo) *embryo {
	if o == nil {
		return m
	}
	o.embryo = *m
	o.embryo.num = o.of(m.num)
	return &o.embryo
}

// pairOf returns what e was lent, which p is.
func (o *outside) pairOf(e *entry, p *pair) *pair {
	if o == nil {
		return p
	}
	o.pair = *p
	o.pair.continues = o.numbers.find(e.num).before
	return &o.pair
}
