package kernel

import (
	"bytes"
	"net/netip"
)

// phase is how far a talk has come, by what its ends meant to say.
type phase int

const (
	fresh    phase = iota
	asked          // a SYN was sent
	answered       // and a SYN,ACK
	open
	closing // a FIN was sent
	over    // two FINs, or a RST
	numPhases
)

// move is what an end may say next.
type move int

const (
	sayOpen   move = iota // SYN
	sayAnswer             // SYN,ACK
	sayAck
	sayData
	sayFin
	sayReset
	sayAgain // the segment that it sent last
	sayProbe // a keep-alive
	sayShut  // a window of zero
	sayOdd   // flags by dice
	numMoves
)

// moves has the weights of the moves in each phase.
var moves = [numPhases][numMoves]int{
	fresh:    {sayOpen: 80, sayAnswer: 2, sayAck: 6, sayData: 6, sayFin: 2, sayReset: 2, sayOdd: 2},
	asked:    {sayOpen: 10, sayAnswer: 56, sayAck: 7, sayData: 3, sayFin: 2, sayReset: 10, sayAgain: 8, sayOdd: 4},
	answered: {sayOpen: 5, sayAnswer: 6, sayAck: 50, sayData: 17, sayFin: 4, sayReset: 5, sayAgain: 10, sayOdd: 3},
	open:     {sayOpen: 4, sayAnswer: 3, sayAck: 27, sayData: 35, sayFin: 11, sayReset: 4, sayAgain: 9, sayProbe: 3, sayShut: 2, sayOdd: 2},
	closing:  {sayOpen: 6, sayAnswer: 4, sayAck: 33, sayData: 9, sayFin: 26, sayReset: 6, sayAgain: 10, sayProbe: 2, sayShut: 1, sayOdd: 3},
	over:     {sayOpen: 30, sayAnswer: 6, sayAck: 20, sayData: 6, sayFin: 10, sayReset: 10, sayAgain: 14, sayOdd: 4},
}

// usual has the end that makes the move more often: 0 the opener, 1 the other, 2
// for the one as well as the other.
var usual = [numMoves]int{sayAnswer: 1, sayAck: 2, sayData: 2, sayFin: 2, sayReset: 2, sayAgain: 2, sayProbe: 2, sayShut: 2, sayOdd: 2}

// dull are the moves of ends that have something to say, and come to it.
var dull = [numPhases]move{sayOpen, sayAnswer, sayAck, sayData, sayData, sayOpen}

// talk is one conversation over TCP.
type talk struct {
	ends   [2]netip.AddrPort
	next   [2]uint32 // what each end sends next
	last   [2]segment
	shape  [2]options // of its SYN
	guess  [2]shadow
	fins   [2]bool
	phase  phase
	script [2][]line // what the ends have to say, instead of filling
	said   line      // the last of these that was said
}

// firsts are initial sequence numbers at the corners of the circle.
var firsts = [...]uint32{1000, 0, 1<<32 - 1, 1<<32 - 3, 1<<32 - 500, 1<<31 - 1, 1 << 31, 1<<32 - 66000}

// newTalk returns a conversation that has not begun.
func newTalk(d dice, opener, other netip.AddrPort) *talk {
	t := &talk{ends: [2]netip.AddrPort{opener, other}}
	for i := range t.ends {
		t.renew(d, i)
	}
	if d.chance(10) { // so that numbers of the one may be taken for the other's
		t.next[1] = t.next[0] + uint32(d.IntN(300))
	}
	return t
}

// renew gives an end a new initial sequence number and new options.
func (t *talk) renew(d dice, i int) {
	t.next[i] = d.Uint32()
	if d.chance(50) {
		t.next[i] = firsts[d.IntN(len(firsts))]
	}
	shift := -1
	if d.chance(70) {
		shift = one(d, 0, 1, 7, 7, 7, 9, 14, 15)
	}
	t.shape[i] = openings(one[uint16](d, 0, 1460, 1460), d.chance(60), shift, d.chance(30))
	t.fins[i] = false
}

