package netfilter

import (
	"cmp"
	"encoding/binary"

	"onpath/compat/netfilter/h323"
)

// H.323 is three helpers, each of which the one before announces: RAS (H.225.0, UDP
// 1719) between an endpoint and its gatekeeper, call signalling (H.225.0 in Q.931, TCP
// 1720), and control (H.245, TCP at a port told).
//
// RAS. Watched: RegistrationRequest, AdmissionConfirm, LocationConfirm and
// GatekeeperConfirm. Expected: calls (TCP, any port, read as Q.931, any number of
// them) from the gatekeeper to the registering sender's address, and from the
// addressee of a confirmation to the address told; after GatekeeperConfirm with another
// RAS address, UDP from its addressee to that. Address check: registrations at other
// addresses than the sender's are not expected; the addresses that a gatekeeper tells
// are taken at its word, but for a call admitted to the addressee itself. RegistrationConfirm lets the
// control connection live for the time to live that it tells, or that was asked for, or
// 300 s; UnregistrationRequest ends all that is expected.
//
// Q.931. Watched: the addresses for H.245 in Setup, CallProceeding, Alerting, Connect,
// Facility and Progress; the logical channels of fast start (not of Progress); tunnelled
// H.245; Facility that forwards a call. Expected: TCP from the other end, any port, read
// as H.245; the forwarded call from the addressee to the address told, read as Q.931.
// Of that call the kernel asks its routes whether it will see it: what goes back to where
// it came from, it does not expect. Here it always is.
//
// H.245. Watched: OpenLogicalChannel and its acknowledgement. Expected: UDP from the
// other end, any port, to the even port and the odd one above it for media; TCP for
// T.120, any number of them. Address check of both: the sender's own address, port
// not 0.
//
// A TPKT (RFC 1006) that is cut by the end of a segment is not read, unless only its
// header stands before the cut; behind a message that cannot be read, none in the segment
// is. Types that H.323 does not use here (IPX, source routes, MPEG) end the reading of a
// message.
//
// Source: H.225.0 and H.245, and measurements of Linux 6.18, which confirm every case of
// testdata/helpers/h323.txt and testdata/announced/{ras,q.931}.txt. It is known to differ on
// messages that are broken: the kernel reads over the end of a message that lies in another,
// and refuses some that end right behind a time to live.

// Memory of RAS: for how many seconds the endpoint is registered, or asked to be; 0 if
// neither.
// Memory of Q.931 and H.245: the length of the TPKT whose header stood alone at the
// end of the last segment of a direction, and 0 otherwise.

// rasDefaultLife is how many seconds a registration lives of which nobody says.
const rasDefaultLife = 300

func readRAS(p *Payload, m *Memory, expect func(Expectation) bool) string {
	var msg h323.Message
	if !msg.ReadRAS(p.Data) {
		return ""
	}
	switch msg.Kind {
	case h323.GatekeeperConfirm:
		return rasGatekeeper(p, msg.Told(), expect)
	case h323.RegistrationRequest:
		return rasRegister(p, m, &msg, expect)
	case h323.RegistrationConfirm:
		rasConfirm(p, m, msg.TimeToLive)
	case h323.UnregistrationRequest:
		p.Forget = AllClasses
		m[0] = 0
	case h323.AdmissionConfirm:
		if told := msg.Told(); len(told) > 0 && told[0].Addr != p.Tuples[p.Dir].Dst {
			return rasAdmit(p, &told[0], expect)
		}
	case h323.LocationConfirm:
		if told := msg.Told(); len(told) > 0 {
			return rasAdmit(p, &told[0], expect)
		}
	}
	return ""
}

// rasGatekeeper expects the endpoint at another RAS address of its gatekeeper.
func rasGatekeeper(p *Payload, told []h323.Told, expect func(Expectation) bool) string {
	if from := &p.Tuples[p.Dir]; len(told) == 0 || told[0].Addr == from.Src && told[0].Port == from.SrcPort {
		return ""
	}
	e := p.toTold(protoUDP, &told[0])
	e.Helper = "RAS"
	return dropUnless(expect(e))
}

// rasRegister expects calls at the first address that is the sender's own.
func rasRegister(p *Payload, m *Memory, msg *h323.Message, expect func(Expectation) bool) string {
	m[0] = cmp.Or(msg.TimeToLive, rasDefaultLife)
	for _, t := range msg.Told() {
		if t.Addr == p.Tuples[p.Dir].Src && t.Port != 0 {
			e := p.toSender(protoTCP, t.Port)
			e.Helper, e.Many = "Q.931", true
			return dropUnless(expect(e))
		}
	}
	return ""
}

