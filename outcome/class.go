package outcome

import "onpath/tcp"

// Class is what became of a connection. The zero Class is none: not TCP.
type Class uint8

// The classes, in the order in which they are tried.
const (
	None Class = iota
	Probe
	Backscatter
	RejectedICMP
	Refused
	AttemptAbandoned
	SynFinProbe
	NoAnswer
	HalfOpenReset
	HalfOpen
	HandshakeFailed
	ResetForged
	Denied
	ClosedNoData
	Closed
	ClosedThenReset
	HalfClosed
	ResetByClient
	ResetByServer
	Blackholed
	Superseded
	Open
	MidstreamClosed
	MidstreamReset
	MidstreamOpen
	NumClasses
)

// row is all that is known of a class.
type row struct {
	name  string
	argus string // the state that argus prints; "": see Verdict.ArgusState
	doc   string // one line
	asked needs  // where holds need not be asked it does not hold
	holds func(*Facts) bool
	sure  func(*Facts) Confidence
}

// needs are the marks that a condition needs.
type needs struct{ all, any, none mark }

// met reports whether they are there.
func (n *needs) met(shown mark) bool {
	return shown&n.all == n.all && (n.any == 0 || shown&n.any != 0) && shown&n.none == 0
}

// Marks of the server, of a reset and of a handshake.
const (
	synAckOfServer = synAck << tcp.Server
	rstOfServer    = rst << tcp.Server
	anyRst         = rst | rst<<1
	anyFin         = fin | fin<<1
	handshake      = bareSyn | bareSyn<<1 | synAck | synAck<<1
	anySpoke       = spoke | spoke<<1
	anyReset       = rstAny | rstAny<<1
)

// rows are the classes; the first one that holds is the verdict. It is the only
// place where a class is named.
var rows = [NumClasses]row{
	Probe: {"probe", "RST", "no SYN: a NULL, FIN, XMAS or ACK segment out of nowhere, answered by a RST or by nothing",
		needs{none: handshake}, isProbe, sureOfProbe},
	Backscatter: {"backscatter", "RST", "a SYN,ACK or RST of the server that the client did not ask for: other connections between these networks pass both ways, or the client answered with a RST",
		needs{none: established | bareSyn | anySpoke}, isBackscatter, always(Medium)},
	RejectedICMP: {"rejected-icmp", "", "an ICMP error was the only answer to the SYN",
		needs{all: bareSyn}, isRejected, always(High)},
	Refused: {"refused", "RST", "a RST answered the SYN",
		needs{all: bareSyn | rstOfServer, none: established}, isRefused, sureOfReset},
	AttemptAbandoned: {"attempt-abandoned", "RST", "the client reset its attempt before anything answered",
		needs{all: bareSyn | rstAny, none: established}, isAbandoned, always(Medium)},
	SynFinProbe: {"syn-fin-probe", "FIN", "the client sent SYN and FIN, and no SYN,ACK came",
		needs{all: bareSyn | fin, none: established}, isSynFin, always(High)},
	NoAnswer: {"no-answer", "REQ", "nothing answered the SYN",
		needs{all: bareSyn, none: established | anySpoke}, isNoAnswer, sureOfSilence},
	HalfOpenReset: {"half-open-reset", "RST", "the client answered the SYN,ACK with a RST",
		needs{all: bareSyn | synAckOfServer | atSynAck, none: established}, isHalfOpenReset, always(High)},
	HalfOpen: {"half-open", "ACC", "the client never answered the SYN,ACK",
		needs{all: bareSyn | synAckOfServer, none: established | anyReset | spoke}, isHalfOpen, sureOfHalfOpen},
	HandshakeFailed: {"handshake-failed", "", "the handshake did not fit together, and ended in a RST or in silence",
		needs{all: bareSyn, none: established}, isFailed, always(Medium)},
	ResetForged: {"reset-forged", "RST", "somebody else sent a RST in the name of an end, and nothing got through afterwards",
		needs{any: anyRst, none: goesOn}, isForged, sureOfForgery},
	Denied: {"denied", "", "the server accepted, and closed without a single octet either way",
		needs{all: established, none: crossed}, isDenied, sureOfDenial},
	ClosedNoData: {"closed-nodata", "", "the client connected and closed, and no octet was sent",
		needs{all: established, any: anyFin, none: anyRst}, isClosedNoData, always(High)},
	Closed: {"closed", "", "both ends closed with FINs",
		needs{all: established, any: anyFin, none: anyRst}, isClosed, sureOfClose},
	ClosedThenReset: {"closed-then-reset", "RST", "a RST came after the FIN of one end, or of both, was acknowledged",
		needs{all: established | closedBefore, any: anyRst}, isClosedThenReset, sureOfReset},
	HalfClosed: {"half-closed", "FIN", "the FIN of one end was acknowledged; the other end has not closed",
		needs{all: established, any: anyFin, none: anyRst}, isHalfClosed, always(High)},
	ResetByClient: {"reset-by-client", "RST", "the client reset the established connection",
		needs{all: established, any: anyRst, none: resetByServer}, isResetByClient, sureOfReset},
	ResetByServer: {"reset-by-server", "RST", "the server reset the established connection",
		needs{all: established | resetByServer, any: anyRst}, isResetByServer, sureOfReset},
	Blackholed: {"blackholed", "TIM", "one end sent the same again and again, with longer and longer pauses, and the other end answered no more",
		needs{any: established | synAckOfServer}, isBlackholed, sureOfBlackhole},
	Superseded: {"superseded", "CON", "another connection took the ports over while this one was not closed",
		needs{any: handshake}, isSuperseded, always(Medium)},
	Open: {"open", "CON", "established, and nothing has ended it; or, with low confidence, nothing tells what became of it",
		needs{all: established}, isOpen, sureOfOpen},
	MidstreamClosed: {"midstream-closed", "", "joined after the handshake; both ends closed with FINs",
		needs{any: anyFin, none: handshake | anyRst}, isMidstreamClosed, always(Low)},
	MidstreamReset: {"midstream-reset", "RST", "joined after the handshake; a RST ended it",
		needs{any: anyRst, none: handshake}, isMidstreamReset, always(Low)},
	MidstreamOpen: {"midstream-open", "CON", "joined after the handshake; nothing has ended it",
		needs{none: handshake}, isMidstream, always(Low)},
}

// String returns the value of the column outcome; "" for None.
func (c Class) String() string { return rows[c].name }

// Doc says in one line what the class means.
func (c Class) Doc() string { return rows[c].doc }

// classOf returns the first class that holds; Open if none does.
func classOf(f *Facts) Class {
	shown := f.Trail.shown
	for c := Probe; c < NumClasses; c++ {
		if r := &rows[c]; r.asked.met(shown) && r.holds(f) {
			return c
		}
	}
	return Open
}
