package conn

import (
	"math/bits"
	"strings"
)

// Set is a belief about one end: all states of RFC 9293 that it may be in, one
// bit each. The empty Set is no belief; Step never leaves one.
type Set uint16

// Of returns the set of some states.
func Of(states ...State) (s Set) {
	for _, st := range states {
		s |= 1 << st
	}
	return s
}

// Sets that the rules of beliefs name.
const (
	all    Set = 1<<NumStates - 1
	gone       = Set(1<<Closed | 1<<Listen) // no TCB: the wire cannot tell the two apart
	sync       = Set(1<<Established | 1<<FinWait1 | 1<<FinWait2 | 1<<CloseWait | 1<<Closing | 1<<LastAck | 1<<TimeWait)
	alive      = sync | 1<<SynReceived // "open": all but gone and SYN-SENT
	inSS       = Set(1 << SynSent)
	inSR       = Set(1 << SynReceived)
	inES       = Set(1 << Established)
	inTW       = Set(1 << TimeWait)
	finOut     = Set(1<<FinWait1 | 1<<FinWait2 | 1<<Closing | 1<<LastAck | 1<<TimeWait) // its FIN left
	finIn      = Set(1<<CloseWait | 1<<Closing | 1<<LastAck | 1<<TimeWait)              // the peer's FIN arrived
)

// Has reports whether a state is in s.
func (s Set) Has(st State) bool { return s>>st&1 != 0 }

// Len returns the number of states in s.
func (s Set) Len() int { return bits.OnesCount16(uint16(s)) }

// image returns the union of what a table has for each state of s.
func (s Set) image(table *[NumStates]Set) (t Set) {
	for ; s != 0; s &= s - 1 {
		t |= table[bits.TrailingZeros16(uint16(s))%int(NumStates)]
	}
	return t
}

// only reports whether s has one member.
func (s Set) only() bool { return s&(s-1) == 0 && s != 0 }

// in reports whether every state of s is in t.
func (s Set) in(t Set) bool { return s&^t == 0 }

// order is from the least advanced state to the most; the shown one is chosen
// by it. CLOSED and LISTEN stand for having ended.
var order = [...]State{SynSent, SynReceived, Established, FinWait1, FinWait2, Closing, CloseWait, LastAck, TimeWait, Listen, Closed}

// States returns the n members of s, the shown one first, then the others from
// the least advanced on; LISTEN is told as CLOSED.
func (s Set) States(shown State) (list [NumStates]State, n int) {
	list[0], n = shown, 1
	if s&gone != 0 {
		s = s&^gone | 1<<Closed
	}
	for _, st := range order {
		if s.Has(st) && st != shown {
			list[n] = st
			n++
		}
	}
	return list, n
}

// String returns the names of all members, from the least advanced on, such as
// "FIN-WAIT-1 FIN-WAIT-2".
func (s Set) String() string {
	var names []string
	for _, st := range order {
		if s.Has(st) {
			names = append(names, st.String())
		}
	}
	return strings.Join(names, " ")
}
