package tcpdump

import (
	"encoding/binary"
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

// vote counts a line that can hardly be read in another way.
func (n *numbers) vote(t *talk, v int) {
	t.votes = int8(max(-64, min(64, int(t.votes)+v)))
	n.votes += v
}

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
