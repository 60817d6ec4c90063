package tcpdump

import (
	"encoding/binary"
	"math"
	"net/netip"

	"onpath/tcp"
)

// pair names a conversation: the lower end first.
type pair struct{ low, high netip.AddrPort }

// pairOf returns the pair of a line, and the direction in it: 0 if the sender is
// the lower end.
func pairOf(src, dst netip.AddrPort) (p pair, d int) {
	if src.Compare(dst) > 0 {
		return pair{dst, src}, 1
	}
	return pair{src, dst}, 0
}

// talk is what is known of a conversation's numbers. tcpdump prints them as they
// are in the first line that has an acknowledgment and in each SYN, and else as
// distances from those; lines without ACK it prints as they are. With -S all are.
type talk struct {
	way    [2]way
	opened bool // a line that made tcpdump choose bases has passed
	votes  int8 // of lines that can only be distances (> 0), or cannot be (< 0)
}

// way is one direction of a talk.
type way struct {
	base  uint32 // number 0 of those that are printed as distances
	shift uint32 // added to those printed as they are; 0 unless the first were made up
	next  uint32 // behind what was sent, or acknowledged, last in the circle
	has   bool   // base is known, or has been chosen
	sent  bool   // next is known
	made  bool   // next was made up: no number of this direction has been printed
	fresh uint32 // behind a SYN that may begin another connection
	asked bool   // there is such a SYN
	edge  uint32 // up to which the other end allows to send
	bound bool   // edge is known
	scale uint8  // of the windows it offers; the largest there is (RFC 7323 §2.3), if no SYN told
	told  bool   // a SYN told scale

	ttl         uint8 // of the segment before
	loud, quiet bool  // the first segment's line told a TTL; or it did not
}

// near is how far a number may lie from what is expected, in octets: more than a
// window without scaling and what follows in a capture with gaps, and so little
// that a number which means something else is hardly ever there.
const near = 1 << 24

// numbers turns printed numbers into absolute ones. It remembers the talks of the
// last half of maxTalks at least.
type numbers struct {
	young, old map[pair]*talk
	votes      int // as talk.votes, of the whole text
}

// maxTalks is how many conversations are remembered.
const maxTalks = 1 << 16

func newNumbers() numbers { return numbers{young: map[pair]*talk{}} }

func (n *numbers) talk(p pair) *talk {
	if t := n.young[p]; t != nil {
		return t
	}
	t := n.old[p]
	if t == nil {
		t = new(talk)
	}
	if len(n.young) >= maxTalks/2 {
		n.young, n.old = map[pair]*talk{}, n.young
	}
	n.young[p] = t
	return t
}

// resolve makes the numbers of s absolute; d is its direction in t. What is not
// printed becomes what a sender that does nothing strange would send.
func (n *numbers) resolve(t *talk, d int, s *segment) {
	me, peer := &t.way[d], &t.way[d^1]
	switch {
	case s.flags&tcp.SYN != 0:
		me.scale, me.told = s.options.scale, true
		t.open(d, s)
		return
	case s.flags&tcp.ACK == 0:
		s.seq = me.absolute(s)
	default:
		n.ordinary(t, d, s)
		peer.acked(s.ack)
		peer.allow(s.ack + me.window(s.win))
	}
	me.advance(s.seq + s.space())
}

// window returns the octets of an offered window, at most.
func (w *way) window(win uint16) uint32 {
	scale := w.scale
	if !w.told || scale > maxScale {
		scale = maxScale
	}
	return uint32(win) << scale
}

const maxScale = 14

// allow notes how far the other end lets w send.
func (w *way) allow(edge uint32) {
	if !w.bound || int32(edge-w.edge) > 0 {
		w.edge, w.bound = edge, true
	}
}

// space returns how many numbers the segment takes.
func (s *segment) space() uint32 {
	n := s.length
	if s.flags&tcp.SYN != 0 {
		n++
	}
	if s.flags&tcp.FIN != 0 {
		n++
	}
	return n
}

// open takes a SYN: its numbers are absolute, and those that follow are counted
// from them. One without ACK does not make tcpdump forget older bases.
func (t *talk) open(d int, s *segment) {
	me, peer := &t.way[d], &t.way[d^1]
	if s.flags&tcp.ACK != 0 {
		me.begin(s.seq, s.seq+s.space())
		peer.acked(s.ack)
		peer.base, peer.has, peer.made, peer.shift = s.ack-1, true, false, 0
		t.opened = true
		return
	}
	if t.opened {
		me.fresh, me.asked = s.seq+s.space(), true
		return
	}
	me.begin(s.seq, s.seq+s.space())
}

// begin counts from a SYN. If it is not the one that was counted from before, what is
// due stays until the SYN is acknowledged or followed.
func (w *way) begin(iss, next uint32) {
	switch {
	case !w.sent || w.made:
		w.next, w.bound = next, false
	case w.next-iss >= near:
		w.fresh, w.asked = next, true
	}
	w.base, w.shift, w.has, w.sent, w.made = iss, 0, true, true, false
}

// absolute returns the number of a segment without ACK: it is printed as it is. If
// nothing of this direction was ever so, it cannot be compared, and is taken for
// what is due.
func (w *way) absolute(s *segment) uint32 {
	if !s.hasSeq || w.made || w.has && w.base == 0 && w.sent && s.flags&tcp.RST != 0 && distance(s.seq, w.next) > near {
		return w.next
	}
	return s.seq + w.shift
}

