// Package packet reads frames: link layers, IP, tunnels and fragments, down to
// the innermost transport header. It turns a Frame into a View (who sent what to
// whom) and a tcp.Segment. It looks at octets only and never judges them: what
// cannot be decoded has a Reason, and is counted by it.
//
// Ring 1: it imports tcp, computes from its arguments and does no I/O. A Decoder
// allocates when it is made and when it must hold fragments, never per packet.
package packet
