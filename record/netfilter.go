package record

import (
	"onpath/compat/netfilter"
	"onpath/packet"
)

// srcNetfilter is where the columns named nf_… come from.
const srcNetfilter = "Linux nf_conntrack"

// netfilterColumns are what a gateway's firewall would have said of a packet; null
// without one. They stand behind the other columns of packets.
var netfilterColumns = []Column[Packet]{
	{"nf_state", String, "", "what a firewall rule would have seen: NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED; null where connection tracking would not have seen the packet", srcNetfilter, appendNFState},
	{"nf_dir", String, "", "direction in its entry: original is that of the packet that made the entry, reply the other; null without an entry", srcNetfilter, appendNFDir},
	{"nf_tcp", String, "", "state of the entry after the packet, as conntrack prints it; null without an entry, and if not TCP", srcNetfilter, appendNFTCP},
	{"nf_timeout", Uint, "s", "for how long the entry would live on if no packet came; null without an entry, and if the packet ended it", srcNetfilter, appendNFTimeout},
	{"nf_status", List, "", "what the entry has been through: EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED, DYING, HELPER; null if nothing", srcNetfilter, appendNFStatus},
	{"nf_windows", Numbers, "", "windows of both directions after the packet: for each that was seen the highest end sent, the highest that the peer allows, the largest window offered, the highest ACK sent, the shift of windows; null if not TCP", "G. van Rooij, Real Stateful TCP Packet Filtering in IP Filter", appendNFWindows},
	{"nf_reason", Text, "", "why the packet was ignored, refused or not seen: the kernel's sentence, and ours with its numbers; null if it was not", srcNetfilter, appendNFReason},
}

func appendNFState(dst []byte, p *Packet) []byte {
	if p.Netfilter == nil {
		return dst
	}
	return append(dst, p.Netfilter.State.String()...)
}

// entry returns the entry that the firewall has for the packet; nil for none.
func (p *Packet) entry() *netfilter.Entry {
	if p.Netfilter == nil {
		return nil
	}
	return p.Netfilter.Entry
}

func appendNFDir(dst []byte, p *Packet) []byte {
	v := p.Netfilter
	if v == nil || v.Entry == nil && v.State != netfilter.StateRelated {
		return dst
	}
	return append(dst, v.Dir.String()...)
}

func appendNFTCP(dst []byte, p *Packet) []byte {
	e := p.entry()
	if e == nil || e.Orig.Proto != packet.ProtoTCP {
		return dst
	}
	return append(dst, e.TCP.String()...)
}

func appendNFTimeout(dst []byte, p *Packet) []byte {
	e := p.entry()
	if e == nil || p.Netfilter.Deleted {
		return dst
	}
	return appendUint(dst, uint64(e.Remaining(p.View.At)))
}

func appendNFStatus(dst []byte, p *Packet) []byte {
	e := p.entry()
	if e == nil {
		return dst
	}
	return e.Status.Append(dst)
}

func appendNFWindows(dst []byte, p *Packet) []byte {
	e := p.entry()
	if e == nil || e.Orig.Proto != packet.ProtoTCP {
		return dst
	}
	return e.AppendWindows(dst)
}

func appendNFReason(dst []byte, p *Packet) []byte {
	if p.Netfilter == nil {
		return dst
	}
	if p.Netfilter.Why.Cause == netfilter.CauseNone {
		return dst
	}
	return appendReason(dst, &p.Netfilter.Why)
}

func appendNFInvalid(dst []byte, r *Record) []byte {
	if !r.Firewall {
		return dst
	}
	return appendUint(dst, uint64(r.Invalid))
}

// appendReason appends the kernel's sentence, if it has one, and ours with its
// numbers.
func appendReason(dst []byte, r *netfilter.Reason) []byte {
	start := len(dst)
	dst = r.Append(dst)
	if len(dst) > start {
		dst = append(dst, "; "...)
	}
	return r.Explain(dst)
}
