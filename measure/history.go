package measure

import (
	"bytes"
	"math/bits"

	"onpath/conn"
	"onpath/tcp"
)

// maxHistory bounds a History; a letter more is dropped.
const maxHistory = 23

// History is the story of a connection in the letters of Zeek's conn.log and some of
// ours, of which each stands at its first occurrence in a direction; f and r
// again with another SEQ; c, g, t and w again at the 10th, 100th, … occurrence. Capital letters are the
// client's, small ones the server's. The zero History is empty.
type History struct {
	seen    [2]set           // by tcp.Client, tcp.Server
	zeek    ends             // the states in which Zeek believes them
	last    [2][2]uint8      // a hash of the end of the last FIN, and of the SEQ of the last RST, of an end
	letters [maxHistory]byte // up to the first 0
}

// Recurring counts occurrences of the letters that stand again at the 10th, 100th,
// …: those after the first, by letter and direction, at most 65,535.
type Recurring [4][2]uint16

// Flipped notes that the first packet of the record was the server's.
func (h *History) Flipped() { h.Add('^') }

// Opened notes a SYN of end d that passed before the record began.
func (h *History) Opened(d tcp.Dir) {
	s := tcp.Segment{Dir: d, Flags: tcp.SYN}
	h.note(d, 1<<syn)
	h.zeek.segment(&s)
}

// Refused notes an ICMP error for a segment of end d.
func (h *History) Refused(d tcp.Dir) { h.note(d^1, 1<<refusal) }

// Shrank notes that end d took back a part of its window.
func (h *History) Shrank(d tcp.Dir) { h.note(d, 1<<shrunk) }

// Violated notes that a violation was found.
func (h *History) Violated() {
	if h.seen[tcp.Client]&(1<<violation) == 0 {
		h.seen[tcp.Client] |= 1 << violation
		h.Add('!')
	}
}

// Datagram notes payload of something that is not TCP, and a bad checksum. What it
// returns is for Recur.
func (h *History) Datagram(dir tcp.Dir, payload uint32, sum tcp.Sum) (again Again) {
	var now set
	if payload > 0 {
		now |= 1 << data
	}
	if sum == tcp.SumBad {
		now |= 1 << badSum
	}
	again[dir] = now & scaled & h.seen[dir]
	h.note(dir, now)
	return again
}

// Again are letters that occurred in a direction once more.
type Again [2]set

// Some reports whether there is any.
func (a Again) Some() bool { return a[0]|a[1] != 0 }

// Segment notes what s showed. A gap is noted with the direction that lacks the
// octets. What it returns is for Recur.
func (h *History) Segment(s *tcp.Segment, step *conn.Step) (again Again) {
	d := s.Dir
	now := h.shows(s)
	if !step.Plain {
		now |= h.shown(s, step)
		h.repeats(s, now)
	}
	again[d] = now & scaled & h.seen[d]
	h.note(d, now)
	h.zeek.segment(s)
	if step.Gap > 0 && h.zeek.gapCounts() {
		again[d^1] = 1 << gap & h.seen[d^1]
		h.note(d^1, 1<<gap)
	}
	return again
}

// Goes reports whether GoOn is all that Segment would do with new octets, or an ACK, in
// order, with ACK and at most PSH beside it, an open window, a checksum that is not bad,
// and no mark of congestion.
func (h *History) Goes() bool {
	return h.zeek.of(tcp.Client) != zeekInactive && h.zeek.of(tcp.Server) != zeekInactive
}

// GoOn notes such a segment of end d, with payload or without.
func (h *History) GoOn(d tcp.Dir, payload bool) {
	if payload {
		h.note(d, 1<<data)
	} else {
		h.note(d, 1<<pureAck)
	}
}

// shows returns the letters of s itself.
func (h *History) shows(s *tcp.Segment) (now set) {
	switch f := s.Flags & (tcp.SYN | tcp.FIN | tcp.RST); {
	case f != 0:
		now = control(s.Flags)
	case s.Len > 0:
		now = 1 << data
	case s.Flags&tcp.ACK != 0:
		now = 1 << pureAck
	}
	if s.Win == 0 && s.Flags&tcp.RST == 0 && h.zeek.zeroWindowMatters(s.Dir) {
		now |= 1 << zeroWindow
	}
	if s.Sum == tcp.SumBad {
		now |= 1 << badSum
	}
	if s.ECN == 3 || s.Flags&(tcp.ECE|tcp.SYN) == tcp.ECE {
		now |= 1 << marked
	}
	return now
}