// rasConfirm lets the registration live for as long as the gatekeeper says, or else as
// the endpoint asked for.
func rasConfirm(p *Payload, m *Memory, seconds uint32) {
	m[0] = cmp.Or(seconds, m[0])
	p.Refresh = int64(m[0]) * 1e9
}

// rasAdmit expects the call that the gatekeeper has sent the endpoint to.
func rasAdmit(p *Payload, to *h323.Told, expect func(Expectation) bool) string {
	e := p.toTold(protoTCP, to)
	e.Helper, e.Many = "Q.931", true
	return dropUnless(expect(e))
}

// toTold announces a connection from the addressee of this packet, from any port, to an
// address that it tells.
func (p *Payload) toTold(proto uint8, to *h323.Told) Expectation {
	t := p.Tuples[p.Dir]
	return Expectation{
		Tuple:    Tuple{Src: t.Dst, Dst: to.Addr, DstPort: to.Port, Proto: proto, V6: t.V6},
		AnySport: true,
	}
}

// dropUnless returns why a packet is dropped whose announcement was not taken.
func dropUnless(ok bool) string {
	if ok {
		return ""
	}
	return noExpectation
}

func readQ931(p *Payload, m *Memory, expect func(Expectation) bool) string {
	all := tpkts{p.Data, &m[p.Dir], true}
	for b := all.next(); b != nil; b = all.next() {
		var msg h323.Message
		if !msg.ReadCall(b) {
			return ""
		}
		h323Expect(p, msg.Told(), expect)
	}
	return ""
}

func readH245(p *Payload, m *Memory, expect func(Expectation) bool) string {
	all := tpkts{p.Data, &m[p.Dir], true}
	for b := all.next(); b != nil; b = all.next() {
		var msg h323.Message
		if !msg.ReadControl(b) {
			return ""
		}
		h323Expect(p, msg.Told(), expect)
	}
	return ""
}

// h323Expect expects the channels that a message tells of, those at the sender's own
// address.
func h323Expect(p *Payload, told []h323.Told, expect func(Expectation) bool) {
	for i := range told {
		c := &told[i]
		if c.Mark == h323.Forwarded {
			h323Forwarded(p, c, expect)
			return
		}
		if c.Addr != p.Tuples[p.Dir].Src || c.Port == 0 {
			continue
		}
		e := p.toSender(protoTCP, c.Port)
		switch c.Mark {
		case h323.ControlAddress:
			e.Helper = "H.245"
			expect(e)
		case h323.Data:
			e.Many = true
			expect(e)
		case h323.Media, h323.MediaControl:
			if expect(p.toSender(protoUDP, c.Port&^1)) {
				expect(p.toSender(protoUDP, c.Port|1))
			}
		}
	}
}

// h323Forwarded expects the call that a Facility sends its addressee on to make; what
// else that tells is not looked at.
func h323Forwarded(p *Payload, to *h323.Told, expect func(Expectation) bool) {
	if to.Addr == p.Tuples[p.Dir].Dst || to.Port == 0 {
		return
	}
	e := p.toTold(protoTCP, to)
	e.Helper = "Q.931"
	expect(e)
}

// tpkts walks the packets of RFC 1006 (§6) of a segment.
type tpkts struct {
	b      []byte  // what is still to be read
	length *uint32 // Memory: of the packet whose header was all of the segment before; 0 if none was
	first  bool    // b is all of the segment
}

const tpktHeader = 4

// next returns the contents of the next whole packet; nil without one.
func (t *tpkts) next() []byte {
	first := t.first
	t.first = false
	if n := int(*t.length); n > 0 && len(t.b) > 0 {
		*t.length = 0
		return t.take(0, n)
	}
	const version = 3
	if len(t.b) < tpktHeader || t.b[0] != version || t.b[1] != 0 {
		return nil
	}
	n := int(binary.BigEndian.Uint16(t.b[2:]))
	if first && len(t.b) == tpktHeader && n > tpktHeader {
		*t.length = uint32(n - tpktHeader)
		return nil
	}
	return t.take(tpktHeader, n)
}

// take returns the octets from one place to another, and goes on behind them; nil if
// they are not all there, or none.
func (t *tpkts) take(from, to int) []byte {
	if to <= from || to > len(t.b) {
		return nil
	}
	b := t.b[from:to]
	t.b = t.b[to:]
	return b
}
