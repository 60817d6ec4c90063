package netfilter

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// streamAge is how old a UDP entry must be to be a stream.
const streamAge = 2 * second

// handleUDP judges a datagram of UDP or UDP-Lite (RFC 768, RFC 3828): lengths and
// checksum must be right. What is answered and older than two seconds is a stream.
func (t *Tracker) handleUDP(i uint32, d *datagram, out *Verdict) judgement {
	e := t.table.at(i)
	if len(d.l4) < 8 {
		out.Why.Cause = CauseShort
		return refused
	}
	length := uint32(binary.BigEndian.Uint16(d.l4[4:]))
	if d.proto == packet.ProtoUDPLite && length == 0 { // the checksum covers all of it
		length = d.length
	}
	switch {
	case length > d.length || length < 8:
		out.Why.Cause = CauseUDPLength
		return refused
	case d.sum == tcp.SumBad && binary.BigEndian.Uint16(d.l4[6:]) != 0 && !t.config.NoChecksums: // 0 is none, over IPv6 too (against RFC 8200 §8.1)
		out.Why.Cause = CauseChecksum
		return refused
	}
	if e.status&SeenReply == 0 || t.now <= e.made+streamAge {
		t.refresh(i, timeoutQuery)
		return accepted
	}
	if e.status&Assured == 0 {
		e.status |= Assured
		e.changed |= changedAssured
	}
	t.refresh(i, timeoutStream)
	return accepted
}

// handleGRE keeps a tunnel: entries by address alone, as nothing told of call keys. No tracker
// that was measured stands behind it; the times are those of the kernel's documentation
// (nf_conntrack_gre_timeout, nf_conntrack_gre_timeout_stream).
func (t *Tracker) handleGRE(i uint32) judgement {
	e := t.table.at(i)
	if e.status&SeenReply == 0 {
		t.refresh(i, timeoutGRE)
		return accepted
	}
	if e.status&Assured == 0 {
		e.status |= Assured
		e.changed |= changedAssured
	}
	t.refresh(i, timeoutTunnel)
	return accepted
}
