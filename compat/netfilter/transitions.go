package netfilter

// Two answers of the table of transitions that are no states.
const (
	ignore TCPState = iota + SynSent2 + 1 // passes, and nothing is judged
	refuse                                // is invalid
)

// transitions are the state after a segment of each kind, by direction and by the
// state before, in the order of the states.
var transitions = func() (t [2][5][10]TCPState) {
	const (
		SS, SR, ES, FW = SynSent, SynRecv, Established, FinWait
		CW, LA, TW, CL = CloseWait, LastAck, TimeWait, Close
		S2, ig, iv     = SynSent2, ignore, refuse
	)
	t[Original] = [5][10]TCPState{ //  –   SS  SR  ES  FW  CW  LA  TW  CL  S2
		kindSYN:    {SS, SS, ig, ig, ig, ig, ig, SS, SS, S2},
		kindSYNACK: {iv, iv, SR, iv, iv, iv, iv, iv, iv, SR},
		kindFIN:    {iv, iv, FW, FW, LA, LA, LA, TW, CL, iv},
		kindACK:    {ES, iv, ES, ES, CW, CW, TW, TW, CL, iv},
		kindRST:    {iv, CL, CL, CL, CL, CL, CL, CL, CL, CL},
	}
	t[Reply] = [5][10]TCPState{ //  –   SS  SR  ES  FW  CW  LA  TW  CL  S2
		kindSYN:    {iv, S2, iv, iv, iv, iv, iv, SS, iv, S2},
		kindSYNACK: {iv, SR, ig, ig, ig, ig, ig, ig, ig, SR},
		kindFIN:    {iv, iv, FW, FW, LA, LA, LA, TW, CL, iv},
		kindACK:    {iv, ig, SR, ES, CW, CW, TW, TW, CL, ig},
		kindRST:    {iv, CL, CL, CL, CL, CL, CL, CL, CL, CL},
	}
	return t
}()

// closing reports whether an entry in state s may go early under pressure even if
// it is assured, and any RST closes it.
func (s TCPState) closing() bool { return s >= FinWait && s <= Close }

// second is the unit of the timeouts.
const second = int64(1e9)

// Timeouts in ns, as the kernel has them by default.
const (
	timeoutRetrans     = 300 * second // of a connection whose last segment came again and again
	timeoutUnacked     = 300 * second // of one with data on the way
	timeoutClose       = 10 * second
	timeoutQuery       = 30 * second // ICMP, and UDP that has no stream yet
	timeoutStream      = 120 * second
	timeoutTunnel      = 30 * second  // GRE; nf_conntrack_gre_timeout, by the kernel's documentation
	timeoutTwoWay      = 180 * second // GRE in both directions; nf_conntrack_gre_timeout_stream
	timeoutInit        = 10 * second  // SCTP after INIT, measured
	timeoutAssociation = 210 * second // SCTP after COOKIE ACK, measured
	timeoutOther       = 600 * second
)

// tcpTimeouts are those of the TCP states, in ns.
var tcpTimeouts = [...]int64{
	SynSent: 120 * second, SynRecv: 60 * second, Established: 432000 * second,
	FinWait: 120 * second, CloseWait: 60 * second, LastAck: 30 * second, TimeWait: 120 * second,
	Close: timeoutClose, SynSent2: 120 * second,
}