// say returns the next segment, and which end sends it.
func (t *talk) say(d dice) (s segment, from int) {
	m := move(d.weighted(moves[t.phase][:]))
	if !t.saidAll() && d.chance(85) {
		m = dull[t.phase]
	}
	from = usual[m]
	if from == 2 {
		from = d.IntN(2)
	} else if d.chance(12) {
		from = 1 - from
	}
	if m == sayAgain && t.last[from].from.IsValid() {
		return t.last[from], from
	}
	s = segment{from: t.ends[from], to: t.ends[1-from], seq: t.next[from], ack: t.next[1-from], flags: ack, win: t.window(d)}
	t.dress(d, &s, m, from)
	return s, from
}

// window is a plausible window field.
func (t *talk) window(d dice) uint16 { return one[uint16](d, 502, 502, 510, 1024, 64240, 65535) }

// dress makes s the segment of move m.
func (t *talk) dress(d dice, s *segment, m move, from int) {
	switch m {
	case sayOpen:
		if t.phase == over || d.chance(20) {
			t.renew(d, from)
		}
		s.flags, s.ack, s.opt, s.seq = syn, 0, t.shape[from], t.next[from]
		s.win = one[uint16](d, 64240, 65535, 16384, 1, 0)
	case sayAnswer:
		s.flags, s.opt, s.win = syn|ack, t.shape[from], one[uint16](d, 65160, 65535, 8192, 0)
	case sayData:
		s.flags, s.data = ack|psh, t.data(d, from)
	case sayFin:
		s.flags = one[uint8](d, fin|ack, fin|ack, fin|ack, fin|ack|psh, fin|ack|urg)
		if d.chance(10) {
			s.data = filling(1 + d.IntN(20))
		}
	case sayReset:
		t.reset(d, s)
	case sayProbe:
		s.seq, s.data = s.seq-1, filling(d.IntN(2))
	case sayShut:
		s.win = 0
	case sayOdd:
		s.flags = uint8(d.IntN(256))
	}
	if s.flags&syn == 0 && len(s.opt.octets) == 0 && d.chance(8) {
		t.selective(d, s, from)
	}
}

// reset makes s a RST, as closed and open ends send them (RFC 9293 §3.10.7).
func (t *talk) reset(d dice, s *segment) {
	s.flags, s.win = rst|ack, 0
	switch d.IntN(4) {
	case 0:
		s.seq = 0
	case 1:
		s.flags, s.ack = rst, 0
	}
}

// selective gives s an option that is usual on established connections.
func (t *talk) selective(d dice, s *segment, from int) {
	peer := t.guess[1-from].end
	switch d.IntN(4) {
	case 0:
		s.opt = stamped()
	case 1:
		s.opt = blocks(peer-20, peer+d.near(), peer-200, peer-100)
	default:
		s.opt = blocks(peer-uint32(d.IntN(200)), peer+d.near())
	}
}

// saidAll reports whether the ends have nothing left to say.
func (t *talk) saidAll() bool { return len(t.script[0])+len(t.script[1]) == 0 }

// data is what an end has to say: its next line, or filling.
func (t *talk) data(d dice, from int) []byte {
	if lines := t.script[from]; len(lines) > 0 {
		t.script[from], t.said = lines[1:], lines[0]
		return []byte(t.said.words)
	}
	if d.chance(3) {
		return filling(one(d, 9000, 40000))
	}
	return filling(1 + d.IntN(one(d, 2, 100, 1460)))
}

func filling(n int) []byte { return bytes.Repeat([]byte{'x'}, n) }

// sent takes note of s as its sender meant it.
func (t *talk) sent(s *segment, from int) {
	t.last[from] = *s
	if before(t.next[from], s.end()) {
		t.next[from] = s.end()
	}
	switch {
	case s.flags&rst != 0:
		t.phase = over
	case s.flags&(syn|ack) == syn:
		t.phase = asked
	case s.flags&syn != 0 && t.phase == asked:
		t.phase = answered
	case s.flags&syn != 0:
	case s.flags&fin != 0:
		t.fins[from] = true
		t.phase = closing
		if t.fins[1-from] {
			t.phase = over
		}
	case t.phase == answered || t.phase == fresh:
		t.phase = open
	}
}
