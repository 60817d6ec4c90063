package text

import (
	"onpath/compat/netfilter"
	"onpath/packet"
	"onpath/record"
)

// dirs are the directions of an entry, in short.
var dirs = [...]string{netfilter.Original: " orig", netfilter.Reply: " reply"}

// appendVerdict appends what a firewall would have said of the packet, decoded or
// not, if it saw it: the ctstate, of its entry the direction and the state, and
// why the packet was ignored or refused.
func appendVerdict(line []byte, p *record.Packet) []byte {
	v := p.Netfilter
	if v == nil || v.State == netfilter.StateUnseen && !v.Why.Cause.Drops() {
		return line
	}
	mark := ", nf "
	if p.View.Why != packet.Decoded {
		mark = " | nf "
	}
	line = append(line, mark...)
	if v.State == netfilter.StateUnseen {
		line = append(line, "dropped"...)
	}
	line = append(line, v.State.String()...)
	if v.Entry != nil {
		line = append(line, dirs[v.Dir]...)
	}
	if v.Entry != nil && v.Entry.Orig.Proto == packet.ProtoTCP {
		line = append(append(line, ' '), v.Entry.TCP.String()...)
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