// control returns the letter of SYN, FIN and RST, of which some are set.
func control(f tcp.Flags) set {
	switch f & (tcp.SYN | tcp.FIN | tcp.RST) {
	case tcp.SYN:
		if f&tcp.ACK != 0 {
			return 1 << handshake
		}
		return 1 << syn
	case tcp.FIN:
		return 1 << fin
	case tcp.RST:
		return 1 << rst
	case tcp.FIN | tcp.RST, tcp.FIN | tcp.RST | tcp.SYN:
		return 1 << inconsistent
	}
	return 1 << multiFlag
}

// shown returns the letters of what s is to what passed before it.
func (h *History) shown(s *tcp.Segment, step *conn.Step) (now set) {
	if s.Len > 0 && s.Flags&tcp.RST == 0 && (!step.Leads || s.Flags&tcp.SYN != 0) && h.zeek.of(s.Dir) < zeekReset {
		now |= 1 << repeated // to Zeek a SYN's octets, too
	}
	switch step.Delivery {
	case conn.KeepAlive:
		now |= 1 << keepAlive
	case conn.Reordered:
		now |= 1 << late
	case conn.Retransmission, conn.Spurious:
		if s.Flags&tcp.SYN != 0 {
			now |= 1 << retry
		}
	}
	if s.Flags&tcp.URG != 0 {
		now |= 1 << urgent
	}
	return now
}

// repeats lets a FIN or RST with another SEQ than its sender's last one be noted
// again, and a SYN and a SYN,ACK of one end but once.
func (h *History) repeats(s *tcp.Segment, now set) {
	seen := &h.seen[s.Dir]
	if now&opening != 0 && *seen&opening != 0 {
		*seen |= opening
	}
	if now&closing == 0 {
		return
	}
	last, at := &h.last[s.Dir][0], s.Seq.Add(s.Len)
	if now&(1<<rst) != 0 {
		last, at = &h.last[s.Dir][1], s.Seq
	}
	if hash := uint8(uint32(at) * 0x9e3779b1 >> 24); hash != *last {
		*seen &^= now & closing
		*last = hash
	}
}

// note adds the letters of now that the direction had not shown before.
func (h *History) note(dir tcp.Dir, now set) {
	now &^= h.seen[dir]
	if now == 0 {
		return
	}
	n := h.likely()
	h.seen[dir] |= now
	for ; now != 0; now &= now - 1 {
		if n < maxHistory {
			h.letters[n] = letter(bits.TrailingZeros32(uint32(now))).char(dir)
			n++
		}
	}
}

// likely is len: nearly always there are as many letters as were seen.
func (h *History) likely() int {
	n := bits.OnesCount64(uint64(h.seen[0])<<32 | uint64(h.seen[1]))
	if n > 0 && n < maxHistory && h.letters[n] == 0 && h.letters[n-1] != 0 {
		return n
	}
	return h.len()
}

// Add appends a letter, or does nothing once the History is full.
func (h *History) Add(char byte) {
	if n := h.len(); n < maxHistory {
		h.letters[n] = char
	}
}

func (h *History) len() int {
	if n := bytes.IndexByte(h.letters[:], 0); n >= 0 {
		return n
	}
	return maxHistory
}

// slots tells where a letter is counted in Recurring.
var slots = [...]uint8{badSum: 0, zeroWindow: 1, repeated: 2, gap: 3}

// Recur counts letters that occurred again, and adds them at the 10th, 100th, …
// time.
func (h *History) Recur(again Again, counts *Recurring) {
	for d, now := range again {
		for ; now != 0; now &= now - 1 {
			l := letter(bits.TrailingZeros32(uint32(now)))
			n := &counts[slots[l]][d]
			if *n == 1<<16-1 {
				continue
			}
			*n++
			switch *n + 1 {
			case 10, 100, 1000, 10000:
				h.Add(l.char(tcp.Dir(d)))
			}
		}
	}
}

// Append appends the letters to dst.
func (h *History) Append(dst []byte) []byte { return append(dst, h.letters[:h.len()]...) }

// Code returns the letters, zeros behind them, and six bits which with the answer to
// empty tell what ConnState returns.
func (h *History) Code() (letters [maxHistory]byte, zeek uint8) { return h.letters, uint8(h.zeek) }

// AppendZeek appends those that Zeek writes which was told to ignore checksums (-C).
func (h *History) AppendZeek(dst []byte) []byte {
	for _, c := range h.letters[:h.len()] {
		if zeeks[c] {
			dst = append(dst, c)
		}
	}
	return dst
}
