package tcpdump

import (
	"math"

	"onpath/tcp"
)

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

// window returns the octets of an offered window, at most.
func (w *way) window(win uint16) uint32 {
	scale := w.scale
	if !w.told || scale > maxScale {
		scale = maxScale
	}
	return uint32(win) << scale
}

// maxScale is the largest window shift (RFC 7323 §2.3).
const maxScale = 14

// allow notes how far the other end lets w send.
func (w *way) allow(edge uint32) {
	if !w.bound || int32(edge-w.edge) > 0 {
		w.edge, w.bound = edge, true
	}
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

// distance returns how far two numbers lie apart on the circle.
func distance(a, b uint32) uint32 { return min(a-b, b-a) }

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
