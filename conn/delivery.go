package conn

import "onpath/tcp"

// Delivery says what a segment is to the octets it carries: sent for the first
// time, sent again, a copy, late. It is judged where we stand; the sender's own
// label may differ where nothing on the wire tells (Unknown).
type Delivery uint8

const (
	Unknown          Delivery = iota // the evidence does not decide
	New                              // its octets had not been sent before
	Retransmission                   // sent again: lost, or taken to be
	Spurious                         // sent again although it had arrived
	KeepAlive                        // asks an idle peer for an ACK (RFC 9293 §3.8.4)
	WindowProbe                      // asks whether a closed window has opened (§3.8.6.1)
	Reordered                        // the original, late
	NetworkDuplicate                 // a copy made by the path
	CaptureDuplicate                 // a copy made by the capture: a mirror port, two interfaces
	NumDeliveries
)

// deliveryNames are the values of the column delivery.
var deliveryNames = [NumDeliveries]string{
	"unknown", "new", "retransmission", "spurious-retransmission", "keep-alive", "window-probe", "reordered",
	"network-duplicate", "capture-duplicate",
}

// String returns the column's value.
func (d Delivery) String() string { return deliveryNames[d] }

// Loss says where the original of a retransmission was lost, seen from us.
type Loss uint8

const (
	LossNone   Loss = iota // not a retransmission
	LostBefore             // it never passed here
	LostAfter              // it passed here, and nothing shows that it arrived
)

// Times, in millis, by which causes are told apart.
const (
	belowTLP  = 9     // 10 ms: below a tail loss probe's timeout (RFC 8985 §7.2; Linux: two ticks)
	belowRTO  = 143   // 150 ms: below every retransmission timeout (Linux: 200 ms)
	silence   = 171   // 180 ms: nearly one
	copyLives = 28610 // 30 s: the life of a datagram in the path (RFC 791)

	// leastIdle is the shortest idleness behind which somebody asks whether the peer is there:
	// 1 s (Linux's TCP_KEEPIDLE is whole seconds; the default is 2 hours: RFC 9293 §3.8.4).
	leastIdle = 953

	// initialRTO is the first timeout of a SYN (RFC 6298 §2.1: 1 s), and as long as the tick
	// of the slowest clock for timestamps (RFC 7323 §5.4).
	initialRTO = 953
)

// age tells whether a segment was sent before or after another one.
type age int8

const (
	older age = iota - 1
	sameAge
	newer
)

// ageOf compares s with the newest of its sender: by TSval, then by an IPv4
// identification that was seen to count.
func (m *move) ageOf() age {
	e, s := m.e, m.s
	if s.Opts&tcp.OptTimestamp != 0 && e.has(hasTS) && s.TSval != e.tsMax {
		if int32(s.TSval-e.tsMax) < 0 {
			return older
		}
		return newer
	}
	ev := m.ev
	if s.IPID == 0 || ev.steps < counted || s.IPID == ev.id {
		return sameAge
	}
	switch d := s.IPID - ev.id; {
	case d < 256:
		return newer
	case -d < 256:
		return older
	}
	return sameAge
}

// next reports whether s left its sender right behind the newest one that passed:
// nothing was sent between.
func (m *move) next() bool { return m.s.IPID != 0 && m.ev.steps >= counted && m.s.IPID-m.ev.id == 1 }

// shown reports whether a segment of its own sender has shown the first number
// of s to be used, even if it never passed: a pure ACK does.
func (m *move) shown() bool { return m.e.has(hasReal) && m.s.Seq.Before(m.e.real) }

// resent reports whether s left its sender after the segment that first showed
// the first number of s to be used. New octets leave in the order of their
// numbers, so those of s had left before.
func (m *move) resent() bool {
	e, s, ev := m.e, m.s, m.ev
	if !m.shown() {
		return false
	}
	if s.Opts&tcp.OptTimestamp != 0 && e.has(hasTS) && e.tsMax-s.TSval < 1<<14 && uint16(s.TSval) != ev.leadTS {
		return int16(uint16(s.TSval)-ev.leadTS) > 0
	}
	return s.IPID != 0 && ev.leadID != 0 && ev.steps >= counted && s.IPID-ev.leadID-1 < 255
}

// octetAge is ageOf for octets that others behind them were seen of: what was
// overtaken on its way may still be newer than those.
func (m *move) octetAge() age {
	if age := m.ageOf(); age == newer || !m.resent() {
		return age
	}
	return newer
}

