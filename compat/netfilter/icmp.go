package netfilter

import (
	"cmp"
	"encoding/binary"

	"onpath/packet"
	"onpath/tcp"
)

// message is what tracking knows of a type of ICMP message.
type message struct {
	answer  uint8 // the type that answers it, or that it answers
	known   bool  // answer is one
	asks    bool  // may make an entry
	reports bool  // an error, which quotes another packet
	apart   bool  // not tracked
}

// messages are those of ICMP (RFC 792, RFC 950) and of ICMPv6 (RFC 4443, RFC 4620, RFC 4861,
// RFC 3810, RFC 4286), by type.
var messages = func() (m [2][256]message) {
	pair := func(v int, ask, answer uint8) {
		m[v][ask] = message{answer: answer, known: true, asks: true}
		m[v][answer] = message{answer: ask, known: true}
	}
	for _, ask := range []uint8{13, 15, 17} {
		pair(0, ask, ask+1)
	}
	pair(0, 8, 0)
	pair(1, 128, 129)
	pair(1, 139, 140)
	for _, report := range []uint8{3, 4, 5, 11, 12} {
		m[0][report].reports = true
	}
	for report := range 128 {
		m[1][report].reports = true
	}
	m[1][redirect].reports = true
	for _, apart := range []uint8{130, 131, 132, 133, 134, 135, 136, 143, 151} {
		m[1][apart].apart = true
	}
	return m
}()

// Types that are treated apart.
const (
	redirect      = 137 // ICMPv6: quotes a packet behind two addresses, in an option
	highestICMPv4 = 18
)

// isQuery reports whether entries of a protocol go by ICMP's type and identifier.
func isQuery(proto uint8) bool { return proto == packet.ProtoICMP || proto == packet.ProtoICMPv6 }

// messageOf returns what is known of a type of ICMP or ICMPv6.
func messageOf(proto, kind uint8) *message {
	if proto == packet.ProtoICMPv6 {
		return &messages[1][kind]
	}
	return &messages[0][kind]
}

// answerOf returns the type of message that answers kind, or that kind answers.
func answerOf(proto, kind uint8) (answer uint8, ok bool) {
	m := messageOf(proto, kind)
	return m.answer, m.known
}

// trackMessage judges the ICMP messages that make no entries, and reports whether
// d is one.
func (t *Tracker) trackMessage(d *datagram, out *Verdict) bool {
	switch out.Why.Cause = d.headless(); out.Why.Cause {
	case CauseNone:
		return t.judgeMessage(d, out)
	case CauseCut: // nothing can be said
	default:
		out.State = StateInvalid
	}
	return true
}

// headless says why there is no header of a message that could be looked at.
func (d *datagram) headless() Cause {
	switch {
	case d.length >= 8 && len(d.l4) < 8:
		return CauseCut
	case d.V6 != (d.Proto == packet.ProtoICMPv6):
		return CauseVersion
	case d.length < 8:
		return CauseShort
	}
	return CauseNone
}

// judgeMessage does what trackMessage says of a message whose header is there.
func (t *Tracker) judgeMessage(d *datagram, out *Verdict) bool {
	out.State = StateInvalid
	m := messageOf(d.Proto, d.l4[0])
	switch {
	case d.sum == tcp.SumBad && !t.config.NoChecksums:
		out.Why.Cause = checksumCauses[d.Proto == packet.ProtoICMPv6]
	case d.Proto == packet.ProtoICMP && d.l4[0] > highestICMPv4:
		out.Why.Cause = CauseICMPType
	case m.apart:
		out.State = StateUntracked
	case m.reports:
		t.relate(d, out)
	case !m.known:
		out.Why.Cause = CauseNoQuery
	default:
		out.State = StateUnseen
		return false
	}
	return true
}

var checksumCauses = map[bool]Cause{false: CauseICMPChecksum, true: CauseICMPv6Checksum}

// handleQuery keeps an entry of a question and its answers, which only questions
// can make.
func (t *Tracker) handleQuery(e *entry, d *datagram, out *Verdict) judgement {
	if e.status&Confirmed == 0 && !messageOf(d.Proto, d.l4[0]).asks {
		out.Why.Cause = CauseUnasked
		return refused
	}
	t.refresh(e, timeoutQuery)
	return accepted
}

// relate judges an error by the packet that it quotes: the entry which that one
// belongs to must exist, and the error must go to who is concerned. Its sequence
// number is not looked at (against RFC 5927 §4.1).
func (t *Tracker) relate(d *datagram, out *Verdict) {
	var q datagram
	u := &q.Tuple
	if !d.quote(&q, &out.Why) || !q.tuple() || isQuery(u.Proto) && !answered(u) {
		out.Why.Cause = cmp.Or(out.Why.Cause, CauseQuote)
		return
	}
	t.complete(u)
	e, dir := t.lookup(u, t.hash(u))
	if e == nil {
		out.Why.Cause = CauseUnrelated
		return
	}
	out.Entry, out.Before = t.show(e), e.tcp
	out.Dir = 1 - dir // that of the quoted packet, turned round
	if concerned := e.sourceOf(dir); d.Dst != concerned {
		out.Why.Cause, out.Why.Outer, out.Why.Inner = CauseOuter, d.Dst, concerned
		return
	}
	out.State = StateRelated
}

// answered reports whether there is an answer to the message that u is of.
func answered(u *Tuple) bool {
	_, ok := answerOf(u.Proto, uint8(u.DstPort>>8))
	return ok
}

// sourceOf returns the sender's address of direction dir.
func (e *entry) sourceOf(dir Dir) [16]byte {
	if dir == Original {
		return e.src
	}
	return e.dst
}

// quote reads the packet that the ICMP error d quotes, as far as its ports: no
// more of it need be there.
func (d *datagram) quote(q *datagram, why *Reason) bool {
	if d.V6 {
		b := d.l4[8:]
		if d.l4[0] == redirect {
			if b, why.Cause = d.redirected(); why.Cause != CauseNone {
				return false
			}
		}
		return len(b) >= 40 && q.quoteIPv6(b)
	}
	b := d.l4[8:]
	if len(b) < 20 || b[0]>>4 != 4 {
		return false
	}
	n := int(b[0]&15) * 4
	if n < 20 || len(b) < n || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return false
	}
	putMapped(&q.Src, b[12:16])
	putMapped(&q.Dst, b[16:20])
	q.Proto, q.l4, q.length = b[9], b[n:], ^uint32(0)
	return true
}

// quoteIPv6 reads a quoted IPv6 packet.
func (q *datagram) quoteIPv6(b []byte) bool {
	q.V6, q.Src, q.Dst = true, [16]byte(b[8:24]), [16]byte(b[24:40])
	return b[0]>>4 == 6 && q.skipExtensions(b[6], b[40:], ^uint32(0), laterParts)
}

// redirected returns the packet that an ICMPv6 redirect is about (RFC 4861 §4.5): what is
// in the option of type 4, which must be the first one behind the two addresses. Its length
// is not looked at, but for 0.
func (d *datagram) redirected() ([]byte, Cause) {
	const options, least, behind, redirectedHeader = 40, 2, 8, 4
	b := d.l4
	switch {
	case len(b) < options:
		return nil, CauseRedirectShort
	case d.hops != 255 || d.Src[0] != 0xfe || d.Src[1]>>6 != 2:
		return nil, CauseRedirectSource
	case len(b) < options+least || b[options+1] == 0:
		return nil, CauseRedirectBare
	case b[options] != redirectedHeader || len(b) < options+behind:
		return nil, CauseNone
	}
	return b[options+behind:], CauseNone
}
