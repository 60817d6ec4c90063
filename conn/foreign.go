package conn

import "onpath/tcp"

// What a third party sends in the name of an end must not make the end's own
// octets look sent again. It is told by what every segment of one sender has in
// common and who forges blindly has not: the way (TTL), the counter of datagrams,
// the timestamps.

// Runs of equal TTLs: as much as is counted, and as much as makes one usual.
const (
	maxRun   = 16
	usualRun = 8
)

// hops follows the TTL with which segments of e come here. Another one must come
// several times to become the usual one.
func (e *end) hops(ttl uint8) {
	if ttl == e.ttl {
		e.ttlRun = min(e.ttlRun+1, maxRun)
		return
	}
	if e.ttlRun /= 2; e.ttlRun == 0 {
		e.ttl, e.ttlRun = ttl, 1
	}
}

// foreign reports whether s is unlike the other segments of its sender.
func (m *move) foreign() bool {
	e, s, ev := m.e, m.s, m.ev
	if s.Flags&(tcp.SYN|tcp.RST) != 0 {
		return false // a listener, or no socket at all, may send them otherwise
	}
	if e.ttlRun >= usualRun && s.TTL != e.ttl || s.Opts&tcp.OptTimestamp == 0 && e.bits&m.p.bits&hasTS != 0 {
		return true
	}
	d := s.IPID - ev.id
	return ev.steps >= exact && d >= 256 && -d >= 256
}

// noteForeign remembers octets of a third party, and lets what was usual fade.
func (m *move) noteForeign() {
	m.e.hops(m.s.TTL)
	if d := m.s.IPID - m.ev.id; d >= 256 && -d >= 256 && m.ev.steps > 0 {
		m.ev.steps--
	}
	if m.s.Len > 0 {
		m.t.strange(m)
	}
}

// strangers is how many pieces of third parties are remembered, of all
// connections together.
const strangers = 32

// piece is octets that a third party may have sent in the name of an end.
type piece struct {
	span
	salt uint32
	dir  tcp.Dir
}

// foreigners is a ring of pieces. The zero foreigners holds none.
type foreigners struct {
	pieces [strangers]piece
	next   uint8
	some   bool // there has been one
}

// strange remembers the octets of m in place of the oldest piece.
func (t *Tracker) strange(m *move) {
	f := &t.foreigners
	f.pieces[f.next%strangers] = piece{span{m.s.Seq, m.s.Seq.Add(m.s.Len)}, m.t.Salt, m.s.Dir}
	f.next, f.some = f.next+1, true
}

// piece returns what is remembered of a third party and overlaps m, or nil.
func (t *Tracker) piece(m *move) *piece {
	if !t.foreigners.some {
		return nil
	}
	for i := range t.foreigners.pieces {
		p := &t.foreigners.pieces[i]
		if p.from != p.to && p.salt == m.t.Salt && p.dir == m.s.Dir && overlap(p.span, span{m.s.Seq, m.end}) > 0 {
			return p
		}
	}
	return nil
}

// stranger reports whether octets of m seem to have passed before only because a
// third party sent them.
func (t *Tracker) stranger(m *move) bool {
	return m.s.Len > 0 && m.s.Seq.Before(m.e.nxt) && !m.foreign() && t.piece(m) != nil
}

// passedBy forgets what is remembered of third parties and the end itself has
// sent now.
func (t *Tracker) passedBy(m *move) {
	if m.s.Len == 0 || m.step.Repeated == 0 {
		return
	}
	if p := t.piece(m); p != nil {
		p.from = m.end
		if !p.from.Before(p.to) {
			*p = piece{}
		}
	}
}
