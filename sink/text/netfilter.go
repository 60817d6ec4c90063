package text

import (
	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/record"
)

// appendVerdict appends what a firewall would have said of the packet, decoded or
// not, if it saw it: the ctstate, the TCP state of its entry where this packet
// changed it, and why the packet was ignored or refused.
func appendVerdict(line []byte, p *record.Packet) []byte {
	v := p.Netfilter
	if v == nil || v.State == netfilter.StateUnseen && !v.Why.Cause.Drops() {
		return line
	}
	line = append(line, ", nf "...)
	if v.State == netfilter.StateUnseen {
		line = append(line, "dropped"...)
	}
	line = append(line, v.State.String()...)
	if e := v.Entry; e != nil && e.Orig.Proto == packet.ProtoTCP && (e.TCP != v.Before || v.State == netfilter.StateNew) {
		line = append(append(line, ' '), e.TCP.String()...)
	}
	if v.Why.Cause == netfilter.CauseNone {
		return line
	}
	return appendWhy(append(line, ": "...), &v.Why)
}

// appendWhy appends the kernel's sentence, or where it has none the cause's name.
func appendWhy(line []byte, why *netfilter.Reason) []byte {
	start := len(line)
	if line = why.Append(line); len(line) > start {
		return line
	}
	return append(line, why.Cause.String()...)
}