// ordinary takes a segment with ACK and without SYN.
func (n *numbers) ordinary(t *talk, d int, s *segment) {
	me, peer := &t.way[d], &t.way[d^1]
	me.adopt(s.hasSeq, s.seq)
	peer.adopt(true, s.ack)
	distances := n.isDistance(t, d, s)
	if distances {
		s.seq, s.ack = me.base+s.seq, peer.base+s.ack
	} else {
		s.seq, s.ack = me.shift+s.seq, peer.shift+s.ack
	}
	if !s.hasSeq {
		s.seq = me.due()
	}
	if !t.opened && !distances {
		me.base, me.has, peer.base, peer.has = s.seq, true, s.ack-1, true
	}
	s.placeSACK(peer, distances, !t.opened)
	t.opened = true
}

// adopt chooses the shift of a direction whose numbers had to be made up until the
// first is printed: that continues them, unless it is small enough to be counted
// from what was made up.
func (w *way) adopt(printed bool, first uint32) {
	if !w.made || !printed {
		return
	}
	if first >= near {
		w.base = w.next - first
	}
	w.shift, w.has, w.made = w.base, true, false
}

// madeUp is far from where numbers go round.
const madeUp = 1 << 28

// due returns the number of a segment that prints none: tcpdump leaves it out
// where nothing is sent.
func (w *way) due() uint32 {
	if !w.sent {
		w.sent, w.made = true, true // any number does: adopt counts from it
		w.next, w.base = madeUp, madeUp
	}
	return w.next
}

// isDistance decides how the numbers of a segment with ACK are printed: in the way
// that brings them near to what is due, or exactly there; else as before in this
// conversation, else as in most others, else as tcpdump does unless told otherwise.
func (n *numbers) isDistance(t *talk, d int, s *segment) bool {
	away, plain := t.off(d, s)
	switch {
	case away < near && plain >= near:
		n.vote(t, 1)
		return true
	case plain < near && away >= near:
		if t.opened { // else they are plain in any case
			n.vote(t, -1)
		}
		return false
	case !t.opened:
		return away < plain
	case away == 0 && plain != 0:
		n.vote(t, 1)
	case plain == 0 && away != 0:
		n.vote(t, -1)
	}
	switch {
	case t.votes != 0:
		return t.votes > 0
	case n.votes != 0:
		return n.votes > 0
	}
	return away <= plain || plain >= near
}

// off returns how far the numbers of s lie from what is due, if they are distances,
// and if they are plain.
func (t *talk) off(d int, s *segment) (away, plain uint32) {
	me, peer := &t.way[d], &t.way[d^1]
	if s.hasSeq {
		away, plain = me.off(s.seq)
	}
	a, p := peer.off(s.ack)
	return max(away, a), max(plain, p)
}

func (w *way) off(number uint32) (away, plain uint32) {
	if !w.sent {
		return 0, 0
	}
	away, plain = w.from(w.base+number), w.from(w.shift+number)
	if !w.has {
		away = math.MaxUint32
	}
	return away, plain
}

// from returns how far n lies from what is due.
func (w *way) from(n uint32) uint32 {
	if w.asked {
		return min(distance(n, w.next), distance(n, w.fresh))
	}
	return distance(n, w.next)
}

// vote counts a line that can hardly be read in another way.
func (n *numbers) vote(t *talk, v int) {
	t.votes = int8(max(-64, min(64, int(t.votes)+v)))
	n.votes += v
}

// distance returns how far two numbers lie apart on the circle.
func distance(a, b uint32) uint32 { return min(a-b, b-a) }

// placeSACK makes the blocks absolute. They are printed as the other numbers, but
// for the first line, where they are distances already.
func (s *segment) placeSACK(peer *way, distances, first bool) {
	for _, at := range s.options.sacks {
		for _, edge := range [...]int{at, at + 4} {
			b := s.options.octets[edge:]
			n := binary.BigEndian.Uint32(b)
			counted, plain := peer.base+n, peer.shift+n
			if first {
				distances = distance(counted, s.ack) < distance(plain, s.ack)
			}
			if n = plain; distances {
				n = counted
			}
			binary.BigEndian.PutUint32(b, n)
		}
	}
}

// advance notes that numbers up to to were sent. One that nobody allowed is not
// the sender's, unless there is nothing else; a FIN or a probe may be one beyond.
func (w *way) advance(to uint32) {
	if w.asked && distance(to, w.fresh) < near {
		w.next, w.asked, w.bound = to, false, false
	}
	if !w.sent || int32(to-w.next) > 0 && (!w.bound || int32(to-w.edge) <= 1) {
		w.next, w.sent = to, true
	}
}

// acked notes that the other end has so much.
func (w *way) acked(ack uint32) {
	if w.asked && ack == w.fresh {
		w.next, w.asked, w.bound = ack, false, false
	}
	if w.made {
		return
	}
	if !w.sent || int32(ack-w.next) > 0 && distance(ack, w.next) < near {
		w.next, w.sent = ack, true
	}
}

// know takes a segment whose numbers are absolute, from a hex dump.
func (t *talk) know(d int, s *segment) {
	me, peer := &t.way[d], &t.way[d^1]
	if s.flags&tcp.SYN != 0 {
		t.open(d, s)
		return
	}
	if s.flags&tcp.ACK != 0 && !t.opened {
		me.base, me.has, peer.base, peer.has = s.seq, true, s.ack-1, true
		t.opened = true
	}
	me.advance(s.seq + s.space())
	if s.flags&tcp.ACK != 0 {
		peer.acked(s.ack)
	}
}

// habit makes the lines of one direction alike where some tell a TTL and others
// do not: a TTL that changes would mean something.
func (w *way) habit(i *ipSaid) {
	switch {
	case w.quiet:
		i.hasTTL = false
	case w.loud && !i.hasTTL:
		i.ttl, i.hasTTL = w.ttl, true
	}
	w.ttl, w.loud, w.quiet = i.ttl, i.hasTTL, !i.hasTTL
}
