package check

import "onpath/tcp"

// PermitsSACK reports whether the SYN of the end that sends in direction d permitted
// SACK (RFC 2018 §2). It is false if none was judged.
func (c *Case) PermitsSACK(d tcp.Dir) bool { return c.side[d].saw&sawSACKOK != 0 }

// ecnModes are the words for what a handshake has agreed to.
var ecnModes = [...]string{ecnUnclear: "unclear", ecnOff: "off", ecnClassic: "ecn", ecnAccurate: "accecn"}

// ECN returns what the handshake has agreed to: "off", "ecn" (RFC 3168), "accecn"
// (RFC 9768), or "unclear" where no handshake was judged, or its SYNs differed.
func (c *Case) ECN() string { return ecnModes[c.congestion.agreed()] }
