package conn

import "onpath/tcp"

// aside is what few ends need: those that a RST went to or came from, that came with
// another ISN, or whose peer told of holes. The zero aside is that of all others.
type aside struct {
	alt     tcp.Seq    // another ISN: of the incarnation before, or with altNew of a candidate
	rstMin  tcp.Seq    // lowest SEQ of the RSTs pending towards it
	rstMax  tcp.Seq    // highest
	rstLine tcp.Seq    // the peer's top when its own RST passed: an ACK above it was sent after that RST
	rssAck  tcp.Seq    // ACK field of the last RST towards it
	odd     [2]tcp.Seq // last ACK fields towards it outside of its stream: a RST in reply has this SEQ
	sacked  [2]span    // octets of it that its peer told to have, beyond una (RFC 2018); end.nSacked of them
}

// asides are those of both ends, and of the connection.
type asides struct {
	side   [2]aside
	lost   stray
	lostBy uint8 // 1 + Dir of lost's sender; 0: there is none
}

// AsideOctets is the memory that a Conn may be lent beside its own, its place among those
// that were given back included.
const AsideOctets = 100 + 8

// LentOctets returns the memory that was taken to be lent to Conns: AsideOctets for each
// of the most that there were at once, and 8 MiB for holes, at most.
func (t *Tracker) LentOctets() int64 {
	return int64(len(t.attic.chunks))*atticChunk*AsideOctets + int64(len(t.pool.blocks))*512
}

// attic lends asides to Conns: never more than there are. Number 0 means none.
type attic struct {
	chunks [][]asides
	used   uint32
	free   []uint32
}

// atticChunk is how many are allocated at once.
const atticChunk = 1 << 7

func (k *attic) at(i uint32) *asides { return &k.chunks[i/atticChunk][i%atticChunk] }

// lend returns the number of one that holds a.
func (k *attic) lend(a *asides) (i uint32) {
	if n := len(k.free); n > 0 {
		i, k.free = k.free[n-1], k.free[:n-1]
	} else {
		k.used++
		i = k.used
		if int(i)/atticChunk == len(k.chunks) {
			k.chunks = append(k.chunks, make([]asides, atticChunk))
		}
	}
	*k.at(i) = *a
	return i
}

// giveBack takes back what c was lent.
func (k *attic) giveBack(c *Conn) {
	if c.aside != 0 {
		k.free = append(k.free, c.aside)
		c.aside = 0
	}
}

// hand returns what a move of c has at its hand: what c was lent, or else an empty one.
func (t *Tracker) hand(c *Conn) *asides {
	if c.aside == 0 {
		return &t.empty
	}
	a := t.attic.at(c.aside)
	t.beside = *a
	return a
}

// setAside is hand for a move that changes nothing of it: Before has it.
func (t *Tracker) setAside(c *Conn) {
	if c.aside != 0 {
		t.beside = *t.attic.at(c.aside)
	}
}

// keep lends c what a move has left in the empty one.
func (t *Tracker) keep(c *Conn) {
	if c.aside == 0 && t.empty != (asides{}) {
		c.aside = t.attic.lend(&t.empty)
		t.empty = asides{}
	}
}

// of returns what stands aside of x, one of the two ends.
func (m *move) of(x *end) *aside {
	if x == m.e {
		return m.ea
	}
	return m.pa
}

// asideOf returns what stands aside of c: of Before, what did then; nil for nothing.
func (t *Tracker) asideOf(c *Conn) *asides {
	switch {
	case c.aside == 0:
		return nil
	case c == &t.before:
		return &t.beside
	}
	return t.attic.at(c.aside)
}

// Swap lets the two ends of c change places: the other one is the client now.
func (t *Tracker) Swap(c *Conn) {
	c.swap()
	if a := t.asideOf(c); a != nil {
		a.side[0], a.side[1] = a.side[1], a.side[0]
		if a.lostBy != 0 {
			a.lostBy ^= 3
		}
	}
}

// Detach lets go of what c, a copy, borrowed, which the Conn that goes on still owns.
// What stood aside c keeps, as a copy.
func (t *Tracker) Detach(c *Conn) {
	for i := range c.side {
		if st := &c.side[i].sent; st.more != 0 {
			st.more, st.n = 0, 0
		}
	}
	if a := t.asideOf(c); a != nil {
		own := *a
		c.aside = t.attic.lend(&own)
	}
}

// NumSacked returns how many spans Sacked returns: Facts.NumSacked.
func (c *Conn) NumSacked(d tcp.Dir) uint8 { return min(c.side[d&1].nSacked, 2) }

// Sacked returns which octets of the end that sends in direction d its peer told to
// have: Facts.NumSacked spans. c is a Conn of t, or Before.
func (t *Tracker) Sacked(c *Conn, d tcp.Dir) (spans [2][2]tcp.Seq) {
	if a := t.asideOf(c); a != nil {
		for i, b := range a.side[d].sacked[:c.side[d].nSacked] {
			spans[i] = [2]tcp.Seq{b.from, b.to}
		}
	}
	return spans
}
