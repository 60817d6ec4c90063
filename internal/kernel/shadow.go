package kernel

// shadow is a guess at what the kernel remembers of one end, kept so that the dice
// can aim at the edges of its windows. A wrong guess misses an edge and is no
// fault: nothing is compared with it.
type shadow struct {
	end, maxend, maxwin, maxack uint32
	shift                       uint8
}

// reach is how far an ACK may lie behind, of a sender that offered maxwin.
func (s *shadow) reach() uint32 { return max(66000, s.maxwin) }

// before reports whether a lies before b on the circle of sequence numbers.
func before(a, b uint32) bool { return int32(a-b) < 0 }

// watch guesses what s, sent by me to peer, leaves behind.
func watch(me, peer *shadow, s *segment) {
	win := uint32(s.win)
	if s.flags&syn == 0 {
		win <<= me.shift
	}
	if me.maxwin == 0 || s.flags&(syn|ack) == syn {
		me.end, me.maxend, me.maxwin = s.end(), s.end(), max(win, 1)
		if s.flags&syn == 0 {
			me.maxend += me.maxwin
		}
	}
	if !me.fits(peer, s) {
		return
	}
	me.maxwin = max(me.maxwin, win)
	if before(me.end, s.end()) {
		me.end = s.end()
	}
	if s.flags&ack == 0 {
		return
	}
	me.maxack = s.ack
	if before(peer.maxend, s.ack+win) {
		peer.maxend = s.ack + win
	}
}

// fits reports whether s lies within the four bounds.
func (s *shadow) fits(peer *shadow, g *segment) bool {
	if before(s.maxend, g.seq) || before(g.end(), s.end-peer.maxwin) {
		return false
	}
	return g.flags&ack == 0 || peer.maxwin == 0 || !before(peer.end, g.ack) && !before(g.ack, peer.end-s.reach())
}
