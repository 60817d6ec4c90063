package conn

import "onpath/tcp"

// span is octets [from, to) of a stream.
type span struct{ from, to tcp.Seq }

// inlineSpans is how many spans a stream holds itself, which is what a single loss
// needs; more are borrowed from the Tracker's pool.
const inlineSpans = 1

// stream is which payload octets of one direction passed: all before contig
// and the spans beyond it, in order, apart from each other.
type stream struct {
	contig tcp.Seq
	few    [inlineSpans]span
	more   uint16 // block of the pool that holds the spans instead of few; 0: none
	n      uint16 // spans held
}

// begin sets the first octet of the stream.
func (st *stream) begin(at tcp.Seq) { st.contig = at }

// blockSpans is how many spans a block of the pool holds.
const blockSpans = 62

type block struct {
	spans [blockSpans]span
	free  uint16 // next free block
}

// maxBlocks bounds the pool: 8 MiB.
const maxBlocks = 1 << 14

// pool lends blocks to streams with many holes. Block 0 is never lent, and nil.
type pool struct {
	blocks []*block
	free   uint16
}

// lend returns a block, or 0 if none is left.
func (p *pool) lend() uint16 {
	if i := p.free; i != 0 {
		p.free = p.blocks[i].free
		return i
	}
	if len(p.blocks) >= maxBlocks {
		return 0
	}
	if len(p.blocks) == 0 {
		p.blocks = append(p.blocks, nil)
	}
	p.blocks = append(p.blocks, new(block))
	return uint16(len(p.blocks) - 1)
}

func (p *pool) take(i uint16) {
	if i != 0 {
		p.blocks[i].free, p.free = p.free, i
	}
}

// spans returns the memory in which st's spans stand.
func (t *Tracker) spans(st *stream) []span {
	if st.more != 0 {
		return t.pool.blocks[st.more].spans[:]
	}
	return st.few[:]
}

// mark says that [from, to) passed, and returns how many octets of it had not
// passed before. The common case, octets at the contiguous end, costs two
// comparisons.
func (t *Tracker) mark(st *stream, from, to tcp.Seq) (fresh uint32) {
	if from == st.contig && st.n == 0 {
		st.contig = to
		return uint32(to - from)
	}
	if to == from {
		return 0
	}
	if from.Before(st.contig) {
		if !st.contig.Before(to) {
			return 0
		}
		from = st.contig
	}
	fresh = t.insert(st, span{from, to})
	for st.n > 0 && uint32(to-st.contig) > maxSpread {
		t.giveUp(st)
	}
	t.advance(st)
	return fresh
}

// maxSpread keeps all of a stream's spans on the same side of the circle.
const maxSpread = 1 << 30

// giveUp forgets the oldest hole: its octets count as repeated if they come
// after all.
func (t *Tracker) giveUp(st *stream) {
	t.HolesGivenUp++
	st.contig = t.spans(st)[0].to
	t.advance(st)
}

// insert puts s, which begins at or after contig, among the spans, and returns
// how many of its octets were in none of them.
func (t *Tracker) insert(st *stream, s span) (fresh uint32) {
	spans := t.spans(st)
	n := int(st.n)
	i := 0
	for i < n && spans[i].to.Before(s.from) {
		i++
	}
	fresh = uint32(s.to - s.from)
	j := i
	for ; j < n && !s.to.Before(spans[j].from); j++ { // touches or overlaps
		fresh -= overlap(s, spans[j])
	}
	if j > i {
		if spans[i].from.Before(s.from) {
			s.from = spans[i].from
		}
		s.to = s.to.Max(spans[j-1].to)
		spans[i] = s
		copy(spans[i+1:], spans[j:n])
		st.n -= uint16(j - i - 1)
		return fresh
	}
	if n == len(spans) {
		if spans = t.room(st, i, s); spans == nil {
			return fresh
		}
		i, n = place(spans[:st.n], s), int(st.n)
	}
	copy(spans[i+1:n+1], spans[i:n])
	spans[i] = s
	st.n++
	return fresh
}

// place returns the index at which s, apart from all spans, belongs.
func place(spans []span, s span) int {
	i := 0
	for i < len(spans) && spans[i].to.Before(s.from) {
		i++
	}
	return i
}

// room makes place for one span more: in a block of the pool, or by giving up
// the oldest hole, which is the least likely to be filled. It returns nil if s
// itself was what closed the oldest hole.
func (t *Tracker) room(st *stream, i int, s span) []span {
	if st.more == 0 {
		if st.more = t.pool.lend(); st.more != 0 {
			copy(t.pool.blocks[st.more].spans[:], st.few[:])
			return t.spans(st)
		}
	}
	if i == 0 {
		t.HolesGivenUp++
		st.contig = s.to
		return nil
	}
	t.giveUp(st)
	return t.spans(st)
}

// missing returns how many octets of a stretch, which begins at or after contig, are in
// no span.
func (t *Tracker) missing(st *stream, s span) uint32 {
	n := uint32(s.to - s.from)
	for _, passed := range t.spans(st)[:st.n] {
		n -= overlap(s, passed)
	}
	return n
}

// overlap returns how many octets a and b share.
func overlap(a, b span) uint32 {
	from, to := a.from.Max(b.from), a.to
	if b.to.Before(to) {
		to = b.to
	}
	if !from.Before(to) {
		return 0
	}
	return uint32(to - from)
}

// advance moves contig over the spans that now touch it, and gives a block back
// that is no longer needed.
func (t *Tracker) advance(st *stream) {
	spans := t.spans(st)
	k := 0
	for k < int(st.n) && !st.contig.Before(spans[k].from) {
		st.contig = st.contig.Max(spans[k].to)
		k++
	}
	if k > 0 {
		copy(spans, spans[k:st.n])
		st.n -= uint16(k)
	}
	if st.more != 0 && st.n <= inlineSpans {
		copy(st.few[:], spans[:st.n])
		t.pool.take(st.more)
		st.more = 0
	}
}

// Forget gives back what c borrowed from the Tracker's pools. It is called when
// a Conn is dropped.
func (t *Tracker) Forget(c *Conn) {
	for i := range c.side {
		st := &c.side[i].sent
		t.pool.take(st.more)
		st.more, st.n = 0, 0
	}
	t.attic.giveBack(c)
}
