package conn

// event is what moves an end's presumed state. snd events passed here, so the
// end emitted them. got events passed towards the end (presumed), or were shown
// by its own ACK (proven).
type event uint8

const (
	sndSyn event = iota
	sndSynAck
	sndFin
	sndRst
	gotSyn
	gotSynAck
	gotAckOfSyn
	gotFin
	gotAckOfFin
	gotRst
	numEvents
)

// eventNames are for the documentation's diagram and for tests.
var eventNames = [numEvents]string{
	"SYN sent", "SYN,ACK sent", "FIN sent", "RST sent", "SYN received", "SYN,ACK received",
	"ACK of SYN received", "FIN received", "ACK of FIN received", "RST received",
}

// String returns the event in words.
func (e event) String() string { return eventNames[e] }

type arrow struct {
	from State
	on   event
	to   State
}

// arrows are those of RFC 9293 figure 5, as a passive observer sees them: the
// calls OPEN, SEND and CLOSE show only as the segments they cause, and timers
// not at all (TIME-WAIT is left by a new incarnation). Where there is no arrow,
// the event moves nothing: a repetition, or something that only a set of states
// could explain.
//
//	                  CLOSED / LISTEN
//	      SYN sent │               │ SYN received, SYN,ACK sent
//	               ▼               ▼
//	           SYN-SENT ───SYN──▶ SYN-RECEIVED
//	    SYN,ACK    │               │ ACK of SYN          FIN sent
//	               └▶ ESTABLISHED ◀┘ ──────────────────────────┐
//	     FIN received │          │ FIN sent                    │
//	                  ▼          ▼                             │
//	           CLOSE-WAIT     FIN-WAIT-1 ◀─────────────────────┘
//	     FIN sent │        ACK of │   │ FIN received
//	              ▼          FIN  ▼   ▼
//	           LAST-ACK   FIN-WAIT-2  CLOSING
//	ACK of FIN │    FIN received │   │ ACK of FIN
//	           ▼                 ▼   ▼
//	         CLOSED             TIME-WAIT
var arrows = [...]arrow{
	{Closed, sndSyn, SynSent},               // §3.10.1 active OPEN
	{Listen, sndSyn, SynSent},               // §3.10.2 SEND in LISTEN
	{Closed, gotSyn, SynReceived},           // §3.10.7.2; a listener shows as CLOSED
	{Listen, gotSyn, SynReceived},           //
	{SynSent, gotSyn, SynReceived},          // §3.10.7.3, simultaneous open
	{Closed, sndSynAck, SynReceived},        // §3.10.7.2
	{Listen, sndSynAck, SynReceived},        //
	{SynSent, sndSynAck, SynReceived},       // §3.10.7.3
	{SynSent, gotSynAck, Established},       // §3.10.7.3
	{SynReceived, gotSynAck, Established},   // simultaneous open, figure 7
	{SynReceived, gotAckOfSyn, Established}, // §3.10.7.4 fifth
	{SynReceived, sndFin, FinWait1},         // §3.10.4 CLOSE
	{Established, sndFin, FinWait1},         //
	{CloseWait, sndFin, LastAck},            //
	{SynReceived, gotFin, CloseWait},        // §3.10.7.4 eighth
	{Established, gotFin, CloseWait},        //
	{FinWait1, gotFin, Closing},             //
	{FinWait2, gotFin, TimeWait},            //
	{FinWait1, gotAckOfFin, FinWait2},       // §3.10.7.4 fifth
	{Closing, gotAckOfFin, TimeWait},        //
	{LastAck, gotAckOfFin, Closed},          //
	{SynSent, sndRst, Closed},               // §3.10.5 ABORT
	{SynReceived, sndRst, Closed},           //
	{Established, sndRst, Closed},           //
	{FinWait1, sndRst, Closed},              //
	{FinWait2, sndRst, Closed},              //
	{CloseWait, sndRst, Closed},             //
	{Closing, sndRst, Closed},               //
	{LastAck, sndRst, Closed},               //
	{TimeWait, sndRst, Closed},              //
	{SynSent, gotRst, Closed},               // §3.10.7.3 second
	{SynReceived, gotRst, Closed},           // §3.10.7.4 second
	{Established, gotRst, Closed},           //
	{FinWait1, gotRst, Closed},              //
	{FinWait2, gotRst, Closed},              //
	{CloseWait, gotRst, Closed},             //
	{Closing, gotRst, Closed},               //
	{LastAck, gotRst, Closed},               //
	{TimeWait, gotRst, Closed},              //
}

// next is the index of arrows; without an arrow it holds the state itself.
var next = func() (t [NumStates][numEvents]State) {
	for s := range NumStates {
		for e := range numEvents {
			t[s][e] = s
		}
	}
	for _, a := range arrows {
		t[a.from][a.on] = a.to
	}
	return t
}()

// on moves the end along the arrow for e, if there is one.
func (p *end) on(e event) { p.state = next[p.state][e] }
