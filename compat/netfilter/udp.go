package netfilter

import (
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// streamAge is how old a UDP entry must be to be a stream.
const streamAge = 2 * second

// handleUDP judges a datagram of UDP or UDP-Lite: lengths and checksum must be
// right. What is answered and older than two seconds is a stream.
func (t *Tracker) handleUDP(e *entry, d *datagram, out *Verdict) judgement {
	if out.Why.Cause = d.faultUDP(!t.config.NoChecksums); out.Why.Cause != CauseNone {
		return refused
	}
	if e.status&SeenReply == 0 || t.now <= t.table.rest(e.slot).made+streamAge {
		t.refresh(e, timeoutQuery)
		return accepted
	}
	t.assure(e)
	t.refresh(e, timeoutStream)
	return accepted
}

// faultUDP returns what is wrong with a datagram of UDP (RFC 768) or UDP-Lite, whose length
// field says how much the checksum covers (RFC 3828 §3.1).
func (d *datagram) faultUDP(checked bool) Cause {
	if len(d.l4) < 8 {
		return CauseShort
	}
	length, lite := uint32(binary.BigEndian.Uint16(d.l4[4:])), d.Proto == packet.ProtoUDPLite
	unsummed := d.l4[6] == 0 && d.l4[7] == 0 // 0 is none, over IPv6 too (against RFC 8200 §8.1)
	switch {
	case lite && length != 0 && (length < 8 || length > d.length):
		return CauseCoverage
	case lite && unsummed:
		return CauseNoChecksum
	case !lite && (length < 8 || length > d.length):
		return CauseUDPLength
	case checked && !unsummed && d.sum == tcp.SumBad:
		return CauseChecksum
	}
	return CauseNone
}

// assure makes an entry one that is not dropped early.
func (t *Tracker) assure(e *entry) {
	if e.status&Assured == 0 {
		e.status |= Assured
		e.changed |= changedAssured
	}
}

// handlePair keeps what has no states of its own: it lives short until it is
// answered, and longer after.
func (t *Tracker) handlePair(e *entry, alone, answered int64) judgement {
	if e.status&SeenReply == 0 {
		t.refresh(e, alone)
		return accepted
	}
	t.assure(e)
	t.refresh(e, answered)
	return accepted
}

// handleSCTP keeps an association by its ports, with the times that the kernel gives one
// that begins and one that is established. Its states are not followed: the kernel
// does, and refuses chunks against them, and an association that does not begin with INIT.
func (t *Tracker) handleSCTP(e *entry, d *datagram, out *Verdict) judgement {
	if d.length < 12 {
		out.Why.Cause = CauseSCTPShort
		return refused
	}
	return t.handlePair(e, timeoutInit, timeoutAssociation)
}