// deliver judges a segment before it moves anything (beliefs §8), and remembers
// it.
func (m *move) deliver() (d Delivery, loss Loss) {
	if d, copied := m.copies(); copied {
		return d, LossNone
	}
	s := m.s
	switch {
	case s.Flags&tcp.RST != 0 || !m.e.has(seen|on): // a RST may have come first, and gives no position
		return New, LossNone
	case s.Flags&tcp.SYN != 0:
		return m.deliverSyn()
	}
	if d, asks := m.asks(); asks {
		return d, LossNone
	}
	if s.SeqLen() == 0 {
		return m.deliverAck(), LossNone
	}
	return m.deliverData()
}

// deliverSyn: a SYN again is sent again, in vain if an ACK of it has passed, or a RST
// that refused it (Windows tries again then, with the same ISN); but the first SYN,ACK after an own SYN (simultaneous open) is new.
func (m *move) deliverSyn() (Delivery, Loss) {
	e, s := m.e, m.s
	if !e.has(hasISS) || s.Seq != e.iss || s.Flags&tcp.ACK != 0 && !e.has(hasRcv) {
		return New, LossNone
	}
	switch {
	case m.changed():
		return CaptureDuplicate, LossNone
	case m.ageOf() == older:
		return Reordered, LossNone
	case m.p.has(rstAny), e.has(hasUna) && e.una.After(e.iss), m.p.has(hasRcv) && m.p.livesWith(e) && m.p.rcv.After(e.iss):
		return Spurious, LossNone
	}
	return Retransmission, LostAfter
}

// changed reports whether a router has passed the SYN that passed here within the last
// millisecond, and has changed it: its MSS, mostly. No timeout is as short.
func (m *move) changed() bool {
	d := int32(millisOf(m.s.At) - m.ev.at) // -1: the clocks of two interfaces, or of two processors
	return m.ev.dups&hasAt != 0 && d <= 0 && d >= -1 && m.s.TTL < m.e.ttl && m.e.ttl-m.s.TTL <= routers
}

// asks recognises segments that only ask: keep-alives and window probes, one
// octet before the end of what was sent, or none.
func (m *move) asks() (d Delivery, yes bool) {
	e, p, s := m.e, m.p, m.s
	if s.Len > 1 || s.Flags&tcp.FIN != 0 || s.Seq != e.nxt-1 || e.sent.n > 0 || e.top != e.nxt {
		return 0, false
	}
	age := m.ageOf()
	if age == older || s.Len == 1 && !(e.has(hasUna) && e.una == e.nxt) {
		return 0, false
	}
	switch {
	case p.has(hasRcv) && p.win == 0:
		return WindowProbe, true
	case e.has(hasFin) && s.Seq == e.fin && age != newer:
		return Unknown, true // a late ACK looks the same
	case s.Len == 1 && m.ev.dups&hasAt != 0 && m.since(m.ev.at) < leastIdle:
		return 0, false // the last octet again, by a tail loss probe or a timeout, whose ACK has passed meanwhile
	}
	return KeepAlive, true
}

// deliverAck judges a segment without sequence space.
func (m *move) deliverAck() Delivery {
	e, p, s := m.e, m.p, m.s
	age := m.ageOf()
	switch {
	case age == older:
		return Reordered
	case p.has(hasRcv) && p.win == 0 && s.Seq.Before(e.nxt):
		return WindowProbe
	case e.has(hasRcv) && s.Ack.Before(e.rcv) && age != newer:
		return Reordered
	}
	return New
}

// deliverData judges a segment that carries octets or a FIN.
func (m *move) deliverData() (Delivery, Loss) {
	e, s := m.e, m.s
	switch {
	case m.t.stranger(m):
		return New, LossNone
	case !s.Seq.Before(e.nxt) && !m.shown():
		return m.deliverTail()
	case s.Seq == m.ev.passed && m.next() && !m.shown():
		return New, LossNone // the ACK that covered it was of octets not yet sent
	case m.inHole() && e.has(hasUna) && s.Seq.Before(m.acked()):
		return m.deliverAcked()
	case m.inHole():
		return m.deliverHole()
	}
	return m.deliverAgain()
}

// acked returns the highest ACK of e's octets by its peer, whether or not it has
// arrived.
func (m *move) acked() tcp.Seq {
	switch {
	case !m.p.has(hasRcv):
		return m.e.una
	case !m.e.has(hasUna):
		return m.p.rcv
	}
	return m.e.una.Max(m.p.rcv)
}

