package outcome

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
	holds func(*Facts) bool
	sure  func(*Facts) Confidence
}

// rows are the classes; the first one that holds is the verdict. It is the only
// place where a class is named.
var rows = [NumClasses]row{
	Probe: {"probe", "RST", "no SYN: a NULL, FIN, XMAS or ACK segment out of nowhere, answered by a RST or by nothing",
		isProbe, sureOfProbe},
	Backscatter: {"backscatter", "RST", "a SYN,ACK or RST of the server that the client did not ask for: other connections between these networks pass both ways, or the client answered with a RST",
		isBackscatter, always(Medium)},
	RejectedICMP: {"rejected-icmp", "", "an ICMP error was the only answer to the SYN",
		isRejected, always(High)},
	Refused: {"refused", "RST", "a RST answered the SYN",
		isRefused, sureOfReset},
	AttemptAbandoned: {"attempt-abandoned", "RST", "the client reset its attempt before anything answered",
		isAbandoned, always(Medium)},
	SynFinProbe: {"syn-fin-probe", "FIN", "the client sent SYN and FIN, and no SYN,ACK came",
		isSynFin, always(High)},
	NoAnswer: {"no-answer", "REQ", "nothing answered the SYN",
		isNoAnswer, sureOfSilence},
	HalfOpenReset: {"half-open-reset", "RST", "the client answered the SYN,ACK with a RST",
		isHalfOpenReset, always(High)},
	HalfOpen: {"half-open", "ACC", "the client never answered the SYN,ACK",
		isHalfOpen, sureOfHalfOpen},
	HandshakeFailed: {"handshake-failed", "", "the handshake did not fit together, and ended in a RST or in silence",
		isFailed, always(Medium)},
	ResetForged: {"reset-forged", "RST", "somebody else sent a RST in the name of an end, and nothing got through afterwards",
		isForged, sureOfForgery},
	Denied: {"denied", "", "the server accepted, and closed without a single octet either way",
		isDenied, sureOfDenial},
	ClosedNoData: {"closed-nodata", "", "the client connected and closed, and no octet was sent",
		isClosedNoData, always(High)},
	Closed: {"closed", "", "both ends closed with FINs",
		isClosed, sureOfClose},
	ClosedThenReset: {"closed-then-reset", "RST", "a RST came after the FIN of one end, or of both, was acknowledged",
		isClosedThenReset, sureOfReset},
	HalfClosed: {"half-closed", "FIN", "the FIN of one end was acknowledged; the other end has not closed",
		isHalfClosed, always(High)},
	ResetByClient: {"reset-by-client", "RST", "the client reset the established connection",
		isResetByClient, sureOfReset},
	ResetByServer: {"reset-by-server", "RST", "the server reset the established connection",
		isResetByServer, sureOfReset},
	Blackholed: {"blackholed", "TIM", "one end sent the same again and again, with longer and longer pauses, and the other end answered no more",
		isBlackholed, sureOfBlackhole},
	Superseded: {"superseded", "CON", "another connection took the ports over while this one was not closed",
		isSuperseded, always(Medium)},
	Open: {"open", "CON", "established, and nothing has ended it; or, with low confidence, nothing tells what became of it",
		isOpen, sureOfOpen},
	MidstreamClosed: {"midstream-closed", "", "joined after the handshake; both ends closed with FINs",
		isMidstreamClosed, always(Low)},
	MidstreamReset: {"midstream-reset", "RST", "joined after the handshake; a RST ended it",
		isMidstreamReset, always(Low)},
	MidstreamOpen: {"midstream-open", "CON", "joined after the handshake; nothing has ended it",
		isMidstream, always(Low)},
}

// String returns the value of the column outcome; "" for None.
func (c Class) String() string { return rows[c].name }

// Doc says in one line what the class means.
func (c Class) Doc() string { return rows[c].doc }

// classOf returns the first class that holds; Open if none does.
func classOf(f *Facts) Class {
	for c := Probe; c < NumClasses; c++ {
		if rows[c].holds(f) {
			return c
		}
	}
	return Open
}
