package conn

// State is a state of RFC 9293 §3.3.2. The zero State is CLOSED, which also
// stands for LISTEN in what is shown: the wire cannot tell the two apart.
type State uint8

// The states, in the order of RFC 9293 §3.3.2 after Closed.
const (
	Closed State = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	NumStates
)

// stateNames are the RFC's names.
var stateNames = [NumStates]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String returns the RFC's name, such as "FIN-WAIT-1".
func (s State) String() string { return stateNames[s] }
