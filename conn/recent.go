package conn

import (
	"math/bits"
	"slices"

	"onpath/tcp"
)

// mirrored is how soon a copy made by the capture follows, in ns; routers is how many
// may lie between two places of one capture.
const (
	mirrored = 500_000
	routers  = 3
)

// recent is a table of the last segments of all connections: copies come soon.
type recent struct {
	lines *[recentLines]passages // nil: nothing yet
}

// passages share a line of a processor's cache; the one that was asked for last stands
// first.
type passages [ways]passage

// ways is how many passages share a line of a processor's cache. A segment is forgotten
// when so many others of its line came behind it: with one, of copies that come 2,000
// segments later one in 30 would not be known, and others in each of several tables.
const ways = 4

// oneTick, in millis, is a tick of the clock for timestamps of most stacks (Linux and
// FreeBSD: 1 ms; others 10). What is sent again before the next one has the same octets.
const oneTick = 10

// passage is one segment that passed.
type passage struct {
	mark uint64 // of the segment, the lowest octet its TTL; 0: none
	at   int64  // ns
}

// recentLines bounds the table: 1 MiB.
const recentLines = 1 << 14

// linesOfPage are in a page of 4 KiB.
const linesOfPage = 1 << 6

// copies looks for an equal segment that passed shortly before, and remembers
// this one. An identity makes equal segments copies; without one, octets are that
// come again sooner than any timeout could send them, and that nobody asked for.
func (m *move) copies() (d Delivery, yes bool) {
	mark := m.t.markOf(m.s, m.s.Dir)
	return m.copyOf(m.t.recent.remember(mark, m.s.At), mark)
}

// copyOf is copies, of a segment with that mark in whose place the last one stood.
func (m *move) copyOf(last passage, mark uint64) (d Delivery, yes bool) {
	if (last.mark^mark)>>8 != 0 {
		return 0, false
	}
	if mark < last.mark { // it passed a router since: its next copy may come from before that
		*m.t.recent.place(mark) = last
	}
	s := m.s
	apart := s.At - last.at
	if apart < 0 {
		apart = -apart
	}
	octets := s.SeqLen() > 0
	switch {
	case m.undecided(apart):
		return Unknown, true
	case last.mark == mark && apart>>20 < oneTick && octets && !m.numbered(apart) && m.askedBehind(last.at):
		return 0, false
	case m.identified(apart) && apart>>20 < copyLives, octets && apart>>20 < belowRTO && !m.askedSince(last.at):
		if last.mark != mark || apart < mirrored {
			return CaptureDuplicate, true
		}
		return NetworkDuplicate, true
	case !octets && last.mark > mark && last.mark-mark <= routers && apart < mirrored: // what one end sends at once goes one way
		return CaptureDuplicate, true
	case !octets && last.mark == mark && apart>>20 < 1:
		return Unknown, true
	}
	return 0, false
}

// identified reports whether nothing but a copy is equal to s, as s is from a segment
// that passed so many ns ago.
func (m *move) identified(apart int64) bool {
	return m.s.SeqLen() > 0 && dates(m.s) || m.numbered(apart)
}

// numbered reports whether the identification of s says so. An end that opens has not
// shown yet that its identifications differ: a SYN that comes after a timeout was sent
// again.
func (m *move) numbered(apart int64) bool {
	s, varied := m.s, m.ev.dups&varies != 0
	switch {
	case s.IPID == 0 || m.ev.dups&stands != 0:
		return false
	case s.Flags&tcp.SYN != 0 && ticksOf(apart) > copyLags:
		return varied
	}
	return s.SeqLen() > 0 || varied
}

// noteAsking remembers when octets were sent again, and when s asked its addressee for
// that: by a SACK or an ACK of a part of what is under way, or by a SYN, if what answers
// it has passed before.
func (m *move) noteAsking() {
	s := m.s
	copied := m.step.Delivery == CaptureDuplicate || m.step.Delivery == NetworkDuplicate
	if !copied && (s.NumSACK > 0 || m.asksForRest() || s.Flags&tcp.SYN != 0 && m.p.has(seen)) {
		m.t.recent.remember(m.t.asking(s.Dir), s.At)
	}
	if d := m.step.Delivery; s.Len > 0 && (d == Retransmission || d == Spurious) {
		m.t.recent.remember(m.resentTo(m.end), s.At)
	}
}

// asksForRest reports whether s, which has moved both ends, is a pure ACK of a part of what
// is under way, and more than that: one that goes on, where nothing is known to be missing,
// only tells what has arrived. (The short path takes those, and notes nothing of them.)
func (m *move) asksForRest() bool {
	s, p := m.s, m.p
	if s.Flags&(tcp.ACK|tcp.RST) != tcp.ACK || s.SeqLen() != 0 || !p.has(on) || !s.Ack.Before(p.nxt) {
		return false
	}
	return !m.step.Advances || p.sent.n > 0 || m.step.Sacked[1] != [2][2]tcp.Seq{}
}

