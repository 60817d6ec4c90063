package conn

// event is something that may have happened to an end, behind us or unseen.
// Those that passed towards it and are not proven yet are pending.
type event uint16

const (
	evSyn    event = 1 << iota // a SYN passed towards it
	evSyn2                     // the same, and the peer had another ISN behind it
	evSynAck                   // a SYN,ACK that acknowledges its SYN
	evAckSyn                   // an ACK of its SYN
	evFin                      // a FIN of the peer it lives with
	evAckFin                   // an ACK of its FIN
	evFinAck                   // both in one segment, which it took as a whole or not at all
	evRst                      // a RST that it must take
	evRstSyn                   // a RST that refuses its SYN

	numEvents = iota

	// Not of this incarnation, so no arrows.
	evCopy  event = 1 << numEvents       // a copy of a SYN that it took before: see relistens
	evOther event = 1 << (numEvents + 1) // its own SYN,ACK with ISN alt, which its peer cannot take: see besides
)

// An arrow leads from a state to the one that an event moves it to.
type arrow struct {
	from Set
	on   event
	to   Set
	rfc  string // section of RFC 9293, if not said otherwise
}

// received are the arrows of what an end receives: RFC 9293 figure 5, and RFC
// 5961 for RST. A pending event may have happened: it adds states to a belief,
// and never removes one.
//
//	CLOSED, LISTEN ──SYN──▶ SYN-RECEIVED ◀──SYN── SYN-SENT
//	                          │ACK of SYN          │SYN,ACK
//	                          ▼                    ▼
//	                     ESTABLISHED ◀─────────────┘
//	                          │FIN
//	                          ▼
//	 FIN-WAIT-1 ─FIN─▶ CLOSING        CLOSE-WAIT        LAST-ACK
//	     │ACK of FIN      │ACK of FIN                      │ACK of FIN
//	     ▼                ▼                                ▼
//	 FIN-WAIT-2 ─FIN─▶ TIME-WAIT                         CLOSED
var received = [...]arrow{
	{gone | inSS | inTW, evSyn, inSR, "§3.10.7.2, .3; TIME-WAIT: RFC 6191"},
	{inSR, evSyn2, Of(Listen), "§3.10.7.4 fourth: a passive opener returns to LISTEN"},
	{inSS | inSR, evSynAck, inES, "§3.10.7.3; simultaneous open, figure 7"},
	{inSR, evAckSyn, inES, "§3.10.7.4 fifth"},
	{inES, evFin, Of(CloseWait), "§3.10.7.4 eighth"},
	{Of(FinWait1), evFin, Of(Closing), ""},
	{Of(FinWait2), evFin, inTW, ""},
	{Of(FinWait1), evAckFin, Of(FinWait2), "§3.10.7.4 fifth"},
	{Of(Closing), evAckFin, inTW, ""},
	{Of(LastAck), evAckFin, Of(Closed), ""},
	{Of(FinWait1, FinWait2, Closing), evFinAck, inTW, "§3.10.7.4 fifth, then eighth"},
	{inES, evFinAck, Of(CloseWait), ""},
	{Of(LastAck), evFinAck, Of(Closed), ""},
	{inSR, evRst, gone, "§3.10.7.4 second"},
	{sync, evRst, Of(Closed), "RFC 5961 §3.2"},
	{inSS, evRstSyn, Of(Closed), "§3.10.7.3 second"},
}

// called are the arrows of the calls and timers that a segment shows only
// afterwards: RFC 9293 §3.10.4 CLOSE.
var called = [...]arrow{
	{inES | inSR, 0, Of(FinWait1), "§3.10.4"},
	{Of(CloseWait), 0, Of(LastAck), "§3.10.4"},
}

// reach is, by pending events and state, that state and all others that the
// events may lead to: the closure of received, as a table for follow.
var reach = func() (t [1 << numEvents][NumStates]Set) {
	for q := range t {
		for st := range NumStates {
			t[q][st] = closure(Of(st), event(q))
		}
	}
	return t
}()

// closure adds to s all that the arrows of q lead to, until nothing is added.
func closure(s Set, q event) Set {
	for {
		before := s
		for i := range received {
			if a := &received[i]; q&a.on != 0 && s&a.from != 0 {
				s |= a.to
			}
		}
		if s == before {
			return s
		}
	}
}

// follow adds to s all that the pending events q may lead to. Each arrow leads
// from one state, so the states of s can be followed one by one.
func follow(s Set, q event) Set { return s.image(&reach[q&(1<<numEvents-1)]) }

// unseen are the events that may have been missed by the capture. A RST is not
// among them: an unseen one would make every belief contain CLOSED. An ACK of its
// SYN leads nowhere that a SYN,ACK does not.
const unseen = evSyn | evSynAck | evFin | evAckFin

// closes adds what a CLOSE leads to that only this segment shows. After cw, a
// pure ACK that acknowledged the peer's FIN with its own FIN unsent, the FIN
// leaves CLOSE-WAIT and nothing else; without it CLOSE-WAIT may be presumed too
// early, and the two FINs cross (CLOSING).
func closes(s Set, cw bool) Set {
	for i := range called {
		if a := &called[i]; s&a.from != 0 {
			s |= a.to
		}
	}
	if s.Has(CloseWait) && !cw {
		s |= Of(Closing)
	}
	return s
}

// missed is, by cw and state, all that events which the capture missed, and
// calls, may have led to.
var missed = func() (t [2][NumStates]Set) {
	for i := range t {
		for st := range NumStates {
			s, before := Of(st), Set(0)
			for s != before {
				s, before = closes(follow(s, unseen), i == 1), s
			}
			t[i][st] = s
		}
	}
	return t
}()

// everything adds all that events which the capture missed, and calls, may have
// led to.
func everything(s Set, cw bool) Set {
	if cw {
		return s.image(&missed[1])
	}
	return s.image(&missed[0])
}

// afterwards is, by state, all that can follow it, itself included: what an end
// may be in when a segment that left it in that state is a late copy.
var afterwards = [NumStates]Set{
	Closed: gone, Listen: gone,
	SynSent:     all,
	SynReceived: alive | gone,
	Established: sync | gone,
	FinWait1:    Of(FinWait1, FinWait2, Closing, TimeWait) | gone,
	FinWait2:    Of(FinWait2, TimeWait) | gone,
	CloseWait:   Of(CloseWait, LastAck) | gone,
	Closing:     Of(Closing, TimeWait) | gone,
	LastAck:     Of(LastAck) | gone,
	TimeWait:    inTW | gone,
}

// after returns all that can follow the states of s.
func after(s Set) Set { return s.image(&afterwards) }
