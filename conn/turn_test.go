package conn

import (
	"fmt"
	"testing"

	"onpath/tcp"
)

// kind is a segment that an end may send next: its flags, its octets, and whether it
// acknowledges what it did before and not all that passed.
type kind struct {
	flags tcp.Flags
	len   uint32
	stale bool
}

// kinds are all of them that open, carry and close.
var kinds = [...]kind{
	{tcp.SYN, 0, false}, {tcp.SYN | tcp.ACK, 0, false},
	{tcp.ACK, 0, false}, {tcp.ACK, 0, true}, {tcp.ACK | tcp.PSH, 10, false}, {tcp.ACK | tcp.PSH, 10, true},
	{tcp.ACK | tcp.FIN, 0, false}, {tcp.ACK | tcp.FIN, 0, true}, {tcp.ACK | tcp.FIN | tcp.PSH, 10, false},
	{tcp.RST, 0, false}, {tcp.RST | tcp.ACK, 0, false},
}

// talk plays kinds of segments on the long path and beside it: each begins where its sender
// was.
type talk struct {
	self, long Tracker
	turns      int // segments that came in their turn
}

// play plays a sequence, each number of which is a kind and who sends it, and returns what
// differs.
func (w *talk) play(sequence []int) string {
	var c, d Conn
	next := [2]tcp.Seq{100, 1<<32 - 2}
	var acked [2]tcp.Seq
	text := ""
	w.self.Salt++
	w.long.Salt++
	for i, n := range sequence {
		k, from := kinds[n/2], tcp.Dir(n%2)
		s := tcp.Segment{At: int64(i) * 1e7, Dir: from, Flags: k.flags, Seq: next[from], Win: 1000, Len: k.len, TTL: 64, Digest: uint32(i), IPID: uint16(i)}
		if k.flags&tcp.SYN != 0 { // again from the first number on
			s.Seq = [2]tcp.Seq{100, 1<<32 - 2}[from]
		}
		if k.flags&tcp.ACK != 0 {
			if s.Ack = next[from^1]; k.stale {
				s.Ack = acked[from]
			}
			acked[from] = s.Ack
		}
		next[from] = next[from].Max(s.End())
		text += fmt.Sprintf("%v %v %d:%d ack %d\n", from, s.Flags, s.Seq, s.End(), s.Ack)
		if w.self.InTurn(&c, &s) {
			w.turns++
		}
		a := w.self.Observe(&c, &s)
		b, _ := w.long.ObserveLong(&d, &s)
		if a.Plain = false; a != b || !w.self.Same(&c, &w.long, &d) {
			return fmt.Sprintf("%s%+v, not\n%+v\n%+v, not\n%+v", text, a, b, c, d)
		}
	}
	return ""
}

// each calls do with all sequences of so many segments behind a beginning.
func each(begin []int, more int, do func([]int)) {
	if more == 0 {
		do(begin)
		return
	}
	for n := range 2 * len(kinds) {
		each(append(begin[:len(begin):len(begin)], n), more-1, do)
	}
}

// TestTurns: what comes in its turn does what it does on the long path, whatever passes
// before and behind it.
func TestTurns(t *testing.T) {
	const syn, synAck, ack, data, fin = 0, 2, 4, 8, 12 // of the client; the server's are one more
	var w talk
	sequences := 0
	for _, begin := range [][]int{
		nil, {syn}, {syn, synAck + 1}, {syn, synAck + 1, ack},
		{syn, synAck + 1, ack, data, data + 1, ack},
		{syn, synAck + 1, ack, fin}, {syn, synAck + 1, ack, fin, fin + 1},
		{syn, synAck + 1, ack, data, fin + 1, ack}, {syn, synAck + 1, ack, fin, ack + 1},
	} {
		each(begin, 3, func(sequence []int) {
			sequences++
			if text := w.play(sequence); text != "" {
				t.Fatal(text)
			}
		})
	}
	if w.turns < 2*sequences {
		t.Errorf("%d segments of %d sequences came in their turn", w.turns, sequences)
	}
}