// deliverTail: octets above all others are new; but if the identification tells
// that one segment before this one never passed, which was no ACK, as there was
// nothing to acknowledge, nobody asked for one, and the window stands, no repetition of
// what passed, as that was acknowledged, and nothing that was acknowledged unseen, then
// that one was the same octets.
func (m *move) deliverTail() (Delivery, Loss) {
	e, p, s, ev := m.e, m.p, m.s, m.ev
	missed := s.IPID != 0 && ev.steps >= exact && s.IPID-ev.id-2 < 14
	silent := ev.dups&hasAt != 0 && m.since(ev.at) >= belowTLP
	idle := e.has(hasRcv) && s.Ack == e.rcv && !p.contig.After(e.rcv) && e.window(p, s) == e.win
	if missed && silent && idle && s.Seq == e.nxt && m.acked() == e.nxt && !e.nxt.After(ev.passed) && !m.demanded() {
		return Retransmission, LostBefore
	}
	return New, LossNone
}

// demanded reports whether the peer's last segment came behind the last one of e and
// acknowledged nothing more, as what only asks for an ACK does.
func (m *move) demanded() bool {
	peer := &m.c.seen[m.s.Dir^1]
	return peer.at != peer.moved && int32(peer.at-m.ev.at) > 0
}

// inHole reports whether the first octet of s had not passed.
func (m *move) inHole() bool {
	e, s := m.e, m.s
	if s.Len == 0 { // a FIN alone
		return !e.has(hasFin) || !m.ev.passed.After(e.fin)
	}
	if s.Seq.Before(e.sent.contig) {
		return false
	}
	for _, sp := range m.t.spans(&e.sent)[:e.sent.n] {
		if !s.Seq.Before(sp.from) && s.Seq.Before(sp.to) {
			return false
		}
	}
	return true
}

// deliverAcked: octets that were acknowledged before they passed: recorded late,
// or the capture missed the original and this one was not needed.
func (m *move) deliverAcked() (Delivery, Loss) {
	s := m.s
	peer := &m.c.seen[m.s.Dir^1]
	stamped := s.Opts&tcp.OptTimestamp != 0 && peer.dups&hasEcho != 0
	switch age := m.ageOf(); {
	case m.resent():
		return Spurious, LossNone
	case age == older, stamped && int32(s.TSval-peer.echo) <= 0:
		return Reordered, LossNone
	case age == newer && m.since(peer.moved) >= belowRTO:
		return Spurious, LossNone
	}
	return Unknown, LossNone
}

// since returns how long ago a time was, in millis; 0 if it is not past.
func (m *move) since(t millis) millis {
	if d := millisOf(m.s.At) - t; d < 1<<31 {
		return d
	}
	return 0
}

// deliverHole: octets that nobody has acknowledged and that did not pass: the
// original, late; or its repetition, because the original was lost before us.
func (m *move) deliverHole() (Delivery, Loss) {
	switch m.octetAge() {
	case older:
		return Reordered, LossNone
	case newer:
		return Retransmission, LostBefore
	}
	if m.asked() || m.ev.dups&hasAt != 0 && m.since(m.ev.at) >= silence {
		return Retransmission, LostBefore
	}
	return Reordered, LossNone
}

// asked reports whether the peer has asked for s to be sent again: by repeating
// its ACK, or by a SACK of what lies behind.
func (m *move) asked() bool {
	p, s := m.p, m.s
	return m.c.seen[s.Dir^1].dups&dupCount >= 2 && p.has(hasRcv) && p.rcv == s.Seq || m.sackedAbove(s.Seq)
}

// askedSince reports whether the peer asked for s and spoke after that time, in ns.
func (m *move) askedSince(at int64) bool {
	peer := &m.c.seen[m.s.Dir^1]
	return peer.dups&hasAt != 0 && int32(peer.at-millisOf(at)) > 0 && m.asked()
}

// deliverAgain: octets that passed before.
func (m *move) deliverAgain() (Delivery, Loss) {
	e, p, s := m.e, m.p, m.s
	switch {
	case m.octetAge() == older:
		return Reordered, LossNone
	case s.Len == 1 && p.has(hasRcv) && p.win == 0 && s.Seq == e.una:
		return WindowProbe, LossNone
	case !m.end.After(m.acked()) && e.has(hasUna), m.sacks(s.Seq, m.end):
		return Spurious, LossNone
	}
	return Retransmission, LostAfter
}
