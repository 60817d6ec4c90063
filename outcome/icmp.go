package outcome

import "onpath/tcp"

// Rejection says which ICMP error answered the SYN. The zero Rejection is none.
type Rejection uint8

const (
	NotRejected Rejection = iota
	RejectedPort
	RejectedHost
	RejectedNet
	RejectedAdmin
	RejectedProto
	RejectedTTL
	numRejections
)

// rejections has the name of a Rejection, which is the flag's, and argus's state.
var rejections = [numRejections]struct{ name, argus string }{
	RejectedPort:  {"port", "URP"},
	RejectedHost:  {"host", "URH"},
	RejectedNet:   {"net", "URN"},
	RejectedAdmin: {"admin", "URFIL"},
	RejectedProto: {"proto", "URPRO"},
	RejectedTTL:   {"ttl", "TXD"},
}

// Types of the errors that say that a datagram will not arrive, by version.
const (
	unreachable4  = 3  // RFC 792
	timeExceeded4 = 11 // RFC 792
	unreachable6  = 1  // RFC 4443 §3.1
	timeExceeded6 = 3  // RFC 4443 §3.3
)

// codes4 are the codes of unreachable: RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1.
// Code 4 asks for smaller datagrams.
var codes4 = [...]Rejection{
	RejectedNet, RejectedHost, RejectedProto, RejectedPort, NotRejected, RejectedNet, RejectedNet, RejectedHost,
	RejectedHost, RejectedAdmin, RejectedAdmin, RejectedNet, RejectedHost, RejectedAdmin, RejectedAdmin, RejectedAdmin,
}

// codes6 are those of version 6: RFC 4443 §3.1.
var codes6 = [...]Rejection{
	RejectedNet, RejectedAdmin, RejectedNet, RejectedHost, RejectedPort, RejectedAdmin, RejectedAdmin,
}

// rejectionOf returns what an ICMP error of that type and code says.
func rejectionOf(v6 bool, kind, code uint8) Rejection {
	switch {
	case v6 && kind == unreachable6 && int(code) < len(codes6):
		return codes6[code]
	case !v6 && kind == unreachable4 && int(code) < len(codes4):
		return codes4[code]
	case v6 && kind == timeExceeded6, !v6 && kind == timeExceeded4:
		return RejectedTTL
	}
	return NotRejected
}

// Error notes an ICMP error, or with v6 an ICMPv6 error, of that type and code. It
// quotes a segment of the client with that SEQ; iss is the client's ISS. Only an error for its SYN
// counts, and the last one.
func (t *Trail) Error(v6 bool, kind, code uint8, seq, iss tcp.Seq) {
	if r := rejectionOf(v6, kind, code); r != NotRejected && seq == iss && t.has(bareSyn, tcp.Client) {
		t.icmp = r
	}
}
