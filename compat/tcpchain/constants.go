package tcpchain

import "onpath/tcp"

// Flags and combinations of flags as the document names them (TCP_FIN …), with
// its values. It calls SEC "SYN, ACK and ECE"; 194 is SYN, ECE and CWR, what a
// client sends that asks for ECN (RFC 3168 §6.1.1).
const (
	FIN  = tcp.FIN                          // 1
	SYN  = tcp.SYN                          // 2
	RST  = tcp.RST                          // 4
	PSH  = tcp.PSH                          // 8
	ACK  = tcp.ACK                          // 16
	URG  = tcp.URG                          // 32
	ECE  = tcp.ECE                          // 64
	CWR  = tcp.CWR                          // 128
	SA   = tcp.SYN | tcp.ACK                // 18
	SAE  = tcp.SYN | tcp.ACK | tcp.ECE      // 82
	SEC  = tcp.SYN | tcp.ECE | tcp.CWR      // 194
	SAEC = tcp.SYN | tcp.ACK | SEC&^tcp.SYN // 210
)

// Option kinds as the document names them (TO_EOL …), with its values. IANA's
// experimental kinds are 253 and 254 (RFC 4727 §8.2); the document has 254 and
// 255.
const (
	OptionEOL      = tcp.KindEOL       // 0
	OptionNOP      = tcp.KindNOP       // 1
	OptionMSS      = tcp.KindMSS       // 2
	OptionWS       = tcp.KindWScale    // 3
	OptionSACKOK   = tcp.KindSACKOK    // 4
	OptionSACK     = tcp.KindSACK      // 5
	OptionTS       = tcp.KindTimestamp // 8
	OptionMPTCP    = tcp.KindMPTCP     // 30
	OptionFastOpen = tcp.KindTFO       // 34
	OptionExpA     = tcp.KindExp2      // 254
	OptionExpB     = tcp.Kind(255)
)

// ExIDFastOpen is the experiment of TCP Fast Open (TO_EXID_FASTOPEN: 249, 137).
const ExIDFastOpen = tcp.ExIDTFO
