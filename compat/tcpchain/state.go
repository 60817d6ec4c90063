package tcpchain

import "onpath/tcp"

// Rules says whose rules a State follows. The zero Rules are the document's.
type Rules uint8

const (
	// Documented: the first SYN of a direction wins, a FIN belongs to the
	// direction it came from.
	Documented Rules = iota
	// AsReleased is for comparing with the measurements of the original: every
	// SYN overwrites, and tcp_fin_fwd says that the reverse direction sent a FIN.
	AsReleased
)

// State is the seven fields of one flow. The zero State has seen nothing.
type State struct {
	syn  [2]uint8 // flags of the SYN, by direction: 0 forward
	seen seen
	pass origin
}

// seen is a set of what a flow has shown. The bit of the reverse direction
// stands one above that of the forward one.
type seen uint8

const (
	synFwd seen = 1 << iota
	synRev
	finFwd
	finRev
	rstFwd
	rstRev
	connected
)

// origin is what Pass knows of the first segment.
type origin uint8

const (
	nobody origin = iota
	client        // it came from tcp.Client
	server
)

// Segment takes the flags of one segment. It returns true if the flow goes on,
// false if it is complete: a FIN in each direction, or any RST.
func (s *State) Segment(f tcp.Flags, rev bool, rules Rules) (more bool) {
	if f&(tcp.SYN|tcp.FIN|tcp.RST) != 0 {
		s.mark(f, rev, rules)
	}
	if f&tcp.ACK != 0 && !rev && s.opened() {
		s.seen |= connected
	}
	return !s.Complete()
}

// mark notes a SYN, FIN or RST.
func (s *State) mark(f tcp.Flags, rev bool, rules Rules) {
	d := seen(0)
	if rev {
		d = 1
	}
	fin := d
	if rules == AsReleased {
		fin = 1 - d
	}
	if f&tcp.SYN != 0 && (rules == AsReleased || s.seen&(synFwd<<d) == 0) {
		s.syn[d] = uint8(f)
	}
	s.seen |= seen(f>>1&1)*synFwd<<d | seen(f&1)*finFwd<<fin | seen(f>>2&1)*rstFwd<<d
}

// opened reports whether a SYN went forward and a SYN-ACK came back.
func (s *State) opened() bool {
	const both = synFwd | synRev
	return s.seen&both == both && tcp.Flags(s.syn[1]).Has(SA)
}

// Pass is Segment for a caller who knows ends, but not which of them came
// first: forward is the direction of the first segment passed.
func (s *State) Pass(f tcp.Flags, from tcp.Dir, rules Rules) (more bool) {
	sender := client
	if from == tcp.Server {
		sender = server
	}
	if s.pass == nobody {
		s.pass = sender
	}
	return s.Segment(f, sender != s.pass, rules)
}

// Goes reports whether Pass of another segment with ACK, and at most PSH beside it, would
// change nothing.
func (s *State) Goes() bool { return s.pass != nobody && (s.seen&connected != 0 || !s.opened()) }

// SynFlags returns tcp_synflags_fwd or tcp_synflags_rev: the low eight flags of
// a SYN. ok is false, and the field null, if that direction sent none.
func (s *State) SynFlags(rev bool) (f tcp.Flags, ok bool) {
	if rev {
		return tcp.Flags(s.syn[1]), s.seen&synRev != 0
	}
	return tcp.Flags(s.syn[0]), s.seen&synFwd != 0
}

// Fin returns tcp_fin_fwd or tcp_fin_rev.
func (s *State) Fin(rev bool) bool { return s.has(finFwd, rev) }

// Rst returns tcp_rst_fwd or tcp_rst_rev.
func (s *State) Rst(rev bool) bool { return s.has(rstFwd, rev) }

// Connected returns tcp_connected: a SYN went forward, a SYN-ACK came back, and
// an ACK went forward.
func (s *State) Connected() bool { return s.seen&connected != 0 }

// Code returns the seven fields as a number: equal ones are of equal fields.
func (s *State) Code() uint32 { return uint32(s.syn[0]) | uint32(s.syn[1])<<8 | uint32(s.seen)<<16 }

// Complete reports whether the flow is over by the document's rule.
func (s *State) Complete() bool {
	const fins = finFwd | finRev
	return s.seen&fins == fins || s.seen&(rstFwd|rstRev) != 0
}

func (s *State) has(fwd seen, rev bool) bool {
	if rev {
		fwd <<= 1
	}
	return s.seen&fwd != 0
}