// askedBehind reports whether the addressee of s asked for it behind that time, in ns:
// round trips of data centres are shorter than a tick of timestamps. What is sent again
// right behind other octets was asked for with them.
func (m *move) askedBehind(at int64) bool {
	mark := m.t.asking(m.s.Dir ^ 1)
	slot := m.t.recent.place(mark)
	if slot.mark != mark || slot.at <= at {
		return false
	}
	mark = m.resentTo(m.s.Seq)
	before := m.t.recent.place(mark)
	return m.s.Flags&tcp.SYN != 0 || m.asked() || m.toldUpTo(m.s.Seq) || before.mark == mark && before.at > at
}

// toldUpTo reports whether the peer has told to have what lies right before at: what was
// sent behind it may have been lost (RFC 8985 §6.2).
func (m *move) toldUpTo(at tcp.Seq) bool {
	return m.p.has(hasRcv) && m.p.rcv == at || slices.ContainsFunc(m.told(), func(b span) bool { return b.to == at })
}

// asking returns the mark under which it is remembered when an end of the connection asked:
// that of a segment whose digest spreads the connections.
func (t *Tracker) asking(d tcp.Dir) uint64 {
	return t.markOf(&tcp.Segment{Digest: 0x9e3779b1}, d)
}

// resentTo returns the mark under which it is remembered when octets that end there were
// sent again: that of a segment that is longer than there is.
func (m *move) resentTo(end tcp.Seq) uint64 {
	return m.t.markOf(&tcp.Segment{Digest: uint32(end - m.e.base), IPID: 0xffff, Len: 0xffff}, m.s.Dir)
}

// Remember has copies of s known under the Salt of now: who keeps many sets changes it
// where another incarnation begins, which is behind the Move that says so.
func (t *Tracker) Remember(s *tcp.Segment) {
	t.recent.remember(t.markOf(s, s.Dir), s.At)
}

// undecided reports whether nothing but its timestamp makes s a copy, after a time in
// which it may have been sent again: its sender's clock may be slow.
func (m *move) undecided(apart int64) bool {
	return apart>>20 >= initialRTO && apart>>20 < copyLives && m.s.SeqLen() > 0 && dates(m.s) && !m.numbered(apart)
}

// dates reports whether s has a timestamp that tells when it was sent: in SYNs, some
// stacks write 0.
func dates(s *tcp.Segment) bool {
	return s.Opts&tcp.OptTimestamp != 0 && (s.TSval != 0 || s.Flags&tcp.SYN == 0)
}

// slot returns where a segment is remembered, or is to be, and its mark.
func (t *Tracker) slot(s *tcp.Segment, d tcp.Dir) (*passage, uint64) {
	mark := t.markOf(s, d)
	return t.recent.place(mark), mark
}

// markOf is a mix of a segment's connection, direction, header octets and IP
// identification, beside its TTL.
func (t *Tracker) markOf(s *tcp.Segment, d tcp.Dir) uint64 {
	hi, lo := bits.Mul64(uint64(s.Digest)<<32|uint64(s.IPID)<<16|uint64(s.Len)&0xffff, 0x9e3779b97f4a7c15^uint64(t.Salt)<<1^uint64(d)<<60)
	return (hi^lo|1<<8)&^0xff | uint64(s.TTL)
}

// line returns the passages among which a mark stands. There are lines.
func (r *recent) line(mark uint64) *passages { return &r.lines[mark>>40%recentLines] }

// remember puts a segment that passes at that time, in ns, in the place where its mark
// stands, and returns what stood there: see place. It says the same as place in straight
// steps, as it is asked of every segment: 40 instructions instead of 110.
func (r *recent) remember(mark uint64, at int64) (last passage) {
	if r.lines == nil {
		r.make()
	}
	l := r.line(mark)
	last = l[0]
	if (last.mark^mark)>>8 != 0 {
		if last = l[1]; (last.mark^mark)>>8 != 0 {
			if last = l[2]; (last.mark^mark)>>8 != 0 {
				last, l[3] = l[3], last
			}
			l[2] = l[1]
		}
		l[1] = l[0]
	}
	l[0] = passage{mark, at}
	return last
}

// make makes the lines, and writes to each page of them: one that is read first would be made
// twice (flow.written).
func (r *recent) make() {
	r.lines = new([recentLines]passages)
	for i := 0; i < recentLines; i += linesOfPage {
		r.lines[i] = passages{}
	}
}

// place returns where a mark stands, whatever its TTL; if it does not, that of its line
// which was asked for longest ago. It stands first then.
func (r *recent) place(mark uint64) *passage {
	if r.lines == nil {
		r.make()
	}
	l := r.line(mark)
	n := 0
	for n < ways-1 && (l[n].mark^mark)>>8 != 0 {
		n++
	}
	last := l[n]
	copy(l[1:n+1], l[:n])
	l[0] = last
	return &l[0]
}

// restore puts p where its mark stands, the latest ones first; several Trackers may have
// given more than a line holds.
func (r *recent) restore(p *passage) {
	if r.lines == nil {
		r.make()
	}
	l := r.line(p.mark)
	if p.at < l[ways-1].at {
		return
	}
	*r.place(p.mark) = *p
	for i := 1; i < ways && l[i].at > l[i-1].at; i++ {
		l[i], l[i-1] = l[i-1], l[i]
	}
}
