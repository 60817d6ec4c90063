package netfilter

// states are the names that firewall rules have for them (nft: ct state).
var states = [...]string{
	StateNew: "NEW", StateEstablished: "ESTABLISHED", StateRelated: "RELATED",
	StateInvalid: "INVALID", StateUntracked: "UNTRACKED",
}

// NumStates is how many states there are, StateUnseen included.
const NumStates = len(states)

// String returns the state as firewall rules name it, in capitals; "" for
// StateUnseen.
func (s State) String() string { return states[s] }

// String returns the direction as firewall rules name it: original or reply.
func (d Dir) String() string { return [...]string{"original", "reply"}[d] }

// tcpStates are the kernel's names, as conntrack prints them.
var tcpStates = [...]string{
	None: "NONE", SynSent: "SYN_SENT", SynRecv: "SYN_RECV", Established: "ESTABLISHED", FinWait: "FIN_WAIT",
	CloseWait: "CLOSE_WAIT", LastAck: "LAST_ACK", TimeWait: "TIME_WAIT", Close: "CLOSE", SynSent2: "SYN_SENT2",
}

// String returns the state as conntrack prints it.
func (s TCPState) String() string { return tcpStates[s] }

// statusNames are those of <linux/netfilter/nf_conntrack_common.h>, in the order of
// their bits.
var statusNames = [...]struct {
	bit  Status
	name string
}{
	{Expected, "EXPECTED"}, {SeenReply, "SEEN_REPLY"}, {Assured, "ASSURED"},
	{Confirmed, "CONFIRMED"}, {Dying, "DYING"}, {HasHelper, "HELPER"},
}

// Append appends the names of the bits that are set, joined by commas.
func (s Status) Append(dst []byte) []byte {
	start := len(dst)
	for _, n := range statusNames {
		if s&n.bit == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, n.name...)
	}
	return dst
}

// String returns the names of the bits that are set, joined by commas.
func (s Status) String() string { return string(s.Append(nil)) }
